package datasets

import (
	"math"
	"slices"
)

// Henon is the map
//
//	x(t+1) = 1 - A x(t)^2 + y(t)
//	y(t+1) = B x(t)
//
// Source: Hénon, "A two-dimensional mapping with a strange attractor", Commun. Math. Phys. 50,
// 1976, doi:10.1007/BF01608556, eq. 5, with its parameters and start in NewHenon.
type Henon struct {
	A, B  float64    // 1.4, 0.3
	Start [2]float64 // x, y of the first step; 0, 0
}

// NewHenon returns the map with the default of every field.
func NewHenon() Henon { return Henon{A: 1.4, B: 0.3} }

// Series returns n steps of x, y: [n 2]. Errors: ErrOption, ErrNotFinite if the start is outside
// the basin of the attractor and the numbers grow without bound.
func (h Henon) Series(n int) (*Series, error) {
	if err := checkSteps(n); err != nil {
		return nil, named("Henon", err)
	}
	if err := checkParameters(h.A, h.B, h.Start[0], h.Start[1]); err != nil {
		return nil, named("Henon", err)
	}
	s := &Series{Values: make([]float64, 0, 2*n), Channels: 2}
	x, y := h.Start[0], h.Start[1]
	for range n {
		s.Values = append(s.Values, x, y)
		x, y = 1-h.A*x*x+y, h.B*x
	}
	return s, named("Henon", finite(s.Values))
}

// Oscillators is a sum of sines of frequencies that have no common period ("multiple superimposed
// oscillators"):
//
//	y(t) = sum_i sin(Frequencies_i t),   t = 0, 1, 2 ...
//
// Sources: Jaeger, "Echo state networks", slides, 2004 (the first two), and Roeschies and Igel,
// "Structure optimization of reservoir networks", Logic J. IGPL 18, 2010, doi:10.1093/jigpal/jzp043
// (to eight), whose MSO8 is NewOscillators(8).
type Oscillators struct {
	Frequencies []float64 // radians per step; at least 1
}

// msoFrequencies are the frequencies of MSO8.
var msoFrequencies = [...]float64{0.2, 0.311, 0.42, 0.51, 0.63, 0.74, 0.85, 0.97}

// NewOscillators returns the sum of the first k sines of MSO8; all eight if k is above 8, none,
// which Series refuses, if it is below 1.
func NewOscillators(k int) Oscillators {
	return Oscillators{Frequencies: slices.Clone(msoFrequencies[:min(max(k, 0), len(msoFrequencies))])}
}

// Series returns y(t) for n steps: [n 1]. Errors: ErrOption.
func (o Oscillators) Series(n int) (*Series, error) {
	if err := checkSteps(n); err != nil {
		return nil, named("Oscillators", err)
	}
	if err := checkParameters(o.Frequencies...); err != nil {
		return nil, named("Oscillators", err)
	}
	if len(o.Frequencies) == 0 {
		return nil, named("Oscillators", fail(ErrOption, "no frequencies"))
	}
	s := &Series{Values: make([]float64, n), Channels: 1}
	for t := range s.Values {
		for _, f := range o.Frequencies {
			s.Values[t] += math.Sin(f * float64(t))
		}
	}
	return s, nil
}
