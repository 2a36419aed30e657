package datasets

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// wavFile returns a file with a format and samples, and chunks of others around.
func wavFile(code, channels, bits uint16, data []byte) []byte {
	b := []byte("RIFF\x00\x00\x00\x00WAVE")
	b = append(b, "LIST\x03\x00\x00\x00abc\x00fmt \x10\x00\x00\x00"...)
	b = binary.LittleEndian.AppendUint16(b, code)
	b = binary.LittleEndian.AppendUint16(b, channels)
	b = binary.LittleEndian.AppendUint32(b, 8000)
	b = binary.LittleEndian.AppendUint32(b, 8000*uint32(channels)*uint32(bits)/8)
	b = binary.LittleEndian.AppendUint16(b, channels*bits/8)
	b = binary.LittleEndian.AppendUint16(b, bits)
	b = append(b, "data"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
	return append(b, data...)
}

// The first bytes of the recording, read by hand: 0xfa2f, 0xfc3e, 0xfda2, 0x00a3, over 2^15.
func TestReadWAVRealRecording(t *testing.T) {
	t.Parallel()
	f, err := os.Open("testdata/digits/0_george_0.wav")
	require.NoError(t, err)
	defer f.Close()
	a, err := ReadWAV(f)
	require.NoError(t, err)
	assert.Equal(t, 8000, a.Rate)
	require.Len(t, a.Samples, 2384)
	assert.InDelta(t, 298, a.Duration(), 1e-9)
	for i, v := range []int16{-1489, -962, -606, 163} {
		assert.Equal(t, float32(v)/32768, a.Samples[i])
	}
}

func TestReadWAVKinds(t *testing.T) {
	t.Parallel()
	bits := binary.LittleEndian.AppendUint32(nil, math.Float32bits(-0.75))
	for _, c := range []struct {
		name                 string
		code, channels, bits uint16
		data                 []byte
		want                 []float32
	}{
		{"8 bits", 1, 1, 8, []byte{0, 128, 192}, []float32{-1, 0, 0.5}},
		{"16 bits", 1, 1, 16, []byte{0, 0x80, 0, 0x40}, []float32{-1, 0.5}},
		{"24 bits", 1, 1, 24, []byte{0, 0, 0x80, 0, 0, 0x20}, []float32{-1, 0.25}},
		{"32 bits", 1, 1, 32, []byte{0, 0, 0, 0x80, 0, 0, 0, 0x40}, []float32{-1, 0.5}},
		{"floats", 3, 1, 32, bits, []float32{-0.75}},
		{"two channels", 1, 2, 8, []byte{0, 128, 192, 128}, []float32{-0.5, 0.25}},
	} {
		a, err := ReadWAV(bytes.NewReader(wavFile(c.code, c.channels, c.bits, c.data)))
		require.NoError(t, err, c.name)
		assert.Equal(t, c.want, a.Samples, c.name)
	}
}

// The code of an extended format stands in its extension.
func TestReadWAVExtended(t *testing.T) {
	t.Parallel()
	plain := wavFile(wavExtended, 1, 16, []byte{0, 0x40})
	at := bytes.Index(plain, []byte("fmt "))
	extension := append([]byte{22, 0, 16, 0, 4, 0, 0, 0, 1, 0}, make([]byte, 14)...)
	b := append(bytes.Clone(plain[:at+8+16]), extension...)
	b[at+4] = 40
	a, err := ReadWAV(bytes.NewReader(append(b, plain[at+8+16:]...)))
	require.NoError(t, err)
	assert.Equal(t, []float32{0.5}, a.Samples)
	short := bytes.Clone(plain)
	short[at+4] = 8
	_, err = ReadWAV(bytes.NewReader(short))
	assert.ErrorIs(t, err, ErrTruncated)
}

func TestReadWAVRefuses(t *testing.T) {
	t.Parallel()
	good := wavFile(1, 1, 16, []byte{1, 2, 3, 4})
	nan := binary.LittleEndian.AppendUint32(nil, math.Float32bits(float32(math.NaN())))
	noFormat := append([]byte("RIFF\x00\x00\x00\x00WAVEdata\x02\x00\x00\x00"), 1, 2)
	for _, c := range []struct {
		name string
		file []byte
		kind error
	}{
		{"nothing", nil, ErrFormat},
		{"text", []byte("<!doctype html>"), ErrFormat},
		{"half the data", good[:len(good)-1], ErrTruncated},
		{"no data", good[:len(good)-12], ErrTruncated},
		{"half a sample", wavFile(1, 1, 16, []byte{1, 2, 3}), ErrTruncated},
		{"no samples", wavFile(1, 1, 16, nil), ErrEmpty},
		{"mu-law", wavFile(7, 1, 8, []byte{1}), ErrFormat},
		{"12 bits", wavFile(1, 1, 12, []byte{1, 2}), ErrFormat},
		{"no channels", wavFile(1, 0, 16, []byte{1, 2}), ErrFormat},
		{"NaN", wavFile(3, 1, 32, nan), ErrNotFinite},
		{"data without a format", noFormat, ErrFormat},
	} {
		_, err := ReadWAV(bytes.NewReader(c.file))
		assert.ErrorIs(t, err, c.kind, c.name)
		assert.ErrorContains(t, err, "datasets: WAV: ", c.name)
	}
}

func FuzzReadWAV(f *testing.F) {
	f.Add(wavFile(1, 2, 16, []byte{1, 2, 3, 4}))
	f.Add(wavFile(3, 1, 32, []byte{1, 2, 3, 4}))
	f.Fuzz(func(t *testing.T, b []byte) {
		if a, err := ReadWAV(bytes.NewReader(b)); err == nil {
			require.Positive(t, a.Rate)
			require.LessOrEqual(t, len(a.Samples), len(b))
		}
	})
}
