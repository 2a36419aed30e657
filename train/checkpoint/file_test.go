package checkpoint_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// dense returns a tensor over a slice.
func dense(backing any, shape ...int) *tensor.Dense {
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(backing))
}

// numbers returns the elements of a tensor in row-major order, as bytes; NaNs compare by their bits.
func numbers(t *testing.T, d *tensor.Dense) []byte {
	t.Helper()
	if d.Size() == 0 {
		return nil // Data panics
	}
	b, err := binary.Append(nil, binary.LittleEndian, d.Data())
	require.NoError(t, err)
	return b
}

// requireSame compares two files; the order of the tensors does not count. Tensors must be packed.
func requireSame(t *testing.T, want, got *checkpoint.File) {
	t.Helper()
	require.Equal(t, want.Kind, got.Kind)
	require.Equal(t, want.Metadata, got.Metadata)
	require.Len(t, got.Tensors, len(want.Tensors))
	for _, w := range want.Tensors {
		g := got.Tensor(w.Name)
		require.NotNil(t, g, w.Name)
		require.Equal(t, checkpoint.SpecOf(w.Name, w.Value), checkpoint.SpecOf(w.Name, g))
		require.Equal(t, numbers(t, w.Value), numbers(t, g), w.Name)
	}
}

// encoded returns the bytes of a file.
func encoded(t *testing.T, f *checkpoint.File) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, checkpoint.Encode(&b, f))
	return b.Bytes()
}

// decoded reads a file from bytes.
func decoded(b []byte) (*checkpoint.File, error) {
	return checkpoint.Decode(bytes.NewReader(b), int64(len(b)))
}

func TestTensorByName(t *testing.T) {
	t.Parallel()
	var f checkpoint.File
	w := dense([]float32{1}, 1)
	f.Add("w", w)
	assert.Same(t, w, f.Tensor("w"))
	assert.Nil(t, f.Tensor("v"))
}

func TestOrderOfTensorsDoesNotCount(t *testing.T) {
	t.Parallel()
	f := tinyFile()
	want := encoded(t, f)
	slices.Reverse(f.Tensors)
	assert.Equal(t, want, encoded(t, f))
}
