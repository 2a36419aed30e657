package main

import (
	"context"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The program as it is run, for two epochs: it learns, draws, and reads back what it wrote.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, run(context.Background(), 2, dir, 1))
	for _, name := range []string{"quickstart-curve.png", "quickstart-raster.png"} {
		f, err := os.Open(filepath.Join(dir, name))
		require.NoError(t, err)
		img, err := png.Decode(f)
		require.NoError(t, err)
		require.NoError(t, f.Close())
		assert.Greater(t, img.Bounds().Dx(), 400, name)
	}
	weights, err := os.Stat(filepath.Join(dir, "quickstart.safetensors"))
	require.NoError(t, err)
	assert.Greater(t, weights.Size(), int64(784*256*4))
}

// A stop by the user before the first epoch is over is an error, not a crash.
func TestRunStopped(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	stop()
	assert.ErrorIs(t, run(ctx, 1, t.TempDir(), 1), context.Canceled)
}
