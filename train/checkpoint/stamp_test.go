package checkpoint_test

import (
	"bytes"
	"testing"

	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNewerVersionIsRefused(t *testing.T) {
	t.Parallel()
	// A newer version may have another idea of everything else.
	_, err := decoded(container(`{"__metadata__":{"spikegraph.version":"7"},"w":"somewhere else"}`, 3))
	require.ErrorIs(t, err, checkpoint.ErrVersion)
	assert.EqualError(t, err, "checkpoint: file has version 7, this program reads up to version 1: version is not supported")
}

func TestVersionIsANumber(t *testing.T) {
	t.Parallel()
	for _, v := range []string{"", "one", "0", "-1", "1.0", "99999999999999999999"} {
		_, err := decoded(container(`{"__metadata__":{"spikegraph.version":"`+v+`"}}`, 0))
		assert.ErrorIs(t, err, checkpoint.ErrFormat, v)
	}
}

// Every bit of the content counts: names, shapes and metadata as well as numbers.
func TestEveryFlippedBitIsFound(t *testing.T) {
	t.Parallel()
	b := encoded(t, tinyFile())
	blanks := span(b, "    ")           // padding: another blank is as good
	key := span(b, "spikegraph.sha256") // a file with another key has no checksum
	for i := range b {
		for bit := range 8 {
			b[i] ^= 1 << bit
			_, err := decoded(b)
			b[i] ^= 1 << bit
			if err == nil && (blanks(i) || key(i)) {
				continue
			}
			require.Error(t, err, "byte %d bit %d", i, bit)
		}
	}
}

// span says of an index whether it lies within the first occurrence of s.
func span(b []byte, s string) func(i int) bool {
	at := bytes.Index(b, []byte(s))
	return func(i int) bool { return at <= i && i < at+len(s) }
}

func TestChecksumNamesBoth(t *testing.T) {
	t.Parallel()
	b := encoded(t, tinyFile())
	b[len(b)-1] = 0
	_, err := decoded(b)
	require.ErrorIs(t, err, checkpoint.ErrChecksum)
	assert.Regexp(t, `^checkpoint: checksum does not match: file says SHA-256 "[0-9a-f]{64}", its content has "[0-9a-f]{64}"$`, err)
}

// Another tool may lay the same content out otherwise.
func TestChecksumIsOfTheContent(t *testing.T) {
	t.Parallel()
	b := encoded(t, tinyFile())
	header := bytes.ReplaceAll(bytes.TrimRight(b[8:len(b)-35], " "), []byte(`,"`), []byte(", \n\"")) // 35 bytes of data
	_, err := decoded(append(container(string(header), 0), b[len(b)-35:]...))
	assert.NoError(t, err)
}
