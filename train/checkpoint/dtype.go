package checkpoint

import (
	"encoding/binary"
	"io"
	"strings"

	"gorgonia.org/tensor"
)

// DType is the type of a tensor's elements, by its name in the format.
type DType string

// The element types. F16 and BF16 are read as F32 and not written.
const (
	U64  DType = "U64"
	I64  DType = "I64"
	F64  DType = "F64"
	F32  DType = "F32"
	U32  DType = "U32"
	I32  DType = "I32"
	BF16 DType = "BF16"
	F16  DType = "F16"
	U16  DType = "U16"
	I16  DType = "I16"
	I8   DType = "I8"
	U8   DType = "U8"
	BOOL DType = "BOOL"
)

// element says how elements of one type stand in the file and in memory.
type element struct {
	name     DType
	size     int // bytes in the file
	inMemory tensor.Dtype
	read     func(r io.Reader, n int) (backing any, err error) // n elements, as a slice
	write    func(w io.Writer, t *tensor.Dense) error          // in row-major order; nil: never written
	copy     func(dst, src *tensor.Dense)                      // of the same shape
}

// elements is in the order in which tensors are written, which is that of the reference implementation.
var elements = []element{
	plain(U64, tensor.Uint64, (*tensor.Dense).Uint64s),
	plain(I64, tensor.Int64, (*tensor.Dense).Int64s),
	plain(F64, tensor.Float64, (*tensor.Dense).Float64s),
	plain(F32, tensor.Float32, (*tensor.Dense).Float32s),
	plain(U32, tensor.Uint32, (*tensor.Dense).Uint32s),
	plain(I32, tensor.Int32, (*tensor.Dense).Int32s),
	{name: BF16, size: 2, inMemory: tensor.Float32, read: readHalves(fromBFloat16)},
	{name: F16, size: 2, inMemory: tensor.Float32, read: readHalves(fromFloat16)},
	plain(U16, tensor.Uint16, (*tensor.Dense).Uint16s),
	plain(I16, tensor.Int16, (*tensor.Dense).Int16s),
	plain(I8, tensor.Int8, (*tensor.Dense).Int8s),
	plain(U8, tensor.Uint8, (*tensor.Dense).Uint8s),
	strict(plain(BOOL, tensor.Bool, (*tensor.Dense).Bools)),
}

// number is what a file holds and Go has a type for.
type number interface {
	bool | int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 | float32 | float64
}

// plain is the row of a type which is the same in the file and in memory; data returns a tensor's
// slice.
func plain[T number](name DType, inMemory tensor.Dtype, data func(*tensor.Dense) []T) element {
	return element{
		name:     name,
		size:     binary.Size(*new(T)),
		inMemory: inMemory,
		read:     func(r io.Reader, n int) (any, error) { return readNumbers[T](r, n) },
		write: func(w io.Writer, t *tensor.Dense) error {
			return writeNumbers(w, gather(t, data(t)))
		},
		copy: func(dst, src *tensor.Dense) { scatter(dst, data(dst), gather(src, data(src))) },
	}
}

// elementNamed returns the row of a type's name in the format; nil: not supported.
func elementNamed(name DType) *element {
	for i := range elements {
		if elements[i].name == name {
			return &elements[i]
		}
	}
	return nil
}

// rank returns the index in elements of the type t is written as; -1: not supported.
func rank(t *tensor.Dense) int {
	for i, e := range elements {
		if e.write != nil && e.inMemory == t.Dtype() {
			return i
		}
	}
	return -1
}

// supported lists the names of all types for messages.
func supported() string {
	names := make([]string, len(elements))
	for i, e := range elements {
		names[i] = string(e.name)
	}
	return strings.Join(names, " ")
}
