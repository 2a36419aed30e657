package probe_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/probe"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// All norms together are the norm that training reports.
func TestGradNormsAreThoseOfTraining(t *testing.T) {
	t.Parallel()
	for steps, x := range map[int]*tensor.Dense{0: input(9, 4, 3), 9: input(4, 3)} {
		tr := trainer(steps)
		b := datasets.Batch{X: x, Y: tensor.New(tensor.WithShape(4), tensor.WithBacking([]int32{0, 1, 1, 0}))}
		norms, err := probe.GradNorms(tr, b)
		require.NoError(t, err)
		h, err := tr.Fit(t.Context(), train.FromBatches(b), train.FitOptions{Epochs: 1})
		require.NoError(t, err)
		for _, parts := range [][]train.Value{norms, probe.ByLayer(norms)} {
			sum := 0.0
			for _, n := range parts {
				assert.Positive(t, n.Value, n.Name)
				sum = math.Hypot(sum, n.Value)
			}
			assert.InEpsilon(t, h.Batches[0].GradNorm, sum, 1e-5)
		}
		assert.Equal(t, "fc1", probe.ByLayer(norms)[0].Name)
		assert.Len(t, probe.ByLayer(norms), 2)
	}
}

func TestByLayer(t *testing.T) {
	t.Parallel()
	got := probe.ByLayer([]train.Value{{Name: "a.b.W", Value: 3}, {Name: "bare", Value: 1}, {Name: "a.b.B", Value: 4}})
	assert.Equal(t, []train.Value{{Name: "a.b", Value: 5}, {Name: "bare", Value: 1}}, got)
	assert.Empty(t, probe.ByLayer(nil))
}

func TestGradNormsErrors(t *testing.T) {
	t.Parallel()
	_, err := probe.GradNorms[state](nil, datasets.Batch{})
	assert.ErrorIs(t, err, graph.ErrValue)
	tr := trainer(0)
	_, err = probe.GradNorms(tr, datasets.Batch{})
	assert.ErrorIs(t, err, graph.ErrDType)
	_, err = probe.GradNorms(tr, datasets.Batch{X: input(4, 2, 3)})
	assert.Error(t, err, "the loss needs labels")
}
