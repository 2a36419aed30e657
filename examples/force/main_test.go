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

func TestForce(t *testing.T) {
	dir := t.TempDir()
	e, err := run(io.Discard, config{neurons: 300, ms: 6000, seed: 1, out: dir})
	require.NoError(t, err)
	assert.Less(t, e.learning, 0.05)
	assert.Less(t, e.free, 0.3, "the mean of the target is 0.5 above or below 0")
	info, err := os.Stat(filepath.Join(dir, "force.png"))
	require.NoError(t, err)
	assert.Greater(t, info.Size(), int64(10000))
}

func TestForceRefuses(t *testing.T) {
	for _, c := range []config{{neurons: 0, ms: 6000}, {neurons: 10, ms: 2*period - 1}} {
		_, err := run(io.Discard, c)
		require.ErrorContains(t, err, "want at least 1 and 2400")
	}
}

// TestSines compares with the sum, written out, at a few times.
func TestSines(t *testing.T) {
	f := sines(300, 302)
	require.Len(t, f, 2)
	assert.InDelta(t, 1.3/1.5*(1-1./6), f[0], 1e-12, "a quarter of the period: only the odd sines are not 0")
	assert.InDelta(t, sines(0, 302)[301], f[1], 1e-12)
	assert.InDelta(t, 0, sines(600, 601)[0], 1e-12)
	assert.InDelta(t, 1.3/1.5*(math.Sqrt2/2+0.5+math.Sqrt2/12), sines(150, 151)[0], 1e-12)
}

func TestMeanError(t *testing.T) {
	assert.InDelta(t, 1.5, meanError([]float64{1, -2}, []float64{0, 0, 9}), 1e-15)
}
