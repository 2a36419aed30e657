package train

import "github.com/spikegraph/spikegraph/graph"

// wires says how the weights of a product meet what stands before and after them: a trace is kept for
// each sample and weight.
type wires interface {
	// trace returns the axes of a trace, behind that of the samples.
	trace(at *graph.Node) []int
	// before returns what x [B in] brings to each weight, to be broadcast to traces.
	before(x *graph.Node) *graph.Node
	// after returns what y [B out] is at each weight, to be broadcast to traces.
	after(y *graph.Node) *graph.Node
}

// wired notes the wires of a product whose weights s are; it reports whether it is one.
func (s *synapse) wired() bool {
	in, a := s.at.Inputs(), s.at.Attrs()
	switch {
	case a.Name == "MatMul" && s.input == 1 && !a.TransA && !a.TransB && in[0].Rank() == 2 && in[1].Rank() == 2:
		s.wires = fullWires{}
	case a.Name == "SparseMatMul" && s.input == 1:
		s.wires = newSparseWires(s.at, a)
	case a.Name == "FanIn" && s.input == 2:
		s.wires = listWires{in[1]}
	}
	return s.wires != nil
}

// fullWires are those of [B in]·[in out]: all meet all.
type fullWires struct{}

func (fullWires) trace(at *graph.Node) []int       { return at.Inputs()[1].Shape() }
func (fullWires) before(x *graph.Node) *graph.Node { return x.Unsqueeze(2) }
func (fullWires) after(y *graph.Node) *graph.Node  { return y.Unsqueeze(1) }

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

func (w sparseWires) trace(*graph.Node) []int          { return w.from.Shape() }
func (w sparseWires) before(x *graph.Node) *graph.Node { return x.Gather(-1, w.from) }
func (w sparseWires) after(y *graph.Node) *graph.Node  { return y.Gather(-1, w.to) }

// listWires are those of lists of places [out K], where the place behind the last is nowhere.
type listWires struct{ places *graph.Node }

func (w listWires) trace(*graph.Node) []int { return w.places.Shape() }
func (w listWires) before(x *graph.Node) *graph.Node {
	return x.Pad([]int{0, 0}, []int{0, 1}, 0).Gather(-1, w.places)
}
func (w listWires) after(y *graph.Node) *graph.Node { return y.Unsqueeze(2) }
