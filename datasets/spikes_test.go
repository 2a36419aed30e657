package datasets_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spikegraph/spikegraph/datasets"
)

func TestSpikesBits(t *testing.T) {
	t.Parallel()
	for _, channels := range []int{1, 63, 64, 65, 128, 130} {
		s, err := datasets.NewSpikes(2, 3, channels, 1)
		require.NoError(t, err)
		last := channels - 1
		s.Set(1, 2, last)
		s.Set(1, 2, last)
		s.Set(0, 1, 0)
		require.NoError(t, s.Check())
		assert.True(t, s.At(1, 2, last))
		assert.False(t, s.At(0, 2, last))
		assert.InDelta(t, 2/float64(6*channels), s.Density(), 1e-15)
		x := make([]float32, 3*channels)
		x[0] = 5 // is overwritten
		s.Read(x, 1)
		want := make([]float32, 3*channels)
		want[2*channels+last] = 1
		assert.Equal(t, want, x)
	}
}

func TestSpikesRefuseSizes(t *testing.T) {
	t.Parallel()
	for _, size := range [][4]int{{0, 1, 1, 1}, {1, 0, 1, 1}, {1, 1, 0, 1}, {1, 1, 1, 0}, {-1, 1, 1, 1},
		{math.MaxInt, math.MaxInt, 1, 1}, {1 << 20, 1 << 10, math.MaxInt, 1}} {
		s, err := datasets.NewSpikes(size[0], size[1], size[2], size[3])
		assert.ErrorIs(t, err, datasets.ErrOption, "%v", size)
		assert.Nil(t, s)
	}
	_, err := datasets.SpikeTask(0, 100, 1)
	assert.ErrorIs(t, err, datasets.ErrOption)
	_, err = datasets.SpikeTask(1, 0, 1)
	assert.ErrorIs(t, err, datasets.ErrOption)
}
