package offline_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/train/offline"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Rows of numbers whose squares no number can hold have their norm all the same, and so has a lasso of them.
func TestNormalizeOfAnySize(t *testing.T) {
	for _, scale := range []float64{1, 1e-310, 1e-200, 1e200, 4e307, -4e307} {
		x := dense([]int{3, 2}, 3*scale, 4*scale, 0, 0, 0, -2*scale)
		z, err := offline.Normalize(x)
		require.NoError(t, err)
		sign := math.Copysign(1, scale)
		assert.InDeltaSlicef(t, []float64{0.6 * sign, 0.8 * sign, 0, 0, 0, -sign}, z.Float64s(), 1e-12, "%v", scale)
	}
	x, y := normal(3, 30, 4), normal(4, 30, 2)
	want := fit(t, offline.Lasso{Alpha: 0.1}, x, y, nil, offline.Options{})
	require.NotZero(t, want.W.Float64s()[0])
	for i := range x.Float64s() {
		x.Float64s()[i] *= 1e200
	}
	same(t, want.W, fit(t, offline.Lasso{Alpha: 0.1}, x, y, nil, offline.Options{}).W, 1e-9)
}

// Products that leave the range of float64 are refused, wherever features are made.
func TestFeaturesBeyondRange(t *testing.T) {
	t.Parallel()
	x := dense([]int{2, 2}, 1, 2, -1e200, 3)
	says := "row 1 of the inputs has numbers of up to 1e+200, of which products of 2 leave the range of float64, expected finite numbers; scale the samples"
	_, err := offline.PolynomialFeatures(x, 2, true)
	require.ErrorIs(t, err, offline.ErrValue)
	require.ErrorContains(t, err, says)
	f, err := offline.PolynomialFeatures(x, 1, true)
	require.NoError(t, err)
	assert.Equal(t, []float64{1, 1, 2, 1, -1e200, 3}, f.Float64s())

	y := dense([]int{2, 1}, 1, 2)
	m, err := offline.Ridge{Alpha: 1e-3, Degree: 2}.New(offline.Options{})
	require.NoError(t, err)
	require.ErrorContains(t, m.Add(x, y, nil), says)
	small := dense([]int{2, 2}, 1, 2, 3, 5)
	require.NoError(t, m.Add(small, y, nil))
	fit, err := m.Fit()
	require.NoError(t, err)
	_, err = fit.Predict(x)
	require.ErrorContains(t, err, says)
}
