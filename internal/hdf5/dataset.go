package hdf5

import (
	"slices"

	"github.com/spikegraph/spikegraph/internal/ndarray"
)

// Dataset is a data set whose sequences are read one by one.
type Dataset struct {
	Shape []int // empty for a scalar
	src   source
	kind  datatype
	raw   []byte // the elements, or where they are
}

// dataset reads the data set with header h.
func (d *decoder) dataset(h header) (*Dataset, error) {
	if h.message(msgLayout) == nil {
		return nil, malformed("a group, want a data set")
	}
	shape, most, err := readDataspace(&cursor{b: h.message(msgDataspace)})
	if err != nil {
		return nil, err
	}
	t, err := readDatatype(&cursor{b: h.message(msgDatatype)})
	if err != nil {
		return nil, err
	}
	n, ok := ndarray.Size(shape)
	if !ok {
		return nil, malformed("an array of shape %v", shape)
	}
	raw, err := d.layout(h, shape, most, n, t.size)
	if err != nil {
		return nil, err
	}
	return &Dataset{Shape: shape, src: d.source, kind: t, raw: raw}, nil
}

// Array returns the elements, which are numbers, booleans or strings. Errors: ErrFormat for
// sequences, ErrTruncated, of the reader.
func (s *Dataset) Array() (*Array, error) { return newDecoder(s.src).array(s) }

func (d *decoder) array(s *Dataset) (*Array, error) {
	if s.kind.of != nil {
		return nil, malformed("an array of sequences of variable length, want numbers or strings")
	}
	a := &Array{Shape: slices.Clone(s.Shape)}
	var err error
	if s.kind.class == classString || s.kind.class == classVLen {
		a.Data, err = d.strings(s.raw, s.kind)
	} else {
		a.Data, err = ndarray.Decode(s.kind.kind, s.kind.size, s.raw, s.kind.order)
	}
	return a, err
}

// Sequences returns the number of sequences that the elements are. Errors: ErrFormat for elements of
// another kind.
func (s *Dataset) Sequences() (int, error) {
	if s.kind.of == nil {
		return 0, malformed("an array of numbers or strings, want sequences of variable length")
	}
	return len(s.raw) / s.kind.size, nil
}

// Sequence returns sequence i, counted row by row, as a slice of the type that Array has for its
// numbers. Errors: ErrFormat, also for elements of another kind and for an i that is not there,
// ErrTruncated, of the reader.
func (s *Dataset) Sequence(i int) (any, error) {
	n, err := s.Sequences()
	if err != nil {
		return nil, err
	}
	if i < 0 || i >= n {
		return nil, malformed("sequence %d of %d", i, n)
	}
	of := s.kind.of
	ref := &cursor{b: s.raw[i*s.kind.size:][:s.kind.size]}
	b, err := newDecoder(s.src).heapObject(ref, of.size, heaps{})
	if err != nil {
		return nil, err
	}
	return ndarray.Decode(of.kind, of.size, b, of.order)
}
