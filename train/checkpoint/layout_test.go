package checkpoint_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// counting returns a tensor of 0, 1, 2, … in row-major order.
func counting(shape ...int) *tensor.Dense {
	xs := make([]float32, tensor.Shape(shape).TotalSize())
	for i := range xs {
		xs[i] = float32(i)
	}
	return dense(xs, shape...)
}

// slice returns a view.
func slice(t *testing.T, d *tensor.Dense, s ...tensor.Slice) *tensor.Dense {
	t.Helper()
	v, err := d.Slice(s...)
	require.NoError(t, err)
	return v.(*tensor.Dense)
}

// transposed returns d with its axes permuted, the numbers unmoved.
func transposed(t *testing.T, d *tensor.Dense, axes ...int) *tensor.Dense {
	t.Helper()
	require.NoError(t, d.T(axes...))
	return d
}

// layouts are tensors whose elements do not lie in row-major order, with what they hold in that order.
func layouts(t *testing.T) map[string]struct {
	d    *tensor.Dense
	want []float32
} {
	type layout = struct {
		d    *tensor.Dense
		want []float32
	}
	column := tensor.New(tensor.WithShape(2, 3), tensor.AsFortran([]float32{0, 1, 2, 3, 4, 5}))
	return map[string]layout{
		"transposed":        {transposed(t, counting(2, 3)), []float32{0, 3, 1, 4, 2, 5}},
		"transposed 3":      {transposed(t, counting(2, 1, 3), 2, 0, 1), []float32{0, 3, 1, 4, 2, 5}},
		"column":            {slice(t, counting(2, 3), nil, tensor.S(1)), []float32{1, 4}},
		"row":               {slice(t, counting(2, 3), tensor.S(1)), []float32{3, 4, 5}},
		"block":             {slice(t, counting(3, 3), tensor.S(1, 3), tensor.S(0, 2)), []float32{3, 4, 6, 7}},
		"element":           {slice(t, counting(2, 3), tensor.S(1), tensor.S(2)), []float32{5}},
		"middle":            {slice(t, counting(2, 3, 2), nil, tensor.S(1)), []float32{2, 3, 8, 9}},
		"column-major":      {column, []float32{0, 1, 2, 3, 4, 5}},
		"block, transposed": {transposed(t, slice(t, counting(3, 3), tensor.S(1, 3), tensor.S(0, 2))), []float32{3, 6, 4, 7}},
	}
}

func TestAnyLayoutIsWrittenRowMajor(t *testing.T) {
	t.Parallel()
	for name, c := range layouts(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &checkpoint.File{Tensors: []checkpoint.Tensor{{"w", c.d}}}
			got, err := decoded(encoded(t, f))
			require.NoError(t, err)
			assert.Equal(t, []int(c.d.Shape()), []int(got.Tensor("w").Shape()))
			assert.Equal(t, c.want, got.Tensor("w").Float32s())
		})
	}
}

func TestAnyLayoutIsLoadedInto(t *testing.T) {
	t.Parallel()
	for name, c := range layouts(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fresh := make([]float32, len(c.want))
			for i := range fresh {
				fresh[i] = float32(-i - 1)
			}
			f := &checkpoint.File{Tensors: []checkpoint.Tensor{{"w", dense(fresh, c.d.Shape()...)}}}
			model := []checkpoint.Tensor{{"w", c.d}}
			require.NoError(t, f.LoadInto(model, checkpoint.Rules{}))
			back, err := decoded(encoded(t, &checkpoint.File{Tensors: model}))
			require.NoError(t, err)
			assert.Equal(t, fresh, back.Tensor("w").Float32s())
		})
	}
}

func TestViewIsLoadedWithoutItsNeighbours(t *testing.T) {
	t.Parallel()
	whole := counting(2, 3)
	f := &checkpoint.File{Tensors: []checkpoint.Tensor{{"w", dense([]float32{-1, -2}, 2)}}}
	view := slice(t, whole, nil, tensor.S(1))
	require.NoError(t, f.LoadInto([]checkpoint.Tensor{{"w", view}}, checkpoint.Rules{}))
	assert.Equal(t, []float32{0, -1, 2, 3, -2, 5}, whole.Float32s())
}
