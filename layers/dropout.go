package layers

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// Dropout keeps each value with probability Keep, divided by it, and sets the others to 0, in
// training; afterwards it changes nothing (Srivastava and others 2014,
// https://jmlr.org/papers/v15/srivastava14a.html):
//
//	y = x·m/Keep, m = 1 with probability Keep, else 0
//
// Keep is the probability to keep, as BrainPy's prob is; torch's p is 1 - Keep. Apply draws a mask
// for every value, and in a loop for every step. Step and Over draw one for a whole sequence, so that
// a neuron which is dropped stays silent throughout, as spiking networks need it (Lee, Sarwar,
// Panda, Srinivasan, Roy 2020, doi:10.3389/fnins.2020.00119).
type Dropout struct {
	Keep     float64 // probability to keep a value, in [0, 1]; at 0 the output is 0
	Training bool    // whether to drop at all
}

// DropoutCell is a Dropout placed in a graph.
type DropoutCell struct {
	keep     float64
	training bool
	site
}

// DropoutState is the mask of a sequence; that of the zero state is drawn by the first step.
type DropoutState struct {
	Mask  *graph.Node // m/Keep, of the shape of one step
	Drawn *graph.Node // whether there is one, a Bool
}

// Place puts the layer in g. A probability out of its domain is recorded on g.
func (p Dropout) Place(g *graph.Graph, name string) DropoutCell {
	defer g.Scope(name)()
	c := DropoutCell{keep: p.Keep, training: p.Training && p.Keep != 1, site: site{g: g, name: name}}
	if !(p.Keep >= 0 && p.Keep <= 1) {
		l := newPlacer(g, name, graph.Invalid)
		c.fault = l.fail("Keep", fmt.Errorf("%w: %v, want within [0, 1]", graph.ErrValue, p.Keep))
	}
	return c
}

// mask draws m/Keep for a shape; where nothing is kept it is 0.
func (c DropoutCell) mask(d graph.DType, shape []int) *graph.Node {
	if c.keep == 0 {
		return c.g.Const(d, 0, shape...)
	}
	return c.g.Const(d, c.keep, shape...).Bernoulli().Cast(d).Scale(1 / c.keep)
}

// Apply returns x [...] with a mask of its own for every value.
func (c DropoutCell) Apply(x *graph.Node) *graph.Node {
	defer c.g.Scope(c.name)()
	if x = c.arrive(x); !x.Valid() || !c.training {
		return x
	}
	return x.Mul(c.mask(x.DType(), x.Shape()))
}

// Step returns x [...] with the mask of the sequence.
func (c DropoutCell) Step(x *graph.Node, s DropoutState) (y *graph.Node, next DropoutState) {
	defer c.g.Scope(c.name)()
	if x = c.arrive(x); !x.Valid() || !c.training {
		return x, s
	}
	d, shape := x.DType(), x.Shape()
	drawn, mask := s.Drawn.Else(c.g.Const(graph.Bool, 0)), s.Mask.Else(c.g.Const(d, 0, shape...))
	mask = graph.Cond(drawn,
		func() *graph.Node { return mask },
		func() *graph.Node { return c.mask(d, shape) })
	return x.Mul(mask), DropoutState{Mask: mask, Drawn: c.g.Const(graph.Bool, 1)}
}

// Over returns the sequence x [T ...] with one mask for all of its steps.
func (c DropoutCell) Over(x *graph.Node) *graph.Node {
	defer c.g.Scope(c.name)()
	if x = c.arrive(x); !x.Valid() || !c.training {
		return x
	}
	if x.Rank() == 0 {
		return c.g.Fail(fmt.Errorf("%w: the input is %v, want a sequence [T ...]", graph.ErrShape, x.Type()))
	}
	return x.Mul(c.mask(x.DType(), x.Shape()[1:]))
}
