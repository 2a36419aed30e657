package graph

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gorgonia.org/tensor"
)

// DType is the type of a node's elements.
type DType uint8

// The element types. A Bool is one byte; Int32 holds labels and indices.
const (
	Invalid DType = iota
	Float32
	Float64
	Int32
	Bool
)

var dtypes = [...]struct {
	name string
	size int
	of   tensor.Dtype
}{
	Invalid: {"Invalid", 0, tensor.Dtype{}},
	Float32: {"Float32", 4, tensor.Float32},
	Float64: {"Float64", 8, tensor.Float64},
	Int32:   {"Int32", 4, tensor.Int32},
	Bool:    {"Bool", 1, tensor.Bool},
}

func (d DType) String() string {
	if int(d) < len(dtypes) {
		return dtypes[d].name
	}
	return fmt.Sprintf("DType(%d)", uint8(d))
}

// Size returns the bytes of an element.
func (d DType) Size() int { return dtypes[d].size }

// IsFloat reports whether d is Float32 or Float64, the types that have derivatives.
func (d DType) IsFloat() bool { return d == Float32 || d == Float64 }

// holds reports whether an element of type d can be v, rounded if d is a float.
func (d DType) holds(v float64) bool {
	switch d {
	case Float32:
		return math.IsInf(v, 0) || !math.IsInf(float64(float32(v)), 0)
	case Int32:
		return v == math.Trunc(v) && v >= math.MinInt32 && v <= math.MaxInt32
	case Bool:
		return v == 0 || v == 1
	}
	return true
}

// Tensor returns the element type of gorgonia.org/tensor that stores d.
func (d DType) Tensor() tensor.Dtype { return dtypes[d].of }

// DTypeOf returns the DType of a tensor's elements, Invalid if a graph has no such type.
func DTypeOf(t *tensor.Dense) DType {
	for d := Float32; d <= Bool; d++ {
		if t.Dtype() == dtypes[d].of {
			return d
		}
	}
	return Invalid
}

// Shape is the extent of each axis, outermost first; a scalar's is empty.
type Shape []int

// Size returns the number of elements.
func (s Shape) Size() int {
	n := 1
	for _, d := range s {
		n *= d
	}
	return n
}

// Equal reports whether s and o are the same shape.
func (s Shape) Equal(o Shape) bool { return slices.Equal(s, o) }

func (s Shape) String() string { return strings.ReplaceAll(fmt.Sprint([]int(s)), ",", " ") }

// strides returns the distance in elements between neighbours along each axis, rows contiguous.
func (s Shape) strides() []int {
	st := make([]int, len(s))
	n := 1
	for i := len(s) - 1; i >= 0; i-- {
		st[i] = n
		n *= s[i]
	}
	return st
}

// Type is what is known of a node before it runs.
type Type struct {
	DType DType
	Shape Shape
}

// Equal reports whether t and o have the same element type and shape.
func (t Type) Equal(o Type) bool { return t.DType == o.DType && t.Shape.Equal(o.Shape) }

// Bytes returns the memory that a value of the type takes.
func (t Type) Bytes() int { return t.Shape.Size() * t.DType.Size() }

func (t Type) String() string { return t.DType.String() + t.Shape.String() }

// maxRank bounds the axes of a shape, so that shapes and axes can be part of comparable ops.
const maxRank = 8

// dims is a list of ints that can be compared: a shape, axes, strides.
type dims struct {
	n int8
	d [maxRank]int
}

func dimsOf(s []int) dims {
	d := dims{n: int8(len(s))}
	copy(d.d[:], s)
	return d
}

func (d dims) slice() []int { return slices.Clone(d.d[:d.n]) }

func (d dims) String() string { return Shape(d.d[:d.n]).String() }

// mostElements bounds shapes, so that places do not overflow where an int has 32 bits either.
const mostElements = min(1<<46, math.MaxInt/8)

// checkShape refuses what no tensor can have.
func checkShape(s []int) error {
	if len(s) > maxRank {
		return fmt.Errorf("%w: shape %v has %d axes, at most %d are possible", ErrShape, s, len(s), maxRank)
	}
	n := 1
	for _, d := range s {
		if d < 0 {
			return fmt.Errorf("%w: shape %v has a negative extent", ErrShape, s)
		}
		if d > 0 && n > mostElements/d {
			return fmt.Errorf("%w: shape %v is larger than any memory", ErrShape, s)
		}
		n *= max(d, 1)
	}
	return nil
}
