package datasets

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
)

// IDX is one array as the files of MNIST and its relatives store it: numbers of one type in
// row-major order. Source of the format: LeCun, Cortes, Burges, "The MNIST database of handwritten
// digits", section "The IDX file format".
type IDX struct {
	Shape []int // at least one axis; an axis may be empty
	Data  any   // []uint8, []int8, []int16, []int32, []float32 or []float64 of the shape's size
}

// idxType is one element type of the format.
type idxType struct {
	code  byte // third byte of the file
	name  string
	bytes int64 // of one element
	make  func(n int) any
}

var idxTypes = []idxType{
	{0x08, "uint8", 1, func(n int) any { return make([]uint8, n) }},
	{0x09, "int8", 1, func(n int) any { return make([]int8, n) }},
	{0x0B, "int16", 2, func(n int) any { return make([]int16, n) }},
	{0x0C, "int32", 4, func(n int) any { return make([]int32, n) }},
	{0x0D, "float32", 4, func(n int) any { return make([]float32, n) }},
	{0x0E, "float64", 8, func(n int) any { return make([]float64, n) }},
}

// maxIDX bounds the data of one file, in bytes: 4 GiB less one, 85 times MNIST. It stops compressed
// files that unpack without end.
const maxIDX = math.MaxUint32

// ReadIDX reads one array, plain or gzipped (told by the first two bytes), and expects r to end
// after it. Memory follows the data that arrive, not the sizes that the header claims.
//
// Errors: ErrFormat for a wrong magic number, type or size, or bytes after the end; ErrTruncated
// for data that end early; ErrChecksum for a damaged gzip; else the error of r.
func ReadIDX(r io.Reader) (*IDX, error) {
	x, err := readIDX(r, maxIDX)
	return x, named("IDX", err)
}

func readIDX(r io.Reader, limit int64) (*IDX, error) {
	body, err := unpacked(r)
	if err != nil {
		return nil, err
	}
	kind, axes, err := readMagic(body)
	if err != nil {
		return nil, err
	}
	shape, n, err := readShape(body, axes, limit/kind.bytes)
	if err != nil {
		return nil, err
	}
	raw, err := readAll(body, n*kind.bytes, "data")
	if err != nil {
		return nil, err
	}
	if err := expectEnd(body); err != nil {
		return nil, err
	}
	data := kind.make(int(n))
	if _, err := binary.Decode(raw, binary.BigEndian, data); err != nil {
		panic(fmt.Sprintf("datasets: IDX of %d %s from %d bytes: %v", n, kind.name, len(raw), err))
	}
	return &IDX{Shape: shape, Data: data}, nil
}

// unpacked returns r, or what r holds when it begins with the magic number of gzip (RFC 1952,
// 2.3.1).
func unpacked(r io.Reader) (io.Reader, error) {
	b := bufio.NewReader(r)
	magic, err := b.Peek(2)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return b, nil
	}
	z, err := gzip.NewReader(b)
	return z, packingError(err)
}

// readMagic reads the first four bytes: two zeros, the element type, the number of axes.
func readMagic(r io.Reader) (kind idxType, axes int, err error) {
	magic, err := readAll(r, 4, "magic number")
	if err != nil {
		return idxType{}, 0, err
	}
	if magic[0] != 0 || magic[1] != 0 || magic[3] == 0 {
		return idxType{}, 0, fail(ErrFormat,
			"magic number % x, expected 00 00, an element type, and at least 1 axis", magic)
	}
	for _, kind := range idxTypes {
		if kind.code == magic[2] {
			return kind, int(magic[3]), nil
		}
	}
	return idxType{}, 0, fail(ErrFormat,
		"element type 0x%02x, expected one of 08, 09, 0b, 0c, 0d, 0e", magic[2])
}

// readShape reads the axes and returns them with their product, which is at most limit.
func readShape(r io.Reader, axes int, limit int64) (shape []int, n int64, err error) {
	raw, err := readAll(r, int64(4*axes), "shape")
	if err != nil {
		return nil, 0, err
	}
	shape, n = make([]int, axes), 1
	for i := range shape {
		d := int64(binary.BigEndian.Uint32(raw[4*i:]))
		if d > math.MaxInt32 {
			return nil, 0, fail(ErrFormat, "axis %d of %d has size %d, at most %d is possible",
				i, axes, d, math.MaxInt32)
		}
		if d > 0 && n > limit/d {
			return nil, 0, fail(ErrFormat, "axes up to %d of %d claim more than the limit of %d elements",
				i, axes, limit)
		}
		shape[i], n = int(d), n*d
	}
	return shape, n, nil
}

// readAll reads exactly n bytes into memory that grows with what arrives.
func readAll(r io.Reader, n int64, what string) ([]byte, error) {
	var buf bytes.Buffer
	got, err := io.CopyN(&buf, r, n)
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fail(ErrTruncated, "%d bytes of %s, expected %d", got, what, n)
	}
	if err != nil {
		return nil, packingError(err)
	}
	return buf.Bytes(), nil
}

// expectEnd reads on to the end, which makes gzip compare its checksum, and refuses further bytes.
func expectEnd(r io.Reader) error {
	var next [1]byte
	switch n, err := io.ReadFull(r, next[:]); {
	case n > 0:
		return fail(ErrFormat, "further bytes after the end of the array, the first is 0x%02x", next[0])
	case err == io.EOF:
		return nil
	default:
		return packingError(err)
	}
}

// packingError gives the errors of gzip their kind among ours.
func packingError(err error) error {
	var corrupt flate.CorruptInputError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, io.ErrUnexpectedEOF), err == io.EOF:
		return fmt.Errorf("%w: the gzip stream ends early", ErrTruncated)
	case errors.Is(err, gzip.ErrChecksum):
		return fmt.Errorf("%w: %w", ErrChecksum, err)
	case errors.Is(err, gzip.ErrHeader), errors.As(err, &corrupt):
		return fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return err
}

// Write writes the array as a plain IDX file, which ReadIDX reads back. It returns ErrFormat if
// Data is of none of the types, ErrShape if it does not fill the shape, or the error of w.
func (x *IDX) Write(w io.Writer) error {
	head, err := x.header()
	if err != nil {
		return named("IDX", err)
	}
	if _, err := w.Write(head); err != nil {
		return named("IDX", err)
	}
	return named("IDX", binary.Write(w, binary.BigEndian, x.Data))
}

func (x *IDX) header() ([]byte, error) {
	for _, kind := range idxTypes {
		if reflect.TypeOf(kind.make(0)) != reflect.TypeOf(x.Data) {
			continue
		}
		if len(x.Shape) == 0 || len(x.Shape) > math.MaxUint8 {
			return nil, fail(ErrShape, "%d axes, expected 1 to %d", len(x.Shape), math.MaxUint8)
		}
		if n := reflect.ValueOf(x.Data).Len(); n != volume(x.Shape) {
			return nil, fail(ErrShape, "%d elements for the shape %v", n, x.Shape)
		}
		head := []byte{0, 0, kind.code, byte(len(x.Shape))}
		for _, d := range x.Shape {
			head = binary.BigEndian.AppendUint32(head, uint32(d))
		}
		return head, nil
	}
	return nil, fail(ErrFormat, "data of type %T", x.Data)
}

// volume returns the number of elements of a shape.
func volume(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}
