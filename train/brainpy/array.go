package brainpy

import (
	"encoding/binary"
	"slices"
	"strconv"

	"github.com/spikegraph/spikegraph/internal/ndarray"
	"gorgonia.org/tensor"
)

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
	kind, size, raw, err := joinedBytes(pieces)
	if err != nil {
		return nil, err
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

// joinedBytes returns the bytes of all pieces, which must be of one type.
func joinedBytes(pieces map[string]any) (kind ndarray.Kind, size int, raw []byte, err error) {
	for i := range len(pieces) {
		t, ok := pieces[strconv.Itoa(i)].(*tensor.Dense)
		if !ok {
			return 0, 0, nil, malformed("piece %d of an array is %T", i, pieces[strconv.Itoa(i)])
		}
		a, err := ndarray.Of(t)
		if err != nil {
			return 0, 0, nil, malformed("%v", err)
		}
		k, s, _ := ndarray.KindOf(a.Data)
		if i > 0 && (k != kind || s != size) {
			return 0, 0, nil, malformed("the pieces of an array are of two types")
		}
		b, err := ndarray.Bytes(a.Data)
		if err != nil {
			return 0, 0, nil, malformed("%v", err)
		}
		kind, size, raw = k, s, append(raw, b...)
	}
	return kind, size, raw, nil
}
