package datasets

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/spikegraph/spikegraph/internal/hdf5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestHDF5KindsAreAsked(t *testing.T) {
	t.Parallel()
	b := heidelbergFile(t, "h5py-latest.h5")
	f, err := hdf5.Open(bytes.NewReader(b), int64(len(b)))
	require.NoError(t, err)
	_, err = integers(f, "spikes/times")
	assert.ErrorIs(t, err, ErrFormat)
	assert.ErrorContains(t, err, "sequences of variable length, want numbers")
	_, err = openSequences(f, "labels")
	assert.ErrorIs(t, err, ErrFormat)
	assert.ErrorContains(t, err, "numbers or strings, want sequences")
	_, err = integers(f, "spikes")
	assert.ErrorContains(t, err, "a group, want a data set")
	_, err = openSequences(f, "labels/more")
	assert.ErrorIs(t, err, ErrFormat)
}

func TestIntegersRefuses(t *testing.T) {
	t.Parallel()
	b, err := hdf5.Encode(&hdf5.Group{Members: []hdf5.Member{
		{Name: "good", Array: &hdf5.Array{Shape: []int{2}, Data: []float32{3, -4}}},
		{Name: "plane", Array: &hdf5.Array{Shape: []int{1, 1}, Data: []int32{3}}},
		{Name: "scalar", Array: &hdf5.Array{Data: []int32{3}}},
		{Name: "text", Array: &hdf5.Array{Shape: []int{1}, Data: []string{"3"}}},
		{Name: "half", Array: &hdf5.Array{Shape: []int{1}, Data: []float64{0.5}}},
		{Name: "large", Array: &hdf5.Array{Shape: []int{1}, Data: []int64{1 << 40}}},
	}})
	require.NoError(t, err)
	f, err := hdf5.Open(bytes.NewReader(b), int64(len(b)))
	require.NoError(t, err)
	got, err := integers(f, "good")
	require.NoError(t, err)
	assert.Equal(t, []int32{3, -4}, got)
	for _, name := range []string{"plane", "scalar", "text", "half", "large"} {
		_, err = integers(f, name)
		assert.ErrorIs(t, err, ErrFormat, name)
		assert.ErrorContains(t, err, name+": ")
	}
}

func TestHDF5ErrorKinds(t *testing.T) {
	t.Parallel()
	for theirs, ours := range map[error]error{hdf5.ErrFormat: ErrFormat, hdf5.ErrTruncated: ErrTruncated, hdf5.ErrChecksum: ErrChecksum} {
		err := hdf5Error(fmt.Errorf("labels: %w", theirs))
		assert.ErrorIs(t, err, ours)
		assert.ErrorIs(t, err, theirs)
	}
	other := errors.New("of the disk")
	assert.Equal(t, other, hdf5Error(other))
	assert.NoError(t, hdf5Error(nil))
}
