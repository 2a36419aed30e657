package datasets_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/spikegraph/spikegraph/datasets"
)

func images() *datasets.Images {
	return &datasets.Images{
		Pixels: []uint8{0, 51, 102, 153, 204, 255, 1, 2, 3, 4, 5, 6}, H: 2, W: 3,
		Labels: []int32{1, 0}, Classes: []string{"low", "high"},
	}
}

func TestImagesBatches(t *testing.T) {
	t.Parallel()
	got, err := collect(t.Context(), images(), datasets.BatchOptions{Size: 2, Layout: datasets.Kept})
	require.NoError(t, err)
	assert.Equal(t, tensor.Shape{2, 2, 3, 1}, got[0].X.Shape())
	assert.Equal(t, []float32{0, .2, .4, .6, .8, 1}, got[0].X.Float32s()[:6])
	assert.Equal(t, []int32{1, 0}, got[0].Y.Int32s())
	assert.Equal(t, []uint8{1, 2, 3, 4, 5, 6}, images().Image(1))
}
