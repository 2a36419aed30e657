package surrogate

import "github.com/spikegraph/spikegraph/graph"

// MultiGaussianGrad is a normal density with a wide negative one on each side, N as in
// [GaussianGrad]:
//
//	g'(x) = scale ((1+h) N(x; 0, σ) - h N(x; σ, sσ) - h N(x; -σ, sσ))
//
// It is negative far from threshold.
//
// Source: Yin, Corradi and Bohte 2021, "Accurate and efficient time-domain classification with
// adaptive spiking recurrent neural networks", doi:10.1038/s42256-021-00397-w.
type MultiGaussianGrad struct {
	H     float64 // weight of the side lobes, >= 0; 0.15
	S     float64 // width of the side lobes in σ, > 0; 6
	Sigma float64 // standard deviation σ of the middle, > 0; 0.5
	Scale float64 // factor of the whole, > 0; 0.5
}

// NewMultiGaussianGrad returns a MultiGaussianGrad with the defaults H = 0.15, S = 6, Sigma = 0.5,
// Scale = 0.5.
func NewMultiGaussianGrad() MultiGaussianGrad {
	return MultiGaussianGrad{H: 0.15, S: 6, Sigma: 0.5, Scale: 0.5}
}

// Grad returns gy·g'(x).
func (s MultiGaussianGrad) Grad(x, gy *graph.Node) *graph.Node { return gradOf(&s, x, gy) }

func (s MultiGaussianGrad) String() string { return describe(&s) }

func (s *MultiGaussianGrad) name() string { return "MultiGaussianGrad" }
func (s *MultiGaussianGrad) params() []param {
	return []param{
		{"h", &s.H, notNegative}, {"s", &s.S, positive},
		{"sigma", &s.Sigma, positive}, {"scale", &s.Scale, positive},
	}
}

func (s *MultiGaussianGrad) slope(x *graph.Node) *graph.Node {
	middle := normal(x, 0, s.Sigma).Scale(1 + s.H)
	right := normal(x, s.Sigma, s.S*s.Sigma)
	left := normal(x, -s.Sigma, s.S*s.Sigma)
	return middle.Sub(right.Add(left).Scale(s.H)).Scale(s.Scale)
}
