package surrogate

import (
	"math"

	"github.com/spikegraph/spikegraph/graph"
)

// SquarewaveFourierSeries is the slope of the first harmonics of a square wave:
//
//	g'(x) = 4/T Σᵢ cos((2i-1) 2πx/T)        smooth(x) = ½ + 2/π Σᵢ sin((2i-1) 2πx/T)/(2i-1)
//
// with i from 1 to n. It is periodic and may be negative.
//
// Source: Fang et al. 2023, "SpikingJelly", doi:10.1126/sciadv.adi1480.
type SquarewaveFourierSeries struct {
	N       float64 // number of harmonics n, a whole number from 1 to 1000; 2
	TPeriod float64 // period T, > 0; 8
}

// NewSquarewaveFourierSeries returns a SquarewaveFourierSeries with the defaults N = 2, TPeriod = 8.
func NewSquarewaveFourierSeries() SquarewaveFourierSeries {
	return SquarewaveFourierSeries{N: 2, TPeriod: 8}
}

// Grad returns gy·g'(x).
func (s SquarewaveFourierSeries) Grad(x, gy *graph.Node) *graph.Node { return gradOf(&s, x, gy) }

// Smooth returns the series of the square wave, around ½.
func (s SquarewaveFourierSeries) Smooth(x *graph.Node) *graph.Node { return smoothOf(&s, x) }

func (s SquarewaveFourierSeries) String() string { return describe(&s) }

func (s *SquarewaveFourierSeries) name() string { return "SquarewaveFourierSeries" }
func (s *SquarewaveFourierSeries) params() []param {
	return []param{{"n", &s.N, count}, {"t_period", &s.TPeriod, positive}}
}

func (s *SquarewaveFourierSeries) slope(x *graph.Node) *graph.Node {
	u := x.Scale(2 * math.Pi / s.TPeriod)
	sum := u.Cos()
	for k := 3.0; k <= 2*s.N-1; k += 2 {
		sum = sum.Add(u.Scale(k).Cos())
	}
	return sum.Scale(4 / s.TPeriod)
}

func (s *SquarewaveFourierSeries) smooth(x *graph.Node) *graph.Node {
	u := x.Scale(2 * math.Pi / s.TPeriod)
	sum := u.Sin()
	for k := 3.0; k <= 2*s.N-1; k += 2 {
		sum = sum.Add(u.Scale(k).Sin().Scale(1 / k))
	}
	return sum.Scale(2 / math.Pi).Shift(0.5)
}
