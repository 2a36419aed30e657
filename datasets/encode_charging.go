package datasets

import (
	"math"
	"math/rand/v2"

	"gorgonia.org/tensor"
)

// Charging is the latency code of a membrane that a constant current u charges towards u: it
// reaches the threshold at
//
//	t_f = Tau ln(u / (u - Threshold)),   u > Threshold
//
// rounded half to even, and at the last step T-1 at the latest, where weaker values spike too
// unless Silent. With Normalize the factor Tau is chosen such that u = Threshold + 1e-7 spikes
// exactly at T-1: Tau = (T-1) / ln((Threshold + 1e-7) / 1e-7).
//
// Source: spikegen.latency of snnTorch 0.9 (Eshraghian et al., "Training spiking neural networks
// using lessons from deep learning", Proc. IEEE 111, 2023, doi:10.1109/JPROC.2023.3308088). There
// Normalize stretches to the latest spike of the batch, so that a sample's spikes depend on the
// others; here not.
type Charging struct {
	Steps     int      // T, >= 1
	In        Interval // bounds of the input; [0, 1]
	Threshold float64  // in units of u, in (0, 1); 0.01
	Tau       float64  // time constant, steps, > 0; 1
	Normalize bool     // spread over all steps; Tau is not used
	Silent    bool     // values below Threshold give no spike (`clip` in the source)
}

// chargingEpsilon is how little above the threshold the weakest input is taken, as in the source.
const chargingEpsilon = 1e-7

// Encode returns spikes 0 and 1, at most one per element, for x [...]: float32 [T ...]. rng is not
// used. Errors: ErrShape for x not float32, ErrNotFinite, ErrRange for a value outside In,
// ErrOption.
func (c Charging) Encode(x *tensor.Dense, _ *rand.Rand) (*tensor.Dense, error) {
	c = c.orDefaults()
	if err := c.check(); err != nil {
		return nil, named("Charging", err)
	}
	f, err := newFrames(x, c.Steps)
	if err != nil {
		return nil, named("Charging", err)
	}
	u, err := c.In.unit(f.x)
	if err != nil {
		return nil, named("Charging", err)
	}
	for i, v := range u {
		if v >= c.Threshold || !c.Silent {
			f.frame(c.time(v))[i] = 1
		}
	}
	return f.tensor(), nil
}

// time returns the step of the spike of u.
func (c Charging) time(u float64) int {
	last := float64(c.Steps - 1)
	tau := c.Tau
	if c.Normalize {
		tau = last / math.Log((c.Threshold+chargingEpsilon)/chargingEpsilon)
	}
	u = max(u, c.Threshold+chargingEpsilon)
	return int(math.RoundToEven(min(tau*math.Log(u/(u-c.Threshold)), last)))
}

func (c Charging) orDefaults() Charging {
	if c.Threshold == 0 {
		c.Threshold = 0.01
	}
	if c.Tau == 0 {
		c.Tau = 1
	}
	return c
}

func (c Charging) check() error {
	if !(c.Threshold > 0 && c.Threshold < 1) {
		return fail(ErrOption, "threshold %v, expected 0 < threshold < 1", c.Threshold)
	}
	if !(c.Tau > 0) || math.IsInf(c.Tau, 0) {
		return fail(ErrOption, "time constant of %v steps, expected a positive number", c.Tau)
	}
	return nil
}
