package hdf5

import (
	"encoding/binary"
	"fmt"
)

// undefined is the address of nothing.
const undefined = ^uint64(0)

// cursor walks over bytes. Past their end it gives zeros and remembers.
type cursor struct {
	b     []byte
	short bool
}

// take returns the next n bytes, nil if they are not there.
func (c *cursor) take(n int) []byte {
	if n < 0 || n > len(c.b) {
		c.short, c.b = true, nil
		return nil
	}
	b := c.b[:n]
	c.b = c.b[n:]
	return b
}

// uint returns the next little-endian number of up to 8 bytes.
func (c *cursor) uint(width int) uint64 {
	var b [8]byte
	copy(b[:], c.take(width))
	return binary.LittleEndian.Uint64(b[:])
}

func (c *cursor) u8() int     { return int(c.uint(1)) }
func (c *cursor) u16() int    { return int(c.uint(2)) }
func (c *cursor) u32() int    { return int(c.uint(4)) }
func (c *cursor) u64() uint64 { return c.uint(8) }

// err says whether what, which has been read, was longer than its bytes.
func (c *cursor) err(what string) error {
	if c.short {
		return fmt.Errorf("%w: in %s", ErrTruncated, what)
	}
	return nil
}
