package layers

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/surrogate"
)

// Izhikevich is a population of neurons with a quadratic upstroke and a recovery current U that
// opposes it (Izhikevich 2007, "Dynamical Systems in Neuroscience", eq. 8.5 and 8.6):
//
//	C dV/dt = K·(V - VRest)·(V - VT) - U + R·x
//	  dU/dt = A·(B·(V - VU) - U)
//
// It fires on reaching VTh, which is the peak of the spike; V is then VReset, and U rises by D. A nil
// field takes its default. The defaults are the neurons of Izhikevich 2003
// (doi:10.1109/TNN.2003.820440, eq. 1-3), 0.04·V² + 5·V + 140 - U + x, as BrainPy has them. In the
// book VU is VRest, and C in pF, K in nS/mV, A in kHz, B in nS, D and x in pA.
type Izhikevich struct {
	N      int             // neurons
	Shape  []int           // in place of N: neurons along several axes, [H W C]
	C      Param           // capacitance, > 0; 1
	K      Param           // strength of the upstroke; 0.04
	VRest  Param           // resting potential, mV; -82.66, the lesser zero of 0.04·V² + 5·V + 140
	VT     Param           // potential from which V rises by itself, mV; -42.34, the greater zero
	VTh    Param           // peak of the spike, mV; 30
	VReset Param           // potential after a spike, mV; -65
	VU     Param           // potential at which U comes to 0, mV; 0
	R      Param           // factor of the input; 1
	A      Param           // rate of U, 1/ms, >= 0; 0.02
	B      Param           // coupling of U to V; 0.2
	D      Param           // what a spike adds to U; 8
	V0     Param           // potential at the start, mV; -70
	U0     Param           // U at the start; B·(V0 - VU)
	TauRef Param           // refractory period, ms, >= 0, not trainable: n·dt holds V for n steps; 0
	Method Integration     // how a step is computed; ExponentialEuler
	Spike  graph.Surrogate // derivative of the spike; surrogate.InvSquareGrad{Alpha: 100}
	DType  graph.DType     // of constants and state; Float32
}

// IzhikevichCell is an Izhikevich placed in a graph: its constants are nodes.
type IzhikevichCell struct {
	C, K, VRest, VT, VTh, VReset, VU, R, A, B, D, V0, U0 *graph.Node
	refractory                                           refractory
	integrate                                            integration
	spike                                                graph.Surrogate
	site
}

// IzhikevichState is what a population carries from one step to the next. The zero state is V0 and
// U0, and not refractory.
type IzhikevichState struct {
	V    *graph.Node // membrane potential, mV, [B N]
	U    *graph.Node // recovery current, [B N]
	Held *graph.Node // steps for which V is still held, [B N]; a scalar 0 without TauRef
}

// The zeros of 0.04·V² + 5·V + 140.
const (
	izhikevichRest   = -82.655644370746374
	izhikevichUpward = -42.344355629253626
)

// In places the population in g, to advance by dt ms a step. Constants that are stored are named
// name.C and so on. Faults, each named by layer and field, are recorded on g.
func (p Izhikevich) In(g *graph.Graph, name string, dt float64) IzhikevichCell {
	defer g.Scope(name)()
	l := newPlacer(g, name, p.DType)
	c := IzhikevichCell{site: l.neurons(p.N, p.Shape), spike: p.Spike}
	if c.fault == nil && !positive.has(dt) {
		l.fail("dt", fmt.Errorf("%w: %v ms, want %s", graph.ErrValue, dt, positive.want))
	}
	for _, f := range []struct {
		at     **graph.Node
		name   string
		v      Param
		def    float64
		domain domain
	}{
		{&c.C, "C", p.C, 1, positive}, {&c.K, "K", p.K, 0.04, anyNumber}, {&c.R, "R", p.R, 1, anyNumber},
		{&c.VRest, "VRest", p.VRest, izhikevichRest, anyNumber}, {&c.VT, "VT", p.VT, izhikevichUpward, anyNumber},
		{&c.VTh, "VTh", p.VTh, 30, anyNumber}, {&c.VReset, "VReset", p.VReset, -65, anyNumber},
		{&c.VU, "VU", p.VU, 0, anyNumber}, {&c.V0, "V0", p.V0, -70, anyNumber},
		{&c.A, "A", p.A, 0.02, notNegative}, {&c.B, "B", p.B, 0.2, anyNumber}, {&c.D, "D", p.D, 8, anyNumber},
	} {
		if *f.at = c.fault; c.fault != nil {
			continue
		}
		*f.at = l.node(f.v, field{name: f.name, def: Const(f.def), shape: c.shape, domain: f.domain})
	}
	if c.U0 = c.fault; c.fault != nil {
		return c
	}
	if c.U0 = c.B.Mul(c.V0.Sub(c.VU)); p.U0 != nil {
		c.U0 = l.node(p.U0, field{name: "U0", shape: c.shape, domain: anyNumber})
	}
	c.refractory = l.refractory(p.TauRef, c.shape, dt)
	c.integrate = l.integration(p.Method, dt)
	if c.spike == nil {
		c.spike = surrogate.NewInvSquareGrad()
	}
	return c
}

// Step advances the population by one time step, over which x is constant: x is the input [... N], z
// the spikes, of the same shape. U goes on while V is held.
func (c IzhikevichCell) Step(x *graph.Node, s IzhikevichState) (z *graph.Node, next IzhikevichState) {
	defer c.g.Scope(c.name)()
	if x = c.arrive(x); !x.Valid() {
		return x, IzhikevichState{x, x, x}
	}
	v, u := s.V.Else(c.V0.BroadcastTo(x.Shape()...)), s.U.Else(c.U0.BroadcastTo(x.Shape()...))
	moved := c.integrate(c.slope(times(c.R, x)), [2]*graph.Node{v, u})
	v, held := c.refractory.hold(v, moved[0], s.Held)
	z = v.Sub(c.VTh).Spike(c.spike).Mark()
	return z, IzhikevichState{
		V:    v.Mul(z.Neg().Shift(1)).Add(c.VReset.Mul(z)),
		U:    moved[1].Add(c.D.Mul(z)),
		Held: c.refractory.on(z, held),
	}
}

// slope returns the equations for the current x.
func (c IzhikevichCell) slope(x *graph.Node) slope {
	return func(y [2]*graph.Node) (d, own [2]*graph.Node) {
		v, u := y[0], y[1]
		aboveRest, aboveT := v.Sub(c.VRest), v.Sub(c.VT)
		d[0] = c.K.Mul(aboveRest).Mul(aboveT).Sub(u).Add(x).Div(c.C)
		d[1] = c.A.Mul(c.B.Mul(v.Sub(c.VU)).Sub(u))
		own[0] = c.K.Mul(aboveRest.Add(aboveT)).Div(c.C)
		own[1] = c.A.Neg().BroadcastTo(u.Shape()...)
		return d, own
	}
}
