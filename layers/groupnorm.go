package layers

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// GroupNorm normalizes each sample over groups of channels (Wu, He 2018, eq. 1 to 7,
// doi:10.1007/978-3-030-01261-8_1): the channels are cut into Groups runs of Channels/Groups, and
// mean and variance are those of one run over all places of one sample:
//
//	y = (x - μ)/√(v + Epsilon)·Scale + Bias
//
// InstanceNorm returns that of one channel a group.
type GroupNorm struct {
	Groups   int         // >= 1, divides Channels
	Channels int         // extent of the last axis
	Lead     int         // axes before those of places: 1 for [B ... C], 2 for [T B ... C]; 0 is 1
	Epsilon  Param       // added to the variance, one number, >= 0; 1e-5
	Scale    Param       // [Channels], trained unless under Fix; 1
	Bias     Param       // [Channels], trained unless under Fix; 0
	NoAffine bool        // whether there are neither Scale nor Bias
	DType    graph.DType // of parameters and input; Float32
}

// InstanceNorm returns the layer that normalizes each channel of each sample by itself (Ulyanov,
// Vedaldi, Lempitsky 2016, arXiv:1607.08022).
func InstanceNorm(channels int) GroupNorm { return GroupNorm{Groups: channels, Channels: channels} }

// GroupNormCell is a GroupNorm placed in a graph.
type GroupNormCell struct {
	affine
	Epsilon      *graph.Node
	groups, lead int
	site
}

// Place puts the layer in g; its parameters are named name.Scale and name.Bias. Faults, each named
// by layer and field, are recorded on g.
func (p GroupNorm) Place(g *graph.Graph, name string) GroupNormCell {
	defer g.Scope(name)()
	l := newPlacer(g, name, p.DType)
	c := GroupNormCell{groups: p.Groups, lead: max(p.Lead, 1)}
	c.site = l.site(p.Channels)
	if p.Groups < 1 || p.Channels < 1 || p.Channels%p.Groups != 0 {
		c.fault = l.fail("Groups", fmt.Errorf("%w: %d groups of %d channels", graph.ErrShape, p.Groups, p.Channels))
		return c
	}
	if p.Lead < 0 {
		c.fault = l.fail("Lead", fmt.Errorf("%w: %d axes", graph.ErrShape, p.Lead))
		return c
	}
	c.affine = l.affine(p.NoAffine, p.Scale, p.Bias, c.shape)
	c.Epsilon = l.number("Epsilon", p.Epsilon, Const(1e-5), notNegative)
	return c
}

// Apply returns x [B ... Channels] normalized, of the same shape.
func (c GroupNormCell) Apply(x *graph.Node) *graph.Node {
	defer c.g.Scope(c.name)()
	if x = c.arrive(x); !x.Valid() {
		return x
	}
	if x.Rank() <= c.lead {
		err := fmt.Errorf("%w: the input is %v, want %d axes before places and channels", graph.ErrShape, x.Type(), c.lead)
		return c.g.Fail(err)
	}
	shape := x.Shape()
	n := len(shape) - 1
	cut := append(append([]int(nil), shape[:n]...), c.groups, c.shape[0]/c.groups)
	axes := []int{-1}
	for i := c.lead; i < n; i++ {
		axes = append(axes, i)
	}
	y := x.Reshape(cut...)
	mean, variance := moments(y, axes)
	return c.affine.apply(standard(y, mean, variance, c.Epsilon).Reshape(shape...))
}
