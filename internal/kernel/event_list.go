package kernel

import (
	"math/bits"
	"unsafe"
)

// eventLists are the places of the elements of op(A) that are not 0, row by row.
type eventLists[T Float] struct {
	index   []uint32 // columns of op(A), counted from the block's first
	weights []T      // the elements there; empty if all are 1
	ends    []int    // where in index the list of each row ends
	words   []uint64 // scratch
}

func listsOf[T Float](ws *Workspace) *eventLists[T] {
	return choose[eventLists[T]](T(0), &ws.events32, &ws.events64)
}

// reset empties the lists and makes room for so many events, but no more than eventRoom.
func (e *eventLists[T]) reset(events int) {
	e.index, e.ends = resized(e.index, min(events, eventRoom))[:0], e.ends[:0]
	e.words = resized(e.words, roundUp(eventBlock, wordBits))
}

// rows lists rows of A from i0, below m, as many as there is room for, in k columns from l0. It returns
// the row after the last.
func (e *eventLists[T]) rows(s *spikes[T], i0, m, l0, k int) (i int) {
	e.reset((m - i0) * k)
	other := false
	words := e.words[:roundUp(k, wordBits)/wordBits]
	for i = i0; i < m && len(e.index)+k <= eventRoom; i++ {
		other = s.row(words, i, l0, k) || other
		for q, w := range words {
			e.list(w, q*wordBits)
		}
		e.ends = append(e.ends, len(e.index))
	}
	e.weigh(other, func(r, l int) T { return s.at(i0+r, l0+l) })
	return i
}

// columns does the same for columns of A from i0, which are rows of Aᵀ, 64 at a time.
func (e *eventLists[T]) columns(s *spikes[T], i0, m, l0, k int) (i int) {
	e.reset((m - i0) * k)
	other := false
	for i = i0; i < m && len(e.index)+wordBits*k <= eventRoom; {
		n := min(wordBits, m-i)
		words := e.words[:roundUp(k, wordBits)]
		clear(words[k:])
		other = s.column(words, l0, i, n, k) || other
		for q := 0; q < k; q += wordBits {
			transposeWords((*[wordBits]uint64)(words[q:]))
		}
		for r := range n {
			for q := 0; q < k; q += wordBits {
				e.list(words[q+r], q)
			}
			e.ends = append(e.ends, len(e.index))
		}
		i += n
	}
	e.weigh(other, func(r, l int) T { return s.at(l0+l, i0+r) })
	return i
}

// list appends the places of the bits of w, the first of which stands for base.
func (e *eventLists[T]) list(w uint64, base int) {
	for ; w != 0; w &= w - 1 {
		e.index = append(e.index, uint32(base+bits.TrailingZeros64(w)))
	}
}

// weigh fetches the elements at the places listed, if there are others than 1.
func (e *eventLists[T]) weigh(other bool, at func(row, l int) T) {
	e.weights = e.weights[:0]
	if !other {
		return
	}
	e.weights = resized(e.weights, len(e.index))[:0]
	start := 0
	for r, end := range e.ends {
		for _, l := range e.index[start:end] {
			e.weights = append(e.weights, at(r, int(l)))
		}
		start = end
	}
}

// stripBytes is the width of the strips in which C is computed: the sums of one fit into eight
// registers of AVX-512, and a strip of a thousand rows of B into L2.
const stripBytes = 512

// add computes the listed rows of C, strip by strip, so that the strip of B stays in cache.
func (e *eventLists[T]) add(codes *eventCodes[T], b []T, ldb int, c []T, ldc, n int, add bool) {
	strip := stripBytes / int(unsafe.Sizeof(T(0)))
	for j := 0; j < n; j += strip {
		nb := min(strip, n-j)
		start := 0
		for i, end := range e.ends {
			var weights []T
			if len(e.weights) > 0 {
				weights = e.weights[start:end]
			}
			codes.addRows(e.index[start:end], weights, b[j:], ldb, c[i*ldc+j:][:nb], add)
			start = end
		}
	}
}

// resized returns x with at least n elements of room.
func resized[E any](x []E, n int) []E {
	if cap(x) < n {
		return make([]E, n)
	}
	return x[:n]
}
