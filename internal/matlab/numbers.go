package matlab

import (
	"math"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/spikegraph/spikegraph/internal/ndarray"
)

// converted returns numbers in the type of their class: MATLAB stores small whole numbers of any class
// in the narrowest type.
func converted(data any, from, to number) (any, error) {
	if from.size == 8 && from.kind != ndarray.Float { // not every one is a float64
		return nil, malformed("whole numbers of 64 bits for %c%d", to.kind, to.size)
	}
	v := ndarray.Floats(data)
	switch {
	case to.kind == ndarray.Float && to.size == 8:
		return v, nil
	case to.kind == ndarray.Float:
		return cast[float32](v, math.Inf(-1), math.Inf(1))
	case to.kind == ndarray.Int:
		limit := math.Ldexp(1, 8*to.size-1)
		switch to.size {
		case 1:
			return cast[int8](v, -limit, limit-1)
		case 2:
			return cast[int16](v, -limit, limit-1)
		case 4:
			return cast[int32](v, -limit, limit-1)
		}
		return cast[int64](v, -limit, limit-1024) // the next float64 below 2^63
	}
	switch limit := math.Ldexp(1, 8*to.size); to.size {
	case 1:
		return cast[uint8](v, 0, limit-1)
	case 2:
		return cast[uint16](v, 0, limit-1)
	case 4:
		return cast[uint32](v, 0, limit-1)
	default:
		return cast[uint64](v, 0, limit-2048) // the next float64 below 2^64
	}
}

// cast converts numbers that must lie between two, and which T must have.
func cast[T float32 | int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64](v []float64, low, high float64) (any, error) {
	out := make([]T, len(v))
	_, float := any(out).([]float32)
	for i, x := range v {
		if isNaN := x != x; !(x >= low && x <= high && float64(T(x)) == x || isNaN && float) {
			return nil, malformed("the number %v in an array of %T", x, out[i])
		}
		out[i] = T(x)
	}
	return out, nil
}

// bools returns which numbers are not 0.
func bools(data any) []bool {
	v := ndarray.Floats(data)
	out := make([]bool, len(v))
	for i, x := range v {
		out[i] = x != 0
	}
	return out
}

// texts reads n characters of the given shape.
func (r *reader) texts(kind int, b []byte, shape []int, n int) (*ndarray.Array, error) {
	chars, err := r.characters(kind, b)
	if err != nil {
		return nil, err
	}
	if len(chars) != n {
		return nil, malformed("%d characters for dimensions %v", len(chars), shape)
	}
	last := len(shape) - 1
	a := &ndarray.Array{Shape: shape[:last]}
	rows, ok := ndarray.Size(a.Shape)
	if !ok || rows > 0 && n == 0 && rows > len(b)+1 { // texts without characters are a claim of the header alone
		return nil, malformed("%v texts of no characters", a.Shape)
	}
	flat := ndarray.Rows(chars, shape).([]int32)
	list := make([]string, rows)
	for i := range list {
		list[i] = strings.TrimRight(joined(flat[i*shape[last]:(i+1)*shape[last]]), " \x00")
	}
	a.Data = list
	return a, nil
}

// joined returns characters as a text; two halves of a character of UTF-16 are one.
func joined(chars []int32) string {
	var s strings.Builder
	for i := 0; i < len(chars); i++ {
		c := chars[i]
		if i+1 < len(chars) && utf16.DecodeRune(c, chars[i+1]) != utf8.RuneError {
			i++
			c = utf16.DecodeRune(c, chars[i])
		}
		s.WriteRune(c)
	}
	return s.String()
}

// characters decodes what an element of a type holds, to code points.
func (r *reader) characters(kind int, b []byte) ([]int32, error) {
	switch kind {
	case miUTF8:
		if !utf8.Valid(b) {
			return nil, malformed("text that is not UTF-8")
		}
		return []int32(string(b)), nil
	case miUTF16:
		kind = 4
	case miUTF32:
		kind = miUint32
	}
	from := coded(stored, kind)
	if from == nil || from.kind == ndarray.Float || from.size > 4 || len(b)%from.size != 0 {
		return nil, malformed("text of type %d", kind)
	}
	data, err := ndarray.Decode(from.kind, from.size, b, r.order)
	if err != nil {
		return nil, malformed("%v", err)
	}
	out := make([]int32, 0, len(b)/from.size)
	for _, x := range ndarray.Floats(data) {
		c := rune(x)
		if from.size == 1 {
			c &= 0xff
		}
		if !utf8.ValidRune(c) && !utf16.IsSurrogate(c) {
			return nil, malformed("%#x is no character", x)
		}
		out = append(out, c)
	}
	return out, nil
}
