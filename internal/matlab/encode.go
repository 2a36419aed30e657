package matlab

import (
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spikegraph/spikegraph/internal/ndarray"
)

// Encode returns a file of the variables, in their order. An array of fewer than two axes gets axes of
// one element behind its own. Equal variables give equal bytes. Errors: ErrFormat for a name or an
// array that has no place in the format, or more than 4 GB.
func Encode(vars []Variable) ([]byte, error) {
	text := "MATLAB 5.0 MAT-file, written by Spikegraph"
	out := append([]byte(text), strings.Repeat(" ", 116-len(text))...)
	out = append(out, make([]byte, 8)...)
	out = binary.LittleEndian.AppendUint16(out, version)
	out = append(out, "IM"...)
	names := map[string]bool{}
	for _, v := range vars {
		if v.Name == "" || names[v.Name] || !utf8.ValidString(v.Name) || strings.Contains(v.Name, "\x00") {
			return nil, malformed("the name %q is empty, taken or no text", v.Name)
		}
		names[v.Name] = true
		b, err := matrix(v)
		if err != nil {
			return nil, err
		}
		if uint64(len(b)) > math.MaxUint32 {
			return nil, malformed("%q has %d bytes, more than 4 GB", v.Name, len(b))
		}
		out = appendElement(out, miMatrix, b)
	}
	return out, nil
}

// appendElement appends a data element, padded to eight bytes.
func appendElement(to []byte, kind int, content []byte) []byte {
	to = binary.LittleEndian.AppendUint32(to, uint32(kind))
	to = binary.LittleEndian.AppendUint32(to, uint32(len(content)))
	to = append(to, content...)
	return append(to, make([]byte, -len(content)&7)...)
}

// matrix returns an array's content.
func matrix(v Variable) ([]byte, error) {
	a := v.Array
	shape := slices.Clone(a.Shape)
	flags, kind, raw := uint32(charClass), miUTF8, []byte(nil)
	if list, ok := a.Data.([]string); ok {
		raw, shape = padded(list, shape)
	} else {
		data := ndarray.Columns(a.Data, shape)
		k, size, _ := ndarray.KindOf(data)
		if k == ndarray.Bool {
			k, flags = ndarray.Uint, isLogical
		} else {
			flags = 0
		}
		class, ok := ofKind(classes, k, size)
		b, err := ndarray.Bytes(data)
		if !ok || err != nil {
			return nil, malformed("%q is of %T", v.Name, a.Data)
		}
		raw, flags = b, flags|uint32(class)
		kind, _ = ofKind(stored, k, size)
	}
	for len(shape) < 2 {
		shape = append(shape, 1)
	}
	var dims []byte
	for _, d := range shape {
		if d > math.MaxInt32 {
			return nil, malformed("%q has an axis of %d", v.Name, d)
		}
		dims = binary.LittleEndian.AppendUint32(dims, uint32(d))
	}
	out := appendElement(nil, miUint32, binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, flags), 0))
	out = appendElement(out, miInt32, dims)
	out = appendElement(out, miInt8, []byte(v.Name))
	return appendElement(out, kind, raw), nil
}

// padded returns texts of a shape as characters of one axis more, column by column, with spaces at the
// ends of those that are shorter.
func padded(list []string, shape []int) (raw []byte, wide []int) {
	longest := 1
	for _, s := range list {
		longest = max(longest, utf8.RuneCountInString(s))
	}
	chars := make([]int32, 0, len(list)*longest)
	for _, s := range list {
		row := []int32(s)
		chars = append(append(chars, row...), slices.Repeat([]int32{' '}, longest-len(row))...)
	}
	wide = append(slices.Clone(shape), longest)
	return []byte(string(ndarray.Columns(chars, wide).([]int32))), wide
}
