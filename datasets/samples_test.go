package datasets_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/spikegraph/spikegraph/datasets"
)

func TestSamplesOf(t *testing.T) {
	t.Parallel()
	x := tensor.New(tensor.WithShape(2, 3), tensor.WithBacking([]float32{1, 2, 3, 4, 5, 6}))
	classes := tensor.New(tensor.WithShape(2), tensor.WithBacking([]int32{0, 4}))
	targets := tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float32{.1, .2, .3, .4}))

	d, err := datasets.SamplesOf(x, classes, 5)
	require.NoError(t, err)
	assert.Equal(t, &datasets.Samples{X: []float32{1, 2, 3, 4, 5, 6}, Shape: []int{3},
		Labels: []int32{0, 4}, Classes: 5}, d)

	d, err = datasets.SamplesOf(x, targets, 0)
	require.NoError(t, err)
	got, err := collect(t.Context(), d, datasets.BatchOptions{Size: 1})
	require.NoError(t, err)
	assert.Equal(t, tensor.Shape{1, 2}, got[1].Y.Shape())
	assert.Equal(t, []float32{.3, .4}, got[1].Y.Float32s())
	_, ok := d.Label(0)
	assert.False(t, ok)

	d, err = datasets.SamplesOf(vector(1, 2), vector(3, 4), 0)
	require.NoError(t, err)
	got, err = collect(t.Context(), d, datasets.BatchOptions{Size: 2})
	require.NoError(t, err)
	assert.Equal(t, tensor.Shape{2, 1}, got[0].X.Shape())
	assert.Equal(t, tensor.Shape{2}, got[0].Y.Shape())

	_, err = datasets.SamplesOf(x, nil, 0)
	require.NoError(t, err)
}

func TestSamplesOfRefuses(t *testing.T) {
	t.Parallel()
	x := tensor.New(tensor.WithShape(2, 3), tensor.WithBacking(make([]float32, 6)))
	doubles := tensor.New(tensor.WithShape(2), tensor.WithBacking(make([]float64, 2)))
	cases := []struct {
		name string
		x, y *tensor.Dense
		kind error
	}{
		{"no samples", nil, nil, datasets.ErrShape},
		{"samples of float64", doubles, nil, datasets.ErrShape},
		{"a scalar", tensor.New(tensor.FromScalar(float32(1))), nil, datasets.ErrShape},
		{"targets of float64", x, doubles, datasets.ErrShape},
		{"scalar target", x, tensor.New(tensor.FromScalar(float32(1))), datasets.ErrShape},
		{"scalar label", x, tensor.New(tensor.FromScalar(int32(1))), datasets.ErrShape},
		{"3 labels", x, tensor.New(tensor.WithShape(3), tensor.WithBacking(make([]int32, 3))), datasets.ErrShape},
		{"3 targets", x, vector(1, 2, 3), datasets.ErrShape},
		{"2-D labels", x, tensor.New(tensor.WithShape(2, 1), tensor.WithBacking(make([]int32, 2))), datasets.ErrShape},
		{"label out of range", x, tensor.New(tensor.WithShape(2), tensor.WithBacking([]int32{0, 2})), datasets.ErrLabel},
		{"NaN", vector(float32(math.NaN())), nil, datasets.ErrNotFinite},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d, err := datasets.SamplesOf(c.x, c.y, 2)
			require.ErrorIs(t, err, c.kind)
			assert.True(t, strings.HasPrefix(err.Error(), "datasets: Samples: "), err)
			assert.Nil(t, d)
		})
	}
}
