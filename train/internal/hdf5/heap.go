package hdf5

import (
	"fmt"
	"strings"
)

// strings returns the strings of elements that hold them, or point to them.
func (d *decoder) strings(raw []byte, t datatype) ([]string, error) {
	out := make([]string, 0, len(raw)/t.size)
	heaps := map[uint64]map[int][]byte{}
	for ; len(raw) >= t.size; raw = raw[t.size:] {
		b := raw[:t.size]
		if t.class == classVLen {
			var err error
			if b, err = d.heapObject(&cursor{b: b}, heaps); err != nil {
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

// heapObject returns the bytes that an element of variable length points to (VIII.B, III.E).
func (d *decoder) heapObject(c *cursor, heaps map[uint64]map[int][]byte) ([]byte, error) {
	n, addr, index := c.u32(), c.u64(), c.u32()
	if n == 0 {
		return nil, nil
	}
	heap, ok := heaps[addr]
	if !ok {
		var err error
		if heap, err = d.globalHeap(addr); err != nil {
			return nil, err
		}
		heaps[addr] = heap
	}
	b := heap[index]
	if n > len(b) {
		return nil, fmt.Errorf("%w: a string of %d bytes in %d", ErrTruncated, n, len(b))
	}
	return b[:n], nil
}

// globalHeap returns the objects of a global heap collection, by their numbers (III.E).
func (d *decoder) globalHeap(addr uint64) (map[int][]byte, error) {
	c, err := d.signed(addr, "GCOL", true)
	if err != nil {
		return nil, err
	}
	c.take(4)
	const head = 16
	size := c.u64()
	if size < head || size-head > uint64(len(c.b)) {
		return nil, fmt.Errorf("%w: a global heap of %d bytes", ErrTruncated, size)
	}
	c.b = c.b[:size-head]
	if err := d.spend(len(c.b)/16, 1); err != nil {
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
