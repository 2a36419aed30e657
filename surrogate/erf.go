package surrogate

import (
	"math"

	"github.com/spikegraph/spikegraph/graph"
)

// ERF is a Gaussian of unit area, the slope of the error function:
//
//	g'(x) = α/√π e^(-α²x²)        smooth(x) = ½ (1 + erf(αx))
//
// Sources: Esser et al. 2015, "Backpropagation for energy-efficient neuromorphic computing",
// NeurIPS 28; Wu et al. 2018, doi:10.3389/fnins.2018.00331; Yin, Corradi and Bohte 2020,
// doi:10.1145/3407197.3407225.
type ERF struct {
	Alpha float64 // steepness, > 0; 1
}

// NewERF returns an ERF with the default Alpha = 1.
func NewERF() ERF { return ERF{Alpha: 1} }

// Grad returns gy·g'(x).
func (s ERF) Grad(x, gy *graph.Node) *graph.Node { return gradOf(&s, x, gy) }

// Smooth returns ½ (1 + erf(αx)).
func (s ERF) Smooth(x *graph.Node) *graph.Node { return smoothOf(&s, x) }

func (s ERF) String() string { return describe(&s) }

func (s *ERF) name() string    { return "ERF" }
func (s *ERF) params() []param { return []param{{"alpha", &s.Alpha, positive}} }

func (s *ERF) slope(x *graph.Node) *graph.Node {
	return x.Scale(s.Alpha).Square().Neg().Exp().Scale(s.Alpha / math.Sqrt(math.Pi))
}

func (s *ERF) smooth(x *graph.Node) *graph.Node {
	return x.Scale(s.Alpha).Erf().Shift(1).Scale(0.5)
}
