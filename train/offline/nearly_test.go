package offline_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/train/offline"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// TestPowersThatTheNormalEquationsCannotTellApart: samples of the powers of 40 points, of which X'X
// has a condition number near 1e15 but Cholesky's factors; the true weights are all one.
func TestPowersThatTheNormalEquationsCannotTellApart(t *testing.T) {
	const n, p = 40, 11
	x, y := make([]float64, n*p), make([]float64, n)
	for i := range n {
		for j := range p {
			x[i*p+j] = math.Pow(float64(i+1)/n, float64(j))
			y[i] += x[i*p+j]
		}
	}
	xs := tensor.New(tensor.WithShape(n, p), tensor.WithBacking(x))
	ys := tensor.New(tensor.WithShape(n, 1), tensor.WithBacking(y))
	worst := func(m *offline.Model) (d float64) {
		for _, w := range m.W.Float64s() {
			d = max(d, math.Abs(w-1))
		}
		return d
	}
	whole := fit(t, offline.Linear{}, xs, ys, nil, offline.Options{})
	f, err := offline.Linear{}.New(offline.Options{})
	require.NoError(t, err)
	require.NoError(t, f.Add(xs, ys, nil))
	streamed, err := f.Fit()
	require.NoError(t, err)
	assert.Less(t, worst(whole), 1e-7)
	assert.Greater(t, worst(streamed), 1e-5, "the sums alone have lost the digits")
	for _, m := range []*offline.Model{whole, streamed} {
		require.Len(t, m.Warnings, 1)
		assert.Contains(t, m.Warnings[0], "condition number")
		assert.Greater(t, m.Condition, 1e14)
	}
	assert.Contains(t, whole.Warnings[0], "QR")
}

// TestNearlyEqualColumnsByFactors: columns 1e-8 apart are told apart without a penalty, by the factors
// QR; one too small to matter leaves the work to singular values, with the same result but for it.
func TestNearlyEqualColumnsByFactors(t *testing.T) {
	const n = 60
	x, noise := normal(1, n, 3), normal(2, n, 1).Float64s()
	y := make([]float64, n)
	for i := range n {
		row := x.Float64s()[3*i : 3*i+3]
		row[2] = row[0] + 1e-8*noise[i]
		y[i] = row[0] - 2*row[1] + 3*row[2]
	}
	ys := tensor.New(tensor.WithShape(n, 1), tensor.WithBacking(y))
	for alpha, how := range map[float64]string{0: "QR", 1e-23: "singular values"} {
		for _, o := range []offline.Options{{}, {Bias: true}, {Bias: true, FreeBias: true}} {
			m := fit(t, offline.Ridge{Alpha: alpha}, x, ys, nil, o)
			require.Len(t, m.Warnings, 1)
			assert.Contains(t, m.Warnings[0], how)
			w := m.W.Float64s()
			assert.InDeltaSlice(t, []float64{1, -2, 3}, w[len(w)-3:], 1e-5)
		}
	}
}

// TestSamplesWhoseSquaresAreZero: numbers below 1e-162 have no square, and their fit is one all the same.
func TestSamplesWhoseSquaresAreZero(t *testing.T) {
	x := dense([]int{2, 3}, 1e-200, 0, 1e-200, 1e-200, 3e-200, -1e-200)
	m := fit(t, offline.Linear{}, x, dense([]int{2, 1}, 0, 1), nil, offline.Options{})
	p, err := m.Predict(x)
	require.NoError(t, err)
	assert.InDeltaSlice(t, []float64{0, 1}, p.Float64s(), 1e-9)
	m = fit(t, offline.Linear{}, dense([]int{2, 1}, 0, 0), dense([]int{2, 1}, 0, 1), nil, offline.Options{})
	assert.Equal(t, []float64{0}, m.W.Float64s())
	assert.True(t, math.IsInf(m.Condition, 1))
}
