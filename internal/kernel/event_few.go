package kernel

import "math"

const (
	// quad is the number of rows that addFew sums up side by side.
	quad = 4
	// listedRows is the number of rows of C whose lists are made together.
	listedRows = 32
)

// fewStride is how far apart the lists of rows of k columns begin: there is room for all, and for what is
// spoilt behind them, and they do not begin in the same lines of the cache.
func fewStride(k int) int { return roundUp(k, wordBits) + listSpoilt + cacheLine/4 }

// addFew computes a C of few columns from lists of the ones of rows of op(A). An addition waits for the one
// before it in the same row, and a row of few vectors has nothing else to do meanwhile: four rows are summed
// up side by side. The rows of B are brought together first.
func (e *eventPattern[T]) addFew(codes *eventCodes[T], to events[T], width int) {
	e.block = resized(e.block, (e.k+1)*width)
	codes.copyRows(e.k, to.n, to.b, to.ldb, e.block, width)
	Fill(e.block[e.k*width:], T(math.Copysign(0, -1)))
	stride := fewStride(e.k)
	e.index = resized(e.index, min(listedRows, e.rows)*stride)
	e.ends = resized(e.ends, min(listedRows, e.rows))
	for i0 := 0; i0 < e.rows; i0 += listedRows {
		ends := e.ends[:min(listedRows, e.rows-i0)]
		codes.listApart(roundUp(e.k, wordBits)/wordBits, e.words[i0:], e.ld, e.index, stride, ends)
		whole := len(ends) / quad * quad
		if whole > 0 {
			codes.addFew(e.index, stride, ends[:whole], e.k, e.block, to.c[i0*to.ldc:], to.ldc, to.n, to.add)
		}
		for i, n := range ends[whole:] {
			list := e.index[(whole+i)*stride:][:n]
			codes.addRows(list, nil, to.b, to.ldb, to.c[(i0+whole+i)*to.ldc:][:to.n], to.add)
		}
	}
}
