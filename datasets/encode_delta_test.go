package datasets_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/spikegraph/spikegraph/datasets"
)

// The examples of the source's documentation.
func TestDeltaExamples(t *testing.T) {
	t.Parallel()
	cases := []struct {
		e       datasets.Delta
		x, want []float32
	}{
		{datasets.Delta{Threshold: 1}, []float32{1, 2, 2.9, 3, 3.9}, []float32{1, 1, 0, 0, 0}},
		{datasets.Delta{Threshold: 1, Padding: true}, []float32{1, 2, 2.9, 3, 3.9}, []float32{0, 1, 0, 0, 0}},
		{datasets.Delta{Threshold: 1, Padding: true, Off: true}, []float32{1, 2, 0, 2, 2.9}, []float32{0, 1, -1, 1, 0}},
		{datasets.Delta{Off: true}, []float32{0, 0.25, 0.2, 0}, []float32{0, 1, 0, -1}},
	}
	for _, c := range cases {
		z, err := c.e.Encode(vector(c.x...), nil)
		require.NoError(t, err)
		assert.Equal(t, c.want, z.Float32s(), "%+v", c.e)
	}
}

// Each element is compared with its own past.
func TestDeltaIsPerElement(t *testing.T) {
	t.Parallel()
	x := []float32{0, 5, 1, 5, 2, 0} // [3 2]
	d := &datasets.Samples{X: slices.Clone(x), Shape: []int{3, 2}}
	got, err := collect(t.Context(), d, datasets.BatchOptions{
		Size: 1, Layout: datasets.TimeFirst, Encode: datasets.Delta{Threshold: 1, Off: true}})
	require.NoError(t, err)
	assert.Equal(t, []int{3, 1, 2}, []int(got[0].X.Shape()))
	assert.Equal(t, []float32{0, 1, 1, 0, 1, -1}, got[0].X.Float32s())
}

func TestDeltaOfNoSteps(t *testing.T) {
	t.Parallel()
	empty := tensor.New(tensor.WithShape(0, 2), tensor.Of(tensor.Float32))
	_, err := datasets.Delta{Threshold: 1}.Encode(empty, nil)
	assert.ErrorIs(t, err, datasets.ErrEmpty)
}
