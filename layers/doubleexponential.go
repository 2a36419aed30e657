package layers

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// DoubleExponential are synapses whose output rises after a spike and then decays: rates r in Hz, to
// which a spike adds an area of 1 Hz·s, or, of weighted spikes, currents:
//
//	dr/dt = -r/Rise + h
//	dh/dt = -h/Decay + Σ δ(t - t_spike)·z/(Rise·Decay)
//
// (Nicola, Clopath 2017, eq. 7 and 8, doi:10.1038/s41467-017-01827-3). Rise and Decay may be exchanged
// or equal; equal ones are alpha functions. A nil field takes its default.
type DoubleExponential struct {
	N     int         // synapses
	Shape []int       // in place of N: synapses along several axes
	Rise  Param       // time constant, ms, > 0; 2
	Decay Param       // time constant, ms, > 0; 20
	DType graph.DType // of constants and state; Float32
}

// DoubleExponentialCell is a DoubleExponential placed in a graph.
type DoubleExponentialCell struct {
	Rise, Decay *graph.Node // shares of r and h that are left after a step
	gain, kick  *graph.Node // of h, to r in a step; of a spike, to h
	site
}

// DoubleExponentialState is what synapses carry from one step to the next. The zero state is 0.
type DoubleExponentialState struct {
	R, H *graph.Node // output, Hz, and what makes it rise, [B N]
}

// In places the synapses in g, to advance by dt ms a step. Constants that are stored are named
// name.Rise and name.Decay. Faults, each named by layer and field, are recorded on g.
//
// A step is exact. With a = 1/Rise, b = 1/Decay, h adds to r
//
//	∫ e^(-a(dt-t))·e^(-bt) dt over the step = (e^(-b·dt) - e^(-a·dt))/(a - b)
//	                                        = dt·e^(-s·dt)·(e^z - 1)/z,  s = min(a, b), z = -|a - b|·dt
func (p DoubleExponential) In(g *graph.Graph, name string, dt float64) DoubleExponentialCell {
	defer g.Scope(name)()
	const second = 1000 // ms
	l := newPlacer(g, name, p.DType)
	c := DoubleExponentialCell{site: l.neurons(p.N, p.Shape)}
	if c.fault == nil && !positive.has(dt) {
		c.fault = l.fail("dt", fmt.Errorf("%w: %v ms, want %s", graph.ErrValue, dt, positive.want))
	}
	if c.Rise, c.Decay = c.fault, c.fault; c.fault != nil {
		return c
	}
	rate := func(name string, tau Param, def float64) *graph.Node {
		return l.node(tau, field{name: name, def: Const(def), shape: c.shape, domain: positive}).Reciprocal()
	}
	a, b := rate("Rise", p.Rise, 2), rate("Decay", p.Decay, 20)
	c.Rise, c.Decay = a.Scale(-dt).Exp(), b.Scale(-dt).Exp()
	c.gain = a.Min(b).Scale(-dt).Exp().Mul(exprel(a.Sub(b).Abs().Scale(-dt))).Scale(dt)
	c.kick = a.Mul(b).Scale(second)
	return c
}

// Step advances the synapses by one time step, at the end of which the spikes z [... N] arrive, and
// returns r, of the same shape: spikes show in the step after.
func (c DoubleExponentialCell) Step(z *graph.Node, s DoubleExponentialState) (r *graph.Node, next DoubleExponentialState) {
	defer c.g.Scope(c.name)()
	if z = c.arrive(z); !z.Valid() {
		return z, DoubleExponentialState{z, z}
	}
	r, h := s.R.Else(c.zeros(z)), s.H.Else(c.zeros(z))
	next.R = c.Rise.Mul(r).Add(c.gain.Mul(h))
	next.H = c.Decay.Mul(h).Add(c.kick.Mul(z))
	return next.R, next
}
