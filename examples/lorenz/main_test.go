package main

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLorenz(t *testing.T) {
	for model, bound := range map[string]float64{"esn": 4, "nvar": 7} {
		dir := t.TempDir()
		mean, err := run(io.Discard, config{model: model, neurons: 200, train: 2500, starts: 8, alpha: 1e-8, seed: 1, out: dir})
		require.NoError(t, err)
		assert.Greater(t, mean, bound, model)
		info, err := os.Stat(filepath.Join(dir, "lorenz.png"))
		require.NoError(t, err)
		assert.Greater(t, info.Size(), int64(10000))
	}
	for want, c := range map[string]config{
		`"lstm"`:        {model: "lstm", train: 2500, starts: 1},
		"-1 free runs":  {model: "esn", train: 2500, starts: -1},
		"want at least": {model: "esn", train: 3, starts: 1},
	} {
		_, err := run(io.Discard, c)
		require.ErrorContains(t, err, want)
	}
}
