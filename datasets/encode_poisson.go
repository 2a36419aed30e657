package datasets

import (
	"math"
	"math/rand/v2"

	"gorgonia.org/tensor"
)

// Poisson is the rate code: at every step, independently, a value u in [0, 1] is a spike with
// probability u:
//
//	z(t) = 1 if U < u, else 0,   U uniform in [0, 1) anew for every step and element
//
// so the count over T steps is binomial, near Poisson for small u. Source: PoissonEncoder of
// BrainPy 2.4.3. Two differences: values outside the interval are an error unless In.Clip, where
// the source takes them silently for rates of 0 or 1; and one step is [1 ...], with its axis of
// time.
type Poisson struct {
	Steps int      // T, >= 1
	In    Interval // bounds of the input; [0, 1]
}

// Encode returns spikes 0 and 1 for x [...]: float32 [T ...]. It draws from rng step after step,
// element after element, 32 bits each; a probability is exact to 2^-33, and 0 and 1 are certain.
// Errors: ErrShape for x not float32, ErrNotFinite, ErrRange for a value outside In, ErrOption,
// also for no rng.
func (c Poisson) Encode(x *tensor.Dense, rng *rand.Rand) (*tensor.Dense, error) {
	f, err := newFrames(x, c.Steps)
	if err != nil {
		return nil, named("Poisson", err)
	}
	u, err := c.In.unit(f.x)
	if err != nil {
		return nil, named("Poisson", err)
	}
	if rng == nil {
		return nil, named("Poisson", fail(ErrOption, "no source of random numbers"))
	}
	below := make([]uint64, len(u))
	for i, p := range u {
		below[i] = uint64(math.Round(p * (1 << 32)))
	}
	for t := range c.Steps {
		drawSpikes(f.frame(t), below, rng)
	}
	return f.tensor(), nil
}

// drawSpikes sets z[i] to 1 with probability below[i]/2^32, else to 0. Two elements share a draw of
// 64 bits, and the comparison is a subtraction, because a branch that goes either way costs more
// than the draw.
func drawSpikes(z []float32, below []uint64, rng *rand.Rand) {
	var u uint64
	for i, b := range below {
		if i%2 == 0 {
			u = rng.Uint64()
		}
		z[i] = float32(int64((u&math.MaxUint32 - b) >> 63)) // 1 where the low half of u is less than b
		u >>= 32
	}
}
