package hdf5

import (
	"fmt"
	"math"
)

// unlimited is an axis that may grow without end.
const unlimited = -1

// readDataspace reads a dataspace message: the axes, and how long each may become (IV.A.2.b).
func readDataspace(c *cursor) (shape, most []int, err error) {
	version, rank, flags := c.u8(), c.u8(), c.u8()
	switch version {
	case 1:
		c.take(5)
	case 2:
		if kind := c.u8(); kind > 1 {
			return nil, nil, malformed("a data set without elements of its own, of kind %d", kind)
		}
	default:
		return nil, nil, malformed("a dataspace of version %d, want 1 or 2", version)
	}
	if flags&^1 != 0 || rank > 32 {
		return nil, nil, malformed("a dataspace of %d axes with flags %x", rank, flags)
	}
	axes := make([]int, rank*(1+flags))
	for i := range axes {
		n := c.u64()
		switch {
		case n == undefined && i >= rank:
			axes[i] = unlimited
		case n > math.MaxInt:
			return nil, nil, malformed("an axis of %d", n)
		default:
			axes[i] = int(n)
		}
	}
	return axes[:rank:rank], axes[rank*flags:], c.err("a dataspace")
}

// Classes of layouts (IV.A.2.i).
const (
	layoutCompact    = 0
	layoutContiguous = 1
	layoutChunked    = 2
)

// layout returns the n elements of the given size, of an array whose axes may grow to most.
func (d *decoder) layout(h header, shape, most []int, n, size int) ([]byte, error) {
	if err := d.spend(n, 2*size); err != nil { // as bytes, and as numbers
		return nil, err
	}
	c := &cursor{b: h.message(msgLayout)}
	version, class := c.u8(), c.u8()
	if version < 3 || version > 4 {
		return nil, malformed("a data set of layout version %d, want 3 or 4", version)
	}
	want := uint64(n) * uint64(size)
	var raw []byte
	switch class {
	case layoutCompact:
		raw = c.take(c.u16())
	case layoutContiguous:
		addr, held := c.u64(), c.u64()
		if err := c.err("a layout"); err != nil || want == 0 {
			return nil, err
		}
		if addr == undefined {
			return filled(h.message(msgFill), n, size)
		}
		data, err := d.at(addr, min(held, want))
		if err != nil {
			return nil, err
		}
		raw = data.b
	case layoutChunked:
		g, err := d.gather(h, shape, n, size)
		if err == nil && version == 3 {
			err = g.layout3(c)
		} else if err == nil {
			err = g.layout4(c, most)
		}
		if err != nil {
			return nil, err
		}
		return g.out, nil
	default:
		return nil, malformed("a data set of layout class %d", class)
	}
	if uint64(len(raw)) < want {
		return nil, fmt.Errorf("%w: %d elements of %d bytes in %d bytes", ErrTruncated, n, size, len(raw))
	}
	return raw[:want], c.err("a layout")
}
