package optim

import (
	"fmt"
	"slices"

	"github.com/spikegraph/spikegraph/graph"
)

// Norm returns the square root of the sum of all squares of the tensors, a Float64 scalar. Squares
// are summed in the type of each tensor.
func Norm(xs ...*graph.Node) *graph.Node {
	var sum *graph.Node
	for _, x := range xs {
		s := x.Square().Sum().Cast(graph.Float64)
		if sum != nil {
			s = sum.Add(s)
		}
		sum = s
	}
	return sum.Sqrt()
}

// ClipByGlobalNorm shortens all gradients by one factor where their norm together is above Max
// (Pascanu, Mikolov, Bengio 2013, algorithm 1, doi:10.48550/arXiv.1211.5063):
//
//	g ← g·Max/max(‖g‖, Max)
type ClipByGlobalNorm struct {
	Max float64 // above 0
}

// Validate implements Transform.
func (c ClipByGlobalNorm) Validate() error {
	return settings("ClipByGlobalNorm", above("Max", c.Max, 0))
}

// Apply implements Transform.
func (c ClipByGlobalNorm) Apply(_, grads []*graph.Node) []*graph.Node {
	return shortened(grads, Norm(grads...), c.Max)
}

// ClipByNorm shortens each gradient whose own norm is above Max, as ClipByGlobalNorm does all. With
// Axes it shortens each slice along them by itself: with 0, what comes into each neuron by weights
// [in out].
type ClipByNorm struct {
	Max  float64 // above 0
	Axes []int   // of the norm, those of every gradient, -1 the last; all if none is named
}

// Validate implements Transform.
func (c ClipByNorm) Validate() error { return settings("ClipByNorm", above("Max", c.Max, 0)) }

// Apply implements Transform.
func (c ClipByNorm) Apply(_, grads []*graph.Node) []*graph.Node {
	out := make([]*graph.Node, len(grads))
	for i, g := range grads {
		out[i] = shortened([]*graph.Node{g}, c.norm(g), c.Max)[0]
	}
	return out
}

// norm returns the norm over the axes, of extent 1 along them.
func (c ClipByNorm) norm(g *graph.Node) *graph.Node {
	if len(c.Axes) == 0 {
		return Norm(g)
	}
	kept := slices.Clone(g.Shape())
	for _, axis := range c.Axes {
		if axis < 0 {
			axis += len(kept)
		}
		if axis >= 0 && axis < len(kept) { // Sum says what is wrong with others
			kept[axis] = 1
		}
	}
	return g.Square().Sum(c.Axes...).Cast(graph.Float64).Sqrt().Reshape(kept...)
}

// shortened multiplies by max/norm where norm > max, else by 1, exactly.
func shortened(grads []*graph.Node, norm *graph.Node, max float64) []*graph.Node {
	limit := norm.Like(max)
	factor := limit.Div(norm.Max(limit))
	out := make([]*graph.Node, len(grads))
	for i, g := range grads {
		out[i] = g.Mul(factor.Cast(g.DType()))
	}
	return out
}

// ClipByValue holds each element of the gradients to [Min, Max].
type ClipByValue struct {
	Min, Max float64 // Min <= Max
}

// Validate implements Transform.
func (c ClipByValue) Validate() error {
	if c.Min <= c.Max {
		return nil
	}
	return settings("ClipByValue", refused("Min", c.Min, fmt.Sprintf("at most Max, %v", c.Max)))
}

// Apply implements Transform.
func (c ClipByValue) Apply(_, grads []*graph.Node) []*graph.Node {
	out := make([]*graph.Node, len(grads))
	for i, g := range grads {
		out[i] = g.Clip(c.Min, c.Max)
	}
	return out
}
