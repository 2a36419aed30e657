package online_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/train/online"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestSettingsBeyondTheTypeOfPAreRefused: P = Alpha·I must be numbers of its type, and so must Forget.
func TestSettingsBeyondTheTypeOfPAreRefused(t *testing.T) {
	for says, m := range map[string]online.RLS{
		"Alpha is 1e+308, expected a number above 0 and up to 4.49e+307, as P is of float64": {Alpha: 1e308},
		"Alpha is +Inf, expected a number above 0 and up to 4.49e+307":                       {Alpha: math.Inf(1)},
		"Alpha is 1e+38, expected a number above 0 and up to 8.51e+37, as P is of float32":   {Alpha: 1e38, Single: true},
		"Alpha is 1e-50": {Alpha: 1e-50, Single: true},
		"Forget is 1e-50, expected within (0, 1], and not nearer to 0 or 1 than numbers of float32 are": {Alpha: 1, Forget: 1e-50, Single: true},
		"Forget is 0.999999999": {Alpha: 1, Forget: 1 - 1e-9, Single: true},
	} {
		_, err := online.NewModel(m, 2, 1, online.Options{})
		require.ErrorIs(t, err, online.ErrValue, says)
		assert.ErrorContains(t, err, says)
	}
	for _, m := range []online.RLS{
		{Alpha: 4e307}, {Alpha: 1e-320}, {Alpha: 8.5e37, Single: true}, {Alpha: 1e-44, Single: true},
		{Alpha: 1e38}, {Alpha: 1, Forget: 1 - 1e-9}, {Alpha: 1, Forget: 0.9999999, Single: true},
	} {
		got := model(t, m, 2, 1, false)
		_, err := got.PartialFit(dense([]int{2}, 0.1, 0.2), dense([]int{1}, 1))
		assert.NoError(t, err, "%+v", m)
	}
}

// TestInputsOutOfRangeAreNamed: that P is not positive definite any more is another thing.
func TestInputsOutOfRangeAreNamed(t *testing.T) {
	for says, c := range map[string]struct {
		m    online.RLS
		x, y float64
	}{
		"inputs reach 1e+200, P 2, of float64":                                {online.RLS{Alpha: 2}, 1, -1e200},
		"inputs reach 3, P 4e+307, of float64":                                {online.RLS{Alpha: 4e307}, 3, 1},
		"inputs reach 1e+30, P 2, of float32":                                 {online.RLS{Alpha: 2, Single: true}, 1e30, 1},
		"input 1 of sample 2 is -1e+200, expected a finite number of float32": {online.RLS{Alpha: 2, Single: true}, 1, -1e200},
	} {
		m := model(t, c.m, 2, 1, false)
		before := m.Snapshot()
		_, err := m.PartialFit(dense([]int{3, 2}, 0, 0, 0, 0, c.x, c.y), dense([]int{3, 1}, 1, 1, 1))
		require.ErrorIs(t, err, online.ErrValue, says)
		assert.NotErrorIs(t, err, online.ErrDiverged)
		assert.ErrorContains(t, err, says)
		assert.NotContains(t, err.Error(), "definite")
		assert.Equal(t, before["W"], m.Snapshot()["W"], says)
	}
	l, err := online.RLS{Alpha: 1}.New(2, 1)
	require.NoError(t, err)
	err = l.Learn(1, []float64{1, math.NaN()}, []float64{1}, []float64{0, 0})
	assert.ErrorContains(t, err, "input 1 of sample 0 is NaN, expected a finite number of float64")
}

// TestASnapshotOfNumbersThatAreNoneIsRefused: what is there stays.
func TestASnapshotOfNumbersThatAreNoneIsRefused(t *testing.T) {
	for _, name := range []string{"P", "pending"} {
		m := model(t, methods["rls"], 2, 1, false)
		before, bad := m.Snapshot(), m.Snapshot()
		bad["learner."+name].Float64s()[1] = math.NaN()
		err := m.Rollback(bad)
		require.ErrorIs(t, err, online.ErrValue)
		assert.ErrorContains(t, err, name+" of the snapshot has NaN, expected finite numbers")
		assert.Equal(t, before, m.Snapshot())
	}
}
