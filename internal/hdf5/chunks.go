package hdf5

import (
	"math"

	"github.com/spikegraph/spikegraph/internal/ndarray"
)

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
	g := gathering{d: d, pipe: pipe, shape: shape, chunk: chunk, size: size, each: each, out: make([]byte, n*size), missing: n}
	err = d.tree(tree, treeChunks, 8+8*(rank+1), g.add)
	if err == nil && g.missing != 0 {
		err = malformed("chunks of %d elements are missing, or there twice", g.missing)
	}
	return g.out, err
}

// gathering is an array that is put together of chunks.
type gathering struct {
	d            *decoder
	pipe         pipeline
	shape, chunk []int
	size, each   int // bytes of an element, elements of a chunk
	out          []byte
	missing      int // elements
}

// add puts the chunk with a key of the B-tree, at an address, where it belongs.
func (g *gathering) add(key []byte, addr uint64) error {
	k := &cursor{b: key}
	held, mask := k.u32(), k.u32()
	raw, err := g.d.at(addr, uint64(held))
	if err != nil {
		return err
	}
	if err := g.d.spend(g.each, g.size); err != nil {
		return err
	}
	b, err := g.pipe.undo(raw.b, mask, g.size, g.each*g.size)
	if err != nil {
		return err
	}
	from := make([]int, len(g.shape))
	for i := range from {
		from[i] = int(min(k.u64(), math.MaxInt))
		if from[i]%g.chunk[i] != 0 || from[i] >= g.shape[i] {
			return malformed("a chunk at %v of %v", from, g.shape)
		}
	}
	g.missing -= place(g.out, b, g.shape, g.chunk, from, g.size)
	return nil
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
