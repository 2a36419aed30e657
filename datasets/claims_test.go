package datasets

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Files of a few bytes that claim gigabytes are errors, and take no memory for what they claim. Not
// parallel: it looks at what the process allocates.
func TestClaimsTakeNoMemory(t *testing.T) {
	le := binary.LittleEndian
	words := func(v ...uint32) (b []byte) {
		for _, w := range v {
			b = le.AppendUint32(b, w)
		}
		return b
	}
	head, err := binary.Append([]byte(spikesMagic), le, spikesHead{Version: spikesVersion, N: math.MaxInt32, Steps: 1, Channels: math.MaxInt32, Class: 1, KeyBytes: maxKey})
	require.NoError(t, err)
	wav := append([]byte("RIFF\xff\xff\xff\xffWAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00"), words(8000, 16000)...)
	wav = append(wav, "\x02\x00\x10\x00data\xff\xff\xff\xff\x00\x00"...)
	aedat := append([]byte("#!AER-DAT3.1\r\n#!END-HEADER\r\n\x01\x00\x00\x00"), words(8, 4, 0, math.MaxInt32, math.MaxInt32, math.MaxInt32)...)
	for name, c := range map[string]struct {
		file []byte
		read func(r io.Reader) error
	}{
		"IDX":    {[]byte{0, 0, 8, 2, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 1, 1}, func(r io.Reader) error { _, err := ReadIDX(r); return err }},
		"spikes": {head, func(r io.Reader) error { _, _, err := ReadSpikes(r); return err }},
		"WAV":    {wav, func(r io.Reader) error { _, err := ReadWAV(r); return err }},
		"AEDAT": {aedat, func(r io.Reader) error {
			_, err := ReadAEDAT(r, Sensor{Width: 128, Height: 128, Polarities: 2})
			return err
		}},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := c.read(bytes.NewReader(c.file))
		runtime.ReadMemStats(&after)
		assert.ErrorIs(t, err, ErrTruncated, name)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20), name)
	}
}
