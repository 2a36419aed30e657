package hdf5

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/spikegraph/spikegraph/train/internal/ndarray"
)

// array reads the data set with header h.
func (d *decoder) array(h header) (*Array, error) {
	shape, err := readDataspace(&cursor{b: h.message(msgDataspace)})
	if err != nil {
		return nil, err
	}
	t, err := readDatatype(&cursor{b: h.message(msgDatatype)})
	if err != nil {
		return nil, err
	}
	n, ok := ndarray.Size(shape)
	if !ok {
		return nil, malformed("an array of shape %v", shape)
	}
	raw, err := d.layout(h, shape, n, t.size)
	if err != nil {
		return nil, err
	}
	a := &Array{Shape: shape}
	if t.class == classString || t.class == classVLen {
		a.Data, err = d.strings(raw, t)
	} else {
		a.Data, err = ndarray.Decode(t.kind, t.size, raw, t.order)
	}
	return a, err
}

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
		data, err := d.at(addr, held)
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

// chunks gathers a data set that is stored in chunks (IV.A.2.i, III.A.1).
func (d *decoder) chunks(c *cursor, filters []byte, shape []int, n, size int) ([]byte, error) {
	rank := c.u8() - 1
	tree := c.u64()
	if rank != len(shape) || rank < 1 {
		return nil, malformed("chunks of %d axes for %d", rank, len(shape))
	}
	chunk := make([]int, rank)
	for i := range chunk {
		chunk[i] = c.u32()
	}
	if held := c.u32(); held != size {
		return nil, malformed("chunks of elements of %d bytes, want %d", held, size)
	}
	if err := c.err("a layout"); err != nil {
		return nil, err
	}
	pipe, err := readFilters(filters)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, nil
	}
	each, ok := ndarray.Size(chunk)
	if !ok || each == 0 || each > math.MaxInt/size {
		return nil, malformed("chunks of shape %v", chunk)
	}
	out := make([]byte, n*size)
	missing := n
	err = d.tree(tree, treeChunks, 8+8*(rank+1), func(key []byte, addr uint64) error {
		k := &cursor{b: key}
		held, mask := k.u32(), k.u32()
		raw, err := d.at(addr, uint64(held))
		if err != nil {
			return err
		}
		if err := d.spend(each, size); err != nil {
			return err
		}
		b, err := pipe.undo(raw.b, mask, size, each*size)
		if err != nil {
			return err
		}
		from := make([]int, rank)
		for i := range from {
			from[i] = int(min(k.u64(), math.MaxInt32))
			if from[i]%chunk[i] != 0 || from[i] >= shape[i] {
				return malformed("a chunk at %v of %v", from, shape)
			}
		}
		missing -= place(out, b, shape, chunk, from, size)
		return nil
	})
	if err == nil && missing != 0 {
		err = malformed("chunks of %d elements are missing, or there twice", missing)
	}
	return out, err
}

// place copies a chunk to where it belongs, as far as it is within the array, and returns the number
// of elements that are.
func place(out, b []byte, shape, chunk, from []int, size int) int {
	rank := len(shape)
	row := min(chunk[rank-1], shape[rank-1]-from[rank-1])
	at := make([]int, rank) // within the chunk
	placed := 0
	for src := 0; src < len(b); src += chunk[rank-1] * size {
		dst, inside := 0, true
		for i := range rank {
			inside = inside && from[i]+at[i] < shape[i]
			dst = dst*shape[i] + from[i] + at[i]
		}
		if inside {
			copy(out[dst*size:], b[src:src+row*size])
			placed += row
		}
		for i := rank - 2; i >= 0; i-- {
			if at[i]++; at[i] < chunk[i] {
				break
			}
			at[i] = 0
		}
	}
	return placed
}

// checksumTail is what Fletcher's filter adds to a chunk.
const checksumTail = 4

// fletcher32 is the checksum of filter 3, over 16-bit words.
func fletcher32(b []byte) uint32 {
	var lo, hi uint32
	fold := func(s uint32) uint32 { return s&0xffff + s>>16 } // 65535 stays, it is not 0
	step := func(w uint32) {
		lo = fold(lo + w)
		hi = fold(hi + lo)
	}
	for ; len(b) >= 2; b = b[2:] {
		step(uint32(binary.BigEndian.Uint16(b)))
	}
	if len(b) == 1 {
		step(uint32(b[0]) << 8)
	}
	return hi<<16 | lo
}

// unshuffle returns the bytes of elements that were sorted by their place in the element.
func unshuffle(b []byte, size int) []byte {
	n := len(b) / size
	out := slices.Clone(b) // what is left over at the end stays
	for i := range n * size {
		out[i%n*size+i/n] = b[i]
	}
	return out
}
