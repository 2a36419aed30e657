package datasets

import (
	"math"
	"math/rand/v2"

	"gorgonia.org/tensor"
)

// Population codes each value by M neurons with Gaussian receptive fields, whose centres are spread
// over the interval [a, b]; the nearer, the earlier the one spike of the neuron:
//
//	mu_i = a + (2i-3)/2 (b-a)/(M-2),   i = 1 ... M
//	sigma = (b-a) / (Gamma (M-2))
//	r_i = exp(-(x-mu_i)^2 / (2 sigma^2))
//	t_i = round((T-1) (1-r_i)) if r_i >= Threshold, else no spike
//
// with round half to even. Source: Bohte, Kok, La Poutré, "Error-backpropagation in temporally
// encoded networks of spiking neurons", Neurocomputing 48, 2002,
// doi:10.1016/S0925-2312(01)00658-0, section 4.1.
type Population struct {
	Steps     int      // T, >= 1
	Neurons   int      // M, >= 3
	In        Interval // bounds of the input, [a, b]; [0, 1]
	Gamma     float64  // > 0; 1.5
	Threshold float64  // responses below it stay silent, in (0, 1); 0.1
}

// Encode returns spikes 0 and 1 for x [... F]: float32 [T ... F*M], where the neurons of a value lie
// side by side; [T M] for a single number. rng is not used. Errors: ErrShape for x not float32,
// ErrNotFinite, ErrRange for a value outside In, ErrOption.
func (c Population) Encode(x *tensor.Dense, _ *rand.Rand) (*tensor.Dense, error) {
	c = c.orDefaults()
	if err := c.check(); err != nil {
		return nil, named("Population", err)
	}
	f, err := newWideFrames(x, c.Steps, c.Neurons)
	if err != nil {
		return nil, named("Population", err)
	}
	u, err := c.In.unit(f.x)
	if err != nil {
		return nil, named("Population", err)
	}
	if len(f.shape) == 1 {
		f.shape = append(f.shape, 1)
	}
	f.shape[len(f.shape)-1] *= c.Neurons
	width := len(u) * c.Neurons
	for i, v := range u {
		for k := range c.Neurons {
			if t, ok := c.time(v, k); ok {
				f.out[t*width+i*c.Neurons+k] = 1
			}
		}
	}
	return f.tensor(), nil
}

// time returns the step of the spike of neuron k for u in [0, 1]; ok is false without one.
func (c Population) time(u float64, k int) (t int, ok bool) {
	spread := float64(c.Neurons - 2)
	d := c.Gamma * (u*spread - (float64(k) - 0.5)) // (x-mu)/sigma
	r := math.Exp(-d * d / 2)
	return int(math.RoundToEven(float64(c.Steps-1) * (1 - r))), r >= c.Threshold
}

func (c Population) orDefaults() Population {
	if c.Gamma == 0 {
		c.Gamma = 1.5
	}
	if c.Threshold == 0 {
		c.Threshold = 0.1
	}
	return c
}

func (c Population) check() error {
	switch {
	case c.Neurons < 3 || c.Neurons > math.MaxInt32:
		return fail(ErrOption, "%d neurons, expected at least 3", c.Neurons)
	case !(c.Gamma > 0) || math.IsInf(c.Gamma, 0):
		return fail(ErrOption, "gamma %v, expected a positive number", c.Gamma)
	case !(c.Threshold > 0 && c.Threshold < 1):
		return fail(ErrOption, "threshold %v, expected 0 < threshold < 1", c.Threshold)
	}
	return nil
}
