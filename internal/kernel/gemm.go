package kernel

import "fmt"

// Gemm computes C = op(A)·op(B) + beta·C for row-major matrices, where op transposes if the flag is
// set: op(A) is [m k], op(B) is [k n], C is [m n]. The leading dimension of a matrix is the distance
// between the starts of its rows as stored, in elements.
//
// With beta 0, C is written and never read. NaN and infinities spread as in plain multiplication:
// no product is left out. C must not overlap A or B.
//
// Each element of C is a sum over k in ascending order, in blocks of kBlock products: it depends on
// its row of op(A) and its column of op(B) alone, so that it has the same bits however the rows and
// columns of C are divided between calls. The levels AVX2 and AVX-512 agree to the bit; the portable
// level rounds after each multiplication and differs from them by rounding.
//
// ws lends its memory to one call at a time; in the steady state nothing is allocated.
func Gemm[T Float](ws *Workspace, transA, transB bool, m, n, k int,
	a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	tilesOf[T]().gemm(ws, operand(a, lda, transA), operand(b, ldb, transB), m, n, k, beta, c, ldc)
}

// matrix is a strided view: element (i, j) is data[i*rs+j*cs].
type matrix[T Float] struct {
	data   []T
	rs, cs int
}

// operand returns op(X) of a row-major matrix X with leading dimension ld.
func operand[T Float](x []T, ld int, trans bool) matrix[T] {
	if trans {
		return matrix[T]{x, 1, ld}
	}
	return matrix[T]{x, ld, 1}
}

// from returns the view that starts at element (i, j).
func (x matrix[T]) from(i, j int) matrix[T] {
	x.data = x.data[i*x.rs+j*x.cs:]
	return x
}

// mustHold panics unless the first rows×cols elements exist.
func (x matrix[T]) mustHold(name string, rows, cols int) {
	mustHold(name, len(x.data), x.rs, x.cs, rows, cols)
}

// mustHold is the one check that stands between a caller's mistake and assembly that knows no bounds.
func mustHold(name string, size, rs, cs, rows, cols int) {
	short := rows > 0 && cols > 0 && size <= (rows-1)*rs+(cols-1)*cs
	overlap := cs == 1 && rows > 1 && rs < cols || rs == 1 && cols > 1 && cs < rows
	if rows < 0 || cols < 0 || short || overlap {
		panic(fmt.Sprintf("kernel: matrix %s [%d %d] with strides %d, %d does not fit %d elements",
			name, rows, cols, rs, cs, size))
	}
}

// scaleRows computes C = beta·C; with beta 0 it does not read C.
func scaleRows[T Float](m, n int, beta T, c []T, ldc int) {
	if beta == 1 {
		return
	}
	for i := range m {
		row := c[i*ldc : i*ldc+n]
		if beta == 0 {
			Clear(row)
			continue
		}
		for j := range row {
			row[j] *= beta
		}
	}
}
