package kernel

import (
	"math/bits"
	"unsafe"
)

// eventRoom is how many events are listed at a time: rows of C are taken together as long as there is room
// for all of the next one's.
const eventRoom = 64 * 4096

// addLists computes C row by row from lists of the columns of op(A) that are not 0, strip by strip, so that
// the strip of B stays in cache. Elements that may be other than 1 are the weights of the rows.
func (e *eventPattern[T]) addLists(codes *eventCodes[T], to events[T], weighted bool) {
	e.index = resized(e.index, listRoom(e.rows, e.k, weighted))
	e.ends = resized(e.ends, e.rows)[:0]
	strip := listStripBytes / int(unsafe.Sizeof(T(0)))
	for i0 := 0; i0 < e.rows; i0 += len(e.ends) {
		e.list(i0, weighted)
		for j := 0; j < to.n; j += strip {
			e.addStrip(codes, to, i0, j, min(strip, to.n-j), weighted)
		}
	}
}

// listRoom returns how many events of rows of k columns are listed at a time, at most: without weights they
// are few, or they would be added by words.
func listRoom(rows, k int, weighted bool) int {
	most := rows * k
	if !weighted {
		most = most * manyBits / wordBits
	}
	return min(eventRoom, most) + bitsAtOnce
}

// addStrip computes n columns from j of the listed rows from i0.
func (e *eventPattern[T]) addStrip(codes *eventCodes[T], to events[T], i0, j, n int, weighted bool) {
	start := 0
	for i, end := range e.ends {
		var weights []T
		if weighted {
			weights = e.weights[start:end]
		}
		codes.addRows(e.index[start:end], weights, to.b[j:], to.ldb, to.c[(i0+i)*to.ldc+j:][:n], to.add)
		start = end
	}
}

// list lists rows from i0 on.
func (e *eventPattern[T]) list(i0 int, weighted bool) {
	e.ends, e.weights = e.ends[:0], e.weights[:0]
	n, words := 0, roundUp(e.k, wordBits)/wordBits
	for i := i0; i < e.rows && n+e.k <= eventRoom; i++ {
		for q := range words {
			n += listWord(e.index[n:], e.words[q*e.ld+i], uint32(q*wordBits))
		}
		if weighted {
			e.weigh(i, n)
		}
		e.ends = append(e.ends, n)
	}
}

// bitsAtOnce is the number of bits of a word that are listed without asking whether there are so many: most
// words of a sparse pattern have no more, and a jump that is seldom foretold costs more than to write in vain.
const bitsAtOnce = 4

// listWord writes the places of the bits set in w, from first on, to dst and returns how many they are; it may
// spoil bitsAtOnce elements of dst whatever their number.
func listWord(dst []uint32, w uint64, first uint32) int {
	n := bits.OnesCount64(w)
	few := (*[bitsAtOnce]uint32)(dst)
	for i := range few {
		few[i] = first + uint32(bits.TrailingZeros64(w))
		w &= w - 1
	}
	for i := bitsAtOnce; w != 0; i++ {
		dst[i] = first + uint32(bits.TrailingZeros64(w))
		w &= w - 1
	}
	return n
}

// weigh fetches the elements of the row that was listed last, up to event n.
func (e *eventPattern[T]) weigh(i, n int) {
	for _, l := range e.index[len(e.weights):n] {
		e.weights = append(e.weights, e.element(i, int(l)))
	}
}

// element returns element (i, l) of the block of op(A).
func (e *eventPattern[T]) element(i, l int) T {
	if e.trans {
		i, l = l, i
	}
	return e.dense[i*e.lda+l]
}
