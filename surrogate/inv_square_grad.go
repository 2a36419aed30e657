package surrogate

import "github.com/spikegraph/spikegraph/graph"

// InvSquareGrad is the fast sigmoid's slope with height 1 (SuperSpike):
//
//	g'(x) = 1 / (α|x| + 1)²
//
// Source: Zenke and Ganguli 2018, "SuperSpike: Supervised learning in multilayer spiking neural
// networks", doi:10.1162/neco_a_01086.
type InvSquareGrad struct {
	Alpha float64 // steepness, > 0; 100
}

// NewInvSquareGrad returns an InvSquareGrad with the default Alpha = 100.
func NewInvSquareGrad() InvSquareGrad { return InvSquareGrad{Alpha: 100} }

// Grad returns gy·g'(x).
func (s InvSquareGrad) Grad(x, gy *graph.Node) *graph.Node { return gradOf(&s, x, gy) }

func (s InvSquareGrad) String() string { return describe(&s) }

func (s *InvSquareGrad) name() string    { return "InvSquareGrad" }
func (s *InvSquareGrad) params() []param { return []param{{"alpha", &s.Alpha, positive}} }

func (s *InvSquareGrad) slope(x *graph.Node) *graph.Node {
	return x.Abs().Scale(s.Alpha).Shift(1).Square().Reciprocal()
}
