package layers

import (
	"fmt"
	"slices"

	"github.com/spikegraph/spikegraph/graph"
)

// LayerNorm normalizes each sample over its last axes (Ba, Kiros, Hinton 2016, eq. 3,
// arXiv:1607.06450):
//
//	y = (x - μ)/√(v + Epsilon)·Scale + Bias, μ and v = Σ(x - μ)²/n over the axes of Shape
//
// It knows no batch and no time, and is the same in loops and outside, in training and after.
type LayerNorm struct {
	Shape    []int       // the last axes of the input
	Epsilon  Param       // added to the variance, one number, >= 0; 1e-5
	Scale    Param       // [Shape], trained unless under Fix; 1
	Bias     Param       // [Shape], trained unless under Fix; 0
	NoAffine bool        // whether there are neither Scale nor Bias
	DType    graph.DType // of parameters and input; Float32
}

// LayerNormCell is a LayerNorm placed in a graph.
type LayerNormCell struct {
	affine
	Epsilon *graph.Node
	site
}

// Place puts the layer in g; its parameters are named name.Scale and name.Bias. Faults, each named
// by layer and field, are recorded on g.
func (p LayerNorm) Place(g *graph.Graph, name string) LayerNormCell {
	defer g.Scope(name)()
	l := newPlacer(g, name, p.DType)
	c := LayerNormCell{site: l.site(p.Shape...)}
	if len(p.Shape) == 0 || slices.Min(p.Shape) < 1 {
		c.fault = l.fail("Shape", fmt.Errorf("%w: %v, want axes of extent 1 or more", graph.ErrShape, p.Shape))
		return c
	}
	c.affine = l.affine(p.NoAffine, p.Scale, p.Bias, c.shape)
	c.Epsilon = l.number("Epsilon", p.Epsilon, Const(1e-5), notNegative)
	return c
}

// Apply returns x [... Shape] normalized, of the same shape.
func (c LayerNormCell) Apply(x *graph.Node) *graph.Node {
	defer c.g.Scope(c.name)()
	if x = c.arrive(x); !x.Valid() {
		return x
	}
	axes := make([]int, len(c.shape))
	for i := range axes {
		axes[i] = i - len(c.shape)
	}
	mean, variance := moments(x, axes)
	return c.affine.apply(standard(x, mean, variance, c.Epsilon))
}
