package datasets

import "math"

// silence is the lowest level that Levels returns, dB.
const silence = -120

// Levels returns how loud a sound is in each channel: [T][N], a row for every dt ms of it, also for
// a last part that is shorter. A level is the power of the filter's output, followed with the time
// constant Tau and taken at the end of the dt, in dB relative to the mean power of the whole sound;
// below -120, and for silence, it is -120:
//
//	du/dt = (|y|²/2 - u)/Tau,  level = 10 log10(u)
//
// with y the complex output of a gammatone filter, |y| its envelope. Compression and spiking code
// play no part. A network takes levels as currents, or for a change of sound: a microphone or a
// room adds to them, a longer vocal tract moves them along the channels. Errors: those of Hear,
// ErrOption for a dt that is not positive or shorter than a sample.
func (c Cochlea) Levels(a *Audio, dt float64) ([][]float32, error) {
	if err := c.check(a); err != nil {
		return nil, named("Cochlea", err)
	}
	each := dt * float64(a.Rate) / 1000 // samples of a step
	if !(each >= 1) || math.IsInf(each, 0) {
		return nil, named("Cochlea", fail(ErrOption, "steps of %v ms for a sound of %d Hz", dt, a.Rate))
	}
	levels := make([][]float32, int(math.Ceil(float64(len(a.Samples))/each)))
	for t := range levels {
		levels[t] = make([]float32, c.Channels)
	}
	gain := unitGain(a.Samples)
	for k, f := range c.Centres() {
		c.level(levels, k, newGammatone(f, float64(a.Rate)), a, gain, each)
	}
	return levels, nil
}

// level writes the levels of one channel, for steps of so many samples.
func (c Cochlea) level(levels [][]float32, k int, g gammatone, a *Audio, gain, each float64) {
	keep := math.Exp(-1000 / float64(a.Rate) / c.Tau)
	u := 0.0
	for t, at := 0, 0; t < len(levels); t++ {
		for end := min(int(math.Round(float64(t+1)*each)), len(a.Samples)); at < end; at++ {
			y := g.analytic(gain * float64(a.Samples[at]))
			u = keep*u + (1-keep)*(real(y)*real(y)+imag(y)*imag(y))/2
		}
		levels[t][k] = float32(max(10*math.Log10(u), silence))
	}
}
