package model

import (
	"context"
	"fmt"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/train/npz"
	"gorgonia.org/tensor"
)

// arrays are the settings of a set in files of the user.
type arrays struct {
	Train, Valid, Test string // .npz files
	NumClasses         int    // of labels; 0: one more than the largest label of all parts
}

// openArrays reads the parts of a set from NumPy archives: x [N ...] of floats, and y, integers [N] that
// are labels or floats [N ...] that are targets, or no y. A file for test that is not given is that for
// training.
func openArrays(_ context.Context, p any, _ opener) (parts Parts, err error) {
	s := p.(arrays)
	if s.Test == "" {
		s.Test = s.Train
	}
	classes := s.NumClasses
	var pairs [3][2]*tensor.Dense
	for i, path := range []string{s.Train, s.Valid, s.Test} {
		if path == "" {
			continue
		}
		x, y, err := pair(path)
		if err != nil {
			return Parts{}, err
		}
		pairs[i] = [2]*tensor.Dense{x, y}
		if y != nil && y.Dtype() == tensor.Int32 && s.NumClasses == 0 {
			for _, c := range y.Int32s() {
				classes = max(classes, int(c)+1)
			}
		}
	}
	for i, to := range []*datasets.Source{&parts.Train, &parts.Valid, &parts.Test} {
		if pairs[i][0] == nil {
			continue
		}
		d, err := datasets.SamplesOf(pairs[i][0], pairs[i][1], classes)
		if err != nil {
			return Parts{}, fmt.Errorf("%s: %w", []string{s.Train, s.Valid, s.Test}[i], err)
		}
		*to = d
	}
	return parts, nil
}

// pair reads x and y of a file; y is nil if there is none.
func pair(path string) (x, y *tensor.Dense, err error) {
	f, err := npz.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	for _, t := range f.Tensors {
		switch t.Name {
		case "x":
			x, err = float32s(t.Value)
		case "y":
			if y, err = int32s(t.Value); err != nil {
				y, err = float32s(t.Value)
			}
		default:
			err = fmt.Errorf("there is an array %q: want x, and y or nothing", t.Name)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %s: %w", path, t.Name, err)
		}
	}
	if x == nil {
		return nil, nil, fmt.Errorf("%s: there is no array x", path)
	}
	return x, y, nil
}

// float32s returns the floats or bytes of an array as float32.
func float32s(t *tensor.Dense) (*tensor.Dense, error) {
	var out []float32
	switch x := t.Data().(type) {
	case []float32:
		return t, nil
	case []float64:
		out = convert[float64, float32](x)
	case []uint8:
		out = convert[uint8, float32](x)
	case []int64:
		out = convert[int64, float32](x)
	case []int32:
		out = convert[int32, float32](x)
	default:
		return nil, fmt.Errorf("its elements are %v: want floats", t.Dtype())
	}
	return tensor.New(tensor.WithShape(t.Shape()...), tensor.WithBacking(out)), nil
}

// int32s returns the integers of an array as int32.
func int32s(t *tensor.Dense) (*tensor.Dense, error) {
	var out []int32
	switch x := t.Data().(type) {
	case []int32:
		return t, nil
	case []int64:
		out = convert[int64, int32](x)
	case []uint8:
		out = convert[uint8, int32](x)
	default:
		return nil, fmt.Errorf("its elements are %v: want integers", t.Dtype())
	}
	return tensor.New(tensor.WithShape(t.Shape()...), tensor.WithBacking(out)), nil
}

func convert[A, B uint8 | int32 | int64 | float32 | float64](x []A) []B {
	y := make([]B, len(x))
	for i, v := range x {
		y[i] = B(v)
	}
	return y
}
