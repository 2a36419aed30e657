package surrogate

import "github.com/spikegraph/spikegraph/graph"

// Sigmoid is the slope of a steep logistic function:
//
//	g'(x) = α σ(αx) σ(-αx)        smooth(x) = σ(αx)        σ(u) = 1/(1 + e^-u)
//
// Source: Zenke and Vogels 2021, "The remarkable robustness of surrogate gradient learning for
// instilling complex function in spiking neural networks", doi:10.1162/neco_a_01367.
type Sigmoid struct {
	Alpha float64 // steepness, > 0; 4
}

// NewSigmoid returns a Sigmoid with the default Alpha = 4.
func NewSigmoid() Sigmoid { return Sigmoid{Alpha: 4} }

// Grad returns gy·g'(x).
func (s Sigmoid) Grad(x, gy *graph.Node) *graph.Node { return gradOf(&s, x, gy) }

// Smooth returns σ(αx).
func (s Sigmoid) Smooth(x *graph.Node) *graph.Node { return smoothOf(&s, x) }

func (s Sigmoid) String() string { return describe(&s) }

func (s *Sigmoid) name() string    { return "Sigmoid" }
func (s *Sigmoid) params() []param { return []param{{"alpha", &s.Alpha, positive}} }

// slope multiplies σ(u) by σ(-u), not by 1 - σ(u), which would lose its digits for large u.
func (s *Sigmoid) slope(x *graph.Node) *graph.Node {
	u := x.Scale(s.Alpha)
	return u.Sigmoid().Mul(u.Neg().Sigmoid()).Scale(s.Alpha)
}

func (s *Sigmoid) smooth(x *graph.Node) *graph.Node { return x.Scale(s.Alpha).Sigmoid() }
