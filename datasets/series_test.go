package datasets_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/spikegraph/spikegraph/datasets"
)

func TestSeries(t *testing.T) {
	t.Parallel()
	s := &datasets.Series{Values: []float64{1, 10, 2, 30, 4, 20}, Channels: 2}
	assert.Equal(t, 3, s.Len())
	assert.Equal(t, []float64{2, 30}, s.At(1))
	assert.Equal(t, []float64{10, 30, 20}, s.Channel(1))
	x := s.Tensor()
	assert.Equal(t, tensor.Shape{3, 1, 2}, x.Shape())
	x.Float64s()[0] = 99
	assert.Equal(t, 1.0, s.Values[0], "a copy")

	r, err := s.Rescaled(-1, 1)
	require.NoError(t, err)
	assert.InDeltaSlice(t, []float64{-1, -1, -1.0 / 3, 1, 1, 0}, r.Values, 1e-15)
	task, err := s.Ahead(2)
	require.NoError(t, err)
	assert.Equal(t, []float64{1, 10}, task.In.Values)
	assert.Equal(t, []float64{4, 20}, task.Out.Values)

	for _, k := range []int{0, 3} {
		_, err = s.Ahead(k)
		assert.ErrorIs(t, err, datasets.ErrOption)
	}
	_, err = s.Rescaled(1, 1)
	assert.ErrorIs(t, err, datasets.ErrOption)
	_, err = (&datasets.Series{Values: []float64{3, 3}, Channels: 1}).Rescaled(0, 1)
	assert.ErrorIs(t, err, datasets.ErrRange)
	_, err = (&datasets.Series{Values: []float64{3, math.NaN()}, Channels: 1}).Rescaled(0, 1)
	assert.ErrorIs(t, err, datasets.ErrNotFinite)
}
