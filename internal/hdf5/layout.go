package hdf5

import (
	"fmt"
	"math"
)

// readDataspace reads a dataspace message (IV.A.2.b).
func readDataspace(c *cursor) ([]int, error) {
	version, rank, flags := c.u8(), c.u8(), c.u8()
	switch version {
	case 1:
		c.take(5)
	case 2:
		if kind := c.u8(); kind > 1 {
			return nil, malformed("a data set without elements of its own, of kind %d", kind)
		}
	default:
		return nil, malformed("a dataspace of version %d, want 1 or 2", version)
	}
	if flags&^1 != 0 || rank > 32 {
		return nil, malformed("a dataspace of %d axes with flags %x", rank, flags)
	}
	shape := make([]int, rank)
	for i := range shape {
		n := c.u64()
		if n > math.MaxInt {
			return nil, malformed("an axis of %d", n)
		}
		shape[i] = int(n)
	}
	return shape, c.err("a dataspace")
}

// Classes of layouts (IV.A.2.i).
const (
	layoutCompact    = 0
	layoutContiguous = 1
	layoutChunked    = 2
)

// layout returns the n elements of the given size.
func (d *decoder) layout(h header, shape []int, n, size int) ([]byte, error) {
	if err := d.spend(n, 2*size); err != nil { // as bytes, and as numbers
		return nil, err
	}
	c := &cursor{b: h.message(msgLayout)}
	version, class := c.u8(), c.u8()
	if version < 3 || version > 4 || version == 4 && class > layoutContiguous {
		return nil, malformed("a data set of layout version %d, class %d; write it with another libver", version, class)
	}
	want := uint64(n) * uint64(size)
	var raw []byte
	switch class {
	case layoutCompact:
		raw = c.take(c.u16())
	case layoutContiguous:
		addr, held := c.u64(), c.u64()
		if want == 0 {
			return nil, c.err("a layout")
		}
		if addr == undefined {
			return nil, malformed("a data set of %d elements was never written", n)
		}
		data, err := d.at(addr, min(held, want))
		if err != nil {
			return nil, err
		}
		raw = data.b
	case layoutChunked:
		return d.chunks(c, h.message(msgFilters), shape, n, size)
	default:
		return nil, malformed("a data set of layout class %d", class)
	}
	if uint64(len(raw)) < want {
		return nil, fmt.Errorf("%w: %d elements of %d bytes in %d bytes", ErrTruncated, n, size, len(raw))
	}
	return raw[:want], c.err("a layout")
}
