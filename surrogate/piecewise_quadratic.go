package surrogate

import "github.com/spikegraph/spikegraph/graph"

// PiecewiseQuadratic is a triangle of height α and half width 1/α, the slope of two parabolas:
//
//	g'(x) = α - α²|x|                    where |x| <= 1/α, else 0
//	smooth(x) = -½α²|x|x + αx + ½        there; 0 on the left, 1 on the right
//
// Sources: Esser et al. 2016, "Convolutional networks for fast, energy-efficient neuromorphic
// computing", doi:10.1073/pnas.1604850113; Bellec et al. 2018, arXiv:1803.09574; Neftci, Mostafa
// and Zenke 2019, doi:10.1109/MSP.2019.2931595.
type PiecewiseQuadratic struct {
	Alpha float64 // height of the triangle, > 0; 1
}

// NewPiecewiseQuadratic returns a PiecewiseQuadratic with the default Alpha = 1.
func NewPiecewiseQuadratic() PiecewiseQuadratic { return PiecewiseQuadratic{Alpha: 1} }

// Grad returns gy·g'(x).
func (s PiecewiseQuadratic) Grad(x, gy *graph.Node) *graph.Node { return gradOf(&s, x, gy) }

// Smooth returns the two parabolas between 0 and 1.
func (s PiecewiseQuadratic) Smooth(x *graph.Node) *graph.Node { return smoothOf(&s, x) }

func (s PiecewiseQuadratic) String() string { return describe(&s) }

func (s *PiecewiseQuadratic) name() string    { return "PiecewiseQuadratic" }
func (s *PiecewiseQuadratic) params() []param { return []param{{"alpha", &s.Alpha, positive}} }

func (s *PiecewiseQuadratic) slope(x *graph.Node) *graph.Node {
	return x.Abs().Scale(-s.Alpha * s.Alpha).Shift(s.Alpha).Relu()
}

// smooth holds αx to [-1, 1], where the parabolas reach 0 and 1.
func (s *PiecewiseQuadratic) smooth(x *graph.Node) *graph.Node {
	u := x.Scale(s.Alpha).Clip(-1, 1)
	return u.Sub(u.Abs().Mul(u).Scale(0.5)).Shift(0.5)
}
