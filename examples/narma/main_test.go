package main

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNARMA(t *testing.T) {
	dir := t.TempDir()
	nrmse, err := run(io.Discard, config{neurons: 150, train: 2000, test: 500, seed: 1, out: dir})
	require.NoError(t, err)
	assert.Less(t, nrmse, 0.3)
	info, err := os.Stat(filepath.Join(dir, "narma.png"))
	require.NoError(t, err)
	assert.Greater(t, info.Size(), int64(10000))
}

func TestNARMARefuses(t *testing.T) {
	for _, c := range []config{{neurons: 10, train: 999, test: 500}, {neurons: 10, train: 2000, test: 199}} {
		_, err := run(io.Discard, c)
		require.ErrorContains(t, err, "want at least 1000 and 200")
	}
}
