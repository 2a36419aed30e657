package surrogate

import "github.com/spikegraph/spikegraph/graph"

// ReluGrad is a triangle, zero from a distance on:
//
//	g'(x) = α max(0, width - |x|)
//
// Sources: Bellec et al. 2018, "Long short-term memory and learning-to-learn in networks of
// spiking neurons", arXiv:1803.09574 (with α = 0.3); Neftci, Mostafa and Zenke 2019,
// doi:10.1109/MSP.2019.2931595.
type ReluGrad struct {
	Alpha float64 // slope of the sides, > 0; 0.3
	Width float64 // half width of the foot, > 0; 1
}

// NewReluGrad returns a ReluGrad with the defaults Alpha = 0.3, Width = 1.
func NewReluGrad() ReluGrad { return ReluGrad{Alpha: 0.3, Width: 1} }

// Grad returns gy·g'(x).
func (s ReluGrad) Grad(x, gy *graph.Node) *graph.Node { return gradOf(&s, x, gy) }

func (s ReluGrad) String() string { return describe(&s) }

func (s *ReluGrad) name() string { return "ReluGrad" }
func (s *ReluGrad) params() []param {
	return []param{{"alpha", &s.Alpha, positive}, {"width", &s.Width, positive}}
}

func (s *ReluGrad) slope(x *graph.Node) *graph.Node {
	return x.Abs().Neg().Shift(s.Width).Relu().Scale(s.Alpha)
}
