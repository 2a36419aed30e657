package hdf5

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// fractal is a fractal heap, in which large groups keep their links (III.G).
type fractal struct {
	d            *decoder
	offsetWidth  int // bytes of a place in the heap
	lengthWidth  int // bytes of an object's length
	summed       bool
	width        uint64 // blocks in a row
	start, most  uint64 // bytes of the first block and of the largest that holds objects
	root         uint64 // address
	rows         int    // of the root; 0: it holds objects itself
	direct       map[uint64][]byte
	headerLength int // bytes before the entries of a block of blocks
}

// fractal reads the header of a heap (III.G.1).
func (d *decoder) fractal(addr uint64) (*fractal, error) {
	const size = 4 + 1 + 2 + 2 + 1 + 4 + 8 + 8 + 8 + 8 + 8*8 + 2 + 8 + 8 + 2 + 2 + 8 + 2
	c, err := d.summed(addr, size, "FRHP")
	if err != nil {
		return nil, err
	}
	version := c.u8()
	c.take(2)
	filters, flags := c.u16(), c.u8()
	largest := uint64(c.u32())
	c.take(8 + 8 + 8 + 8 + 8*8)
	h := &fractal{d: d, summed: flags&2 != 0, direct: map[uint64][]byte{}}
	h.width, h.start, h.most = uint64(c.u16()), c.u64(), c.u64()
	span := c.u16()
	c.take(2)
	h.root, h.rows = c.u64(), c.u16()
	switch {
	case version != 0 || filters != 0:
		return nil, malformed("a fractal heap of version %d with filters of %d bytes, want 0 and none", version, filters)
	case !isPower(h.width) || !isPower(h.start) || !isPower(h.most) || h.most < h.start || h.most > 1<<32 || largest == 0 ||
		span < 1 || span > 64 || h.rows > 1+64-bits.Len64(h.start*h.width):
		return nil, malformed("a fractal heap of %d bits, %d rows of %d blocks of %d to %d bytes", span, h.rows, h.width, h.start, h.most)
	}
	h.offsetWidth = (span + 7) / 8
	h.lengthWidth = min((bits.Len64(h.most)-1+7)/8, encoded(largest))
	h.headerLength = 4 + 1 + 8 + h.offsetWidth
	return h, nil
}

func isPower(n uint64) bool { return bits.OnesCount64(n) == 1 && n < 1<<48 }

// object returns the bytes of the object with an identifier (III.G.4).
func (h *fractal) object(id []byte) ([]byte, error) {
	c := &cursor{b: id}
	if kind := c.u8(); kind != 0 {
		return nil, malformed("an object of kind %#x in a fractal heap, want those within its blocks", kind)
	}
	at, n := c.uint(h.offsetWidth), c.uint(h.lengthWidth)
	if err := c.err("an identifier of a fractal heap"); err != nil {
		return nil, err
	}
	addr, base, size := h.root, uint64(0), h.start
	if h.rows > 0 {
		var err error
		if addr, base, size, err = h.find(at); err != nil {
			return nil, err
		}
	}
	b, err := h.block(addr, size)
	if err != nil {
		return nil, err
	}
	if at -= base; at > size || n > size-at {
		return nil, fmt.Errorf("%w: %d bytes at %d of a heap block of %d", ErrTruncated, n, at, size)
	}
	return b[at : at+n], h.d.spend(int(n), 1)
}

// find returns the block that holds what is at a place of the heap: its address, where it begins and its
// size. Rows double in size from the third on; those too large for objects hold blocks of blocks.
func (h *fractal) find(at uint64) (addr, base, size uint64, err error) {
	addr, rows, row := h.root, h.rows, h.start*h.width
	for range deepest {
		r := bits.Len64((at - base) / row)
		if r >= rows {
			break
		}
		size = h.start
		skip := uint64(0)
		if r > 0 {
			size, skip = h.start<<(r-1), row<<(r-1)
		}
		column := (at - base - skip) / size
		c, err := h.d.summed(addr, uint64(h.headerLength)+uint64(rows)*h.width*8, "FHIB")
		if err != nil {
			return 0, 0, 0, err
		}
		c.take(h.headerLength - 4 + 8*(r*int(h.width)+int(column)))
		addr, base = c.u64(), base+skip+column*size
		if size <= h.most {
			return addr, base, size, c.err("a block of a fractal heap")
		}
		rows = bits.Len64(size) - bits.Len64(row) + 1
	}
	return 0, 0, 0, malformed("a fractal heap has no place %d", at)
}

// block returns a block that holds objects (III.G.3).
func (h *fractal) block(addr, size uint64) ([]byte, error) {
	if b, ok := h.direct[addr]; ok && uint64(len(b)) == size {
		return b, nil
	}
	c, err := h.d.at(addr, size)
	if err != nil {
		return nil, fmt.Errorf("a block of a fractal heap: %w", err)
	}
	b := c.b
	if string(c.take(4)) != "FHDB" || size < uint64(h.headerLength+4) {
		return nil, malformed("no block of a fractal heap at %d", addr)
	}
	if h.summed {
		sum := b[h.headerLength : h.headerLength+4]
		want := binary.LittleEndian.Uint32(sum)
		clear(sum)
		if lookup3(b) != want {
			return nil, fmt.Errorf("%w: the checksum of the heap block at %d is wrong", ErrChecksum, addr)
		}
	}
	h.direct[addr] = b
	return b, nil
}
