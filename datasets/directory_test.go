package datasets

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDirectoryRefuses(t *testing.T) {
	t.Parallel()
	pixels := idxBytes(t, make([]uint8, 8), 2, 2, 2)
	cases := []struct {
		name           string
		images, labels []byte
		kind           error
		says           string
	}{
		{"labels in place of images", idxBytes(t, []uint8{1, 2}, 2), idxBytes(t, []uint8{1, 2}, 2), ErrFormat,
			"images are []uint8 of shape [2]"},
		{"images in place of labels", pixels, pixels, ErrFormat, "labels are []uint8 of shape [2 2 2]"},
		{"images of another type", []byte{0, 0, 9, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 5},
			idxBytes(t, []uint8{1}, 1), ErrFormat, "images are []int8"},
		{"labels of another type", pixels, []byte{0, 0, 9, 1, 0, 0, 0, 2, 1, 1}, ErrFormat, "labels are []int8"},
		{"a label too few", pixels, idxBytes(t, []uint8{1}, 1), ErrShape, "2 images and 1 labels"},
		{"label out of range", pixels, idxBytes(t, []uint8{1, 10}, 2), ErrLabel,
			"sample 1 has label 10, expected 0 to 9"},
		{"images without pixels", idxBytes(t, nil, 2, 0, 2), idxBytes(t, []uint8{1, 1}, 2), ErrShape,
			"images of shape [0 2]"},
		{"truncated", pixels[:20], idxBytes(t, []uint8{1, 1}, 2), ErrTruncated, "4 bytes of data, expected 8"},
		{"text", []byte("hello"), nil, ErrFormat, "magic number"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for _, part := range []string{"train", "t10k"} {
				require.NoError(t, os.WriteFile(filepath.Join(dir, part+"-images-idx3-ubyte"), c.images, 0o600))
				require.NoError(t, os.WriteFile(filepath.Join(dir, part+"-labels-idx1-ubyte"), c.labels, 0o600))
			}
			_, _, err := MNIST(dir)
			require.ErrorIs(t, err, c.kind)
			assert.ErrorContains(t, err, "datasets: mnist in "+dir+": train-images-idx3-ubyte")
			assert.ErrorContains(t, err, c.says)
		})
	}
}

// An empty set can be read; drawing batches of it is the error.
func TestDirectoryWithoutImages(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, part := range []string{"train", "t10k"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, part+"-images-idx3-ubyte"), idxBytes(t, nil, 0, 28, 28), 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(dir, part+"-labels-idx1-ubyte"), idxBytes(t, nil, 0), 0o600))
	}
	train, _, err := FashionMNIST(dir)
	require.NoError(t, err)
	assert.Zero(t, train.Len())
	for _, err := range Batches(t.Context(), train, BatchOptions{Size: 1}) {
		assert.ErrorIs(t, err, ErrEmpty)
	}
}
