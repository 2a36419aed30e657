package datasets_test

import (
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spikegraph/spikegraph/datasets"
)

func TestMemoryTask(t *testing.T) {
	t.Parallel()
	task, err := datasets.MemoryTask{Delays: 3}.Task(4000, 7)
	require.NoError(t, err)
	u := task.In.Values
	mean, square := 0.0, 0.0
	for i, v := range u {
		require.True(t, v >= -1 && v < 1)
		mean += v / 4000
		square += v * v / 4000
		for k := 1; k <= 3; k++ {
			want := 0.0
			if i >= k {
				want = u[i-k]
			}
			require.Equal(t, want, task.Out.At(i)[k-1])
		}
	}
	assert.InDelta(t, 0, mean, 0.05)
	assert.InDelta(t, 1.0/3, square, 0.025)

	each, sum, err := datasets.MemoryCapacity(task.Out, task.Out)
	require.NoError(t, err)
	assert.InDeltaSlice(t, []float64{1, 1, 1}, each, 1e-9)
	assert.InDelta(t, 3, sum, 1e-9)
	twisted := &datasets.Series{Values: make([]float64, len(task.Out.Values)), Channels: 3}
	for i := range task.Out.Len() {
		y := twisted.At(i)
		y[0], y[1], y[2] = 5-2*task.Out.At(i)[0], 4, u[i] // scaled, constant, of another time
	}
	each, _, err = datasets.MemoryCapacity(twisted, task.Out)
	require.NoError(t, err)
	assert.InDelta(t, 1, each[0], 1e-9)
	assert.Zero(t, each[1])
	assert.Less(t, each[2], 0.01)

	for _, s := range []*datasets.Series{{Channels: 3}, {Channels: 1, Values: task.Out.Values}} {
		_, _, err = datasets.MemoryCapacity(s, task.Out)
		assert.ErrorIs(t, err, datasets.ErrShape)
	}
	one := &datasets.Series{Values: []float64{math.NaN()}, Channels: 1}
	_, _, err = datasets.MemoryCapacity(one, one)
	assert.ErrorIs(t, err, datasets.ErrNotFinite)
	_, err = datasets.MemoryTask{}.Task(5, 1)
	assert.ErrorIs(t, err, datasets.ErrOption)
	_, err = datasets.MemoryTask{Delays: 1}.Task(0, 1)
	assert.ErrorIs(t, err, datasets.ErrOption)
}

func TestParityTask(t *testing.T) {
	t.Parallel()
	for _, p := range []datasets.ParityTask{{Bits: 1}, {Bits: 3}, {Bits: 4, Delay: 2}} {
		task, err := p.Task(2000, 5)
		require.NoError(t, err)
		u, ones := task.In.Values, 0.0
		for i := range u {
			require.True(t, u[i] == 0 || u[i] == 1)
			ones += u[i]
			sum := 0
			for k := i - p.Delay; k > i-p.Delay-p.Bits && k >= 0; k-- {
				sum += int(u[k])
			}
			require.Equal(t, float64(sum%2), task.Out.Values[i], "%+v, step %d", p, i)
		}
		assert.InDelta(t, 1000, ones, 112, "5 standard deviations")
	}
	for _, p := range []datasets.ParityTask{{}, {Bits: 1, Delay: -1}} {
		_, err := p.Task(5, 1)
		assert.ErrorIs(t, err, datasets.ErrOption)
	}
	_, err := datasets.ParityTask{Bits: 1}.Task(0, 1)
	assert.True(t, errors.Is(err, datasets.ErrOption))
}
