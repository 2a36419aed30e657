package main

import (
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Each kind of network learns, and goes on with the curve by itself.
func TestForce(t *testing.T) {
	for name, c := range map[string]struct {
		config
		learning, free, shape float64 // bounds
	}{
		"rate":       {config{neurons: 500, ms: 6000}, 0.002, 0.01, 0.01},
		"paper":      {config{neurons: 500, ms: 6000}, 0.02, 0.1, 0.05},
		"lif":        {config{neurons: 500, ms: 4000}, 0.08, 0.5, 0.08},
		"theta":      {config{neurons: 500, ms: 4000}, 0.08, 0.5, 0.08},
		"izhikevich": {config{neurons: 500, ms: 4000}, 0.08, 0.5, 0.08},
	} {
		t.Run(name, func(t *testing.T) {
			c.model, c.seed, c.out = name, 1, t.TempDir()
			e, err := run(io.Discard, c.config)
			require.NoError(t, err)
			assert.Less(t, e.learning, c.learning)
			assert.Less(t, e.free, c.free, "the mean of the targets is 0.5 and 0.64 above or below 0")
			assert.Less(t, e.shape, c.shape)
			info, err := os.Stat(filepath.Join(c.out, "force.png"))
			require.NoError(t, err)
			assert.Greater(t, info.Size(), int64(10000))
		})
	}
}

func TestForceRefuses(t *testing.T) {
	for want, c := range map[string]config{
		"0 neurons, 6000 ms, want at least 1 and 2400":           {model: "rate", neurons: 0, ms: 6000},
		"10 neurons, 2399 ms, want at least 1 and 2400":          {model: "rate", neurons: 10, ms: 2399},
		"10 neurons, 399 ms, want at least 1 and 400":            {model: "lif", neurons: 10, ms: 399},
		`model "hh", want rate, paper, lif, izhikevich or theta`: {model: "hh", neurons: 10, ms: 6000},
	} {
		_, err := run(io.Discard, c)
		require.ErrorContains(t, err, want)
	}
}

// The curves at a few times, written out.
func TestCurve(t *testing.T) {
	m := models["rate"]
	f := m.curve(300, 302, 1)
	require.Len(t, f, 2)
	assert.InDelta(t, 1.3/1.5*(1-1./6), f[0], 1e-12, "a quarter of the period: only the odd sines are not 0")
	assert.InDelta(t, m.curve(0, 302, 1)[301], f[1], 1e-12)
	assert.InDelta(t, 0, m.curve(600, 601, 1)[0], 1e-12)
	assert.InDelta(t, 1.3/1.5*(math.Sqrt2/2+0.5+math.Sqrt2/12), m.curve(150, 151, 1)[0], 1e-12)
	assert.InDelta(t, f[0], m.curve(-900, 0, 1)[0], 1e-12, "a period before")

	f = models["lif"].curve(50, 52, 10)
	require.Len(t, f, 20)
	assert.InDelta(t, 1, f[0], 1e-12)
	assert.InDelta(t, math.Cos(2*math.Pi*0.3/200), f[3], 1e-12)
}

func TestMeanError(t *testing.T) {
	assert.InDelta(t, 1.5, meanError([]float64{1, -2}, []float64{0, 0, 9}), 1e-15)
}

// A curve that is late by one more ms in each period has the target's shape.
func TestInOwnTime(t *testing.T) {
	f := models["lif"].curve(0, 200, 1)
	z := make([]float64, 600)
	for i := range z {
		z[i] = f[(i-i/200-1+200)%200]
	}
	e, late := inOwnTime(z, f, 200)
	assert.InDelta(t, 0, e, 1e-12)
	assert.Equal(t, 3.0, late)
	for i := range z {
		z[i] = 1.1 * f[(i+7)%200]
	}
	e, late = inOwnTime(z, f, 200)
	assert.InDelta(t, 0.1*2/math.Pi, e, 1e-3)
	assert.Equal(t, -7.0, late)
}
