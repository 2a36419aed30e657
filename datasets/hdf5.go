package datasets

import (
	"errors"
	"fmt"
	"math"

	"github.com/spikegraph/spikegraph/internal/hdf5"
	"github.com/spikegraph/spikegraph/internal/ndarray"
)

// hdf5Kinds are the kinds that errors of package hdf5 have here.
var hdf5Kinds = map[error]error{
	hdf5.ErrFormat:    ErrFormat,
	hdf5.ErrTruncated: ErrTruncated,
	hdf5.ErrChecksum:  ErrChecksum,
}

// hdf5Error gives an error of package hdf5 its kind; others, as of the disk, stay what they are.
func hdf5Error(err error) error {
	for theirs, ours := range hdf5Kinds {
		if errors.Is(err, theirs) {
			return fmt.Errorf("%w: %w", ours, err)
		}
	}
	return err
}

// sequences is a data set of one axis of sequences of numbers.
type sequences struct {
	data *hdf5.Dataset
	n    int
}

// openSequences finds sequences by their path. Errors: ErrFormat, ErrShape, ErrTruncated, ErrChecksum.
func openSequences(f *hdf5.File, path string) (sequences, error) {
	d, err := f.Dataset(path)
	if err != nil {
		return sequences{}, hdf5Error(err)
	}
	n, err := d.Sequences()
	if err != nil {
		return sequences{}, fmt.Errorf("%s: %w", path, hdf5Error(err))
	}
	if len(d.Shape) != 1 {
		return sequences{}, fail(ErrShape, "%s: shape %v, expected 1 axis", path, d.Shape)
	}
	return sequences{d, n}, nil
}

// at returns sequence i.
func (s sequences) at(i int) ([]float64, error) {
	v, err := s.data.Sequence(i)
	return ndarray.Floats(v), hdf5Error(err)
}

// integers returns the elements of a data set of one axis of whole numbers of 32 bits. Errors as of
// openSequences.
func integers(f *hdf5.File, path string) ([]int32, error) {
	d, err := f.Dataset(path)
	if err != nil {
		return nil, hdf5Error(err)
	}
	a, err := d.Array()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, hdf5Error(err))
	}
	kind, _, n := ndarray.KindOf(a.Data)
	if kind == 0 || len(a.Shape) != 1 {
		return nil, fail(ErrFormat, "%s: %T of shape %v, expected 1 axis of numbers", path, a.Data, a.Shape)
	}
	out := make([]int32, n)
	for i, x := range ndarray.Floats(a.Data) {
		if x != math.Trunc(x) || math.Abs(x) > math.MaxInt32 {
			return nil, fail(ErrFormat, "%s: element %d is %v, expected a whole number", path, i, x)
		}
		out[i] = int32(x)
	}
	return out, nil
}
