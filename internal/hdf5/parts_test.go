package hdf5

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"github.com/spikegraph/spikegraph/internal/ndarray"
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

// of returns a reader of some bytes, without a superblock.
func of(b []byte) *decoder { return newDecoder(source{bytes.NewReader(b), uint64(len(b))}) }

// summed returns bytes with their checksum behind them.
func summed(parts ...[]byte) []byte {
	b := slices.Concat(parts...)
	return binary.LittleEndian.AppendUint32(b, lookup3(b))
}

// Headers by hand: a message, and a continuation with another, in both versions; the last ends in a gap
// that is too short for a message.
func TestHeaderContinues(t *testing.T) {
	t.Parallel()
	v2 := slices.Concat(
		summed([]byte("OHDR\x02\x00"), []byte{26}, []byte{0x05, 2, 0, 0, 7, 8}, []byte{0x10, 16, 0, 0}, words(40, 4+5+4)), make([]byte, 3),
		summed([]byte("OCHK"), []byte{0x0c, 1, 0, 0, 9}))
	v1 := slices.Concat([]byte{1, 0, 3, 0, 1, 0, 0, 0, 34, 0, 0, 0, 0, 0, 0, 0},
		[]byte{0x05, 0, 2, 0, 0, 0, 0, 0, 7, 8},
		[]byte{0x10, 0, 16, 0, 0, 0, 0, 0}, words(50, 9),
		[]byte{0x0c, 0, 1, 0, 0, 0, 0, 0, 9})
	ordered := summed([]byte("OHDR\x02\x04"), []byte{8 + 5}, []byte{0x05, 2, 0, 0, 0, 0, 7, 8}, make([]byte, 5))
	for i, b := range [][]byte{v1, v2, ordered} {
		h, err := of(b).header(0)
		require.NoError(t, err)
		assert.Equal(t, []byte{7, 8}, h.message(0x05))
		if i < 2 {
			assert.Equal(t, []byte{9}, h.message(0x0c))
		}
	}
	loop := bytes.Clone(v1)
	copy(loop[34:], words(16, 34))
	_, err := of(loop).header(0)
	assert.ErrorIs(t, err, ErrFormat)
	assert.ErrorContains(t, err, "block at 16 is there twice")
	long := bytes.Clone(v1)
	long[18] = 200
	_, err = of(long).header(0)
	assert.ErrorIs(t, err, ErrTruncated)
	damaged := bytes.Clone(v2)
	damaged[12]++
	_, err = of(damaged).header(0)
	assert.ErrorIs(t, err, ErrChecksum)
	for _, b := range [][]byte{[]byte("OHDR\x03\x00 and more behind it"), make([]byte, 16)} {
		_, err = of(b).header(0)
		assert.ErrorIs(t, err, ErrFormat)
	}
}

// A message that stands elsewhere is refused if it says what is read here.
func TestSharedMessages(t *testing.T) {
	t.Parallel()
	b := []byte{1, 0, 1, 0, 1, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0x0c, 0, 2, 0, shared, 0, 0, 0, 7, 8}
	_, err := of(b).header(0)
	require.NoError(t, err, "an attribute")
	b[16] = msgDatatype
	_, err = of(b).header(0)
	assert.ErrorIs(t, err, ErrFormat)
	assert.ErrorContains(t, err, "stands elsewhere")
}

// A tree that contains itself, or one level too few, ends.
func TestTreeEnds(t *testing.T) {
	t.Parallel()
	tree := func(level byte, child uint64) []byte {
		return slices.Concat([]byte("TREE"), []byte{0, level, 1, 0}, words(undefined, undefined, 0, child))
	}
	leaf := func([]byte, uint64) error { return nil }
	err := of(tree(1, 0)).tree(0, treeGroup, 8, leaf)
	assert.ErrorContains(t, err, "TREE at 0 is there twice")
	err = of(slices.Concat(tree(5, 40), tree(3, 80))).tree(0, treeGroup, 8, leaf)
	assert.ErrorContains(t, err, "node of level 3 under one of level 5")
	err = of(tree(0, 0)).tree(0, treeChunks, 24, leaf)
	assert.ErrorContains(t, err, "B-tree of type 0, want 1")
	var leaves []uint64
	err = of(slices.Concat(tree(1, 40), tree(0, 77))).tree(0, treeGroup, 8, func(_ []byte, at uint64) error {
		leaves = append(leaves, at)
		return nil
	})
	require.NoError(t, err)
	assert.Equal(t, []uint64{77}, leaves)
}

func TestDatatypes(t *testing.T) {
	t.Parallel()
	read := func(b []byte) (datatype, error) { return readDatatype(&cursor{b: b}) }
	number := []byte{0x10, 8, 0, 0, 2, 0, 0, 0, 0, 0, 16, 0}
	got, err := read(number)
	require.NoError(t, err)
	int16s := datatype{class: classInt, size: 2, kind: ndarray.Int, order: binary.LittleEndian}
	assert.Equal(t, int16s, got)
	sequence := slices.Concat([]byte{0x19, 0, 0, 0, 16, 0, 0, 0}, number)
	got, err = read(sequence)
	require.NoError(t, err)
	assert.Equal(t, int16s, *got.of)
	text := slices.Concat([]byte{0x13, 0, 0, 0, 1, 0, 0, 0})
	for _, b := range [][]byte{
		{0x13, 0, 0, 0, 0, 0, 0, 0},                // strings without bytes
		{0x10, 0, 0, 0, 3, 0, 0, 0, 0, 0, 24, 0},   // integers of three
		{0x11, 0, 0, 0, 16, 0, 0, 0, 0, 0, 128, 0}, // floats of sixteen
		{0x16, 0, 0, 0, 8, 0, 0, 0},                // compounds
		slices.Concat(sequence[:8], sequence),      // sequences of sequences
		slices.Concat(sequence[:8], text),          // sequences of strings
		{0x19, 2, 0, 0, 16, 0, 0, 0},
	} {
		_, err = read(b)
		assert.ErrorIs(t, err, ErrFormat, "% x", b)
	}
	for _, b := range [][]byte{nil, number[:7], sequence[:8]} {
		_, err = read(b)
		assert.ErrorIs(t, err, ErrTruncated, "% x", b)
	}
}

func TestFilters(t *testing.T) {
	t.Parallel()
	p, err := readFilters(slices.Concat([]byte{2, 2}, []byte{2, 0, 0, 0, 1, 0, 4, 0, 0, 0}, []byte{1, 0, 0, 0, 1, 0, 6, 0, 0, 0}))
	require.NoError(t, err)
	assert.Equal(t, pipeline{filterShuffle, filterDeflate}, p)
	p, err = readFilters(slices.Concat([]byte{1, 1, 0, 0, 0, 0, 0, 0}, []byte{2, 0, 8, 0, 1, 0, 1, 0}, []byte("shuffle\x00"), make([]byte, 8)))
	require.NoError(t, err)
	assert.Equal(t, pipeline{filterShuffle}, p)
	got, err := p.undo([]byte{1, 2, 3, 11, 12, 13}, 0, 2, 6)
	require.NoError(t, err)
	assert.Equal(t, []byte{1, 11, 2, 12, 3, 13}, got)
	got, err = p.undo([]byte{1, 2}, 1, 2, 2)
	require.NoError(t, err)
	assert.Equal(t, []byte{1, 2}, got, "a filter that was not applied")
	_, err = p.undo([]byte{1, 2, 3, 4}, 0, 2, 6)
	assert.ErrorIs(t, err, ErrTruncated)
	_, err = pipeline{filterDeflate}.undo([]byte("no zlib"), 0, 2, 6)
	assert.ErrorIs(t, err, ErrFormat)
	_, err = pipeline{filterDeflate}.undo([]byte{0x78, 0x9c, 1, 2, 3, 4}, 0, 2, 6)
	assert.ErrorIs(t, err, ErrChecksum)
	_, err = pipeline{filterFletcher}.undo([]byte{1, 2, 0, 0, 0, 0}, 0, 2, 2)
	assert.ErrorIs(t, err, ErrChecksum)
	for _, b := range [][]byte{{9, 1}, {2, 1, 32, 0, 0, 0, 0, 0, 0, 0}} {
		_, err = readFilters(b)
		assert.ErrorIs(t, err, ErrFormat, "% x", b)
	}
	_, err = readFilters([]byte{2, 1, 1})
	assert.ErrorIs(t, err, ErrTruncated)
}

// A link that cannot be followed is in the way of those who want it, and of no one else.
func TestSoftLinks(t *testing.T) {
	t.Parallel()
	soft := slices.Concat([]byte{1, 8, 1, 4}, []byte("soft"), []byte{1, 0, 'x'})
	hard := slices.Concat([]byte{1, 0, 4}, []byte("hard"), words(0))
	h := header{{msgLink, soft}, {msgLink, hard}}
	b := []byte{1, 0, 1, 0, 1, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0x05, 0, 2, 0, 0, 0, 0, 0, 7, 8}
	got, err := of(b).child(h, "hard")
	require.NoError(t, err)
	assert.Equal(t, []byte{7, 8}, got.message(0x05))
	_, err = of(b).child(h, "soft")
	assert.ErrorContains(t, err, "a soft or external link")
	_, err = of(b).child(h, "none")
	assert.ErrorContains(t, err, `the file has no member "none"`)
	_, err = of(b).group(h, 0)
	assert.ErrorContains(t, err, "/soft: ")
	name, err := readSymbol(&cursor{b: append(words(1, 8, 2), make([]byte, 16)...)}, []byte("\x00ab\x00"))
	require.NoError(t, err)
	assert.Equal(t, "ab", name.name)
	assert.ErrorContains(t, name.fault, "a soft link")
}

// References of LZF that reach back into what they write, and what no stream of it is.
func TestLZF(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		packed []byte
		want   string
	}{
		{[]byte("\x02abc"), "abc"},
		{[]byte("\x00a\x20\x00"), "aaaa"},                  // 3 from one before
		{[]byte("\x01ab\xe0\x05\x01"), "abababababababab"}, // 7 + 5 + 2 from two before
	} {
		got, err := unlzf(c.packed, 100)
		require.NoError(t, err)
		assert.Equal(t, c.want, string(got))
	}
	_, err := unlzf([]byte("\x02ab"), 100)
	assert.ErrorIs(t, err, ErrTruncated)
	_, err = unlzf([]byte("\x00a\x20\x01"), 100)
	assert.ErrorIs(t, err, ErrChecksum)
	_, err = unlzf([]byte("\x00a\xe0\xff\x00"), 100)
	assert.ErrorContains(t, err, "longer than 100 bytes")
}
