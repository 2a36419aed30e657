package kernel

import "unsafe"

// Float is the constraint of kernels over floating-point slices.
type Float interface{ ~float32 | ~float64 }

// Number is the constraint of kernels that make sense for integers too.
type Number interface{ Float | ~int32 }

// Element is the constraint of the types that a [Buf] can be viewed as.
type Element interface {
	float32 | float64 | int32 | bool
}

// Kind is how one element is stored.
type Kind uint8

// The kinds of element.
const (
	Float32 Kind = iota
	Float64
	Int32
	Bool // one byte, 0 or 1
)

var kinds = [...]struct {
	name string
	size int
}{Float32: {"Float32", 4}, Float64: {"Float64", 8}, Int32: {"Int32", 4}, Bool: {"Bool", 1}}

// String returns the name of the kind.
func (k Kind) String() string { return kinds[k].name }

// Size returns the bytes that one element of the kind takes.
func (k Kind) Size() int { return kinds[k].size }

// Buf is untyped memory of N elements; the typed views cost nothing and check nothing. The memory
// must be aligned for the type it is viewed as.
type Buf struct {
	P unsafe.Pointer
	N int
}

// Of returns the memory of s.
func Of[T Element](s []T) Buf { return Buf{unsafe.Pointer(unsafe.SliceData(s)), len(s)} }

// View returns the memory of b as N elements of T.
func View[T Element](b Buf) []T { return view[T](b) }

// F32 returns the memory as float32.
func (b Buf) F32() []float32 { return view[float32](b) }

// F64 returns the memory as float64.
func (b Buf) F64() []float64 { return view[float64](b) }

// I32 returns the memory as int32.
func (b Buf) I32() []int32 { return view[int32](b) }

// Bool returns the memory as bool.
func (b Buf) Bool() []bool { return view[bool](b) }

// Bytes returns the memory as bytes, for elements of elemSize bytes.
func (b Buf) Bytes(elemSize int) []byte { return unsafe.Slice((*byte)(b.P), b.N*elemSize) }

// Slice returns elements lo..hi of a buffer whose elements have elemSize bytes.
func (b Buf) Slice(lo, hi, elemSize int) Buf {
	if lo < 0 || hi < lo || hi > b.N {
		panic("kernel: Buf.Slice out of range")
	}
	if lo == hi {
		return Buf{b.P, 0}
	}
	return Buf{unsafe.Add(b.P, lo*elemSize), hi - lo}
}

func view[T any](b Buf) []T { return unsafe.Slice((*T)(b.P), b.N) }
