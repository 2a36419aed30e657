package datasets_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/spikegraph/spikegraph/datasets"
)

func TestBatchesLayouts(t *testing.T) {
	t.Parallel()
	row0, row1 := []float32{0, 1, 2, 3, 4, 5}, []float32{10, 11, 12, 13, 14, 15}
	cases := map[datasets.Layout]struct {
		shape tensor.Shape
		want  []float32
	}{
		datasets.Flat:      {tensor.Shape{2, 6}, slices.Concat(row0, row1)},
		datasets.Kept:      {tensor.Shape{2, 2, 3}, slices.Concat(row0, row1)},
		datasets.TimeFirst: {tensor.Shape{2, 2, 3}, []float32{0, 1, 2, 10, 11, 12, 3, 4, 5, 13, 14, 15}},
	}
	for layout, c := range cases {
		t.Run(layout.String(), func(t *testing.T) {
			t.Parallel()
			got, err := collect(t.Context(), counted(2), datasets.BatchOptions{Size: 2, Layout: layout})
			require.NoError(t, err)
			assert.Equal(t, c.shape, got[0].X.Shape())
			assert.Equal(t, c.want, got[0].X.Float32s())
		})
	}
}

func TestBatchesTimeFirstNeedsTime(t *testing.T) {
	t.Parallel()
	numbers := &datasets.Samples{X: []float32{1, 2, 3}}
	got, err := collect(t.Context(), numbers, datasets.BatchOptions{Size: 3, Layout: datasets.Kept})
	require.NoError(t, err)
	assert.Equal(t, tensor.Shape{3}, got[0].X.Shape())
	assert.Nil(t, got[0].Y)
	_, err = collect(t.Context(), numbers, datasets.BatchOptions{Size: 3, Layout: datasets.TimeFirst})
	assert.ErrorIs(t, err, datasets.ErrShape)
}
