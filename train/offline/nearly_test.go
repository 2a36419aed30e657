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
}
