package datasets

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
)

// Audio is a sound, one channel.
type Audio struct {
	Rate    int       // samples per second, Hz
	Samples []float32 // in [-1, 1]
}

// Duration returns the length, ms.
func (a *Audio) Duration() float64 { return 1000 * float64(len(a.Samples)) / float64(a.Rate) }

// maxWAV bounds the bytes of one file: 1 GiB.
const maxWAV = 1 << 30

// wavFormat is the chunk that says what the samples are.
type wavFormat struct {
	Code     uint16 // wavPCM, wavFloat, or wavExtended with the code further behind
	Channels uint16
	Rate     uint32
	Bytes    uint32 // per second
	Block    uint16 // bytes of one sample of all channels
	Bits     uint16 // of one sample of one channel
}

// Codes of a format.
const (
	wavPCM      = 1
	wavFloat    = 3
	wavExtended = 0xfffe
)

// ReadWAV reads a RIFF WAVE file to the end of r: PCM of 8, 16, 24 or 32 bits, or IEEE floats of 32
// bits; several channels are averaged. Chunks that are not needed are passed over. Source of the
// format: "Multimedia Programming Interface and Data Specifications 1.0", IBM and Microsoft, 1991.
// Errors: ErrFormat for another file or another kind of sample, ErrTruncated for a chunk that ends
// early, ErrNotFinite, ErrEmpty for no samples; the error of r.
func ReadWAV(r io.Reader) (*Audio, error) {
	a, err := readWAV(r)
	return a, named("WAV", err)
}

func readWAV(r io.Reader) (*Audio, error) {
	b, err := readBounded(r, maxWAV)
	if err != nil {
		return nil, err
	}
	if len(b) < 12 || string(b[:4]) != "RIFF" || string(b[8:12]) != "WAVE" {
		return nil, fail(ErrFormat, "the file begins with %q, expected RIFF and WAVE", b[:min(len(b), 12)])
	}
	var format *wavFormat
	for b = b[12:]; len(b) >= 8; {
		id, size := string(b[:4]), int(binary.LittleEndian.Uint32(b[4:]))
		if b = b[8:]; size > len(b) {
			return nil, fail(ErrTruncated, "%d bytes of chunk %q, expected %d", len(b), id, size)
		}
		switch id {
		case "fmt ":
			if format, err = parseWAVFormat(b[:size]); err != nil {
				return nil, err
			}
		case "data":
			return format.audio(b[:size])
		}
		b = b[min(len(b), size+size%2):] // chunks begin at even bytes
	}
	return nil, fail(ErrTruncated, "no chunk \"data\"")
}

func parseWAVFormat(b []byte) (*wavFormat, error) {
	const plain, extension = 16, 24
	if len(b) < plain {
		return nil, fail(ErrTruncated, "chunk \"fmt \" of %d bytes, expected %d", len(b), plain)
	}
	f := new(wavFormat)
	if err := binary.Read(bytes.NewReader(b), binary.LittleEndian, f); err != nil {
		return nil, err
	}
	if f.Code == wavExtended && len(b) > extension+1 {
		f.Code = binary.LittleEndian.Uint16(b[extension:])
	}
	if f.decoder() == nil || f.Channels == 0 || f.Rate == 0 || f.Rate > math.MaxInt32 ||
		int(f.Block) != int(f.Channels)*int(f.Bits)/8 {
		return nil, fail(ErrFormat, "code %d, %d bits, %d channels, %d Hz, blocks of %d bytes, expected PCM or floats",
			f.Code, f.Bits, f.Channels, f.Rate, f.Block)
	}
	return f, nil
}

// decoder returns the function from the bytes of a sample to [-1, 1]; nil for an unknown kind.
func (f *wavFormat) decoder() func(b []byte) float64 {
	switch {
	case f.Code == wavPCM && f.Bits == 8:
		return func(b []byte) float64 { return (float64(b[0]) - 128) / 128 }
	case f.Code == wavPCM && f.Bits == 16:
		return func(b []byte) float64 { return float64(int16(binary.LittleEndian.Uint16(b))) / (1 << 15) }
	case f.Code == wavPCM && f.Bits == 24:
		return func(b []byte) float64 {
			return float64(int32(uint32(b[0])<<8|uint32(b[1])<<16|uint32(b[2])<<24)) / (1 << 31)
		}
	case f.Code == wavPCM && f.Bits == 32:
		return func(b []byte) float64 { return float64(int32(binary.LittleEndian.Uint32(b))) / (1 << 31) }
	case f.Code == wavFloat && f.Bits == 32:
		return func(b []byte) float64 { return float64(math.Float32frombits(binary.LittleEndian.Uint32(b))) }
	}
	return nil
}

// audio returns the samples in a data chunk.
func (f *wavFormat) audio(b []byte) (*Audio, error) {
	if f == nil {
		return nil, fail(ErrFormat, "chunk \"data\" before chunk \"fmt \"")
	}
	block, width := int(f.Block), int(f.Bits)/8
	if len(b) < block {
		return nil, fail(ErrEmpty, "%d bytes of samples", len(b))
	}
	if len(b)%block != 0 {
		return nil, fail(ErrTruncated, "%d bytes after the last sample of %d", len(b)%block, block)
	}
	decode := f.decoder()
	a := &Audio{Rate: int(f.Rate), Samples: make([]float32, len(b)/block)}
	for i := range a.Samples {
		sum := 0.0
		for at := i * block; at < (i+1)*block; at += width {
			sum += decode(b[at:])
		}
		a.Samples[i] = float32(sum / float64(f.Channels))
	}
	return a, checkFinite("the sound", a.Samples, len(a.Samples))
}
