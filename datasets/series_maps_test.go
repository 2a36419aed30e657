package datasets_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spikegraph/spikegraph/datasets"
)

func TestHenon(t *testing.T) {
	t.Parallel()
	h := datasets.NewHenon()
	s, err := h.Series(1000)
	require.NoError(t, err)
	assert.InDeltaSlice(t, []float64{0, 0, 1, 0, -0.4, 0.3, 1.076, -0.12}, s.Values[:8], 1e-15, "by hand")
	for i := 1; i < 1000; i++ {
		x, y := s.At(i)[0], s.At(i)[1] // the inverse map
		require.InDelta(t, s.At(i - 1)[0], y/0.3, 1e-12)
		require.InDelta(t, s.At(i - 1)[1], x-1+1.4*y*y/0.09, 1e-12)
	}
	x := (-0.7 + math.Sqrt(0.49+5.6)) / 2.8
	h.Start = [2]float64{x, 0.3 * x}
	s, err = h.Series(10)
	require.NoError(t, err)
	assert.InDelta(t, x, s.At(9)[0], 1e-10, "the fixed point")
	h.Start = [2]float64{5, 5}
	_, err = h.Series(100)
	assert.ErrorIs(t, err, datasets.ErrNotFinite)
	h.A = math.NaN()
	_, err = h.Series(1)
	assert.ErrorIs(t, err, datasets.ErrOption)
	_, err = datasets.NewHenon().Series(0)
	assert.ErrorIs(t, err, datasets.ErrOption)
}

// A sine obeys y(t+1) + y(t-1) = 2 cos(f) y(t).
func TestOscillators(t *testing.T) {
	t.Parallel()
	sum := make([]float64, 200)
	for _, f := range []float64{0.2, 0.311, 0.42, 0.51, 0.63, 0.74, 0.85, 0.97} {
		s, err := datasets.Oscillators{Frequencies: []float64{f}}.Series(200)
		require.NoError(t, err)
		y := s.Values
		require.Zero(t, y[0])
		require.InDelta(t, math.Sin(f), y[1], 1e-15)
		for i := 1; i < 199; i++ {
			require.InDelta(t, 2*math.Cos(f)*y[i], y[i+1]+y[i-1], 1e-12)
		}
		for i, v := range y {
			sum[i] += v
		}
	}
	s, err := datasets.NewOscillators(8).Series(200)
	require.NoError(t, err)
	assert.InDeltaSlice(t, sum, s.Values, 1e-12)
	assert.Equal(t, []float64{0.2, 0.311}, datasets.NewOscillators(2).Frequencies)
	assert.Equal(t, datasets.NewOscillators(8), datasets.NewOscillators(9))
	for _, o := range []datasets.Oscillators{{}, datasets.NewOscillators(-1), {Frequencies: []float64{math.Inf(1)}}} {
		_, err := o.Series(5)
		assert.ErrorIs(t, err, datasets.ErrOption)
	}
	_, err = datasets.NewOscillators(1).Series(-1)
	assert.ErrorIs(t, err, datasets.ErrOption)
}
