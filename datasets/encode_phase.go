package datasets

import (
	"math"
	"math/rand/v2"

	"gorgonia.org/tensor"
)

// WeightedPhase writes a value as a binary fraction, its digits over the K phases of a period: the
// value u in [0, 1] is scaled to r = u (1 - w(K-1)), and at each step i
//
//	z(i) = 1 if r >= w(i), else 0;   r <- r - w(i) z(i);   w(i) = 2^-((i mod K) + 1)
//
// so the sum of w(i) z(i) over the first period is r but for less than w(K-1). What is left is
// carried on; r is not filled up again at a new period, in which therefore next to nothing fires.
//
// Sources: WeightedPhaseEncoder of BrainPy 2.4.3; Kim et al., "Deep neural networks with weighted
// spikes", Neurocomputing 311, 2018, doi:10.1016/j.neucom.2018.05.087.
type WeightedPhase struct {
	Phases int                 // K, >= 1
	Steps  int                 // T, >= 1; Phases
	In     Interval            // bounds of the input; [0, 1]
	Weight func(i int) float64 // w(i) of step i, finite; 2^-((i mod K) + 1)
}

// Encode returns spikes 0 and 1 for x [...]: float32 [T ...]. rng is not used.
// Errors: ErrShape for x not float32, ErrNotFinite, ErrRange for a value outside In, ErrOption.
func (c WeightedPhase) Encode(x *tensor.Dense, _ *rand.Rand) (*tensor.Dense, error) {
	c = c.orDefaults()
	if c.Phases < 1 {
		return nil, named("WeightedPhase", fail(ErrOption, "%d phases, expected at least 1", c.Phases))
	}
	f, err := newFrames(x, c.Steps)
	if err != nil {
		return nil, named("WeightedPhase", err)
	}
	r, err := c.In.unit(f.x)
	if err != nil {
		return nil, named("WeightedPhase", err)
	}
	scale := 1 - c.Weight(c.Phases-1)
	for i := range r {
		r[i] *= scale
	}
	for t := range c.Steps {
		w, z := c.Weight(t), f.frame(t)
		if finite := w-w == 0 && scale-scale == 0; !finite {
			return nil, named("WeightedPhase", fail(ErrOption, "weight %v of step %d, %v of step %d",
				w, t, 1-scale, c.Phases-1))
		}
		for i := range r {
			if r[i] >= w {
				z[i], r[i] = 1, r[i]-w
			}
		}
	}
	return f.tensor(), nil
}

func (c WeightedPhase) orDefaults() WeightedPhase {
	if c.Steps == 0 {
		c.Steps = c.Phases
	}
	if c.Weight == nil {
		phases := c.Phases
		c.Weight = func(i int) float64 { return math.Ldexp(1, -(i%phases + 1)) }
	}
	return c
}
