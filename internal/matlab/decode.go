package matlab

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/spikegraph/spikegraph/internal/ndarray"
)

// Variable is a named array: its Data may be texts.
type Variable struct {
	Name  string
	Array *ndarray.Array
}

const (
	headerBytes = 128
	tagBytes    = 8
	version     = 0x0100
	mostAxes    = 32
	mostPacked  = 1100 // bytes that one byte can stand for: deflate's 1032, and room for small files
)

// Decode reads a file: its variables in their order. Errors: ErrFormat, ErrTruncated.
func Decode(b []byte) ([]Variable, error) {
	if len(b) < headerBytes {
		return nil, fmt.Errorf("%w: %d bytes, its header has %d", ErrTruncated, len(b), headerBytes)
	}
	r := &reader{b: b[headerBytes:]}
	switch end := string(b[126:128]); end {
	case "IM":
		r.order = binary.LittleEndian
	case "MI":
		r.order = binary.BigEndian
	default:
		return nil, malformed("its byte order is %q, want IM or MI, of level 5", end)
	}
	if v := r.order.Uint16(b[124:]); v != version {
		return nil, malformed("its version is %#x, want %#x (%#x is version 7.3, which is HDF5)", v, version, 2*version)
	}
	var all []Variable
	names := map[string]bool{}
	for len(r.b) > 0 {
		v, err := r.variable()
		if err != nil {
			return nil, fmt.Errorf("variable %d: %w", len(all), err)
		}
		if names[v.Name] {
			return nil, malformed("two variables are named %q", v.Name)
		}
		names[v.Name] = true
		all = append(all, v)
	}
	return all, nil
}

// reader reads data elements.
type reader struct {
	b     []byte // what is left
	order binary.ByteOrder
}

// element reads a data element: its type and its content. Those of at most four bytes may stand in the
// tag.
func (r *reader) element() (kind int, content []byte, err error) {
	if len(r.b) < tagBytes {
		return 0, nil, fmt.Errorf("%w: %d bytes, a tag has %d", ErrTruncated, len(r.b), tagBytes)
	}
	kind, n := int(r.order.Uint32(r.b)), uint64(r.order.Uint32(r.b[4:]))
	if small := kind >> 16; small != 0 {
		if small > 4 {
			return 0, nil, malformed("a small element of %d bytes", small)
		}
		content, r.b = r.b[4:4+small], r.b[tagBytes:]
		return kind & 0xffff, content, nil
	}
	rest := r.b[tagBytes:]
	if n > uint64(len(rest)) {
		return 0, nil, fmt.Errorf("%w: an element of %d bytes, there are %d", ErrTruncated, n, len(rest))
	}
	padded := n
	if kind != miCompressed {
		padded = min((n+7)&^7, uint64(len(rest))) // the last may lack its padding
	}
	content, r.b = rest[:n], rest[padded:]
	return kind, content, nil
}

// want reads an element of a type.
func (r *reader) want(kind int, what string) ([]byte, error) {
	k, b, err := r.element()
	if err == nil && k != kind {
		err = malformed("%s of type %d, want %d", what, k, kind)
	}
	return b, err
}

// variable reads the next variable, deflated or not.
func (r *reader) variable() (Variable, error) {
	kind, b, err := r.element()
	if err != nil {
		return Variable{}, err
	}
	if kind == miCompressed {
		if b, err = inflated(b); err != nil {
			return Variable{}, err
		}
		in := reader{b, r.order}
		if kind, b, err = in.element(); err != nil {
			return Variable{}, err
		}
		if len(in.b) > 0 {
			return Variable{}, malformed("%d bytes behind an array, deflated with it", len(in.b))
		}
	}
	if kind != miMatrix {
		return Variable{}, malformed("an element of type %d, want an array, %d", kind, miMatrix)
	}
	m := reader{b, r.order}
	return m.matrix()
}

// inflated undoes deflate, within its bounds.
func inflated(b []byte) ([]byte, error) {
	z, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, malformed("%v", err)
	}
	most := int64(len(b)) * mostPacked
	out, err := io.ReadAll(io.LimitReader(z, most+1))
	if err != nil || int64(len(out)) > most {
		return nil, malformed("inflating %d bytes: %d bytes, %v", len(b), len(out), err)
	}
	return out, nil
}

// matrix reads an array: flags, dimensions, name, numbers.
func (r *reader) matrix() (v Variable, err error) {
	flags, err := r.want(miUint32, "flags")
	if err != nil || len(flags) != 8 {
		return v, firstOf(err, malformed("flags of %d bytes, want 8", len(flags)))
	}
	dims, err := r.want(miInt32, "dimensions")
	if err != nil {
		return v, err
	}
	name, err := r.want(miInt8, "a name")
	if err != nil {
		return v, err
	}
	v.Name = string(name)
	v.Array, err = r.array(r.order.Uint32(flags), dims)
	if err != nil {
		err = fmt.Errorf("%.80q: %w", name, err)
	}
	return v, err
}

func firstOf(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// array reads the content of an array.
func (r *reader) array(flags uint32, dims []byte) (*ndarray.Array, error) {
	class := int(flags & 0xff)
	if what, known := others[class]; known {
		return nil, malformed("it is %s, want numbers or texts", what)
	}
	to := coded(classes, class)
	if to == nil && class != charClass {
		return nil, malformed("it is of class %d, which is none", class)
	}
	if flags&isComplex != 0 {
		return nil, malformed("its numbers are complex")
	}
	shape, n, err := r.shape(dims)
	if err != nil {
		return nil, err
	}
	kind, b, err := r.element()
	if err != nil {
		return nil, err
	}
	if class == charClass {
		return r.texts(kind, b, shape, n)
	}
	data, err := r.numbers(kind, b, n, *to)
	if err != nil {
		return nil, err
	}
	if flags&isLogical != 0 {
		data = bools(data)
	}
	return &ndarray.Array{Shape: shape, Data: ndarray.Rows(data, shape)}, nil
}

// numbers returns the n numbers of an element as those of a class, column by column.
func (r *reader) numbers(kind int, b []byte, n int, to number) (any, error) {
	from := coded(stored, kind)
	if from == nil || n > len(b) || n*from.size != len(b) {
		return nil, malformed("%d bytes of type %d for %d numbers", len(b), kind, n)
	}
	data, err := ndarray.Decode(from.kind, from.size, b, r.order)
	if err != nil {
		return nil, malformed("%v", err)
	}
	if *from == (number{kind, to.kind, to.size}) {
		return data, nil
	}
	return converted(data, *from, to)
}

// shape reads dimensions.
func (r *reader) shape(dims []byte) (shape []int, n int, err error) {
	for ; len(dims) >= 4; dims = dims[4:] {
		shape = append(shape, int(int32(r.order.Uint32(dims))))
	}
	n, ok := ndarray.Size(shape)
	if !ok || len(shape) < 2 || len(shape) > mostAxes || len(dims) > 0 {
		return nil, 0, malformed("dimensions %.100s", fmt.Sprint(shape))
	}
	return shape, n, nil
}
