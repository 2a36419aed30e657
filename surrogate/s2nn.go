package surrogate

import "github.com/spikegraph/spikegraph/graph"

// S2NN is a logistic function below threshold and a logarithm above:
//
//	g'(x) = α σ(αx) σ(-αx)    where x < 0,    β/(x + 1)          elsewhere
//	smooth(x) = σ(αx)         where x < 0,    β ln(x + 1 + ε) + ½  elsewhere
//
// Source: Suetake et al. 2023, "S3NN: Time step reduction of spiking surrogate gradients for
// training energy efficient single-step spiking neural networks", doi:10.1016/j.neunet.2022.12.008
// (S2NN in arXiv:2201.10879).
type S2NN struct {
	Alpha   float64 // steepness below threshold, > 0; 4
	Beta    float64 // slope just above threshold, > 0; 1
	Epsilon float64 // ε in the logarithm of the smooth function, >= 0; 1e-8
}

// NewS2NN returns an S2NN with the defaults Alpha = 4, Beta = 1, Epsilon = 1e-8.
func NewS2NN() S2NN { return S2NN{Alpha: 4, Beta: 1, Epsilon: 1e-8} }

// Grad returns gy·g'(x).
func (s S2NN) Grad(x, gy *graph.Node) *graph.Node { return gradOf(&s, x, gy) }

// Smooth returns the logistic function below threshold, the logarithm above.
func (s S2NN) Smooth(x *graph.Node) *graph.Node { return smoothOf(&s, x) }

func (s S2NN) String() string { return describe(&s) }

func (s *S2NN) name() string { return "S2NN" }
func (s *S2NN) params() []param {
	return []param{{"alpha", &s.Alpha, positive}, {"beta", &s.Beta, positive}, {"epsilon", &s.Epsilon, notNegative}}
}

func (s *S2NN) slope(x *graph.Node) *graph.Node {
	below := (&Sigmoid{Alpha: s.Alpha}).slope(x)
	return atLeast(x, 0).Select(s.above(x).Reciprocal().Scale(s.Beta), below)
}

func (s *S2NN) smooth(x *graph.Node) *graph.Node {
	above := s.above(x).Shift(s.Epsilon).Log().Scale(s.Beta).Shift(0.5)
	return atLeast(x, 0).Select(above, x.Scale(s.Alpha).Sigmoid())
}

// above returns x + 1 where x >= 0, else 1: near x = -1 the branch not taken would divide by zero,
// and zero times infinity is no gradient.
func (s *S2NN) above(x *graph.Node) *graph.Node { return x.Max(scalar(x, 0)).Shift(1) }
