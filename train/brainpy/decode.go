package brainpy

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"github.com/vmihailenco/msgpack/v5"
	"github.com/vmihailenco/msgpack/v5/msgpcode"
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
	if n < 0 {
		return nil, malformed("nil where text or bytes were expected")
	}
	return d.take(n)
}

// take reads n bytes.
func (d *decoder) take(n int) ([]byte, error) {
	if n > d.r.Len() {
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
