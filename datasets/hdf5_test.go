package datasets

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// words returns little-endian numbers of 8 bytes.
func words(v ...uint64) (b []byte) {
	for _, w := range v {
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	return b
}

// h5Of returns a file of some bytes, without a superblock.
func h5Of(b []byte) *hdf5 { return &hdf5{r: bytes.NewReader(b), size: uint64(len(b))} }

// Headers by hand: a message, and a continuation with another, in both versions.
func TestHDF5HeaderContinues(t *testing.T) {
	t.Parallel()
	v2 := slices.Concat([]byte("OHDR\x02\x00"), []byte{26},
		[]byte{0x05, 2, 0, 0, 7, 8},
		[]byte{0x10, 16, 0, 0}, words(40, 4+5+4), make([]byte, 7), // a checksum, and room up to 40
		[]byte("OCHK"), []byte{0x06, 1, 0, 0, 9}, make([]byte, 4))
	v1 := slices.Concat([]byte{1, 0, 3, 0, 1, 0, 0, 0, 34, 0, 0, 0, 0, 0, 0, 0},
		[]byte{0x05, 0, 2, 0, 0, 0, 0, 0, 7, 8},
		[]byte{0x10, 0, 16, 0, 0, 0, 0, 0}, words(50, 9),
		[]byte{0x06, 0, 1, 0, 0, 0, 0, 0, 9})
	for _, b := range [][]byte{v1, v2} {
		m, err := h5Of(b).header(0)
		require.NoError(t, err)
		assert.Equal(t, []h5Message{{0x05, []byte{7, 8}}, {0x06, []byte{9}}}, m)
	}
	loop := bytes.Clone(v1)
	copy(loop[34:], words(16, 34))
	_, err := h5Of(loop).header(0)
	assert.ErrorIs(t, err, ErrFormat)
	assert.ErrorContains(t, err, "does not end")
	long := bytes.Clone(v1)
	long[18] = 200
	_, err = h5Of(long).header(0)
	assert.ErrorIs(t, err, ErrTruncated)
	shared := bytes.Clone(v1)
	shared[16], shared[20] = h5Datatype, 2
	_, err = h5Of(shared).header(0)
	assert.ErrorContains(t, err, "stored elsewhere")
	for _, b := range [][]byte{[]byte("OHDR\x03\x00 and more behind it"), make([]byte, 16)} {
		_, err = h5Of(b).header(0)
		assert.ErrorIs(t, err, ErrFormat)
	}
}

// A tree that contains itself, or one level too few, ends.
func TestHDF5WalkEnds(t *testing.T) {
	t.Parallel()
	tree := func(level byte, child uint64) []byte {
		return slices.Concat([]byte("TREE"), []byte{0, level, 1, 0}, words(h5Undefined, h5Undefined, 0, child))
	}
	visit := func([]byte, uint64) error { return nil }
	err := h5Of(tree(1, 0)).walk(0, 0, 8, visit)
	assert.ErrorContains(t, err, "comes twice")
	err = h5Of(slices.Concat(tree(5, 40), tree(3, 80))).walk(0, 0, 8, visit)
	assert.ErrorContains(t, err, "node of level 3 under one of level 5")
	err = h5Of(tree(0, 0)).walk(0, 1, 24, visit)
	assert.ErrorContains(t, err, "B-tree of type 0, expected 1")
	var leaves []uint64
	err = h5Of(slices.Concat(tree(1, 40), tree(0, 77))).walk(0, 0, 8, func(_ []byte, at uint64) error {
		leaves = append(leaves, at)
		return nil
	})
	require.NoError(t, err)
	assert.Equal(t, []uint64{77}, leaves)
}

func TestHDF5KindsAreAsked(t *testing.T) {
	t.Parallel()
	b := heidelbergFile(t, "h5py-latest.h5")
	f, err := openHDF5(bytes.NewReader(b), int64(len(b)))
	require.NoError(t, err)
	_, err = f.integers("spikes/times")
	assert.ErrorContains(t, err, "sequences, expected numbers")
	_, err = f.sequences("labels")
	assert.ErrorContains(t, err, "numbers, expected sequences")
	_, err = f.dataset("spikes")
	assert.ErrorContains(t, err, "no data type")
	_, err = f.dataset("labels/more")
	assert.ErrorIs(t, err, ErrFormat)
}

func TestHDF5Types(t *testing.T) {
	t.Parallel()
	number := []byte{0x10, 8, 0, 0, 2, 0, 0, 0, 0, 0, 16, 0}
	got, err := parseH5Type(number)
	require.NoError(t, err)
	assert.Equal(t, h5Type{size: 2, signed: true}, got)
	sequence := slices.Concat([]byte{0x19, 0, 0, 0, 16, 0, 0, 0}, number)
	got, err = parseH5Type(sequence)
	require.NoError(t, err)
	assert.Equal(t, h5Type{size: 2, signed: true}, *got.of)
	for _, b := range [][]byte{nil, {0x13, 0, 0, 0, 5, 0, 0, 0}, {0x10, 0, 0, 0, 3, 0, 0, 0}, {0x11, 0, 0, 0, 16, 0, 0, 0},
		slices.Concat(sequence[:8], sequence), {0x19, 1, 0, 0, 16, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9}} {
		_, err = parseH5Type(b)
		assert.ErrorIs(t, err, ErrFormat, "% x", b)
	}
}

func TestHDF5Filters(t *testing.T) {
	t.Parallel()
	p, err := parseFilters(slices.Concat([]byte{2, 2}, []byte{2, 0, 0, 0, 1, 0, 4, 0, 0, 0}, []byte{1, 0, 0, 0, 1, 0, 6, 0, 0, 0}))
	require.NoError(t, err)
	assert.Equal(t, h5Pipeline{h5Shuffle, h5Deflate}, p)
	p, err = parseFilters(slices.Concat([]byte{1, 1, 0, 0, 0, 0, 0, 0}, []byte{2, 0, 8, 0, 1, 0, 1, 0}, []byte("shuffle\x00"), make([]byte, 8)))
	require.NoError(t, err)
	assert.Equal(t, h5Pipeline{h5Shuffle}, p)
	got, err := p.undo([]byte{1, 2, 3, 11, 12, 13}, 6, 2, 0)
	require.NoError(t, err)
	assert.Equal(t, []byte{1, 11, 2, 12, 3, 13}, got)
	got, err = p.undo([]byte{1, 2}, 2, 2, 1)
	require.NoError(t, err)
	assert.Equal(t, []byte{1, 2}, got, "a filter that was not applied")
	_, err = p.undo([]byte{1, 2, 3, 4}, 6, 2, 0)
	assert.ErrorIs(t, err, ErrTruncated)
	_, err = h5Pipeline{h5Deflate}.undo([]byte("no zlib"), 6, 2, 0)
	assert.ErrorIs(t, err, ErrFormat)
	for _, b := range [][]byte{{9, 1}, {2, 1, 32, 0, 0, 0, 0, 0, 0, 0}} {
		_, err = parseFilters(b)
		assert.ErrorIs(t, err, ErrFormat, "% x", b)
	}
	_, err = parseFilters([]byte{2, 1, 1})
	assert.ErrorIs(t, err, ErrTruncated)
}
