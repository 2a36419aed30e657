package surrogate

import "github.com/spikegraph/spikegraph/graph"

// SoftSign is the slope of u/(1+|u|), the "fast sigmoid", moved to run from 0 to 1:
//
//	g'(x) = α / (2 (1 + |αx|)²)        smooth(x) = ½ (αx/(1 + |αx|) + 1)
//
// Source: Neftci, Mostafa and Zenke 2019, "Surrogate gradient learning in spiking neural networks",
// doi:10.1109/MSP.2019.2931595. [InvSquareGrad] is the same shape with height 1.
type SoftSign struct {
	Alpha float64 // steepness, > 0; 1
}

// NewSoftSign returns a SoftSign with the default Alpha = 1.
func NewSoftSign() SoftSign { return SoftSign{Alpha: 1} }

// Grad returns gy·g'(x).
func (s SoftSign) Grad(x, gy *graph.Node) *graph.Node { return gradOf(&s, x, gy) }

// Smooth returns ½ (αx/(1 + |αx|) + 1).
func (s SoftSign) Smooth(x *graph.Node) *graph.Node { return smoothOf(&s, x) }

func (s SoftSign) String() string { return describe(&s) }

func (s *SoftSign) name() string    { return "SoftSign" }
func (s *SoftSign) params() []param { return []param{{"alpha", &s.Alpha, positive}} }

func (s *SoftSign) slope(x *graph.Node) *graph.Node {
	return x.Abs().Scale(s.Alpha).Shift(1).Square().Reciprocal().Scale(s.Alpha / 2)
}

func (s *SoftSign) smooth(x *graph.Node) *graph.Node {
	u := x.Scale(s.Alpha)
	return u.Div(u.Abs().Shift(1)).Shift(1).Scale(0.5)
}
