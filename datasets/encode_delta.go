package datasets

import (
	"math"
	"math/rand/v2"

	"gorgonia.org/tensor"
)

// Delta fires where a sequence changes: with d(t) = x(t) - x(t-1) and x(-1) = 0,
//
//	z(t) = 1 if d(t) >= Threshold;   with Off, -1 if d(t) <= -Threshold;   else 0
//
// as event cameras do. Source: spikegen.delta of snnTorch 0.9 (Eshraghian et al., Proc. IEEE 111,
// 2023, doi:10.1109/JPROC.2023.3308088).
type Delta struct {
	Threshold float64 // in units of x, > 0; 0.1
	Off       bool    // a decrease gives -1
	Padding   bool    // x(-1) = x(0): nothing fires at the first step
}

// Encode returns events for a sequence x [T ...]: float32 [T ...]. rng is not used.
// Errors: ErrShape for x not float32 or without an axis, ErrNotFinite, ErrOption.
func (c Delta) Encode(x *tensor.Dense, _ *rand.Rand) (*tensor.Dense, error) {
	if c.Threshold == 0 {
		c.Threshold = 0.1
	}
	if !(c.Threshold > 0) || math.IsInf(c.Threshold, 0) {
		return nil, named("Delta", fail(ErrOption, "threshold %v, expected a positive number", c.Threshold))
	}
	f, err := newFrames(x, 1)
	if err != nil {
		return nil, named("Delta", err)
	}
	if len(f.shape) < 2 {
		return nil, named("Delta", fail(ErrShape, "a single number, expected a sequence [T ...]"))
	}
	if len(f.x) == 0 {
		return nil, named("Delta", fail(ErrEmpty, "a sequence of shape %v", f.shape[1:]))
	}
	f.shape = f.shape[1:]
	width := len(f.x) / f.shape[0]
	before := make([]float32, width)
	if c.Padding {
		copy(before, f.x)
	}
	for i, v := range f.x {
		f.out[i] = c.event(float64(v) - float64(before[i%width]))
		before[i%width] = v
	}
	return f.tensor(), nil
}

// event returns what a change d gives.
func (c Delta) event(d float64) float32 {
	switch {
	case d >= c.Threshold:
		return 1
	case c.Off && d <= -c.Threshold:
		return -1
	}
	return 0
}
