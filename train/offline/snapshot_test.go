package offline_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/train/offline"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestASnapshotGoesOn(t *testing.T) {
	const n = 300
	x, y := normal(1, n, 3), shares(normal(2, n, 2))
	more := offline.Func(func(n, p, q int, x, y []float64) ([]float64, error) { return x[len(x)-p*q:], nil })
	all := map[string]offline.Method{"func": more}
	for name, m := range methods {
		all[name] = m
	}
	for name, m := range all {
		t.Run(name, func(t *testing.T) {
			o := offline.Options{Bias: true}
			a, err := m.New(o)
			require.NoError(t, err)
			empty := a.Snapshot()
			require.NoError(t, a.Add(rows(x, span(0, 290)...), rows(y, span(0, 290)...), nil))
			middle := a.Snapshot()
			require.NoError(t, a.Add(rows(x, span(290, n)...), rows(y, span(290, n)...), nil))
			want, err := a.Fit()
			require.NoError(t, err)

			b, err := m.New(o)
			require.NoError(t, err)
			for _, f := range []offline.Fitter{a, b} {
				require.NoError(t, f.Rollback(middle))
				require.NoError(t, f.Add(rows(x, span(290, n)...), rows(y, span(290, n)...), nil))
				got, err := f.Fit()
				require.NoError(t, err)
				assert.Equal(t, want.W.Float64s(), got.W.Float64s())
			}
			require.NoError(t, b.Rollback(empty))
			_, err = b.Fit()
			assert.ErrorIs(t, err, offline.ErrEmpty)

			other, err := m.New(offline.Options{})
			require.NoError(t, err)
			assert.ErrorIs(t, other.Rollback(middle), offline.ErrShape, "without the bias")
			assert.ErrorIs(t, other.Rollback(offline.Snapshot{}), offline.ErrShape)
		})
	}
}
