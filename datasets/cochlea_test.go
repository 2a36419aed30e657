package datasets

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tone returns a second of a sine.
func tone(hz float64, rate int, amplitude float64) *Audio {
	a := &Audio{Rate: rate, Samples: make([]float32, rate)}
	for i := range a.Samples {
		a.Samples[i] = float32(amplitude * math.Sin(2*math.Pi*hz*float64(i)/float64(rate)))
	}
	return a
}

// A filter passes a tone at its centre with gain 1, and those far away hardly: its response is the
// fourth power of that of one pole.
func TestGammatoneGain(t *testing.T) {
	t.Parallel()
	const rate, centre = 16000, 1000.0
	decay := math.Exp(-2 * math.Pi * 1.019 * 132.639 / rate) // ERB(1000) = 24.7 * 5.37
	for _, hz := range []float64{1000, 1100, 800, 2000} {
		g := newGammatone(centre, rate)
		peak := 0.0
		for i := range rate {
			y := g.next(math.Sin(2 * math.Pi * hz * float64(i) / rate))
			if i > rate/2 {
				peak = max(peak, math.Abs(y))
			}
		}
		phase := 2 * math.Pi * (hz - centre) / rate
		want := math.Pow((1-decay)/math.Hypot(1-decay*math.Cos(phase), decay*math.Sin(phase)), 4)
		assert.InDelta(t, want, peak, 0.02, "%v Hz", hz)
	}
}

func TestCochleaCentres(t *testing.T) {
	t.Parallel()
	c := NewCochlea()
	f := c.Centres()
	require.Len(t, f, 64)
	assert.InDelta(t, 100, f[0], 1e-9)
	assert.InDelta(t, 3600, f[63], 1e-9)
	steps := func(k int) float64 { return math.Log((4.37*f[k+1] + 1000) / (4.37*f[k] + 1000)) }
	for k := range 63 {
		assert.InDelta(t, steps(0), steps(k), 1e-12, "equal steps of ERB numbers")
	}
	c.Channels = 1
	assert.InDelta(t, 100, c.Centres()[0], 1e-9)
}

// counts returns the events of each channel.
func counts(e *Events) []int {
	n := make([]int, e.Width)
	for _, v := range e.List {
		n[v.X]++
	}
	return n
}

// The channel that fires most is the one nearest to the tone, however loud it is.
func TestCochleaFindsTheTone(t *testing.T) {
	t.Parallel()
	c := NewCochlea()
	centres := c.Centres()
	for _, k := range []int{10, 30, 50} {
		loud, err := c.Hear(tone(centres[k], 8000, 0.9))
		require.NoError(t, err)
		require.NoError(t, loud.Check())
		n := counts(loud)
		for j := range n {
			assert.LessOrEqual(t, n[j], n[k], "channel %d of a tone at %d", j, k)
		}
		assert.InDelta(t, 150, n[k], 100, "spikes in a second")
		assert.Less(t, n[(k+32)%64], n[k]/2)
		quiet, err := c.Hear(tone(centres[k], 8000, 0.01))
		require.NoError(t, err)
		assert.InDelta(t, len(loud.List), len(quiet.List), 0.01*float64(len(loud.List)))
	}
}

// Ups and downs follow the envelope: they differ by where it ends, in thresholds.
func TestCochleaDelta(t *testing.T) {
	t.Parallel()
	c := NewCochlea()
	c.Code, c.Threshold, c.Channels = DeltaCode, 0.2, 8
	a := tone(500, 8000, 1)
	clear(a.Samples[4000:]) // half a second of silence: back to 0
	e, err := c.Hear(a)
	require.NoError(t, err)
	assert.Equal(t, 2, e.Polarities)
	balance := make([]int, 8)
	for _, v := range e.List {
		balance[v.X] += 2*int(v.P) - 1
	}
	assert.NotEmpty(t, e.List)
	for k, b := range balance {
		assert.True(t, b == 0 || b == 1, "channel %d ends at %d", k, b)
	}
}

func TestCochleaHearsARealDigit(t *testing.T) {
	t.Parallel()
	all, err := SpokenDigits("testdata/digits")
	require.NoError(t, err)
	set, err := HearDigits(all, NewCochlea())
	require.NoError(t, err)
	assert.Equal(t, []int32{0, 0, 0, 1, 1, 1, 7, 7, 7}, set.Labels)
	assert.Equal(t, []int32{0, 1, 2, 0, 1, 2, 0, 1, 2}, set.Groups)
	s, report, err := set.Spikes(Bins{Window: 10_000, Frames: 100})
	require.NoError(t, err)
	require.NoError(t, s.Check())
	assert.Equal(t, Rejected{}, report.Rejected)
	assert.Greater(t, s.Density(), 0.005)
	assert.Less(t, s.Density(), 0.2)
	again, _, err := set.Spikes(Bins{Window: 10_000, Frames: 100})
	require.NoError(t, err)
	assert.Equal(t, s, again)
}

func TestCochleaRefuses(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(c *Cochlea){
		"channels":  func(c *Cochlea) { c.Channels = 0 },
		"low":       func(c *Cochlea) { c.Low = 0 },
		"order":     func(c *Cochlea) { c.High = 50 },
		"Nyquist":   func(c *Cochlea) { c.High = 4000 },
		"power":     func(c *Cochlea) { c.Power = 1.5 },
		"tau":       func(c *Cochlea) { c.Tau = math.Inf(1) },
		"threshold": func(c *Cochlea) { c.Threshold = 0 },
		"code":      func(c *Cochlea) { c.Code = 2 },
	} {
		c := NewCochlea()
		change(&c)
		_, err := c.Hear(tone(500, 8000, 1))
		assert.ErrorIs(t, err, ErrOption, name)
		_, err = HearDigits([]SpokenDigit{{Audio: tone(500, 8000, 1)}}, c)
		assert.ErrorIs(t, err, ErrOption, name)
	}
	c := NewCochlea()
	_, err := c.Hear(nil)
	assert.ErrorIs(t, err, ErrEmpty)
	_, err = HearDigits(nil, c)
	assert.ErrorIs(t, err, ErrEmpty)
	_, err = c.Hear(&Audio{Rate: 8000, Samples: []float32{float32(math.NaN())}})
	assert.ErrorIs(t, err, ErrNotFinite)
	e, err := c.Hear(&Audio{Rate: 8000, Samples: make([]float32, 100)})
	require.NoError(t, err)
	assert.Empty(t, e.List, "silence")
	assert.Equal(t, "DeltaCode", DeltaCode.String())
	assert.Equal(t, "CochleaCode(7)", CochleaCode(7).String())
}
