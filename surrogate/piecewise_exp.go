package surrogate

import "github.com/spikegraph/spikegraph/graph"

// PiecewiseExp decays exponentially on both sides of threshold:
//
//	g'(x) = α/2 e^(-α|x|)
//	smooth(x) = ½ e^(αx)  where x < 0,  1 - ½ e^(-αx)  elsewhere
//
// Sources: Shrestha and Orchard 2018, "SLAYER: Spike layer error reassignment in time",
// arXiv:1810.08646; Neftci, Mostafa and Zenke 2019, doi:10.1109/MSP.2019.2931595.
type PiecewiseExp struct {
	Alpha float64 // rate of decay, > 0; 1
}

// NewPiecewiseExp returns a PiecewiseExp with the default Alpha = 1.
func NewPiecewiseExp() PiecewiseExp { return PiecewiseExp{Alpha: 1} }

// Grad returns gy·g'(x).
func (s PiecewiseExp) Grad(x, gy *graph.Node) *graph.Node { return gradOf(&s, x, gy) }

// Smooth returns the distribution function of which the slope is the density.
func (s PiecewiseExp) Smooth(x *graph.Node) *graph.Node { return smoothOf(&s, x) }

func (s PiecewiseExp) String() string { return describe(&s) }

func (s *PiecewiseExp) name() string    { return "PiecewiseExp" }
func (s *PiecewiseExp) params() []param { return []param{{"alpha", &s.Alpha, positive}} }

func (s *PiecewiseExp) slope(x *graph.Node) *graph.Node {
	return x.Abs().Scale(-s.Alpha).Exp().Scale(s.Alpha / 2)
}

func (s *PiecewiseExp) smooth(x *graph.Node) *graph.Node {
	tail := magnitude(x).Scale(-s.Alpha).Exp().Scale(0.5)
	return atLeast(x, 0).Select(tail.Neg().Shift(1), tail)
}
