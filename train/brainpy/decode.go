package brainpy

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"

	"github.com/spikegraph/spikegraph/train/internal/ndarray"
	"github.com/vmihailenco/msgpack/v5"
	"github.com/vmihailenco/msgpack/v5/msgpcode"
	"gorgonia.org/tensor"
)

// Extension types of MessagePack, as BrainPy has them from Flax.
const (
	extArray   = 1
	extComplex = 2
	extScalar  = 3
)

// Keys of an array in pieces.
const (
	keyChunked = "__msgpack_chunked_array__"
	keyShape   = "shape"
	keyChunks  = "chunks"
)

// deepest bounds maps within maps.
const deepest = 128

// Scalar is a number that NumPy has typed: float32, int64 and so on, or bool.
type Scalar struct{ Value any }

// ReadFile reads a tree from a .bp file, or a numbered checkpoint. Errors: ErrFormat, ErrTruncated, of the
// disk.
func ReadFile(path string) (map[string]any, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("brainpy: %w", err)
	}
	return Decode(b)
}

// Decode reads a tree from memory: one MessagePack map and nothing behind it.
func Decode(b []byte) (map[string]any, error) {
	d := newDecoder(b)
	v, err := d.value(0)
	if err != nil {
		return nil, err
	}
	tree, ok := v.(map[string]any)
	if !ok || d.r.Len() > 0 {
		return nil, malformed("it is %T and %d bytes more, want one map", v, d.r.Len())
	}
	return tree, nil
}

// decoder reads MessagePack from memory, so that it knows what is left.
type decoder struct {
	r *bytes.Reader
	*msgpack.Decoder
}

func newDecoder(b []byte) *decoder {
	r := bytes.NewReader(b)
	return &decoder{r, msgpack.NewDecoder(r)}
}

// wrap says what an error of the MessagePack library means for the file.
func wrap(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return fmt.Errorf("%w: %v", ErrTruncated, err)
	}
	return malformed("%v", err)
}

// value reads the next value.
func (d *decoder) value(depth int) (any, error) {
	if depth > deepest {
		return nil, malformed("maps are nested deeper than %d", deepest)
	}
	c, err := d.PeekCode()
	if err != nil {
		return nil, wrap(err)
	}
	switch {
	case msgpcode.IsFixedMap(c) || c == msgpcode.Map16 || c == msgpcode.Map32:
		return d.tree(depth)
	case msgpcode.IsExt(c):
		return d.extension()
	case msgpcode.IsFixedArray(c) || c == msgpcode.Array16 || c == msgpcode.Array32:
		return nil, malformed("a list, which BrainPy writes as a map")
	case msgpcode.IsBin(c) || msgpcode.IsString(c):
		n, err := d.text()
		if msgpcode.IsString(c) {
			return string(n), err
		}
		return n, err
	}
	v, err := d.DecodeInterfaceLoose()
	if err != nil {
		return nil, wrap(err)
	}
	return v, nil
}

// text reads a string or bytes whose length has been compared with what is there.
func (d *decoder) text() ([]byte, error) {
	n, err := d.DecodeBytesLen()
	if err != nil {
		return nil, wrap(err)
	}
	return d.take(n)
}

// take reads n bytes.
func (d *decoder) take(n int) ([]byte, error) {
	if n < 0 || n > d.r.Len() {
		return nil, fmt.Errorf("%w: %d bytes of %d", ErrTruncated, n, d.r.Len())
	}
	b := make([]byte, n)
	if err := d.ReadFull(b); err != nil {
		return nil, wrap(err)
	}
	return b, nil
}

// tree reads a map, or an array in pieces.
func (d *decoder) tree(depth int) (any, error) {
	n, err := d.DecodeMapLen()
	if err != nil {
		return nil, wrap(err)
	}
	out := map[string]any{}
	for range n {
		c, err := d.PeekCode()
		if err != nil {
			return nil, wrap(err)
		}
		if !msgpcode.IsString(c) {
			return nil, malformed("a key of code %#x, want text", c)
		}
		key, err := d.text()
		if err != nil {
			return nil, err
		}
		if _, twice := out[string(key)]; twice {
			return nil, malformed("the key %q is there twice", key)
		}
		if out[string(key)], err = d.value(depth + 1); err != nil {
			return nil, err
		}
	}
	if out[keyChunked] == true {
		return joined(out)
	}
	return out, nil
}

// extension reads an array, a complex number or a scalar.
func (d *decoder) extension() (any, error) {
	id, n, err := d.DecodeExtHeader()
	if err != nil {
		return nil, wrap(err)
	}
	b, err := d.take(n)
	if err != nil {
		return nil, err
	}
	inner := newDecoder(b)
	switch id {
	case extArray, extScalar:
		a, err := inner.array()
		if err != nil || id == extArray {
			return a, err
		}
		if len(a.Shape()) > 0 {
			return nil, malformed("a scalar of shape %v", a.Shape())
		}
		return Scalar{a.ScalarValue()}, nil
	case extComplex:
		var re, im float64
		if k, err := inner.DecodeArrayLen(); err != nil || k != 2 {
			return nil, malformed("a complex number of %d parts: %v", k, err)
		}
		if err := inner.DecodeMulti(&re, &im); err != nil {
			return nil, wrap(err)
		}
		return complex(re, im), nil
	}
	return nil, malformed("an extension of type %d", id)
}

// array reads (shape, dtype, bytes).
func (d *decoder) array() (*tensor.Dense, error) {
	if n, err := d.DecodeArrayLen(); err != nil || n != 3 {
		return nil, malformed("an array of %d parts: %v", n, err)
	}
	rank, err := d.DecodeArrayLen()
	if err != nil {
		return nil, wrap(err)
	}
	if rank < 0 || rank > 32 {
		return nil, malformed("an array of %d axes", rank)
	}
	shape := make([]int, rank)
	for i := range shape {
		if shape[i], err = d.DecodeInt(); err != nil {
			return nil, wrap(err)
		}
	}
	dtype, err := d.text()
	if err != nil {
		return nil, err
	}
	raw, err := d.text()
	if err != nil {
		return nil, err
	}
	n, ok := ndarray.Size(shape)
	e, known := elements[string(dtype)]
	if !ok || !known || n > len(raw) || n*e.size != len(raw) {
		return nil, malformed("%d bytes for an array %v of %q", len(raw), shape, dtype)
	}
	if string(dtype) == "bfloat16" {
		raw = widened(raw)
	}
	data, err := ndarray.Decode(e.kind, len(raw)/max(n, 1), raw, binary.LittleEndian)
	if n == 0 {
		data, err = ndarray.Decode(e.kind, max(e.size, e.least), raw, binary.LittleEndian)
	}
	if err != nil {
		return nil, malformed("%v", err)
	}
	return (&ndarray.Array{Shape: shape, Data: data}).Dense(), nil
}

// element is how an element type stands in a file.
type element struct {
	kind  ndarray.Kind
	size  int
	least int // bytes that its numbers are read with, where more
}

var elements = map[string]element{
	"bfloat16": {ndarray.Float, 2, 4}, "float16": {ndarray.Float, 2, 0}, "float32": {ndarray.Float, 4, 0}, "float64": {ndarray.Float, 8, 0},
	"int8": {ndarray.Int, 1, 0}, "int16": {ndarray.Int, 2, 0}, "int32": {ndarray.Int, 4, 0}, "int64": {ndarray.Int, 8, 0},
	"uint8": {ndarray.Uint, 1, 0}, "uint16": {ndarray.Uint, 2, 0}, "uint32": {ndarray.Uint, 4, 0}, "uint64": {ndarray.Uint, 8, 0},
	"bool": {ndarray.Bool, 1, 0},
}

// widened returns bfloat16 as float32, of which it is the upper half.
func widened(b []byte) []byte {
	out := make([]byte, 0, 2*len(b))
	for ; len(b) >= 2; b = b[2:] {
		out = append(out, 0, 0, b[0], b[1])
	}
	return out
}

// joined returns the array whose pieces are in m.
func joined(m map[string]any) (*tensor.Dense, error) {
	dims, _ := m[keyShape].(map[string]any)
	pieces, _ := m[keyChunks].(map[string]any)
	var shape []int
	for i := range len(dims) {
		d, ok := dims[strconv.Itoa(i)].(int64)
		if !ok {
			return nil, malformed("an array in pieces of shape %v", dims)
		}
		shape = append(shape, int(d))
	}
	var raw []byte
	var kind ndarray.Kind
	var size int
	for i := range len(pieces) {
		t, ok := pieces[strconv.Itoa(i)].(*tensor.Dense)
		if !ok {
			return nil, malformed("piece %d of an array is %T", i, pieces[strconv.Itoa(i)])
		}
		a, err := ndarray.Of(t)
		if err != nil {
			return nil, malformed("%v", err)
		}
		k, s, _ := ndarray.KindOf(a.Data)
		if i > 0 && (k != kind || s != size) {
			return nil, malformed("the pieces of an array are of two types")
		}
		b, err := ndarray.Bytes(a.Data)
		if err != nil {
			return nil, malformed("%v", err)
		}
		kind, size, raw = k, s, append(raw, b...)
	}
	n, ok := ndarray.Size(shape)
	if !ok || size == 0 || n != len(raw)/size || slices.Contains(shape, 0) {
		return nil, malformed("pieces of %d bytes for an array %v", len(raw), shape)
	}
	data, err := ndarray.Decode(kind, size, raw, binary.LittleEndian)
	if err != nil {
		return nil, malformed("%v", err)
	}
	return (&ndarray.Array{Shape: shape, Data: data}).Dense(), nil
}
