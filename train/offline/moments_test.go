package offline_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/train/offline"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// Sums have the same bits however the samples come: all at once, where whole chunks are summed as they
// lie, or in parts, which wait in a copy.
func TestSumsDoNotDependOnParts(t *testing.T) {
	t.Parallel()
	const n, p, q = 900, 7, 2
	x, y := normal(1, n, p), normal(2, n, q)
	part := func(x *tensor.Dense, from, to, cols int) *tensor.Dense {
		return tensor.New(tensor.WithShape(to-from, cols), tensor.WithBacking(x.Float64s()[from*cols:to*cols]))
	}
	fit := func(o offline.Options, cuts ...int) []float64 {
		f, err := offline.Ridge{Alpha: 1e-3}.New(o)
		require.NoError(t, err)
		from := 0
		for _, to := range append(cuts, n) {
			require.NoError(t, f.Add(part(x, from, to, p), part(y, from, to, q), nil))
			from = to
		}
		m, err := f.Fit()
		require.NoError(t, err)
		return m.W.Float64s()
	}
	for name, o := range map[string]offline.Options{"plain": {}, "bias": {Bias: true}} {
		want := fit(o)
		for _, cuts := range [][]int{{1}, {256}, {255, 256}, {300, 812}, {512, 513, 769}} {
			assert.Equal(t, want, fit(o, cuts...), "%s, %v", name, cuts)
		}
	}
}
