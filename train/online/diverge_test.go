package online_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/train/online"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// TestARefusedBatchLeavesTheLastGoodState: a batch whose last sample, or whose target, cannot be
// taken in changes neither W nor P, whatever waits to be applied.
func TestARefusedBatchLeavesTheLastGoodState(t *testing.T) {
	const in = 3
	for name, method := range map[string]online.RLS{
		"all put off": {Alpha: 2}, "short": {Alpha: 2, Forget: 0.9, Defer: 4}, "copied": {Alpha: 2, Defer: 2},
		"single": {Alpha: 2, Single: true, Defer: 5},
	} {
		for before := range 6 {
			for _, bad := range [][2]float64{{1e200, 1}, {1, 1e308}} {
				a, b := model(t, method, in, 1, false), model(t, method, in, 1, false)
				for _, m := range []*online.Model{a, b} {
					learn(t, m, 1, in, 1, normals(1, before*in), normals(2, before))
				}
				x, y := normals(3, 4*in), []float64{1, 1, 1, bad[1]}
				x[3*in] = bad[0]
				if bad[0] == 1 {
					y[2], y[3] = -1.7e308, 1.7e308
				}
				_, err := a.PartialFit(dense([]int{4, in}, x...), dense([]int{4, 1}, y...))
				require.ErrorIs(t, err, online.ErrValue, name)
				type withP interface{ P() *tensor.Dense }
				assert.Equal(t, b.W.Float64s(), a.W.Float64s(), name)
				assert.Equal(t, b.Learner().(withP).P().Float64s(), a.Learner().(withP).P().Float64s(), "%s after %d", name, before)
			}
		}
	}
}

func TestTooLargeAStepIsRefused(t *testing.T) {
	for name, method := range map[string]online.Method{"lms": online.LMS{Alpha: 50}, "nlms": online.NLMS{Alpha: 50}} {
		m := model(t, method, 2, 1, false)
		var err error
		for range 1000 {
			before := append([]float64(nil), m.W.Float64s()...)
			if _, err = m.PartialFit(dense([]int{2}, 1, 2), dense([]int{1}, 1)); err != nil {
				assert.Equal(t, before, m.W.Float64s(), name)
				break
			}
		}
		require.ErrorIs(t, err, online.ErrDiverged, name)
		assert.ErrorContains(t, err, "learning diverges")
	}
	m := model(t, online.NLMS{Alpha: 0.5}, 2, 1, false)
	_, err := m.PartialFit(dense([]int{2}, 1e200, 2), dense([]int{1}, 1))
	require.ErrorIs(t, err, online.ErrValue, "the square of the input overflows")
	assert.NotErrorIs(t, err, online.ErrDiverged)
	assert.ErrorContains(t, err, "online: sample 0: value out of its domain: inputs of up to 1e+200, whose squares sum to +Inf")
}

// TestForgettingWithoutInputIsNamed: what was learned last stays, and can be used.
func TestForgettingWithoutInputIsNamed(t *testing.T) {
	for _, single := range []bool{false, true} {
		m := model(t, online.RLS{Alpha: 1, Forget: 0.8, Single: single}, 2, 1, false)
		var err error
		for step := 0; err == nil; step++ {
			require.Less(t, step, 10000)
			_, err = m.PartialFit(dense([]int{2}, 1, 0), dense([]int{1}, 3))
		}
		require.ErrorIs(t, err, online.ErrDiverged)
		assert.ErrorContains(t, err, "forgotten")
		assert.InDelta(t, 3, m.W.Float64s()[0], 1e-6)
		kept := m.Snapshot()
		require.NoError(t, model(t, online.RLS{Alpha: 1, Forget: 0.8, Single: single}, 2, 1, false).Rollback(kept))
	}
}
