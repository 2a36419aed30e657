package checkpoint_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLoadInto(t *testing.T) {
	t.Parallel()
	w, b, tau := make([]float32, 6), make([]float64, 3), []float64{20}
	model := []checkpoint.Tensor{
		{"tau", dense(tau)}, {"hidden.b", dense(b, 3)}, {"hidden.w", dense(w, 2, 3)},
	}
	rules := checkpoint.Rules{
		Rename:          []checkpoint.Rename{{"fc1.*", "hidden.*"}},
		AllowMissing:    []string{"tau"},
		AllowUnexpected: []string{"out.*", "optim.*"},
	}
	require.NoError(t, trained().LoadInto(model, rules))
	assert.Equal(t, []float32{1, 2, 3, 4, 5, 6}, w, "in place")
	assert.Equal(t, []float64{7, 8, 9}, b)
	assert.Equal(t, 20.0, model[0].Value.Float64s()[0], "missing: as it was")
}

// One fault, wherever it stands, and nothing has changed.
func TestLoadIntoIsAllOrNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		last checkpoint.Tensor
		is   error
	}{
		"missing":     {checkpoint.Tensor{Name: "tau", Value: dense([]float64{20})}, checkpoint.ErrMismatch},
		"shape":       {checkpoint.Tensor{Name: "fc1.b", Value: dense([]float64{0, 0}, 2)}, checkpoint.ErrMismatch},
		"same size":   {checkpoint.Tensor{Name: "fc1.b", Value: dense([]float64{0, 0, 0}, 3, 1)}, checkpoint.ErrMismatch},
		"type":        {checkpoint.Tensor{Name: "fc1.b", Value: dense([]float32{0, 0, 0}, 3)}, checkpoint.ErrMismatch},
		"unsupported": {checkpoint.Tensor{Name: "fc1.b", Value: dense([]int{0, 0, 0}, 3)}, checkpoint.ErrFormat},
		"nil":         {checkpoint.Tensor{Name: "fc1.b"}, checkpoint.ErrFormat},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := make([]float32, 6)
			model := []checkpoint.Tensor{{"fc1.w", dense(w, 2, 3)}, c.last}
			err := trained().LoadInto(model, checkpoint.Rules{AllowUnexpected: []string{"*"}})
			require.ErrorIs(t, err, c.is)
			assert.Equal(t, make([]float32, 6), w)
		})
	}
}

func TestLoadIntoEveryKind(t *testing.T) {
	t.Parallel()
	model := &checkpoint.File{Tensors: []checkpoint.Tensor{
		{"mask", dense(make([]bool, 3), 3)},
		{"w", dense(make([]float32, 6), 2, 3)},
		{"none", dense([]float32{}, 0, 4)},
		{"s", dense([]int64{0})},
	}}
	require.NoError(t, tinyFile().LoadInto(model.Tensors, checkpoint.Rules{}))
	model.Kind, model.Metadata = tinyFile().Kind, tinyFile().Metadata
	requireSame(t, tinyFile(), model)
}
