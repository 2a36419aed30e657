package train

import (
	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
)

// convWires are those of a convolution [B Y... Cout] of x [B X... Cin]: each place of an output channel
// meets the P inputs that the kernel sees from there, taps times channels of its group. Traces are
// [B P ...] of values [B ...] whose channel is the last axis, or was before they were reshaped.
type convWires struct {
	fullWires
	channels int
}

// taps returns the number P of inputs that an output sees.
func taps(s *synapse) int {
	w := s.weight.Shape()
	return w[:len(w)-1].Size()
}

func (convWires) trace(s *synapse, y *graph.Node) []int {
	return append([]int{y.Dim(0), taps(s)}, y.Shape()[1:]...)
}

// before gathers what the kernel sees from each place: x with a place of zeros behind the last stands for
// padding.
func (convWires) before(s *synapse) *graph.Node {
	x, window := s.pre, s.at.Attrs().Window
	y, w := s.at.Shape(), s.weight.Shape()
	n := len(y) - 2
	b, in, groups := x.Dim(0), x.Dim(n+1), window.Groups
	places, k := y[1:n+1].Size(), w[:n].Size()
	size := x.Shape()[1 : n+1].Size()
	seen := x.Reshape(b, size, in).Pad([]int{0, 0, 0}, []int{0, 1, 0}, 0)
	at := sights(x.Shape()[1:n+1], y[1:n+1], w[:n], window)
	seen = seen.Gather(1, x.Graph().Values(graph.Int32, at, places*k)).Reshape(b, places, k, groups, in/groups)
	seen = seen.Transpose(0, 2, 4, 1, 3).Reshape(b, taps(s), places, groups, 1)
	return seen.BroadcastTo(b, taps(s), places, groups, y[n+1]/groups).Reshape(append([]int{b, taps(s)}, y[1:]...)...)
}

// sights lists for each place of y, and each tap there, the place of x that it sees, or as many as there are
// where that is none.
func sights(x, y, w graph.Shape, o *graph.Window) []float64 {
	var at []float64
	for p := range y.Size() {
		for t := range w.Size() {
			from, unit, p, t := 0, 1, p, t
			for a := len(x) - 1; a >= 0 && from < x.Size(); a-- {
				i := p%y[a]*o.Stride[a] - o.PadLow[a] + t%w[a]*o.KernelDilation[a]
				if i < 0 || i%o.InputDilation[a] != 0 || i/o.InputDilation[a] >= x[a] {
					from = x.Size()
					break
				}
				from += i / o.InputDilation[a] * unit
				p, t, unit = p/y[a], t/w[a], unit*x[a]
			}
			at = append(at, float64(from))
		}
	}
	return at
}

// passes: behind a pool the weights of an element must be told by its channel.
func (w convWires) passes(q *graph.Node) bool {
	return q.Attrs().Name == "Reshape" || q.Dim(-1) == w.channels
}

func (convWires) reduced(s *synapse, e *graph.Node) *graph.Node {
	out := s.weight.Dim(-1)
	places := e.Shape()[2:].Size() / out
	return e.Reshape(e.Dim(0), taps(s), places, out).Sum(0, 2).Reshape(s.weight.Shape()...)
}

// pools are ops over windows, by name.
var pools = map[string]func(x *graph.Node, o graph.PoolOptions) *graph.Node{
	"SumPool": (*graph.Node).SumPool, "MaxPool": (*graph.Node).MaxPool, "MinPool": (*graph.Node).MinPool,
}

// isCarrier reports whether n moves values of a sample about, with channels in the last axis: a pool over
// the axes between, or another shape of the same.
func isCarrier(n *graph.Node) bool {
	a := n.Attrs()
	if a.Name == "Reshape" {
		x := n.Inputs()[0]
		return n.Rank() > 0 && x.Rank() > 0 && n.Dim(0) == x.Dim(0) && n.Shape().Size() > 0
	}
	if pools[a.Name] == nil || n.Rank() < 3 {
		return false
	}
	w, last := a.Window, n.Rank()-1
	whole := func(axis int) bool {
		return w.Size[axis] == 1 && w.Stride[axis] == 1 && w.PadLow[axis] == 0 && w.PadHigh[axis] == 0
	}
	return whole(0) && whole(last)
}

// carry returns the derivative along e of the carrier q, at x instead of its input; x may have other samples.
func carry(q, x, e *graph.Node) *graph.Node {
	again := func(x *graph.Node) *graph.Node {
		a := q.Attrs()
		if a.Name == "Reshape" {
			return x.Reshape(append([]int{x.Dim(0)}, q.Shape()[1:]...)...)
		}
		w := a.Window
		return pools[a.Name](x, graph.PoolOptions{Window: w.Size, Stride: w.Stride, PadLow: w.PadLow, PadHigh: w.PadHigh})
	}
	if name := q.Attrs().Name; name == "Reshape" || name == "SumPool" { // linear
		return again(e)
	}
	return autodiff.JVP([]*graph.Node{again(x)}, []*graph.Node{x}, []*graph.Node{e})[0]
}
