package brainpy

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Steps are numbers, and not texts; what BrainPy writes to before it renames is none.
func TestLatest(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, err := Latest(dir, Prefix)
	assert.ErrorIs(t, err, os.ErrNotExist)
	for _, name := range []string{"checkpoint_-5", "checkpoint_99.5", "checkpoint_9", "checkpoint_1e2", "checkpoint_tmp", "checkpoint_inf", "other_200", "checkpoint_"} {
		require.NoError(t, WriteFile(filepath.Join(dir, name), tree()))
	}
	require.NoError(t, os.Mkdir(filepath.Join(dir, "checkpoint_500"), 0o700))
	for prefix, want := range map[string]string{Prefix: "checkpoint_1e2", "other_": "other_200", "checkpoint_-": "checkpoint_-5"} {
		path, err := Latest(dir, prefix)
		require.NoError(t, err)
		assert.Equal(t, filepath.Join(dir, want), path)
		_, err = ReadFile(path)
		require.NoError(t, err)
	}
	_, err = Latest(filepath.Join(dir, "none"), Prefix)
	assert.ErrorIs(t, err, os.ErrNotExist)
}
