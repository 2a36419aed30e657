package datasets

import (
	"math/rand/v2"

	"gorgonia.org/tensor"
)

// Constant gives the values themselves at every step, as a constant current: I(t) = x. (Inside a
// graph a captured constant does the same without the copies.)
type Constant struct {
	Steps int // T, >= 1
}

// Encode returns x [...] repeated: float32 [T ...]. rng is not used.
// Errors: ErrShape for x not float32, ErrNotFinite, ErrOption.
func (c Constant) Encode(x *tensor.Dense, _ *rand.Rand) (*tensor.Dense, error) {
	f, err := newFrames(x, c.Steps)
	if err != nil {
		return nil, named("Constant", err)
	}
	for t := range c.Steps {
		f.set(t, f.x)
	}
	return f.tensor(), nil
}
