package datasets

import (
	"math"
	"math/rand/v2"

	"gorgonia.org/tensor"
)

// StepCurrent gives the values as a current that is switched on and off, as in an experiment with a
// current clamp:
//
//	I(t) = Amplitude x for On <= t < Off, else 0
type StepCurrent struct {
	Steps     int     // T, >= 1
	On        int     // first step with current, in [0, Off)
	Off       int     // first step without, in (On, T]; 0: T
	Amplitude float64 // current for x = 1; 1
}

// Encode returns currents for x [...]: float32 [T ...]. rng is not used. Errors: ErrShape for x not
// float32, ErrNotFinite, ErrRange for a current beyond float32, ErrOption.
func (c StepCurrent) Encode(x *tensor.Dense, _ *rand.Rand) (*tensor.Dense, error) {
	if c.Off == 0 {
		c.Off = c.Steps
	}
	if c.Amplitude == 0 {
		c.Amplitude = 1
	}
	if c.On < 0 || c.On >= c.Off || c.Off > c.Steps || math.IsNaN(c.Amplitude) || math.IsInf(c.Amplitude, 0) {
		return nil, named("StepCurrent", fail(ErrOption, "current of %v from step %d to %d of %d",
			c.Amplitude, c.On, c.Off, c.Steps))
	}
	f, err := newFrames(x, c.Steps)
	if err != nil {
		return nil, named("StepCurrent", err)
	}
	current := f.frame(c.On)
	for i, v := range f.x {
		current[i] = float32(c.Amplitude * float64(v))
	}
	if i := firstNotFinite(current); i >= 0 {
		return nil, named("StepCurrent", fail(ErrRange, "element %d is %v, %v times which is no float32",
			i, f.x[i], c.Amplitude))
	}
	for t := c.On + 1; t < c.Off; t++ {
		f.set(t, current)
	}
	return f.tensor(), nil
}
