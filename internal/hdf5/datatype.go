package hdf5

import (
	"encoding/binary"
	"strings"

	"github.com/spikegraph/spikegraph/internal/ndarray"
)

// Classes of datatypes (IV.A.2.d).
const (
	classInt    = 0
	classFloat  = 1
	classString = 3
	classEnum   = 8
	classVLen   = 9
)

// datatype is the type of an array's elements.
type datatype struct {
	class, size int
	order       binary.ByteOrder
	kind        ndarray.Kind // of classInt, classFloat and classEnum
	padding     int          // of classString
	of          *datatype    // of the numbers in a sequence, of classVLen; nil for strings
}

// ieee are offset and size of exponent and mantissa, by size of the float.
var ieee = map[int][4]int{2: {10, 5, 0, 10}, 4: {23, 8, 0, 23}, 8: {52, 11, 0, 52}}

// readDatatype reads a datatype message (IV.A.2.d).
func readDatatype(c *cursor) (datatype, error) {
	head := c.u8()
	flags := int(c.uint(3))
	t := datatype{class: head & 15, size: c.u32(), order: binary.LittleEndian}
	if err := c.err("a datatype"); err != nil {
		return t, err
	}
	switch t.class {
	case classInt, classFloat:
		return t.readNumber(flags, c)
	case classString:
		t.padding = flags & 15
		if t.size < 1 || t.padding > 2 {
			return t, malformed("strings of %d bytes, padded in way %d", t.size, t.padding)
		}
	case classVLen:
		return t.readVLen(flags&15, c)
	case classEnum:
		return t.readEnum(head>>4, flags&0xffff, c)
	default:
		return t, malformed("arrays of datatype class %d; want numbers or strings", t.class)
	}
	return t, nil
}

// readVLen reads the type of strings or of sequences of variable length.
func (t datatype) readVLen(kind int, c *cursor) (datatype, error) {
	const sequence, text = 0, 1
	if kind > text || t.size != 16 {
		return t, malformed("elements of variable length of kind %d in %d bytes; want sequences or strings in 16", kind, t.size)
	}
	if kind == text {
		return t, nil
	}
	of, err := readDatatype(c)
	if err == nil && of.class != classInt && of.class != classFloat {
		err = malformed("sequences of datatype class %d; want numbers", of.class)
	}
	t.of = &of
	return t, err
}

func (t datatype) readNumber(flags int, c *cursor) (datatype, error) {
	if flags&1 != 0 {
		t.order = binary.BigEndian
	}
	signed := flags&8 != 0
	offset, bits := c.u16(), c.u16()
	plain := offset == 0 && bits == 8*t.size
	if t.class == classFloat {
		plain = plain && [4]int{c.u8(), c.u8(), c.u8(), c.u8()} == ieee[t.size] && flags&0x40 == 0
		c.take(4) // bias
	}
	t.kind = ndarray.Uint
	if signed {
		t.kind = ndarray.Int
	}
	if t.class == classFloat {
		t.kind = ndarray.Float
	}
	if !plain || !ndarray.Has(t.kind, t.size) {
		return t, malformed("numbers of class %d in %d bytes, %d bits; want IEEE floats or whole integers", t.class, t.size, bits)
	}
	return t, c.err("a datatype")
}

// readEnum reads an enumeration of n names: h5py's booleans, or the integers that they stand for.
func (t datatype) readEnum(version, n int, c *cursor) (datatype, error) {
	base, err := readDatatype(c)
	if err != nil || base.class != classInt {
		return t, malformed("an enumeration of something other than integers: %v", err)
	}
	var names []string
	for range min(n, 3) {
		name, rest, ok := strings.Cut(string(c.b), "\x00")
		used := len(c.b) - len(rest)
		if version < 3 {
			used = (used + 7) / 8 * 8
		}
		if !ok {
			return t, malformed("a name of an enumeration has no end")
		}
		names = append(names, name)
		c.take(used)
	}
	if base.size == 1 && n == 2 && names[0] == "FALSE" && names[1] == "TRUE" {
		base.kind = ndarray.Bool // as h5py writes them
	}
	return base, c.err("an enumeration")
}
