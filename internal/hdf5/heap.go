package hdf5

import (
	"fmt"
	"strings"
)

// strings returns the strings of elements that hold them, or point to them.
func (d *decoder) strings(raw []byte, t datatype) ([]string, error) {
	out := make([]string, 0, len(raw)/t.size)
	read := heaps{}
	for ; len(raw) >= t.size; raw = raw[t.size:] {
		b := raw[:t.size]
		if t.class == classVLen {
			var err error
			if b, err = d.heapObject(&cursor{b: b}, 1, read); err != nil {
				return nil, err
			}
		}
		if err := d.spend(len(b), 1); err != nil {
			return nil, err
		}
		s := string(b)
		if t.class == classString && t.padding == 2 {
			s = strings.TrimRight(s, " ")
		}
		s, _, _ = strings.Cut(s, "\x00")
		out = append(out, s)
	}
	return out, nil
}

// heaps are global heap collections that have been read, by their addresses: objects by their numbers.
type heaps map[uint64]map[int][]byte

// heapObject returns the bytes that an element of variable length points to, a number of members of
// the given size (VIII.B, III.E).
func (d *decoder) heapObject(c *cursor, size int, read heaps) ([]byte, error) {
	n, addr, index := c.u32(), c.u64(), c.u32()
	if n == 0 {
		return nil, nil
	}
	heap, ok := read[addr]
	if !ok {
		var err error
		if heap, err = d.globalHeap(addr); err != nil {
			return nil, err
		}
		read[addr] = heap
	}
	b, ok := heap[index]
	if !ok {
		return nil, malformed("there is no object %d in the global heap at %d", index, addr)
	}
	if n > len(b)/size {
		return nil, fmt.Errorf("%w: %d elements of %d bytes in %d", ErrTruncated, n, size, len(b))
	}
	return b[:n*size], nil
}

// globalHeap returns the objects of a global heap collection, by their numbers (III.E).
func (d *decoder) globalHeap(addr uint64) (map[int][]byte, error) {
	const head = 16
	c, err := d.signed(addr, head-4, "GCOL", true)
	if err != nil {
		return nil, err
	}
	c.take(4)
	size := c.u64()
	if size < head || size > d.size-addr {
		return nil, fmt.Errorf("%w: a global heap of %d bytes", ErrTruncated, size)
	}
	if c, err = d.at(addr+head, size-head); err != nil {
		return nil, err
	}
	objects := map[int][]byte{}
	for len(c.b) >= head {
		index := c.u16()
		c.take(6)
		n := c.u64()
		if index == 0 {
			break // the rest is free
		}
		if n > uint64(len(c.b)) {
			return nil, fmt.Errorf("%w: an object of %d bytes in a global heap", ErrTruncated, n)
		}
		objects[index] = c.take(int(n))
		c.take(min(int(-n&7), len(c.b)))
	}
	return objects, nil
}
