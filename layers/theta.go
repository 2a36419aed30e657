package layers

import (
	"fmt"
	"math"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/surrogate"
)

// Theta is a population of phases that turn about a circle (Ermentrout, Kopell 1986,
// doi:10.1137/0146017), in the form of Nicola, Clopath 2017 (doi:10.1038/s41467-017-01827-3, Methods):
//
//	Tau dθ/dt = (1 - cos θ) + J·(1 + cos θ), J = R·x
//
// A neuron fires where θ reaches π, which is the point -π as well. With J > 0 it does so √J/(π·Tau)
// times a ms; with J < 0 it rests at -arccos((1 + J)/(1 - J)) and fires once if it is pushed beyond
// the other zero. It is the quadratic neuron dV/dt = V² + J with V = tan(θ/2). A nil field takes its
// default. The defaults are the paper's, which counts time in seconds: √x is the firing rate in Hz.
type Theta struct {
	N      int             // neurons
	Shape  []int           // in place of N: neurons along several axes, [H W C]
	Tau    Param           // unit of time, ms, > 0; 1000
	R      Param           // factor of the input; π²
	Phase0 Param           // θ at the start, rad; 0, where a neuron without input rests
	TauRef Param           // refractory period, ms, >= 0, not trainable: n·dt holds θ for n steps; 0
	Spike  graph.Surrogate // derivative of the spike by θ; surrogate.InvSquareGrad{Alpha: 100}
	DType  graph.DType     // of constants and state; Float32
}

// ThetaCell is a Theta placed in a graph: its constants are nodes.
type ThetaCell struct {
	R, Phase0  *graph.Node
	h          *graph.Node // a step in units of Tau
	refractory refractory
	spike      graph.Surrogate
	site
}

// ThetaState is what a population carries from one step to the next. The zero state is Phase0, and
// not refractory.
type ThetaState struct {
	Phase *graph.Node // θ, rad, [B N]
	Held  *graph.Node // steps for which θ is still held, [B N]; a scalar 0 without TauRef
}

// In places the population in g, to advance by dt ms a step. Constants that are stored are named
// name.Tau and so on. Faults, each named by layer and field, are recorded on g.
func (p Theta) In(g *graph.Graph, name string, dt float64) ThetaCell {
	defer g.Scope(name)()
	l := newPlacer(g, name, p.DType)
	c := ThetaCell{site: l.neurons(p.N, p.Shape), spike: p.Spike}
	if c.fault == nil && !positive.has(dt) {
		c.fault = l.fail("dt", fmt.Errorf("%w: %v ms, want %s", graph.ErrValue, dt, positive.want))
	}
	if bad := c.fault; bad != nil {
		c.R, c.Phase0, c.h = bad, bad, bad
		return c
	}
	at := func(name string, v Param, def float64, d domain) *graph.Node {
		return l.node(v, field{name: name, def: Const(def), shape: c.shape, domain: d})
	}
	c.R = at("R", p.R, math.Pi*math.Pi, anyNumber)
	c.Phase0 = at("Phase0", p.Phase0, 0, anyNumber)
	tau := at("Tau", p.Tau, 1000, positive)
	c.h = tau.Like(dt).Div(tau)
	c.refractory = l.refractory(p.TauRef, c.shape, dt)
	if c.spike == nil {
		c.spike = surrogate.NewInvSquareGrad()
	}
	return c
}

// Step advances the population by one time step, over which x is constant, exactly: x is the input
// [... N], z the spikes, of the same shape. A neuron fires once in a step, however often it turns.
// Gradients pass the reset as if there were none: -π and π are one point.
func (c ThetaCell) Step(x *graph.Node, s ThetaState) (z *graph.Node, next ThetaState) {
	defer c.g.Scope(c.name)()
	if x = c.arrive(x); !x.Valid() {
		return x, ThetaState{x, x}
	}
	θ := s.Phase.Else(c.Phase0.BroadcastTo(x.Shape()...))
	θ, held := c.refractory.hold(θ, c.turned(times(c.R, x), θ), s.Held)
	over := θ.Shift(-math.Pi)
	z = over.Spike(c.spike).Mark()
	turns := z.Mul(over.Scale(1 / (2 * math.Pi)).Floor().Shift(1)).StopGradient()
	return z, ThetaState{Phase: θ.Sub(turns.Scale(2 * math.Pi)), Held: c.refractory.on(z, held)}
}

// turned returns θ after a step h with the current J. The half angle is that of the vector (cos θ/2,
// sin θ/2), which moves by linear equations, C' = -S and S' = J·C, up to its length. With q = h·√J and
// f = sin q/√J the angle between the vector before and after a step has the sine and the cosine
//
//	f·((1 - cos θ) + J·(1 + cos θ))/2 and cos q + f·(J - 1)·sin θ/2.
func (c ThetaCell) turned(J, θ *graph.Node) *graph.Node {
	cosq, sinq, q := c.flow(J)
	cos, sin := θ.Cos(), θ.Sin()
	f := sinq.Mul(c.h).Scale(0.5)
	y := f.Mul(J.Mul(cos.Shift(1)).Add(cos.Neg().Shift(1)))
	x := cosq.Add(f.Mul(J.Shift(-1)).Mul(sin))
	half := y.Div(x.Square().Add(y.Square()).Sqrt().Add(x)).Atan().Scale(2)
	around := q.Scale(1 / (2 * math.Pi)).Shift(0.5).Floor().StopGradient() // of the half angle: from q = π on
	return θ.Add(half.Add(around.Scale(2 * math.Pi)).Scale(2))
}

// flow returns cos q and sin q/q for q = h·√J, and q. Where J < 0 these are 1 and tanh |q|/|q|, in
// place of the hyperbolic functions, which overflow: the length of the vector does not matter; q is 0.
func (c ThetaCell) flow(J *graph.Node) (cosq, sinq, q *graph.Node) {
	const small = 1e-3 // the series leave out z⁴/40320 and z⁴/362880
	z := J.Mul(c.h).Mul(c.h)
	series := func(a, b, c float64) *graph.Node { // 1 - a·z + b·z² - c·z³
		return z.Scale(-c).Shift(b).Mul(z).Shift(-a).Mul(z).Shift(1)
	}
	near, one := z.Abs().Lt(z.Like(small)), z.Like(1)
	above := z.Gt(z.Like(0))
	root := near.Select(one, z.Abs()).Sqrt()
	cosq = near.Select(series(1./2, 1./24, 1./720), above.Select(root.Cos(), one))
	sinq = near.Select(series(1./6, 1./120, 1./5040), above.Select(root.Sin(), root.Tanh()).Div(root))
	return cosq, sinq, above.Select(near.Select(z.Like(0), root), z.Like(0))
}
