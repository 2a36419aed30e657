package ndarray

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Kind is a kind of numbers, by the letter numpy has for it.
type Kind byte

// The kinds.
const (
	Float Kind = 'f'
	Int   Kind = 'i'
	Uint  Kind = 'u'
	Bool  Kind = 'b'
)

// Has reports whether there are numbers of a kind of that many bytes.
func Has(k Kind, size int) bool { return find(k, size) != nil }

// Decode returns the numbers of a kind and size in raw, as the slice that Array has for them; floats
// of 2 bytes (IEEE 754 binary16) as float32. Errors: ErrType.
func Decode(k Kind, size int, raw []byte, o binary.ByteOrder) (any, error) {
	n := find(k, size)
	if n == nil {
		return nil, fmt.Errorf("%w: kind %q of %d bytes", ErrType, k, size)
	}
	return n.decode(raw, o), nil
}

// KindOf returns kind and size of the elements of a slice as Array has them, and their number; size 0
// for strings and anything else.
func KindOf(data any) (k Kind, size, n int) {
	switch v := data.(type) {
	case []float32:
		return Float, 4, len(v)
	case []float64:
		return Float, 8, len(v)
	case []int8:
		return Int, 1, len(v)
	case []int16:
		return Int, 2, len(v)
	case []int32:
		return Int, 4, len(v)
	case []int64:
		return Int, 8, len(v)
	case []uint8:
		return Uint, 1, len(v)
	case []uint16:
		return Uint, 2, len(v)
	case []uint32:
		return Uint, 4, len(v)
	case []uint64:
		return Uint, 8, len(v)
	case []bool:
		return Bool, 1, len(v)
	case []string:
		return 0, 0, len(v)
	}
	return 0, 0, 0
}

// Bytes returns the numbers of a slice as little-endian bytes. Errors: ErrType.
func Bytes(data any) ([]byte, error) {
	if _, size, _ := KindOf(data); size == 0 {
		return nil, fmt.Errorf("%w: %T", ErrType, data)
	}
	return binary.Append(nil, binary.LittleEndian, data)
}

// Floats returns the numbers of a slice as float64, bools as 0 and 1; nil of anything else. Whole
// numbers beyond 2^53 are rounded.
func Floats(data any) []float64 {
	switch v := data.(type) {
	case []float32:
		return convert(v)
	case []float64:
		return convert(v)
	case []int8:
		return convert(v)
	case []int16:
		return convert(v)
	case []int32:
		return convert(v)
	case []int64:
		return convert(v)
	case []uint8:
		return convert(v)
	case []uint16:
		return convert(v)
	case []uint32:
		return convert(v)
	case []uint64:
		return convert(v)
	case []bool:
		out := make([]float64, len(v))
		for i, b := range v {
			if b {
				out[i] = 1
			}
		}
		return out
	}
	return nil
}

func convert[T float32 | float64 | int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64](v []T) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = float64(x)
	}
	return out
}

// number says how numbers are stored.
type number struct {
	kind   Kind
	size   int
	decode func(raw []byte, o binary.ByteOrder) any
}

func find(k Kind, size int) *number {
	for i, n := range numbers {
		if n.kind == k && n.size == size {
			return &numbers[i]
		}
	}
	return nil
}

var numbers = []number{
	{Float, 2, func(b []byte, o binary.ByteOrder) any {
		return each(b, 2, func(b []byte) float32 { return half(o.Uint16(b)) })
	}},
	{Float, 4, func(b []byte, o binary.ByteOrder) any {
		return each(b, 4, func(b []byte) float32 { return math.Float32frombits(o.Uint32(b)) })
	}},
	{Float, 8, func(b []byte, o binary.ByteOrder) any {
		return each(b, 8, func(b []byte) float64 { return math.Float64frombits(o.Uint64(b)) })
	}},
	{Int, 1, func(b []byte, _ binary.ByteOrder) any {
		return each(b, 1, func(b []byte) int8 { return int8(b[0]) })
	}},
	{Int, 2, func(b []byte, o binary.ByteOrder) any {
		return each(b, 2, func(b []byte) int16 { return int16(o.Uint16(b)) })
	}},
	{Int, 4, func(b []byte, o binary.ByteOrder) any {
		return each(b, 4, func(b []byte) int32 { return int32(o.Uint32(b)) })
	}},
	{Int, 8, func(b []byte, o binary.ByteOrder) any {
		return each(b, 8, func(b []byte) int64 { return int64(o.Uint64(b)) })
	}},
	{Uint, 1, func(b []byte, _ binary.ByteOrder) any {
		return each(b, 1, func(b []byte) uint8 { return b[0] })
	}},
	{Uint, 2, func(b []byte, o binary.ByteOrder) any { return each(b, 2, o.Uint16) }},
	{Uint, 4, func(b []byte, o binary.ByteOrder) any { return each(b, 4, o.Uint32) }},
	{Uint, 8, func(b []byte, o binary.ByteOrder) any { return each(b, 8, o.Uint64) }},
	{Bool, 1, func(b []byte, _ binary.ByteOrder) any {
		return each(b, 1, func(b []byte) bool { return b[0] != 0 })
	}},
}

// each returns f of every size bytes.
func each[T any](b []byte, size int, f func([]byte) T) []T {
	out := make([]T, len(b)/size)
	for i := range out {
		out[i] = f(b[i*size:])
	}
	return out
}

// half returns a number of half precision, IEEE 754 binary16.
func half(b uint16) float32 {
	sign, exp, frac := uint32(b>>15)<<31, uint32(b>>10&31), uint32(b&1023)
	switch exp {
	case 0:
		v := float32(math.Ldexp(float64(frac), -24))
		return math.Float32frombits(math.Float32bits(v) | sign)
	case 31:
		return math.Float32frombits(sign | 0xff<<23 | frac<<13)
	}
	return math.Float32frombits(sign | (exp-15+127)<<23 | frac<<13)
}
