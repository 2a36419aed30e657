package hdf5_test

import (
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/spikegraph/spikegraph/internal/hdf5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// read returns a file of testdata.
func read(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	return b
}

// Chunks under an index of every kind, and what was never written, as h5py writes them with libver "latest".
func TestReadsLatest(t *testing.T) {
	t.Parallel()
	root, err := hdf5.Decode(read(t, "latest.h5"))
	require.NoError(t, err)
	x := make([]float32, 9*10)
	for i := range x {
		x[i] = float32(i)
	}
	for name, want := range map[string]*hdf5.Array{
		"unwritten":        {Shape: []int{2, 2}, Data: []int16{-5, -5, -5, -5}},
		"unwritten_text":   {Shape: []int{2}, Data: []string{"", ""}},
		"unwritten_chunks": {Shape: []int{3}, Data: []int16{0, 0, 0}},
		"again":            {Shape: []int{}, Data: []int64{7}},
	} {
		require.NotNil(t, root.Member(name), name)
		assert.Equal(t, want, root.Member(name).Array, name)
	}
	for _, name := range []string{
		"single", "single_packed", "fixed", "fixed_packed", "extensible", "extensible_packed", "tree", "tree_packed", "implicit",
	} {
		require.NotNil(t, root.Member(name), name)
		assert.Equal(t, &hdf5.Array{Shape: []int{9, 10}, Data: x}, root.Member(name).Array, name)
	}
	numbered(t, root.Member("many").Group, 40)
}

// numbered checks that a group has n members that hold their numbers.
func numbered(t *testing.T, g *hdf5.Group, n int) {
	t.Helper()
	require.Len(t, g.Members, n)
	for i, m := range g.Members {
		assert.Equal(t, fmt.Sprintf("member%03d", i), m.Name)
		assert.Equal(t, []int64{int64(i)}, m.Array.Data)
	}
}

// Indexes with pages and levels, and a heap with blocks of blocks.
func TestReadsPaged(t *testing.T) {
	t.Parallel()
	root, err := hdf5.Decode(read(t, "paged.h5"))
	require.NoError(t, err)
	far := slices.Repeat([]uint8{3}, 140000)
	far[139999], far[5] = 9, 4
	assert.Equal(t, far, root.Member("far").Array.Data)
	counted := make([]int16, 1100)
	for i := range counted {
		counted[i] = int16(i)
	}
	assert.Equal(t, &hdf5.Array{Shape: []int{1100}, Data: counted}, root.Member("fixed").Array)
	assert.Equal(t, &hdf5.Array{Shape: []int{20, 50}, Data: counted[:1000]}, root.Member("tree").Array)
	numbered(t, root.Member("many").Group, 120)
}

// A file that ends early, or with a byte changed, is refused or is what it was: metadata have checksums.
func TestLatestDamaged(t *testing.T) {
	t.Parallel()
	b := read(t, "latest.h5")
	for n := 0; n < len(b); n += 97 {
		_, err := hdf5.Decode(b[:n])
		assert.Errorf(t, err, "%d of %d bytes", n, len(b))
	}
	for i := 512; i < len(b); i += 101 {
		c := slices.Clone(b)
		c[i] ^= 0x55
		_, err := hdf5.Decode(c) // whatever it says, it does not panic
		if err != nil {
			assert.ErrorContains(t, err, "hdf5: ")
		}
	}
}
