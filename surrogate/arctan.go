package surrogate

import (
	"math"

	"github.com/spikegraph/spikegraph/graph"
)

// Arctan is the slope of an arc tangent that runs from 0 to 1:
//
//	g'(x) = α / (2 (1 + (π/2 αx)²))        smooth(x) = atan(π/2 αx)/π + ½
//
// With Alpha = 2 it is 1/(1 + (πx)²).
//
// Source: Fang et al. 2021, "Incorporating learnable membrane time constant to enhance learning of
// spiking neural networks", doi:10.1109/ICCV48922.2021.00266.
type Arctan struct {
	Alpha float64 // twice the height at threshold, > 0; 1
}

// NewArctan returns an Arctan with the default Alpha = 1.
func NewArctan() Arctan { return Arctan{Alpha: 1} }

// Grad returns gy·g'(x).
func (s Arctan) Grad(x, gy *graph.Node) *graph.Node { return gradOf(&s, x, gy) }

// Smooth returns atan(π/2 αx)/π + ½.
func (s Arctan) Smooth(x *graph.Node) *graph.Node { return smoothOf(&s, x) }

func (s Arctan) String() string { return describe(&s) }

func (s *Arctan) name() string    { return "Arctan" }
func (s *Arctan) params() []param { return []param{{"alpha", &s.Alpha, positive}} }

func (s *Arctan) slope(x *graph.Node) *graph.Node {
	return x.Scale(math.Pi / 2 * s.Alpha).Square().Shift(1).Reciprocal().Scale(s.Alpha / 2)
}

func (s *Arctan) smooth(x *graph.Node) *graph.Node {
	return x.Scale(math.Pi / 2 * s.Alpha).Atan().Scale(1 / math.Pi).Shift(0.5)
}
