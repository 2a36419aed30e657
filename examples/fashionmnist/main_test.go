package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// directory writes the embedded part of the set in the files of the full one.
func directory(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	train, test, err := datasets.FashionSmall()
	require.NoError(t, err)
	for prefix, set := range map[string]*datasets.Images{"train": train, "t10k": test} {
		labels := make([]uint8, len(set.Labels))
		for i, l := range set.Labels {
			labels[i] = uint8(l)
		}
		for name, x := range map[string]datasets.IDX{
			prefix + "-images-idx3-ubyte": {Shape: []int{len(labels), set.H, set.W}, Data: set.Pixels},
			prefix + "-labels-idx1-ubyte": {Shape: []int{len(labels)}, Data: labels},
		} {
			f, err := os.Create(filepath.Join(dir, name))
			require.NoError(t, err)
			require.NoError(t, x.Write(f))
			require.NoError(t, f.Close())
		}
	}
	return dir
}

func TestRun(t *testing.T) {
	dir := directory(t)
	for _, readout := range []string{"membrane", "spikes"} {
		save := filepath.Join(t.TempDir(), "w.safetensors")
		c := config{dir: dir, epochs: 1, hidden: 64, steps: 5, batch: 100, limit: 1000, readout: readout, rate: 1e-3, seed: 1, save: save}
		require.NoError(t, run(context.Background(), c), readout)
		assert.FileExists(t, save)
	}
}

func TestWrongReadout(t *testing.T) {
	assert.ErrorContains(t, run(context.Background(), config{readout: "smell"}), `-readout is "smell", want membrane or spikes`)
}

func TestNoDirectory(t *testing.T) {
	err := run(context.Background(), config{readout: "spikes", dir: filepath.Join(t.TempDir(), "none")})
	assert.ErrorContains(t, err, "datasets:")
}
