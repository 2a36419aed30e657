package layers

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// Input says how the input of a step enters the potential.
type Input uint8

// The ways of input.
const (
	// Scaled holds x as a current over the step: the potential tends to VRest + R·x, and moves
	// the share 1 - decay of the way. This is the exact solution of the membrane's equation.
	Scaled Input = iota
	// Unscaled adds R·x to the potential whatever the decay: x is a charge.
	Unscaled
)

// LeakyIntegrator is a population of membranes that do not fire: readouts, low-pass filters. With
// VRest 0 and Unscaled input it is the current of exponential synapses, to stand in front of a LIF.
// A nil field takes its default.
type LeakyIntegrator struct {
	N     int         // neurons
	Shape []int       // in place of N: neurons along several axes, [H W C]
	VRest Param       // resting potential, mV; 0
	V0    Param       // potential at the start, mV; VRest
	R     Param       // input resistance; 1
	Tau   Param       // membrane time constant, ms, > 0; 10
	Decay Param       // in place of Tau: share of V - VRest left after a step, in [0, 1]
	Input Input       // how x enters; Scaled
	DType graph.DType // of constants and state; Float32
}

// LeakyIntegratorCell is a LeakyIntegrator placed in a graph: its constants are nodes.
type LeakyIntegratorCell struct {
	VRest, V0 *graph.Node // mV
	Decay     *graph.Node // share of V - VRest left after a step
	Gain      *graph.Node // what a step adds to V for each unit of x
	site
}

// LeakyIntegratorState is what a population carries from one step to the next: V [B N], mV. The
// zero state is V0.
type LeakyIntegratorState struct{ V *graph.Node }

// In places the population in g, to advance by dt ms a step. Constants that are stored are named
// name.VRest and so on. Faults, each named by layer and field, are recorded on g.
func (p LeakyIntegrator) In(g *graph.Graph, name string, dt float64) LeakyIntegratorCell {
	defer g.Scope(name)()
	l := newPlacer(g, name, p.DType)
	c := LeakyIntegratorCell{site: l.neurons(p.N, p.Shape)}
	if bad := c.fault; bad != nil {
		c.VRest, c.V0, c.Decay, c.Gain = bad, bad, bad, bad
		return c
	}
	if !positive.has(dt) {
		l.fail("dt", fmt.Errorf("%w: %v ms, want %s", graph.ErrValue, dt, positive.want))
	}
	at := func(name string, v, def Param, d domain) *graph.Node {
		return l.node(v, field{name: name, def: def, shape: c.shape, domain: d})
	}
	c.VRest = at("VRest", p.VRest, Const(0), anyNumber)
	c.V0 = c.VRest
	if p.V0 != nil {
		c.V0 = at("V0", p.V0, or(p.VRest, Const(0)), anyNumber)
	}
	c.Gain = at("R", p.R, Const(1), anyNumber)
	scale := p.leak(l, &c, at, dt)
	switch p.Input {
	case Scaled:
		c.Gain = times(c.Gain, scale)
	case Unscaled:
	default:
		c.Gain = l.fail("Input", fmt.Errorf("%w: Input(%d)", graph.ErrValue, p.Input))
	}
	return c
}

// leak places the decay of a step, exp(-dt/Tau) or Decay, and returns what it leaves to the input:
// 1 - decay, without cancellation.
func (p LeakyIntegrator) leak(l placer, c *LeakyIntegratorCell, at func(string, Param, Param, domain) *graph.Node, dt float64) (scale *graph.Node) {
	if p.Decay == nil {
		tau := at("Tau", p.Tau, Const(10), positive)
		rate := tau.Reciprocal().Scale(-dt)
		c.Decay = rate.Exp()
		return rate.Expm1().Neg()
	}
	if p.Tau != nil {
		l.fail("Decay", fmt.Errorf("%w: Tau is given too; one of them sets the other", graph.ErrValue))
	}
	if p.Decay == Param(Const(1)) && p.Input == Scaled {
		l.fail("Decay", fmt.Errorf("%w: 1 leaves nothing of Scaled input; want Input: Unscaled", graph.ErrValue))
	}
	c.Decay = at("Decay", p.Decay, nil, unit)
	return c.Decay.Neg().Shift(1)
}

// Step advances the population by one time step of constant input:
//
//	Tau dV/dt = -(V - VRest) + R·x
//
// x is the input current [... N], v the potential after the step, of the same shape.
func (c LeakyIntegratorCell) Step(x *graph.Node, s LeakyIntegratorState) (v *graph.Node, next LeakyIntegratorState) {
	defer c.g.Scope(c.name)()
	if x = c.arrive(x); x.Valid() {
		x = c.advance(c.start(x, s.V), x)
	}
	return x, LeakyIntegratorState{V: x}
}

// advance returns the potential one step after v, the solution of the equation at Step for x
// constant over the step (Rotter, Diesmann 1999, doi:10.1007/s004220050570):
//
//	V ← VRest + (V - VRest)·decay + gain·x,  decay = e^(-dt/Tau), gain = R·(1 - decay)
func (c LeakyIntegratorCell) advance(v, x *graph.Node) *graph.Node {
	x = times(c.Gain, x)
	if isConst(c.VRest, 0) {
		return times(c.Decay, v).Add(x)
	}
	return c.VRest.Add(times(c.Decay, v.Sub(c.VRest))).Add(x)
}

// start returns v, or the potential at the start of a sequence of inputs like x.
func (c LeakyIntegratorCell) start(x, v *graph.Node) *graph.Node {
	return v.Else(c.V0.BroadcastTo(x.Shape()...))
}
