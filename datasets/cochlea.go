package datasets

import (
	"fmt"
	"math"
	"math/cmplx"
)

// CochleaCode is how the response of a channel of a Cochlea becomes spikes.
type CochleaCode int

// Codes of a cochlea.
const (
	LeakyCode CochleaCode = iota // a leaky integrate-and-fire neuron per channel; 1 polarity
	DeltaCode                    // an event for each step that the envelope rises (P = 1) or falls (P = 0)
)

// Cochlea makes spikes of sound: a bank of gammatone filters, evenly spaced in equivalent
// rectangular bandwidths (ERB), half-wave rectification, compression, and a spiking code per
// channel. The sound is first scaled to a root mean square of 1, so loudness does not matter.
//
//	ERB(f) = 24.7 (4.37 f/1000 + 1)                              Hz
//	g(t)   = t^3 exp(-2 pi b t) cos(2 pi f t),   b = 1.019 ERB(f)
//	r      = max(g * s, 0)^Power
//	LeakyCode:  dv/dt = -v/Tau + r;  v reaches Threshold: a spike, v falls by Threshold
//	DeltaCode:  du/dt = (r - u)/Tau; u moved by Threshold since the last event: an event
//
// with time in ms in the last two. The filter is four equal complex one-pole filters in a row, with
// a gain of 1 at f. Sources: Patterson et al., "Complex sounds and auditory images", 1992 (filter);
// Glasberg and Moore, Hear. Res. 47, 1990, doi:10.1016/0378-5955(90)90170-T (ERB); Hohmann, Acta
// Acust. 88, 2002 (cascade). NewCochlea has the defaults.
type Cochlea struct {
	Channels  int         // N, >= 1; channel 0 is the lowest; 64
	Low       float64     // centre of the lowest filter, Hz, > 0; 100
	High      float64     // centre of the highest filter, Hz, below half the rate of the sound; 3600
	Power     float64     // compression, in (0, 1]; 0.5
	Code      CochleaCode // LeakyCode
	Tau       float64     // time constant of membrane or envelope, ms, > 0; 10
	Threshold float64     // >= 0.001, in units of v (ms) or u; 3, for DeltaCode take 0.2
}

// NewCochlea returns a cochlea with the default of every field: for speech of 8 kHz and more.
func NewCochlea() Cochlea {
	return Cochlea{Channels: 64, Low: 100, High: 3600, Power: 0.5, Tau: 10, Threshold: 3}
}

// Hear returns the spikes for a sound: X is the channel. Errors: ErrOption for a field out of its
// domain, also for a High that the rate of the sound does not hold, ErrNotFinite, ErrEmpty for no
// samples. Silence gives no spikes.
func (c Cochlea) Hear(a *Audio) (*Events, error) {
	if err := c.check(a); err != nil {
		return nil, named("Cochlea", err)
	}
	e := &Events{Sensor: c.sensor()}
	gain := unitGain(a.Samples)
	for k, f := range c.Centres() {
		c.channel(e, k, newGammatone(f, float64(a.Rate)), a, gain)
	}
	e.sort()
	e.Rejected.Reordered = 0 // channel after channel is no fault of the events
	return e, nil
}

// Centres returns the centre frequencies of the filters, Hz, [N], evenly spaced on the scale of
// ERBs, E(f) = 21.4 log10(4.37 f/1000 + 1).
func (c Cochlea) Centres() []float64 {
	number := func(f float64) float64 { return 21.4 * math.Log10(4.37*f/1000+1) }
	low, high := number(c.Low), number(c.High)
	centres := make([]float64, c.Channels)
	for k := range centres {
		at := low
		if c.Channels > 1 {
			at += (high - low) * float64(k) / float64(c.Channels-1)
		}
		centres[k] = 1000 / 4.37 * (math.Pow(10, at/21.4) - 1)
	}
	return centres
}

// channel adds the events of one channel.
func (c Cochlea) channel(e *Events, k int, g gammatone, a *Audio, gain float64) {
	dt := 1000 / float64(a.Rate) // ms
	keep := math.Exp(-dt / c.Tau)
	var v, last float64
	for i, s := range a.Samples {
		r := math.Pow(max(g.next(gain*float64(s)), 0), c.Power)
		event := Event{T: int64(math.RoundToEven(1000 * dt * float64(i))), X: uint16(k)}
		if c.Code == LeakyCode {
			v = keep*v + (1-keep)*c.Tau*r
			for ; v >= c.Threshold; v -= c.Threshold {
				e.add(event)
			}
			continue
		}
		v = keep*v + (1-keep)*r
		for ; v-last >= c.Threshold; last += c.Threshold {
			event.P = 1
			e.add(event)
		}
		for ; last-v >= c.Threshold; last -= c.Threshold {
			event.P = 0
			e.add(event)
		}
	}
}

// gammatone is a filter of order 4: four times the same complex pole.
type gammatone struct {
	pole  complex128
	gain  float64
	state [4]complex128
}

func newGammatone(f, rate float64) gammatone {
	erb := 24.7 * (4.37*f/1000 + 1)
	decay := math.Exp(-2 * math.Pi * 1.019 * erb / rate)
	// Of a real tone at f one half, the part that turns with the pole, passes with gain
	// 1/(1-decay)^4.
	return gammatone{pole: cmplx.Rect(decay, 2*math.Pi*f/rate), gain: 2 * math.Pow(1-decay, 4)}
}

// next returns the output of the filter for the next sample.
func (g *gammatone) next(x float64) float64 { return real(g.analytic(x)) }

// analytic returns the complex output, of which the filter's is the real part and the absolute value
// the envelope.
func (g *gammatone) analytic(x float64) complex128 {
	y := complex(g.gain*x, 0)
	for i := range g.state {
		g.state[i] = g.pole*g.state[i] + y
		y = g.state[i]
	}
	return y
}

// unitGain returns 1 over the root mean square of a sound; 0 for silence.
func unitGain(x []float32) float64 {
	sum := 0.0
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	if sum == 0 {
		return 0
	}
	return math.Sqrt(float64(len(x)) / sum)
}

// sensor returns what the recordings of the cochlea are of.
func (c Cochlea) sensor() Sensor {
	return Sensor{Width: c.Channels, Height: 1, Polarities: 1 + int(c.Code)}
}

func (c Cochlea) check(a *Audio) error {
	positive := func(v float64) bool { return v > 0 && !math.IsInf(v, 0) }
	switch {
	case c.Code != LeakyCode && c.Code != DeltaCode:
		return fail(ErrOption, "%v", c.Code)
	case a == nil || len(a.Samples) == 0:
		return fail(ErrEmpty, "no sound")
	case !positive(c.Low) || !(c.High >= c.Low) || !(2*c.High < float64(a.Rate)):
		return fail(ErrOption, "filters from %v to %v Hz for a sound of %d Hz", c.Low, c.High, a.Rate)
	case !(c.Power > 0 && c.Power <= 1):
		return fail(ErrOption, "compression to the power %v, expected 0 < power <= 1", c.Power)
	case !positive(c.Tau) || !positive(c.Threshold) || c.Threshold < minCochleaThreshold:
		return fail(ErrOption, "time constant of %v ms, threshold %v (at least %v)",
			c.Tau, c.Threshold, minCochleaThreshold)
	}
	if err := c.sensor().check(); err != nil {
		return err
	}
	return checkFinite("the sound", a.Samples, len(a.Samples))
}

// minCochleaThreshold bounds the events of one sample of a channel.
const minCochleaThreshold = 1e-3

// String returns the name of the code.
func (c CochleaCode) String() string {
	if c < LeakyCode || c > DeltaCode {
		return fmt.Sprintf("CochleaCode(%d)", int(c))
	}
	return [...]string{"LeakyCode", "DeltaCode"}[c]
}
