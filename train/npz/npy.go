package npz

import (
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/spikegraph/spikegraph/internal/ndarray"
	"gorgonia.org/tensor"
)

const (
	magic      = "\x93NUMPY"
	headerUnit = 64 // data begin at a multiple of it
	mostAxes   = 32
)

// Read reads one array in the .npy format. Errors: ErrFormat, ErrTruncated, of r.
func Read(r io.Reader) (*tensor.Dense, error) {
	a, err := readArray(r, func(int) error { return nil })
	if err != nil {
		return nil, err
	}
	return a.Dense(), nil
}

// readArray reads an array after allow has been asked for the bytes it is to have.
func readArray(r io.Reader, allow func(n int) error) (*ndarray.Array, error) {
	h, err := readHeader(r)
	if err != nil {
		return nil, err
	}
	n, ok := ndarray.Size(h.shape)
	bytes, fits := ndarray.Size([]int{n, max(h.size, 1)})
	if !ok || !fits || len(h.shape) > mostAxes {
		return nil, malformed("an array of shape %v", h.shape)
	}
	if err := allow(bytes); err != nil {
		return nil, err
	}
	want := n * h.size
	raw, err := io.ReadAll(io.LimitReader(r, int64(want))) // grows with what is there
	if err != nil {
		return nil, fmt.Errorf("npz: reading an array: %w", err)
	}
	if len(raw) < want || h.size == 0 && n > 1<<16 {
		return nil, fmt.Errorf("%w: %d bytes of an array of %d", ErrTruncated, len(raw), want)
	}
	a := &ndarray.Array{Shape: h.shape}
	if h.kind == text {
		a.Data, err = texts(raw, h, n)
	} else {
		a.Data, err = ndarray.Decode(h.kind, h.size, raw, h.order())
	}
	if err != nil {
		return nil, err
	}
	if h.fortran && len(h.shape) > 1 {
		a.Data = ndarray.Rows(a.Data, h.shape)
	}
	return a, nil
}

func (h header) order() binary.ByteOrder {
	if h.bigEndian {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// readHeader reads what stands in front of the data.
func readHeader(r io.Reader) (header, error) {
	var b [len(magic) + 4]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return header{}, fmt.Errorf("%w: no header", ErrTruncated)
	}
	if string(b[:len(magic)]) != magic {
		return header{}, malformed("it begins with % x", b[:len(magic)])
	}
	n := int64(binary.LittleEndian.Uint16(b[8:]))
	switch b[6] {
	case 1:
	case 2, 3:
		var high [2]byte
		if _, err := io.ReadFull(r, high[:]); err != nil {
			return header{}, fmt.Errorf("%w: no header", ErrTruncated)
		}
		n |= int64(binary.LittleEndian.Uint16(high[:])) << 16
	default:
		return header{}, malformed("version %d of the format, want 1 to 3", b[6])
	}
	s, err := io.ReadAll(io.LimitReader(r, n))
	if err != nil {
		return header{}, fmt.Errorf("npz: reading a header: %w", err)
	}
	if int64(len(s)) < n {
		return header{}, fmt.Errorf("%w: %d bytes of a header of %d", ErrTruncated, len(s), n)
	}
	return parseHeader(string(s))
}

// texts returns n strings of UTF-32, padded with zeros.
func texts(raw []byte, h header, n int) ([]string, error) {
	out := make([]string, n)
	for i := range out {
		var s strings.Builder
		for b := raw[i*h.size : (i+1)*h.size]; len(b) > 0; b = b[4:] {
			r := rune(h.order().Uint32(b))
			if r == 0 {
				break
			}
			if !utf8.ValidRune(r) {
				return nil, malformed("%#x is no character", uint32(r))
			}
			s.WriteRune(r)
		}
		out[i] = s.String()
	}
	return out, nil
}

// Write writes t in the .npy format, version 1.0, little-endian, row by row. Errors:
// ErrFormat for a tensor of another type, of w.
func Write(w io.Writer, t *tensor.Dense) error {
	b, err := encode(t)
	if err != nil {
		return err
	}
	_, err = w.Write(b)
	return err
}

// encode returns the bytes of a .npy file.
func encode(t *tensor.Dense) ([]byte, error) {
	a, err := ndarray.Of(t)
	if err != nil {
		return nil, malformed("%v", err)
	}
	h := header{shape: a.Shape}
	var raw []byte
	if list, ok := a.Data.([]string); ok {
		h.kind, h.size, raw = encodeTexts(list)
	} else {
		h.kind, h.size, _ = ndarray.KindOf(a.Data)
		if raw, err = ndarray.Bytes(a.Data); err != nil {
			return nil, malformed("%v", err)
		}
	}
	s := h.String()
	const before = len(magic) + 4
	pad := -(before + len(s) + 1) & (headerUnit - 1)
	b := append([]byte(magic), 1, 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(s)+pad+1))
	b = append(b, s...)
	b = append(b, strings.Repeat(" ", pad)+"\n"...)
	return append(b, raw...), nil
}

// encodeTexts returns strings as UTF-32 of the length of the longest, at least one character.
func encodeTexts(list []string) (k ndarray.Kind, size int, raw []byte) {
	longest := 1
	for _, s := range list {
		longest = max(longest, utf8.RuneCountInString(s))
	}
	for _, s := range list {
		for _, r := range s {
			raw = binary.LittleEndian.AppendUint32(raw, uint32(r))
		}
		raw = append(raw, make([]byte, 4*(longest-utf8.RuneCountInString(s)))...)
	}
	return text, 4 * longest, raw
}
