package checkpoint

import (
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReadFileNamesThePath(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "net")
	_, err := ReadFile(path)
	require.ErrorIs(t, err, fs.ErrNotExist)
	assert.Regexp(t, "^checkpoint: ", err)

	require.NoError(t, os.WriteFile(path, []byte("short"), 0o600))
	_, err = ReadFile(path)
	require.ErrorIs(t, err, ErrTruncated)
	assert.EqualError(t, err, "checkpoint: "+path+
		": file has 5 bytes, the length of its header takes 8: file is truncated")

	_, err = ReadHeader(dir)
	assert.EqualError(t, err, "checkpoint: "+dir+" is a d---------, expected a file")
}

func TestWriteFileRefusesBeforeItTouchesAnything(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	err := WriteFile(filepath.Join(dir, "net"), &File{Tensors: []Tensor{{Name: "w"}}})
	require.ErrorIs(t, err, ErrFormat)
	assert.Regexp(t, `^checkpoint: .*net: tensor "w" is nil`, err)
	assert.Empty(t, names(t, dir))

	err = WriteFile(filepath.Join(dir, "no", "net"), new(File))
	assert.ErrorIs(t, err, fs.ErrNotExist)
}

// Many writers of one path: the last one wins, none is mixed from two, and every reader finds a
// whole file.
func TestWritersDoNotMix(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "net")
	require.NoError(t, WriteFile(path, numbered(0)))
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			assert.NoError(t, WriteFile(path, numbered(float32(i))))
			_, err := ReadFile(path)
			assert.NoError(t, err)
		})
	}
	all.Wait()
	assert.Equal(t, []string{"net"}, names(t, dir))
}
