package main

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/examples/internal/mnistdir"
	"github.com/spikegraph/spikegraph/examples/internal/program"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The program as it is run: it learns, draws, and writes weights of the shapes of J3.
func TestRun(t *testing.T) {
	out := t.TempDir()
	save := filepath.Join(out, "w.safetensors")
	c := config{dir: mnistdir.New(t, 200, 100), epochs: 1, steps: 2, batch: 40, limit: 120, rate: 4e-3, seed: 1, files: program.Files{Out: out, Save: save}}
	require.NoError(t, run(context.Background(), c))
	assert.FileExists(t, filepath.Join(out, "convsnn-curve.png"))
	store := graph.NewStore(0)
	require.NoError(t, train.LoadWeights(save, store, checkpoint.Rules{}))
	for name, shape := range map[string][]int{"conv1.W": {5, 5, 1, 12}, "conv2.W": {5, 5, 12, 64}, "fc.W": {1024, 10}} {
		p := store.Get(name)
		require.NotNil(t, p, name)
		assert.Equal(t, shape, []int(p.Value.Shape()), name)
	}
}

// Of 100 images that are seen again and again most are soon known.
func TestLearns(t *testing.T) {
	images, _, err := datasets.FashionSmall()
	require.NoError(t, err)
	src, err := datasets.First(images, 100)
	require.NoError(t, err)
	require.Equal(t, 100, src.Len())
	data := train.FromSource(src, datasets.BatchOptions{Size: 50, Shuffle: true, Seed: 1})
	m := trainer(config{steps: 3, rate: 4e-3, seed: 1}, 24)
	_, err = m.Fit(context.Background(), data, train.FitOptions{Epochs: 12})
	require.NoError(t, err)
	scores, err := m.Evaluate(context.Background(), data)
	require.NoError(t, err)
	accuracy, ok := scores.Metric("accuracy")
	require.True(t, ok)
	assert.Greater(t, accuracy, 0.6)
}

func TestNoDirectory(t *testing.T) {
	err := run(context.Background(), config{dir: filepath.Join(t.TempDir(), "none"), epochs: 1, batch: 10})
	assert.ErrorContains(t, err, "datasets:")
}
