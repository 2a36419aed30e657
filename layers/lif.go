package layers

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/surrogate"
)

// LIF is a population of leaky integrate-and-fire neurons (Lapicque 1907; Gerstner, Kistler,
// Naud, Paninski 2014, ch. 1.3, doi:10.1017/CBO9781107447615), exact over a step. A nil field takes
// its default; the defaults are those of BrainPy's Lif (Wang and others 2023, doi:10.7554/eLife.86365).
// Leaky and IntegrateAndFire return those of networks that count time in steps.
type LIF struct {
	N      int             // neurons
	Shape  []int           // in place of N: neurons along several axes, [H W C]
	VRest  Param           // resting potential, mV; 0
	V0     Param           // potential at the start, mV; VRest
	VReset Param           // potential after a spike, mV; -5
	VTh    Param           // firing threshold, mV; 20
	R      Param           // input resistance; 1
	Tau    Param           // membrane time constant, ms, > 0; 10
	Decay  Param           // in place of Tau: share of V - VRest left after a step, in [0, 1]
	TauRef Param           // refractory period, ms, >= 0, not trainable: n·dt holds V for n steps; 0
	Input  Input           // how x enters the potential; Scaled
	Reset  Reset           // what a spike does to the potential; Soft
	Timing Timing          // when it does so; AtSpike
	Detach bool            // whether no gradient flows through the reset
	Spike  graph.Surrogate // derivative of the spike; surrogate.InvSquareGrad{Alpha: 100}
	DType  graph.DType     // of constants and state; Float32
}

// LIFCell is a LIF placed in a graph: its constants are nodes.
type LIFCell struct {
	LeakyIntegratorCell             // the membrane
	VTh, VReset         *graph.Node // mV
	fall                *graph.Node // what a soft reset takes: VTh - VReset
	refractory          refractory
	reset               Reset
	timing              Timing
	detach              bool
	spike               graph.Surrogate
}

// LIFState is what a population carries from one step to the next. The zero state is V0, at rest
// unless the user says otherwise, and not refractory.
type LIFState struct {
	V    *graph.Node // membrane potential, mV, [B N]
	Held *graph.Node // steps for which V is still held, [B N]; a scalar 0 without TauRef
}

// In places the population in g, to advance by dt ms a step. Constants that are stored are named
// name.VTh and so on. Faults, each named by layer and field, are recorded on g.
func (p LIF) In(g *graph.Graph, name string, dt float64) LIFCell {
	c := LIFCell{LeakyIntegratorCell: p.membrane().In(g, name, dt), reset: p.Reset, timing: p.Timing, detach: p.Detach}
	if c.VTh, c.VReset = c.fault, c.fault; c.fault != nil {
		return c
	}
	defer g.Scope(name)()
	l := newPlacer(g, name, c.dtype)
	at := func(name string, v, def Param) *graph.Node {
		return l.node(v, field{name: name, def: def, shape: c.shape, domain: anyNumber})
	}
	c.VTh = at("VTh", p.VTh, Const(20))
	if c.VReset, c.fall = at("VReset", p.VReset, Const(-5)), c.VTh; !isConst(c.VReset, 0) {
		c.fall = c.VTh.Sub(c.VReset)
	}
	c.refractory = l.refractory(p.TauRef, c.shape, dt)
	if c.spike = p.Spike; c.spike == nil {
		c.spike = surrogate.NewInvSquareGrad()
	}
	if int(p.Reset) >= len(resets) {
		l.fail("Reset", fmt.Errorf("%w: Reset(%d)", graph.ErrValue, p.Reset))
		c.reset = NoReset
	}
	if int(p.Timing) >= len(timings) {
		l.fail("Timing", fmt.Errorf("%w: Timing(%d)", graph.ErrValue, p.Timing))
		c.timing = AtSpike
	}
	return c
}

// membrane returns the part of the neuron that does not fire.
func (p LIF) membrane() LeakyIntegrator {
	return LeakyIntegrator{
		N: p.N, Shape: p.Shape, VRest: p.VRest, V0: p.V0, R: p.R,
		Tau: p.Tau, Decay: p.Decay, Input: p.Input, DType: p.DType,
	}
}

// Step advances the population by one time step:
//
//	Tau dV/dt = -(V - VRest) + R·x, solved exactly for x constant over the step;
//	z = 1 where V >= VTh; V then falls as Reset and Timing say.
//
// x is the input current [... N], z the spikes, of the same shape.
func (c LIFCell) Step(x *graph.Node, s LIFState) (z *graph.Node, next LIFState) {
	_, z, next = c.Fire(x, s)
	return z, next
}

// Fire is Step that also returns u, the potential that was compared with the threshold. It is
// next.V itself where the reset waits for the next step.
func (c LIFCell) Fire(x *graph.Node, s LIFState) (u, z *graph.Node, next LIFState) {
	defer c.g.Scope(c.name)()
	if x = c.arrive(x); !x.Valid() {
		return x, x, LIFState{x, x}
	}
	return c.fire(x, s, c.before(c.start(x, s.V)))
}

// fire advances the population, given the spikes of the step before as they reset this one.
func (c LIFCell) fire(x *graph.Node, s LIFState, before *graph.Node) (u, z *graph.Node, next LIFState) {
	v, t := c.start(x, s.V), timings[c.timing]
	if t.first {
		v = c.after(v, before)
	}
	u, held := c.refractory.hold(v, c.advance(v, x), s.Held)
	if t.second {
		u = c.after(u, before)
	}
	z = u.Sub(c.VTh).Spike(c.spike).Mark()
	next = LIFState{V: u, Held: c.refractory.on(z, held)}
	if t.last {
		r := c.passing(z)
		if t.second {
			r = r.Sub(before)
		}
		next.V = c.after(u, r)
	}
	return u, z, next
}
