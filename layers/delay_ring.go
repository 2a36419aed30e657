package layers

import "github.com/spikegraph/spikegraph/graph"

// A ring is a delay line [rows steps+1 n] of which a step writes one slot, and reads those it asks for.

// put writes x [rows n] to its slot, and returns the ring, where in it x is, [rows], and the state after the
// step. Before the first step the ring holds past [steps n], the longest ago first; zeros if that is nil.
func (t taps) put(x *graph.Node, s DelayState, past *graph.Node) (line, at *graph.Node, next DelayState) {
	g, rows, n := x.Graph(), x.Dim(0), x.Dim(1)
	first := g.Const(x.DType(), 0, rows, t.last+1, n)
	if past != nil {
		free := g.Const(x.DType(), 0, 1, n)
		first = graph.Concat(0, free, past).Unsqueeze(0).BroadcastTo(rows, t.last+1, n)
	}
	at = s.At.Else(g.Const(graph.Int32, 0, rows))
	line = s.Line.Else(first).PutSlot(at, x)
	over := at.Shift(1)
	return line, at, DelayState{line, over.Lt(over.Like(float64(t.last+1))).Select(over, over.Like(0))}
}

// slots returns where in the ring, whose latest slot is at [rows], the values of whole delays d [n] are:
// [rows n].
func (t taps) slots(at, d *graph.Node) *graph.Node {
	back := at.Unsqueeze(1).Sub(d.Cast(graph.Int32))
	ring := back.Like(float64(t.last + 1))
	return back.Lt(back.Like(0)).Select(back.Add(ring), back)
}

// between reads the ring at delays d that lie between whole ones and the next: with f = d - whole it is
// (1-f)·x(t-whole) + f·x(t-whole-1). The derivative by d is that of the side of longer delays where d is
// whole, but of the shorter at the longest.
func (t taps) between(line, at, d, whole *graph.Node) *graph.Node {
	f := d.Sub(whole)
	near, far := line.TakeAlong(t.slots(at, whole)), line.TakeAlong(t.slots(at, whole.Shift(1)))
	return near.Add(f.Mul(far.Sub(near)))
}
