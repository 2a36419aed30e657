package opsamples_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/opsamples"
	"github.com/stretchr/testify/assert"
)

// Values go through tensors of every type and come back.
func TestTensors(t *testing.T) {
	t.Parallel()
	for _, d := range []graph.DType{graph.Float32, graph.Float64, graph.Int32, graph.Bool} {
		x := []float64{1, 0, 1, 0, 0, 1}
		y := opsamples.Tensor(d, []int{2, 3}, x)
		assert.Equal(t, d, graph.DTypeOf(y))
		assert.Equal(t, x, opsamples.Floats(y))
	}
	assert.Equal(t, []float64{2.5}, opsamples.Floats(opsamples.Tensor(graph.Float32, nil, []float64{2.5})))
}

// In changes the floats of a copy and nothing else.
func TestIn(t *testing.T) {
	t.Parallel()
	for _, s := range opsamples.Samples() {
		single := s.In(graph.Float32)
		for i, in := range s.Inputs {
			assert.NotEqual(t, graph.Float32, in.DType, s.Name)
			want := in.DType
			if want.IsFloat() {
				want = graph.Float32
			}
			assert.Equal(t, want, single.Inputs[i].DType, s.Name)
			assert.Equal(t, s.Values(i), single.Values(i), s.Name)
		}
	}
}
