// Package mnistdir makes small directories in the layout of MNIST, for the tests of examples.
package mnistdir

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/stretchr/testify/require"
)

// New returns a temporary directory with the first train and test images of the embedded part of
// Fashion-MNIST in the four files that MNIST and Fashion-MNIST have: clothes are not digits, but as
// large.
func New(t testing.TB, train, test int) string {
	t.Helper()
	dir := t.TempDir()
	known, held, err := datasets.FashionSmall()
	require.NoError(t, err)
	write(t, filepath.Join(dir, "train"), known, train)
	write(t, filepath.Join(dir, "t10k"), held, test)
	return dir
}

// write writes the first n images and their labels.
func write(t testing.TB, prefix string, set *datasets.Images, n int) {
	t.Helper()
	labels := make([]uint8, n)
	for i := range labels {
		labels[i] = uint8(set.Labels[i])
	}
	for name, x := range map[string]datasets.IDX{
		"-images-idx3-ubyte": {Shape: []int{n, set.H, set.W}, Data: set.Pixels[:n*set.H*set.W]},
		"-labels-idx1-ubyte": {Shape: []int{n}, Data: labels},
	} {
		f, err := os.Create(prefix + name)
		require.NoError(t, err)
		require.NoError(t, x.Write(f))
		require.NoError(t, f.Close())
	}
}
