package checkpoint

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// numbered returns a file which is told from others by its number.
func numbered(x float32) *File {
	return &File{Tensors: []Tensor{{"x", tensor.New(tensor.WithShape(1), tensor.WithBacking([]float32{x}))}}}
}

// requireNumber checks which file is at path, and that it is whole.
func requireNumber(t *testing.T, want float32, path string) {
	t.Helper()
	f, err := ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, []float32{want}, f.Tensor("x").Float32s())
}

// names lists a directory.
func names(t *testing.T, dir string) (all []string) {
	t.Helper()
	es, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range es {
		all = append(all, e.Name())
	}
	return all
}
