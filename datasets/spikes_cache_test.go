package datasets

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// someSpikes returns spikes with a width that leaves bits unused, and their file.
func someSpikes(t testing.TB) (*Spikes, []byte) {
	t.Helper()
	s, err := NewSpikes(3, 4, 70, 2)
	require.NoError(t, err)
	s.Labels[1] = 1
	s.Set(0, 0, 0)
	s.Set(1, 3, 69)
	s.Set(2, 2, 64)
	var buf bytes.Buffer
	require.NoError(t, WriteSpikes(&buf, s, "a key"))
	return s, buf.Bytes()
}

func TestSpikesFile(t *testing.T) {
	t.Parallel()
	s, b := someSpikes(t)
	assert.Len(t, b, 8+40+5+3*4+3*4*2*8+32, "head, key, labels, bits, checksum")
	got, key, err := ReadSpikes(bytes.NewReader(b))
	require.NoError(t, err)
	assert.Equal(t, s, got)
	assert.Equal(t, "a key", key)
}

func TestReadSpikesRefuses(t *testing.T) {
	t.Parallel()
	_, good := someSpikes(t)
	for cut := range good {
		_, _, err := ReadSpikes(bytes.NewReader(good[:cut]))
		require.ErrorIs(t, err, ErrTruncated, "%d bytes", cut)
	}
	for at := range good {
		b := bytes.Clone(good)
		b[at] ^= 0x10
		s, _, err := ReadSpikes(bytes.NewReader(b))
		require.Error(t, err, "byte %d", at)
		require.Nil(t, s)
	}
	_, _, err := ReadSpikes(bytes.NewReader(append(bytes.Clone(good), 0)))
	assert.ErrorIs(t, err, ErrFormat)
	other := bytes.Clone(good)
	other[8] = 2
	_, _, err = ReadSpikes(bytes.NewReader(other))
	assert.ErrorContains(t, err, "version 2, expected 1")

	stray := bytes.Clone(good[:len(good)-32])
	stray[len(stray)-1] = 0x80 // a spike of channel 127 of 70, with the right checksum
	sum := sha256.Sum256(stray)
	_, _, err = ReadSpikes(bytes.NewReader(append(stray, sum[:]...)))
	assert.ErrorIs(t, err, ErrShape)
}

func TestWriteSpikesRefuses(t *testing.T) {
	t.Parallel()
	s, _ := someSpikes(t)
	assert.ErrorIs(t, WriteSpikes(io.Discard, s, string(make([]byte, maxKey+1))), ErrOption)
	s.Labels[0] = 5
	assert.ErrorIs(t, WriteSpikes(io.Discard, s, ""), ErrLabel)
}

func TestCachedSpikes(t *testing.T) {
	t.Parallel()
	s, _ := someSpikes(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "spikes")
	built := 0
	get := func(key string) {
		t.Helper()
		got, err := CachedSpikes(path, key, func() (*Spikes, error) { built++; return s, nil })
		require.NoError(t, err)
		assert.Equal(t, s, got)
	}
	get("a")
	get("a")
	assert.Equal(t, 1, built, "the second time from the file")
	get("b")
	get("b")
	assert.Equal(t, 2, built, "another key")
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	b[60] ^= 1
	require.NoError(t, os.WriteFile(path, b, 0o644))
	get("b")
	assert.Equal(t, 3, built, "a damaged file")
	require.NoError(t, os.WriteFile(path, b[:50], 0o644))
	get("b")
	assert.Equal(t, 4, built, "half a file")
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 1, "nothing is left beside it")

	broken := errors.New("broken")
	_, err = CachedSpikes(filepath.Join(dir, "other"), "a", func() (*Spikes, error) { return nil, broken })
	assert.ErrorIs(t, err, broken)
	_, err = CachedSpikes(dir, "a", func() (*Spikes, error) { t.Error("built for a directory"); return s, nil })
	assert.Error(t, err)
	bad := *s
	bad.Classes = 1
	assert.ErrorIs(t, SaveSpikes(filepath.Join(dir, "bad"), &bad, ""), ErrLabel)
	assert.ErrorIs(t, SaveSpikes(filepath.Join(dir, "no/where"), s, ""), os.ErrNotExist)
	entries, err = os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 1, "a failure leaves nothing behind")
}

func FuzzReadSpikes(f *testing.F) {
	_, b := someSpikes(f)
	f.Add(b)
	f.Add(b[:48])
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, _, err := ReadSpikes(bytes.NewReader(b)); err == nil {
			require.NoError(t, s.Check())
		}
	})
}
