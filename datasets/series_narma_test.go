package datasets_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spikegraph/spikegraph/datasets"
)

func TestNARMA(t *testing.T) {
	t.Parallel()
	for _, order := range []int{5, 10, 20} {
		a := datasets.NewNARMA(order)
		a.Discard = 0
		task, err := a.Task(400, 3)
		require.NoError(t, err)
		u, out := task.In.Values, task.Out.Values
		y := append([]float64{0}, out...) // y(t) is y[t]
		for i := range 400 {
			sum, past := 0.0, 0.0
			for k := max(0, i-order+1); k <= i; k++ {
				sum += y[k]
			}
			if i >= order-1 {
				past = u[i-order+1]
			}
			want := 0.3*y[i] + 0.05*y[i]*sum + 1.5*past*u[i]
			if order == 20 {
				want = math.Tanh(want+0.01) + 0.2
			} else {
				want += 0.1
			}
			require.InDelta(t, want, out[i], 1e-12, "order %d, step %d", order, i)
			require.True(t, u[i] >= 0 && u[i] < 0.5)
		}
		a.Discard = 100
		later, err := a.Task(300, 3)
		require.NoError(t, err)
		assert.Equal(t, out[100:], later.Out.Values, "what is left out is the beginning")
		other, err := a.Task(300, 4)
		require.NoError(t, err)
		assert.NotEqual(t, later.In.Values, other.In.Values)
	}
	wild := datasets.NewNARMA(10)
	wild.Beta = 1
	_, err := wild.Task(1000, 1)
	assert.ErrorIs(t, err, datasets.ErrNotFinite)
	for _, a := range []datasets.NARMA{{}, {Order: 5, Discard: -1}, {Order: 5, Alpha: math.NaN()}} {
		_, err := a.Task(10, 1)
		assert.ErrorIs(t, err, datasets.ErrOption)
	}
	_, err = datasets.NewNARMA(5).Task(0, 1)
	assert.ErrorIs(t, err, datasets.ErrOption)
}
