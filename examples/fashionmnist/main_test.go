package main

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/spikegraph/spikegraph/examples/internal/mnistdir"
	"github.com/spikegraph/spikegraph/examples/internal/program"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRun(t *testing.T) {
	dir := mnistdir.New(t, 1000, 1000)
	for _, readout := range []string{"membrane", "spikes"} {
		save := filepath.Join(t.TempDir(), "w.safetensors")
		c := config{dir: dir, epochs: 1, hidden: 64, steps: 5, batch: 100, limit: 1000, readout: readout, rate: 1e-3, seed: 1, files: program.Files{Save: save}}
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
