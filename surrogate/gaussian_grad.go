package surrogate

import (
	"math"

	"github.com/spikegraph/spikegraph/graph"
)

// GaussianGrad is a normal density around threshold:
//
//	g'(x) = α N(x; 0, σ)        N(x; μ, s) = e^(-(x-μ)²/(2s²)) / (√(2π) s)
//
// Source: Yin, Corradi and Bohte 2021, "Accurate and efficient time-domain classification with
// adaptive spiking recurrent neural networks", doi:10.1038/s42256-021-00397-w.
type GaussianGrad struct {
	Sigma float64 // standard deviation, > 0; 0.5
	Alpha float64 // area, > 0; 0.5
}

// NewGaussianGrad returns a GaussianGrad with the defaults Sigma = 0.5, Alpha = 0.5.
func NewGaussianGrad() GaussianGrad { return GaussianGrad{Sigma: 0.5, Alpha: 0.5} }

// Grad returns gy·g'(x).
func (s GaussianGrad) Grad(x, gy *graph.Node) *graph.Node { return gradOf(&s, x, gy) }

func (s GaussianGrad) String() string { return describe(&s) }

func (s *GaussianGrad) name() string { return "GaussianGrad" }
func (s *GaussianGrad) params() []param {
	return []param{{"sigma", &s.Sigma, positive}, {"alpha", &s.Alpha, positive}}
}

func (s *GaussianGrad) slope(x *graph.Node) *graph.Node { return normal(x, 0, s.Sigma).Scale(s.Alpha) }

// normal returns the density N(x; mu, sigma).
func normal(x *graph.Node, mu, sigma float64) *graph.Node {
	return x.Shift(-mu).Scale(1 / sigma).Square().Scale(-0.5).Exp().Scale(1 / (math.Sqrt(2*math.Pi) * sigma))
}
