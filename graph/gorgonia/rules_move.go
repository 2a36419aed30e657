package gorgonia

import (
	"slices"

	G "gorgonia.org/gorgonia"

	"github.com/spikegraph/spikegraph/graph"
)

func reshapeRule(l *lowering, n *graph.Node, in []*G.Node) *G.Node {
	return l.reshape(in[0], n.Shape()...)
}

func transposeRule(l *lowering, n *graph.Node, in []*G.Node) *G.Node {
	return l.permute(in[0], n.Attrs().Axes...)
}

func broadcastRule(l *lowering, n *graph.Node, in []*G.Node) *G.Node {
	return l.broadcast(in[0], n.Shape()...)
}

// window returns the walk over a value of the given shape from starts on by steps, for sizes.
func window(shape, sizes, starts, steps []int) view {
	v := view{sizes, rowMajor(shape), 0}
	for i := range v.strides {
		v.off += starts[i] * v.strides[i]
		v.strides[i] *= steps[i]
	}
	return v
}

func sliceRule(l *lowering, n *graph.Node, in []*G.Node) *G.Node {
	a := n.Attrs()
	return l.walk("Slice", window(n.Inputs()[0].Shape(), n.Shape(), a.Starts, a.Steps), in[0])
}

// scatterSliceRule puts the input at the places of a slice of a constant.
func scatterSliceRule(l *lowering, n *graph.Node, in []*G.Node) *G.Node {
	a := n.Attrs()
	places := filled(n.Shape().Size())
	from := n.Inputs()[0].Shape()
	for i, p := range window(n.Shape(), from, a.Starts, a.Steps).places(0) {
		places[p.at] = place{0, i}
	}
	return l.move("ScatterSlice", boxed(n.Shape()), places, a.Value, in[0])
}

// filled lists places that are all filled.
func filled(n int) []place {
	places := make([]place, n)
	for i := range places {
		places[i].in = -1
	}
	return places
}

// concatRule lays the inputs side by side.
func concatRule(l *lowering, n *graph.Node, in []*G.Node) *G.Node {
	axis := n.Attrs().Axes[0]
	places := make([]place, n.Shape().Size())
	starts, ones := make([]int, n.Rank()), slices.Repeat([]int{1}, n.Rank())
	for i, x := range n.Inputs() {
		for j, p := range window(n.Shape(), x.Shape(), starts, ones).places(0) {
			places[p.at] = place{i, j}
		}
		starts[axis] += x.Dim(axis)
	}
	return l.move("Concat", boxed(n.Shape()), places, 0, in...)
}

// triangleRule keeps one triangle of matrices; Reverse means the upper one.
func triangleRule(l *lowering, n *graph.Node, in []*G.Node) *G.Node {
	a := n.Attrs()
	rows, cols := n.Dim(-2), n.Dim(-1)
	places := filled(n.Shape().Size())
	for i := range places {
		r, c := i/cols%rows, i%cols
		if a.Reverse && c-r >= a.Index || !a.Reverse && c-r <= a.Index {
			places[i] = place{0, i}
		}
	}
	return l.move("Triangle", boxed(n.Shape()), places, 0, in[0])
}

// marks returns, for positions as a vector of k elements, the matrix [k n] with 1 where element i
// names column j. A position outside marks nothing, where our executor reports an error.
func (b *builder) marks(idx *G.Node, n int) *G.Node {
	if b.err != nil {
		return idx
	}
	k := idx.Shape().TotalSize()
	column := make([]float64, n)
	for j := range column {
		column[j] = float64(j)
	}
	rows := b.broadcast(b.reshape(idx, k, 1), k, n)
	return b.compare(G.Eq, rows, b.broadcast(b.values(column, []int{1, n}), k, n))
}

// oneHotRule marks classes in a new last axis.
func oneHotRule(l *lowering, n *graph.Node, in []*G.Node) *G.Node {
	return l.reshape(l.marks(in[0], n.Dim(-1)), n.Shape()...)
}

// gatherRule multiplies the axis by the marks of the positions: positions are data.
func gatherRule(l *lowering, n *graph.Node, in []*G.Node) *G.Node {
	axis := n.Attrs().Axes[0]
	return l.along(in[0], axis, l.marks(in[1], n.Inputs()[0].Dim(axis)), n.Shape())
}

// scatterAddRule is the product with the transposed marks; the axes of the positions are one.
func scatterAddRule(l *lowering, n *graph.Node, in []*G.Node) *G.Node {
	a := n.Attrs()
	axis, k := a.Axes[0], n.Inputs()[1].Rank()
	s := n.Inputs()[0].Shape()
	flat := append(slices.Clone(s[:axis]), s[axis:axis+k].Size())
	flat = append(flat, s[axis+k:]...)
	m := l.permute(l.marks(in[1], a.Shape[0]), 1, 0)
	return l.along(l.reshape(in[0], flat...), axis, m, n.Shape())
}
