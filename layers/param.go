package layers

import (
	"fmt"
	"math/rand/v2"

	"github.com/spikegraph/spikegraph/graph"
)

// A Param is a constant of a model: a weight matrix, a threshold, a time constant. Every
// initializer is one: Const for one number, Values for one number per neuron, a distribution such
// as Uniform or Normal to draw them from; so is a type of the user's own. A nil Param is the
// field's default.
//
// Constants of neurons are fixed unless they stand under Train; weights are trained unless they
// stand under Fix. A fixed Const takes no memory; a fixed distribution is drawn once and kept, with
// the weights, in the graph's store.
type Param interface {
	// Init returns the values for the given shape, row by row, drawn from r where chance decides.
	Init(shape []int, r *rand.Rand) ([]float64, error)
}

// Const is the same number everywhere: Const(0) is zeros, Const(1) is ones.
type Const float64

// Init returns c for every element; c must be finite.
func (c Const) Init(shape []int, _ *rand.Rand) ([]float64, error) {
	if !finite(float64(c)) {
		return nil, fmt.Errorf("%w: %v", graph.ErrValue, float64(c))
	}
	x := make([]float64, size(shape))
	for i := range x {
		x[i] = float64(c)
	}
	return x, nil
}

// Values are given numbers, row by row: as many as there are elements.
type Values []float64

// Init returns a copy of v; a number of values that does not suit the shape is an error.
func (v Values) Init(shape []int, _ *rand.Rand) ([]float64, error) {
	if len(v) != size(shape) {
		return nil, fmt.Errorf("%w: %d values for shape %v", graph.ErrShape, len(v), shape)
	}
	return append([]float64(nil), v...), nil
}

// Tuned is a Param that says whether it is trained and how it is stored: see Train and Fix.
type Tuned struct {
	of      Param
	fixed   bool
	shared  bool
	through Transform
}

// Train makes a constant trainable, one number for every neuron, starting from p; from the field's
// default if p is nil.
//
//	layers.LIF{N: 100, Tau: layers.Train(layers.Uniform{Lo: 10, Hi: 30}).Through(layers.Softplus)}
func Train(p Param) Tuned { return tuned(p, false) }

// Fix keeps optimizers from touching p: a weight that stays as it was drawn.
func Fix(p Param) Tuned { return tuned(p, true) }

func tuned(p Param, fixed bool) Tuned {
	t, ok := p.(Tuned)
	if !ok {
		t = Tuned{of: p}
	}
	t.fixed = fixed
	return t
}

// Shared makes the whole layer share one number.
func (t Tuned) Shared() Tuned {
	t.shared = true
	return t
}

// Through stores the parameter u such that f(u) is the constant, which so stays in f's range
// whatever the optimizer does to u. The initial value is inverted, and must be in that range.
func (t Tuned) Through(f Transform) Tuned {
	t.through = f
	return t
}

// Init returns the initial values of the constant itself, before any Transform is inverted.
func (t Tuned) Init(shape []int, r *rand.Rand) ([]float64, error) {
	if t.of == nil {
		return nil, fmt.Errorf("%w: Train or Fix of nil has no default here", graph.ErrValue)
	}
	return t.of.Init(shape, r)
}

func size(shape []int) int { return graph.Shape(shape).Size() }

func finite(v float64) bool { return v-v == 0 }
