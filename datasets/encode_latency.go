package datasets

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gorgonia.org/tensor"
)

// LatencyCurve is how the time of a spike follows from the strength of the input.
type LatencyCurve int

// Curves of a latency code.
const (
	Linear      LatencyCurve = iota // t_f = round((P-1) (1-u))
	Logarithmic                     // t_f = round((P-1) - ln(a u + 1)), a = e^(P-1) - 1
)

// Latency codes strength by time: every value u in [0, 1] is one spike in each period of P steps,
// at step
//
//	Linear:       t_f = round((P-1) (1-u))
//	Logarithmic:  t_f = round((P-1) - ln(a u + 1)),   a = e^(P-1) - 1
//
// so u = 1 spikes at step 0 and u = 0 at step P-1; round is half to even. The period repeats: z(t)
// = 1 where t mod P = t_f. Source: LatencyEncoder of BrainPy 2.4.3, with its bounds applied and an
// array of steps allowed, as it documents but does not do. Threshold is ours.
type Latency struct {
	Period    int          // P, steps, >= 1
	Steps     int          // T, steps, >= 1; Period
	Curve     LatencyCurve // Linear
	In        Interval     // bounds of the input; [0, 1]
	Threshold float64      // values u below it stay silent, in [0, 1]; 0: none does
}

// Encode returns spikes 0 and 1 for x [...]: float32 [T ...]. rng is not used.
// Errors: ErrShape for x not float32, ErrNotFinite, ErrRange for a value outside In, ErrOption.
func (c Latency) Encode(x *tensor.Dense, _ *rand.Rand) (*tensor.Dense, error) {
	if c.Steps == 0 {
		c.Steps = c.Period
	}
	if err := c.check(); err != nil {
		return nil, named("Latency", err)
	}
	f, err := newFrames(x, c.Steps)
	if err != nil {
		return nil, named("Latency", err)
	}
	u, err := c.In.unit(f.x)
	if err != nil {
		return nil, named("Latency", err)
	}
	for i, v := range u {
		if v < c.Threshold {
			continue
		}
		for t := c.time(v); t < c.Steps; t += c.Period {
			f.frame(t)[i] = 1
		}
	}
	return f.tensor(), nil
}

// time returns the step t_f within a period of the spike of u in [0, 1].
func (c Latency) time(u float64) int {
	last := float64(c.Period - 1)
	if c.Curve == Linear {
		return int(math.RoundToEven(last * (1 - u)))
	}
	return int(math.RoundToEven(last - logGrowth(last, u)))
}

// logGrowth returns ln((e^k - 1) u + 1) for u in [0, 1]; for large k without overflow, as
// k + ln(u + (1-u) e^-k).
func logGrowth(k, u float64) float64 {
	if k < 30 {
		return math.Log1p(math.Expm1(k) * u)
	}
	return max(0, k+math.Log(u+(1-u)*math.Exp(-k)))
}

func (c Latency) check() error {
	switch {
	case c.Period < 1 || c.Period > math.MaxInt32:
		return fail(ErrOption, "period of %d steps, expected 1 to %d", c.Period, math.MaxInt32)
	case c.Curve != Linear && c.Curve != Logarithmic:
		return fail(ErrOption, "%v", c.Curve)
	case !(c.Threshold >= 0 && c.Threshold <= 1):
		return fail(ErrOption, "threshold %v, expected 0 to 1", c.Threshold)
	}
	return nil
}

// String returns the name of the curve.
func (c LatencyCurve) String() string {
	if c < Linear || c > Logarithmic {
		return fmt.Sprintf("LatencyCurve(%d)", int(c))
	}
	return [...]string{"Linear", "Logarithmic"}[c]
}
