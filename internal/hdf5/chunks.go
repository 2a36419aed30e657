package hdf5

import (
	"math"

	"github.com/spikegraph/spikegraph/internal/ndarray"
)

// gathering is an array that is put together of chunks.
type gathering struct {
	d            *decoder
	pipe         pipeline
	shape, chunk []int
	size, each   int // bytes of an element, elements of a chunk
	out          []byte
	there        map[int]bool // where chunks begin that have been placed
}

// gather returns an array of n elements of which none has been placed: they are what fills it.
func (d *decoder) gather(h header, shape []int, n, size int) (*gathering, error) {
	pipe, err := readFilters(h.message(msgFilters))
	if err != nil {
		return nil, err
	}
	out, err := filled(h.message(msgFill), n, size)
	return &gathering{d: d, pipe: pipe, shape: shape, size: size, out: out, there: map[int]bool{}}, err
}

// axes reads the shape of chunks, each axis in some bytes, and the size of elements behind it.
func (g *gathering) axes(c *cursor, rank, width int) error {
	if rank != len(g.shape) || rank < 1 || width < 1 || width > 8 {
		return malformed("chunks of %d axes in %d bytes each, for %d", rank, width, len(g.shape))
	}
	for range rank {
		g.chunk = append(g.chunk, int(min(c.uint(width), math.MaxInt)))
	}
	if held := c.uint(width); held != uint64(g.size) {
		return malformed("chunks of elements of %d bytes, want %d", held, g.size)
	}
	each, ok := ndarray.Size(g.chunk)
	if !ok || each == 0 || each > math.MaxInt/g.size {
		return malformed("chunks of shape %v", g.chunk)
	}
	g.each = each
	return c.err("a layout")
}

// layout3 gathers a data set whose chunks are found by a version 1 B-tree (IV.A.2.i, III.A.1).
func (g *gathering) layout3(c *cursor) error {
	rank := c.u8() - 1
	tree := c.u64()
	if err := g.axes(c, rank, 4); err != nil || len(g.out) == 0 || tree == undefined {
		return err
	}
	return g.d.tree(tree, treeChunks, 8+8*(rank+1), func(key []byte, addr uint64) error {
		k := &cursor{b: key}
		held, mask := k.u32(), k.u32()
		from := make([]int, rank)
		for i := range from {
			from[i] = int(min(k.u64(), math.MaxInt))
			if from[i]%g.chunk[i] != 0 || from[i] >= g.shape[i] {
				return malformed("a chunk at %v of %v", from, g.shape)
			}
		}
		return g.put(from, chunk{addr, uint64(held), mask})
	})
}

// chunk says where a chunk is, how many bytes it has there, and which filters were left out.
type chunk struct {
	addr, held uint64
	mask       int
}

// put puts the chunk that begins at from where it belongs.
func (g *gathering) put(from []int, at chunk) error {
	begin := 0
	for i, n := range g.shape {
		begin = begin*n + from[i]
	}
	if g.there[begin] {
		return malformed("the chunk at %v is there twice", from)
	}
	g.there[begin] = true
	raw, err := g.d.at(at.addr, at.held)
	if err == nil {
		err = g.d.spend(g.each, g.size)
	}
	if err != nil {
		return err
	}
	b, err := g.pipe.undo(raw.b, at.mask, g.size, g.each*g.size)
	if err == nil {
		place(g.out, b, g.shape, g.chunk, from, g.size)
	}
	return err
}

// place copies a chunk to where it belongs, as far as it is within the array.
func place(out, b []byte, shape, chunk, from []int, size int) {
	rank := len(shape)
	row := min(chunk[rank-1], shape[rank-1]-from[rank-1])
	at := make([]int, rank) // within the chunk
	for src := 0; src < len(b); src += chunk[rank-1] * size {
		dst, inside := 0, true
		for i := range rank {
			inside = inside && from[i]+at[i] < shape[i]
			dst = dst*shape[i] + from[i] + at[i]
		}
		if inside {
			copy(out[dst*size:], b[src:src+row*size])
		}
		for i := rank - 2; i >= 0; i-- {
			if at[i]++; at[i] < chunk[i] {
				break
			}
			at[i] = 0
		}
	}
}
