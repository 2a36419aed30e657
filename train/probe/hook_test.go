package probe_test

import (
	"errors"
	"testing"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/probe"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// A probe that looks while the network learns sees it change, and does not change what it learns.
func TestOnBatch(t *testing.T) {
	t.Parallel()
	x := input(4, 3)
	b := datasets.Batch{X: x, Y: tensor.New(tensor.WithShape(4), tensor.WithBacking([]int32{0, 1, 1, 0}))}
	tr, plain := trainer(9), trainer(9)
	tr.Optimizer, plain.Optimizer = optim.NewAdam(0.05), optim.NewAdam(0.05)
	p := &probe.Probe[state]{Trainer: tr, Watch: []probe.Watch{{Name: "y"}}}
	var updates []int
	var seen []float64
	hook := p.OnBatch(t.Context(), 2, x, func(b train.Batch, r *probe.Recording) error {
		updates, seen = append(updates, b.Updates), append(seen, r.Traces[0].At(8, 0, 0))
		return nil
	})
	data := train.FromBatches(b, b, b)
	with, err := tr.Fit(t.Context(), data, train.FitOptions{Epochs: 2, Hooks: train.Hooks{OnBatch: hook}})
	require.NoError(t, err)
	without, err := plain.Fit(t.Context(), data, train.FitOptions{Epochs: 2})
	require.NoError(t, err)
	assert.Equal(t, []int{2, 4, 6}, updates)
	assert.NotEqual(t, seen[0], seen[2])
	assert.Equal(t, without.Batches, with.Batches)

	enough := errors.New("enough")
	hook = p.OnBatch(t.Context(), 0, x, func(train.Batch, *probe.Recording) error { return enough })
	_, err = tr.Fit(t.Context(), data, train.FitOptions{Epochs: 1, Hooks: train.Hooks{OnBatch: hook}})
	assert.ErrorIs(t, err, enough)
	p.Watch[0].Name = "none"
	assert.ErrorContains(t, p.OnBatch(t.Context(), 1, x, nil)(train.Batch{Updates: 1}), "no such name")
}
