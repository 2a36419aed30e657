package layers

import "github.com/spikegraph/spikegraph/graph"

// Reset says what a spike does to the potential.
type Reset uint8

// The resets; s is the spike.
const (
	Soft    Reset = iota // V - (VTh - VReset)·s; with VReset 0, by subtraction of the threshold
	Hard                 // VReset where there is a spike, V·(1 - s) + VReset·s
	NoReset              // V stays
)

var resets = [...]func(c LIFCell, v, s *graph.Node) *graph.Node{
	Soft: func(c LIFCell, v, s *graph.Node) *graph.Node { return v.Sub(times(c.fall, s)) },
	Hard: func(c LIFCell, v, s *graph.Node) *graph.Node {
		v = v.Mul(s.Neg().Shift(1))
		if isConst(c.VReset, 0) {
			return v
		}
		return v.Add(c.VReset.Mul(s))
	},
	NoReset: func(_ LIFCell, v, _ *graph.Node) *graph.Node { return v },
}

// after returns the potential v after the spikes s.
func (c LIFCell) after(v, s *graph.Node) *graph.Node { return resets[c.reset](c, v, s) }

// Timing says when a spike resets the potential. Where that waits for the next step, the state's V
// is the potential that fired.
type Timing uint8

// The timings.
const (
	AtSpike     Timing = iota // in the step of the spike, after it (BrainPy, SpikingJelly)
	BeforeInput               // in the next step, before decay and input (snnTorch's Leaky, reset "zero")
	AfterInput                // in the next step, after decay and input (its reset "subtract", and RLeaky)
	// Refunded is snnTorch's reset_delay=False: a potential that is still at or above the threshold
	// after its reset is reset once more, without gradient, for the test of the next step, and gets
	// that back after it: V ← reset(U, z_t - z'), z' that second reset.
	Refunded
)

// timings says which of the three places of a reset in a step each Timing uses: first, before decay
// and input; second, after them; last, after the spike.
var timings = [...]struct{ first, second, last bool }{
	AtSpike:     {last: true},
	BeforeInput: {first: true},
	AfterInput:  {second: true},
	Refunded:    {second: true, last: true},
}

// before returns the spikes of the step before as they reset this one, from its potential.
func (c LIFCell) before(v *graph.Node) *graph.Node {
	d := v.Sub(c.VTh)
	if c.timing == Refunded {
		return d.Step()
	}
	return c.passing(d.Spike(c.spike))
}

// passing returns the spikes s as a reset sees them: without gradient if that is asked for.
func (c LIFCell) passing(s *graph.Node) *graph.Node {
	if c.detach {
		return s.StopGradient()
	}
	return s
}
