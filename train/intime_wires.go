package train

import (
	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
)

// wires says how the values of a synapse's weights meet what stands before and after it. A trace of a value
// y [B ...] of the step is its derivative, element by element, by the weights that each element is of: it
// has an axis for them behind the batch, or lists the weights themselves.
type wires interface {
	// trace returns the shape of a trace of y.
	trace(s *synapse, y *graph.Node) []int
	// before returns the trace of the value that the synapse makes, to be broadcast.
	before(s *synapse) *graph.Node
	// after returns y, to be broadcast to traces of a value of its shape.
	after(y *graph.Node) *graph.Node
	// passes reports whether traces of the input of q, which isCarrier, become traces of q.
	passes(q *graph.Node) bool
	// through returns the trace of q, made of one of its input.
	through(q, e *graph.Node) *graph.Node
	// reduced returns the sum of a weighted trace over all that share a weight, in the weight's shape.
	reduced(s *synapse, e *graph.Node) *graph.Node
}

// wired returns the wires of a synapse at a product whose weights are the given input; nil if it is none.
func wired(at *graph.Node, input int) wires {
	in, a := at.Inputs(), at.Attrs()
	switch {
	case a.Name == "MatMul" && input == 1 && !a.TransA && !a.TransB && in[0].Rank() == 2 && in[1].Rank() == 2:
		return fullWires{}
	case a.Name == "SparseMatMul" && input == 1:
		return newSparseWires(at, a)
	case a.Name == "FanIn" && input == 2:
		return listWires{in[1]}
	case a.Name == "Conv" && input == 1:
		return convWires{channels: at.Dim(-1)}
	}
	return nil
}

// fullWires are those of [B in]·[in out]: all meet all. Traces are [B in ...] of values [B ...].
type fullWires struct{}

func (fullWires) trace(s *synapse, y *graph.Node) []int {
	return append([]int{y.Dim(0), s.weight.Dim(0)}, y.Shape()[1:]...)
}

func (fullWires) before(s *synapse) *graph.Node        { return s.pre.Unsqueeze(2) }
func (fullWires) after(y *graph.Node) *graph.Node      { return y.Unsqueeze(1) }
func (fullWires) passes(q *graph.Node) bool            { return q.Attrs().Name == "Reshape" }
func (fullWires) through(q, e *graph.Node) *graph.Node { return throughCopies(q, e) }

func (fullWires) reduced(s *synapse, e *graph.Node) *graph.Node {
	return e.Reshape(append([]int{e.Dim(0)}, s.weight.Shape()...)...).Sum(0)
}

// throughCopies takes traces [B P ...] through q as P·B rows, beside as many copies of its input.
func throughCopies(q, e *graph.Node) *graph.Node {
	x := q.Inputs()[0]
	b, p, rest := e.Dim(0), e.Dim(1), x.Shape()[1:]
	all := append([]int{b, p}, rest...)
	rows := func(n *graph.Node) *graph.Node {
		return n.BroadcastTo(all...).Reshape(append([]int{b * p}, rest...)...)
	}
	y := carry(q, rows(x.Unsqueeze(1)), rows(e))
	return y.Reshape(append([]int{b, p}, q.Shape()[1:]...)...)
}

// sparseWires are those of a sparse matrix: the places in front of and behind each weight, Int32 [n].
type sparseWires struct{ from, to *graph.Node }

func newSparseWires(at *graph.Node, a graph.Attrs) sparseWires {
	n := a.Pattern.Len()
	rows, cols := make([]float64, n), make([]float64, n)
	for k := range n {
		i, j := a.Pattern.Element(k)
		rows[k], cols[k] = float64(i), float64(j)
	}
	if a.TransB {
		rows, cols = cols, rows
	}
	g := at.Graph()
	return sparseWires{g.Values(graph.Int32, rows, n), g.Values(graph.Int32, cols, n)}
}

func (w sparseWires) trace(_ *synapse, y *graph.Node) []int {
	return append([]int{y.Dim(0)}, w.from.Shape()...)
}
func (w sparseWires) before(s *synapse) *graph.Node        { return s.pre.Gather(-1, w.from) }
func (w sparseWires) after(y *graph.Node) *graph.Node      { return inRows(y).Gather(-1, w.to) }
func (w sparseWires) passes(q *graph.Node) bool            { return q.Attrs().Name == "Reshape" }
func (w sparseWires) through(_, e *graph.Node) *graph.Node { return e }

func (w sparseWires) reduced(_ *synapse, e *graph.Node) *graph.Node { return e.Sum(0) }

// inRows returns y [B ...] as [B N].
func inRows(y *graph.Node) *graph.Node { return y.Reshape(y.Dim(0), y.Shape()[1:].Size()) }

// listWires are those of lists of places [out K], where the place behind the last is nowhere.
type listWires struct{ places *graph.Node }

func (w listWires) trace(_ *synapse, y *graph.Node) []int {
	return append([]int{y.Dim(0)}, w.places.Shape()...)
}
func (w listWires) before(s *synapse) *graph.Node {
	return s.pre.Pad([]int{0, 0}, []int{0, 1}, 0).Gather(-1, w.places)
}
func (w listWires) after(y *graph.Node) *graph.Node      { return inRows(y).Unsqueeze(2) }
func (w listWires) passes(q *graph.Node) bool            { return q.Attrs().Name == "Reshape" }
func (w listWires) through(_, e *graph.Node) *graph.Node { return e }

func (w listWires) reduced(_ *synapse, e *graph.Node) *graph.Node { return e.Sum(0) }

// valueWires are those of a weight that enters elementwise: traces have the shape of the values.
type valueWires struct {
	slope    *graph.Node // of what the synapse makes, by the weight
	channels int         // how many weights there are, one for each place of the last axis, or 1; else 0
}

func newValueWires(s *synapse, slope *graph.Node) valueWires {
	w, n := valueWires{slope: slope}, s.weight.Shape().Size()
	if n == 1 || n > 0 && s.weight.Dim(-1) == n && s.at.Dim(-1) == n {
		w.channels = n
	}
	return w
}

func (w valueWires) trace(_ *synapse, y *graph.Node) []int { return y.Shape() }
func (w valueWires) before(*synapse) *graph.Node           { return w.slope }
func (w valueWires) after(y *graph.Node) *graph.Node       { return y }

// passes: behind a pool the weight of an element must be told by its channel.
func (w valueWires) passes(q *graph.Node) bool {
	return q.Attrs().Name == "Reshape" || w.channels == 1 || w.channels > 0 && q.Dim(-1) == w.channels
}

func (w valueWires) through(q, e *graph.Node) *graph.Node { return carry(q, q.Inputs()[0], e) }

func (w valueWires) reduced(s *synapse, e *graph.Node) *graph.Node {
	if n := w.channels; n > 0 {
		return e.Reshape(e.Shape().Size()/n, n).Sum(0).Reshape(s.weight.Shape()...)
	}
	whole := s.weight.BroadcastTo(s.at.Shape()...)
	return autodiff.VJP([]*graph.Node{whole}, []*graph.Node{e.Reshape(s.at.Shape()...)}, s.weight)[0]
}
