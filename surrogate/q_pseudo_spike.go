package surrogate

import "github.com/spikegraph/spikegraph/graph"

// QPseudoSpike has tails that fall off as a power of the distance from threshold:
//
//	g'(x) = (1 + 2|x|/(α-1))^(-α)
//	smooth(x) = ½ (1 - 2x/(α-1))^(1-α)  where x < 0,  1 - ½ (1 + 2x/(α-1))^(1-α)  elsewhere
//
// Source: Herranz-Celotti and Rouat 2022, "Surrogate gradients design", arXiv:2202.00282.
type QPseudoSpike struct {
	Alpha float64 // exponent of the tails, > 1; 2
}

// NewQPseudoSpike returns a QPseudoSpike with the default Alpha = 2.
func NewQPseudoSpike() QPseudoSpike { return QPseudoSpike{Alpha: 2} }

// Grad returns gy·g'(x).
func (s QPseudoSpike) Grad(x, gy *graph.Node) *graph.Node { return gradOf(&s, x, gy) }

// Smooth returns the distribution function of which the slope is the density.
func (s QPseudoSpike) Smooth(x *graph.Node) *graph.Node { return smoothOf(&s, x) }

func (s QPseudoSpike) String() string { return describe(&s) }

func (s *QPseudoSpike) name() string    { return "QPseudoSpike" }
func (s *QPseudoSpike) params() []param { return []param{{"alpha", &s.Alpha, aboveOne}} }

func (s *QPseudoSpike) slope(x *graph.Node) *graph.Node {
	return x.Abs().Scale(2 / (s.Alpha - 1)).Shift(1).Pow(scalar(x, -s.Alpha))
}

func (s *QPseudoSpike) smooth(x *graph.Node) *graph.Node {
	tail := magnitude(x).Scale(2 / (s.Alpha - 1)).Shift(1).Pow(scalar(x, 1-s.Alpha)).Scale(0.5)
	return atLeast(x, 0).Select(tail.Neg().Shift(1), tail)
}
