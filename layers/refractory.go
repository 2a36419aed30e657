package layers

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/spikegraph/spikegraph/graph"
)

// refractory is what holds the potential of neurons after a spike.
type refractory struct{ steps *graph.Node } // for how many steps; nil if it holds none

// refractory places the number of steps that a spike holds the potential.
func (l placer) refractory(tauRef Param, shape []int, dt float64) refractory {
	if tauRef == nil || !positive.has(dt) {
		return refractory{}
	}
	t, ok := tauRef.(Tuned)
	if ok && !t.fixed {
		return refractory{l.fail("TauRef", fmt.Errorf("%w: a refractory period has no derivative and cannot be trained", graph.ErrValue))}
	}
	if !ok {
		t = Fix(tauRef)
	}
	f := field{name: "TauRef", shape: shape, domain: notNegative}
	switch p := t.of.(type) {
	case Const:
		t.of = Const(steps(float64(p), dt))
	case Values:
		v := make(Values, len(p))
		for i := range p {
			v[i] = steps(p[i], dt)
		}
		t.of = v
	default:
		t.of = stepCount{t.of, dt}
	}
	n := l.node(t, f)
	if isConst(n, 0) {
		return refractory{}
	}
	return refractory{n}
}

// rounding is how far short of a whole number of steps a period may fall and still count as it.
const rounding = 1e-9

// steps returns the number of steps k with k·dt <= tauRef. BrainPy compares times in float32, which
// can hold a step more or less.
func steps(tauRef, dt float64) float64 {
	if tauRef < 0 {
		return tauRef // refused, with its value, by the field's domain
	}
	return math.Floor(tauRef / dt * (1 + rounding))
}

// stepCount draws periods in ms and turns them into steps of dt.
type stepCount struct {
	of Param
	dt float64
}

// Init draws from r.
func (p stepCount) Init(shape []int, r *rand.Rand) ([]float64, error) {
	if p.of == nil {
		return nil, fmt.Errorf("%w: Fix of nil: there is no default", graph.ErrValue)
	}
	x, err := p.of.Init(shape, r)
	for i := range x {
		x[i] = steps(x[i], p.dt)
	}
	return x, err
}

// hold returns the potential that a step brings about: v itself while it is held, else moved.
func (r refractory) hold(v, moved, held *graph.Node) (u, stillHeld *graph.Node) {
	if r.steps == nil {
		return moved, held.Else(v.Graph().Const(v.DType(), 0))
	}
	held = held.Else(v.Like(0))
	return held.Gt(held.Like(0)).Select(v, moved), held
}

// on returns for how many further steps the potential is held: anew after a spike, also after
// one within the period.
func (r refractory) on(z, held *graph.Node) *graph.Node {
	if r.steps == nil {
		return held
	}
	return z.StopGradient().Mul(r.steps).Max(held.Shift(-1))
}
