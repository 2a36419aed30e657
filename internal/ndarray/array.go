package ndarray

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"

	"gorgonia.org/tensor"
)

// ErrType says that an array's elements are of a type that has no place here.
var ErrType = errors.New("ndarray: elements of an unknown type")

// Array is an array, row by row: Data is a slice of float32, float64, int8 to int64, uint8 to uint64,
// bool or string, of as many elements as Shape says. Shape is empty for a scalar.
type Array struct {
	Shape []int
	Data  any
}

// Size returns the number of elements of a shape, false if it has a negative axis or cannot be counted.
func Size(shape []int) (n int, ok bool) {
	n = 1
	empty := false
	for _, d := range shape {
		if d < 0 {
			return 0, false
		}
		if d == 0 {
			empty = true
			continue
		}
		if n > math.MaxInt/d {
			return 0, false
		}
		n *= d
	}
	if empty {
		n = 0
	}
	return n, true
}

// Dense returns the array as a tensor that shares its slice. A dimension of zero is kept; see package
// checkpoint about such tensors.
func (a *Array) Dense() *tensor.Dense {
	return tensor.New(tensor.WithShape(slices.Clone(a.Shape)...), tensor.WithBacking(a.Data))
}

// Of returns a tensor as an array. Its slice is shared if the tensor stands there row by row. Errors:
// ErrType, also for masked tensors and those outside of Go's memory.
func Of(t *tensor.Dense) (*Array, error) {
	if t == nil || !t.IsNativelyAccessible() || len(t.Mask()) > 0 {
		return nil, fmt.Errorf("%w: a tensor that is nil, masked or elsewhere", ErrType)
	}
	a := &Array{Shape: slices.Clone([]int(t.Shape()))}
	n, _ := Size(a.Shape)
	data, ok := slice(t)
	if !ok {
		return nil, fmt.Errorf("%w: %v", ErrType, t.Dtype())
	}
	if a.Data = data; n > 0 && t.RequiresIterator() || n > 0 && t.DataOrder().IsColMajor() {
		whole, ok := t.Materialize().(*tensor.Dense)
		if !ok || whole.DataOrder().IsColMajor() {
			return nil, fmt.Errorf("%w: a tensor of shape %v that does not stand row by row", ErrType, a.Shape)
		}
		a.Data, _ = slice(whole)
	}
	if reflect.ValueOf(a.Data).Len() != n {
		return nil, fmt.Errorf("%w: a view of shape %v", ErrType, a.Shape)
	}
	return a, nil
}

// slice returns the elements of t as they stand, false if Array has no place for their type.
func slice(t *tensor.Dense) (any, bool) {
	f, ok := backings[t.Dtype()]
	if !ok {
		return nil, false
	}
	return f(t), true
}

// backings gives the slice of a tensor, by its type; Dense.Data panics for tensors without elements.
var backings = map[tensor.Dtype]func(*tensor.Dense) any{
	tensor.Float32: func(t *tensor.Dense) any { return t.Float32s() },
	tensor.Float64: func(t *tensor.Dense) any { return t.Float64s() },
	tensor.Int8:    func(t *tensor.Dense) any { return t.Int8s() },
	tensor.Int16:   func(t *tensor.Dense) any { return t.Int16s() },
	tensor.Int32:   func(t *tensor.Dense) any { return t.Int32s() },
	tensor.Int64:   func(t *tensor.Dense) any { return t.Int64s() },
	tensor.Uint8:   func(t *tensor.Dense) any { return t.Uint8s() },
	tensor.Uint16:  func(t *tensor.Dense) any { return t.Uint16s() },
	tensor.Uint32:  func(t *tensor.Dense) any { return t.Uint32s() },
	tensor.Uint64:  func(t *tensor.Dense) any { return t.Uint64s() },
	tensor.Bool:    func(t *tensor.Dense) any { return t.Bools() },
	tensor.String:  func(t *tensor.Dense) any { return t.Strings() },
}
