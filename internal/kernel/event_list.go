package kernel

import "unsafe"

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
		e.list(codes.patternCodes, i0, weighted)
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
	return min(eventRoom, most) + listSpoilt
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

// list lists rows from i0 on, as many as there is room for whatever they hold.
func (e *eventPattern[T]) list(codes *patternCodes, i0 int, weighted bool) {
	e.ends, e.weights = e.ends[:0], e.weights[:0]
	n, words := 0, roundUp(e.k, wordBits)/wordBits
	for i := i0; i < e.rows; {
		rows := min(e.rows-i, (eventRoom-n)/e.k)
		if rows == 0 {
			break
		}
		ends := e.ends[len(e.ends):][:rows]
		codes.list(words, e.words[i:], e.ld, e.index, n, ends)
		n, i = ends[rows-1], i+rows
		e.ends = e.ends[:len(e.ends)+rows]
	}
	if weighted {
		for i, end := range e.ends {
			e.weigh(i0+i, end)
		}
	}
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
