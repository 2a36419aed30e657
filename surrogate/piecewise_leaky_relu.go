package surrogate

import "github.com/spikegraph/spikegraph/graph"

// PiecewiseLeakyRelu is a rectangle around threshold with a small slope beside it:
//
//	g'(x) = 1/w  where |x| <= w,  else c
//	smooth(x) = x/(2w) + ½  where |x| <= w;  cx + cw  on the left;  cx - cw + 1  on the right
//
// Within the window g' is twice the slope of the smooth function: so it is defined and so
// published libraries compute it.
//
// Sources: Yin et al. 2017, "Algorithm and hardware design of discrete-time spiking neural networks
// based on back propagation with binary activations", arXiv:1709.06206; Wu et al. 2018,
// doi:10.3389/fnins.2018.00331; Huh and Sejnowski 2018, arXiv:1706.04698.
type PiecewiseLeakyRelu struct {
	C float64 // slope outside the window, >= 0; 0.01
	W float64 // half width of the window, > 0; 1
}

// NewPiecewiseLeakyRelu returns a PiecewiseLeakyRelu with the defaults C = 0.01, W = 1.
func NewPiecewiseLeakyRelu() PiecewiseLeakyRelu { return PiecewiseLeakyRelu{C: 0.01, W: 1} }

// Grad returns gy·g'(x).
func (s PiecewiseLeakyRelu) Grad(x, gy *graph.Node) *graph.Node { return gradOf(&s, x, gy) }

// Smooth returns the ramp through ½ at threshold.
func (s PiecewiseLeakyRelu) Smooth(x *graph.Node) *graph.Node { return smoothOf(&s, x) }

func (s PiecewiseLeakyRelu) String() string { return describe(&s) }

func (s *PiecewiseLeakyRelu) name() string { return "PiecewiseLeakyRelu" }
func (s *PiecewiseLeakyRelu) params() []param {
	return []param{{"c", &s.C, notNegative}, {"w", &s.W, positive}}
}

func (s *PiecewiseLeakyRelu) slope(x *graph.Node) *graph.Node {
	return x.Abs().Le(scalar(x, s.W)).Select(scalar(x, 1/s.W), scalar(x, s.C))
}

// smooth adds to the ramp over the window what x exceeds the window by, times c.
func (s *PiecewiseLeakyRelu) smooth(x *graph.Node) *graph.Node {
	in := x.Clip(-s.W, s.W)
	return in.Scale(1 / (2 * s.W)).Shift(0.5).Add(x.Sub(in).Scale(s.C))
}
