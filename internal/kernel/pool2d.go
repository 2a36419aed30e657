package kernel

import "math"

// Window is how a window passes along one axis of x: cell o of the result sees the elements from
// o*Stride - Low on, Size of them, as far as they are within [0, In).
type Window struct{ In, Out, Size, Stride, Low int }

// whole reports whether the window leaves its axis as it is.
func (w Window) whole() bool { return w.Size == 1 && w.Stride == 1 && w.Low == 0 && w.Out == w.In }

// span returns the first element that cell o sees, and the one after the last.
func (w Window) span(o int) (lo, hi int) {
	lo = o*w.Stride - w.Low
	return max(lo, 0), min(lo+w.Size, w.In)
}

// Windows reduces what windows over several axes see. Axes in front and behind which no window
// reduces are items and lanes: x is [items cells lanes], the result y [items results lanes].
type Windows struct {
	items, lanes   int
	cells, results int
	starts         []int32 // of the cells that result i sees, in order, in seen; one more than there are results
	seen           []int32
}

// NewWindows returns the reduction over windows along each axis, in the order of the axes of x.
func NewWindows(axes []Window) *Windows {
	w := &Windows{items: 1, lanes: 1, cells: 1, results: 1}
	for ; len(axes) > 0 && axes[0].whole(); axes = axes[1:] {
		w.items *= axes[0].In
	}
	for ; len(axes) > 0 && axes[len(axes)-1].whole(); axes = axes[:len(axes)-1] {
		w.lanes *= axes[len(axes)-1].In
	}
	for _, a := range axes {
		w.cells *= a.In
		w.results *= a.Out
	}
	at := make([]int, len(axes))
	w.starts = make([]int32, 1, w.results+1)
	for range w.results {
		w.see(axes, at, 0)
		w.starts = append(w.starts, int32(len(w.seen)))
		for a := len(at) - 1; a >= 0; a-- {
			if at[a]++; at[a] < axes[a].Out {
				break
			}
			at[a] = 0
		}
	}
	return w
}

// see lists the cells that the window at the given place sees, of which base are those before it along
// the axes passed already.
func (w *Windows) see(axes []Window, at []int, base int) {
	if len(axes) == 0 {
		w.seen = append(w.seen, int32(base))
		return
	}
	lo, hi := axes[0].span(at[0])
	for i := lo; i < hi; i++ {
		w.see(axes[1:], at[1:], base*axes[0].In+i)
	}
}

// Items returns how many independent parts there are.
func (w *Windows) Items() int { return w.items }

// Reads returns how many elements of x all windows of an item see together.
func (w *Windows) Reads() int { return len(w.seen) * w.lanes }

// row returns the lanes of row i of a slice.
func (w *Windows) row(i int) (lo, hi int) { return i * w.lanes, (i + 1) * w.lanes }

// WindowExtreme writes to y, for items from lo to hi, the largest of what each window sees, or the
// smallest; NaN if any is, and an infinity if it sees nothing.
func WindowExtreme[T Float](w *Windows, y, x []T, smallest bool, lo, hi int) {
	op, none := OpMax, T(math.Inf(-1))
	if smallest {
		op, none = OpMin, -none
	}
	better := loopsAt[T](active).ops[op]
	for item := lo; item < hi; item++ {
		from := x[item*w.cells*w.lanes:]
		for r := range w.results {
			a, b := w.row(item*w.results + r)
			best := y[a:b]
			seen := w.seen[w.starts[r]:w.starts[r+1]]
			if len(seen) == 0 {
				Fill(best, none)
				continue
			}
			a, b = w.row(int(seen[0]))
			Copy(best, from[a:b])
			for _, s := range seen[1:] {
				a, b = w.row(int(s))
				extreme(best, from[a:b], better, smallest)
			}
		}
	}
}

// extreme combines two rows, short ones without a call.
func extreme[T Float](best, x []T, better vector[T], smallest bool) {
	if len(best) > short {
		better(best, best, x, x, 0, 0)
		return
	}
	for i, v := range x {
		if smallest {
			best[i] = min(best[i], v)
		} else {
			best[i] = max(best[i], v)
		}
	}
}

// WindowFind writes to idx, for items from lo to hi, the place of the first element that equals what
// is in y for its window; of the first it sees, if none does; -1 if it sees nothing. Places are
// counted from the first element of the item.
func WindowFind[T Float](w *Windows, idx []int32, x, y []T, lo, hi int) {
	for item := lo; item < hi; item++ {
		from := x[item*w.cells*w.lanes:]
		for r := range w.results {
			a, b := w.row(item*w.results + r)
			places, want := idx[a:b], y[a:b]
			seen := w.seen[w.starts[r]:w.starts[r+1]]
			if len(seen) == 0 {
				Fill(places, -1)
				continue
			}
			findWindow(active, places, seen, from, want)
		}
	}
}

// findWindowGo writes to places, for each lane, the place in x, of the rows seen, of the first that equals
// want, or the first of all.
func findWindowGo[T Float](places, seen []int32, x, want []T) {
	lanes := len(places)
	first := seen[0] * int32(lanes)
	for i := range places {
		places[i] = first + int32(i)
	}
	for k := len(seen) - 1; k >= 0; k-- {
		at := int(seen[k]) * lanes
		markEqual(places, int32(at), x[at:], want)
	}
}

// markEqual writes at+i to places[i] where x and want are the same.
func markEqual[T Float](places []int32, at int32, x, want []T) {
	x, want = x[:len(places)], want[:len(places)]
	for i, p := range places {
		if x[i] == want[i] {
			p = at + int32(i)
		}
		places[i] = p
	}
}

// WindowSum writes to y, for items from lo to hi, the sum of what each window sees.
func WindowSum[T Float](w *Windows, y, x []T, lo, hi int) {
	for item := lo; item < hi; item++ {
		from := x[item*w.cells*w.lanes:]
		for r := range w.results {
			a, b := w.row(item*w.results + r)
			sum := y[a:b]
			Clear(sum)
			for _, s := range w.seen[w.starts[r]:w.starts[r+1]] {
				a, b = w.row(int(s))
				addTo(sum, from[a:b])
			}
		}
	}
}

// WindowSpread is the transposed of WindowSum: it writes to x, for items from lo to hi, the sum of the
// y of the windows that see each element.
func WindowSpread[T Float](w *Windows, x, y []T, lo, hi int) {
	size := w.cells * w.lanes
	Clear(x[lo*size : hi*size])
	for item := lo; item < hi; item++ {
		to := x[item*size:]
		for r := range w.results {
			a, b := w.row(item*w.results + r)
			part := y[a:b]
			for _, s := range w.seen[w.starts[r]:w.starts[r+1]] {
				a, b = w.row(int(s))
				addTo(to[a:b], part)
			}
		}
	}
}

// WindowPick writes to y, for items from lo to hi, the elements of x at the places idx, 0 where that
// is negative.
func WindowPick[T Float](w *Windows, y, x []T, idx []int32, lo, hi int) {
	for item := lo; item < hi; item++ {
		from := x[item*w.cells*w.lanes:]
		a, b := item*w.results*w.lanes, (item+1)*w.results*w.lanes
		to := y[a:b]
		for i, at := range idx[a:b] {
			to[i] = 0
			if at >= 0 {
				to[i] = from[at]
			}
		}
	}
}

// WindowPlace is the transposed of WindowPick: it writes to x, for items from lo to hi, the sum of the
// elements of y that have their place there.
func WindowPlace[T Float](w *Windows, x, y []T, idx []int32, lo, hi int) {
	size := w.cells * w.lanes
	Clear(x[lo*size : hi*size])
	for item := lo; item < hi; item++ {
		to := x[item*size:]
		a, b := item*w.results*w.lanes, (item+1)*w.results*w.lanes
		from := y[a:b]
		for i, at := range idx[a:b] {
			if at >= 0 {
				to[at] += from[i]
			}
		}
	}
}
