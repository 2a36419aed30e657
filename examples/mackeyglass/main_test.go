package main

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMackeyGlass(t *testing.T) {
	dir := t.TempDir()
	nrmse, err := run(io.Discard, config{neurons: 200, train: 1500, starts: 10, alpha: 1e-12, seed: 1, out: dir})
	require.NoError(t, err)
	assert.Less(t, nrmse, 0.05)
	info, err := os.Stat(filepath.Join(dir, "mackeyglass.png"))
	require.NoError(t, err)
	assert.Greater(t, info.Size(), int64(10000))
}
