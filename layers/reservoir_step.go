package layers

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// Step advances the reservoir by one time step:
//
//	a = Gain·((x + ξ)·Win + r·W + (y + ξ″)·Wfb) + B
//	r ← (1-α)·r + α·(Func(a) + ξ′)                    or, Func being Outside the leak,
//	s ← (1-α)·s + α·(a + ξ′),  r = Func(s)            with α = LeakRate
//
// ξ, ξ″ and ξ′ are the noise of input, feedback and state, drawn anew for every step and element;
// they repeat in every run until the graph's Clock is set forward. x is the input [... In], r the
// activity [... N].
//
// Differences from BrainPy, whose bias and noise of the state do not arrive, and whose outside
// leak is of r: Lukoševičius 2012, eq. 1-3, doi:10.1007/978-3-642-35289-8_36, is followed instead.
func (c ReservoirCell) Step(x *graph.Node, s ReservoirState) (r *graph.Node, next ReservoirState) {
	r, _, next = c.Drive(x, s)
	return r, next
}

// Drive is Step that also returns net, what each neuron sums before Gain and B: [... N].
func (c ReservoirCell) Drive(x *graph.Node, s ReservoirState) (r, net *graph.Node, next ReservoirState) {
	defer c.g.Scope(c.name)()
	if x = c.arrive(x); !x.Valid() {
		return x, x, c.spread(x, s)
	}
	if x.DType() != c.dtype {
		bad := c.g.Fail(fmt.Errorf("%w: the input is %v, the reservoir %v; Cast it, or set DType",
			graph.ErrDType, x.Type(), c.dtype))
		return bad, bad, c.spread(bad, s)
	}
	rest := c.none(x, c.p.N)
	r = s.R.Else(rest)
	net = product(c.noisy(x, c.p.NoiseIn), c.Win, nil).Add(c.rec.carry(r))
	if c.p.Feedback > 0 {
		s.Y = s.Y.Else(c.none(x, c.p.Feedback))
		net = net.Add(product(c.noisy(s.Y, c.p.NoiseFeedback), c.Wfb, nil))
	}
	a := times(c.Gain, net)
	if !isConst(c.B, 0) {
		a = a.Add(c.B)
	}
	if c.p.Outside {
		s.S = c.leak(s.S.Else(rest), c.noisy(a, c.p.NoiseRec))
		s.R = c.p.Func.Apply(s.S)
	} else {
		s.R = c.leak(r, c.noisy(c.p.Func.Apply(a), c.p.NoiseRec))
	}
	return s.R, net, s
}

// leak returns (1-α)·r + α·f.
func (c ReservoirCell) leak(r, f *graph.Node) *graph.Node {
	if isConst(c.LeakRate, 1) {
		return f
	}
	return c.LeakRate.Neg().Shift(1).Mul(r).Add(c.LeakRate.Mul(f))
}

// noisy returns x with noise of the given strength.
func (c ReservoirCell) noisy(x *graph.Node, strength float64) *graph.Node {
	switch {
	case strength == 0 || !x.Valid():
		return x
	case c.p.UniformNoise:
		return x.Add(c.g.Uniform(c.dtype, x.Shape()...).Scale(2 * strength).Shift(-strength))
	}
	return x.Add(c.g.Normal(c.dtype, x.Shape()...).Scale(strength))
}

// spread returns the state s with the invalid node bad in every place that the reservoir uses.
func (c ReservoirCell) spread(bad *graph.Node, s ReservoirState) ReservoirState {
	s.R = bad
	if c.p.Outside {
		s.S = bad
	}
	if c.p.Feedback > 0 {
		s.Y = bad
	}
	return s
}
