package hdf5

import (
	"math"
	"math/bits"
)

// Flags of layouts of version 4.
const (
	edgesPlain   = 1 // chunks that reach beyond the array are not filtered
	singlePacked = 2 // the only chunk is filtered
)

// Ways in which chunks of layouts of version 4 are found (IV.A.2.i).
const (
	indexSingle     = 1
	indexImplicit   = 2
	indexFixed      = 3
	indexExtensible = 4
	indexTree       = 5
)

// layout4 gathers a data set whose chunks are found in one of five ways; its axes may grow to most.
func (g *gathering) layout4(c *cursor, most []int) error {
	flags, rank := c.u8(), c.u8()-1
	if err := g.axes(c, rank, c.u8()); err != nil {
		return err
	}
	index := c.u8()
	only := chunk{held: uint64(g.each * g.size)}
	switch index {
	case indexSingle:
		if flags&singlePacked != 0 {
			only.held, only.mask = c.u64(), c.u32()
		}
	case indexImplicit:
	case indexFixed:
		c.take(1)
	case indexExtensible:
		c.take(5)
	case indexTree:
		c.take(6)
	default:
		return malformed("chunks that are found in way %d, want 1 to 5", index)
	}
	only.addr = c.u64()
	if err := c.err("a layout"); err != nil || len(g.out) == 0 || only.addr == undefined {
		return err
	}
	put := func(from []int, at chunk) error {
		if flags&edgesPlain != 0 && g.overhangs(from) {
			at.mask = -1
		}
		return g.put(from, at)
	}
	switch index {
	case indexSingle:
		return put(make([]int, rank), only)
	case indexTree:
		return g.byTree(only.addr, put)
	}
	find, err := g.finder(index, only, most)
	if err != nil {
		return err
	}
	const lookup = 256 // so that chunks that are claimed, and not there, end at some time
	return g.eachChunk(func(from []int) error {
		if err := g.d.spend(1, lookup); err != nil {
			return err
		}
		at, err := find(from)
		if err != nil || at.addr == undefined {
			return err
		}
		return put(from, at)
	})
}

// overhangs reports whether a chunk reaches beyond the array.
func (g *gathering) overhangs(from []int) bool {
	for i, n := range g.shape {
		if g.chunk[i] > n-from[i] {
			return true
		}
	}
	return false
}

// eachChunk calls f for where each chunk of the array begins, row by row.
func (g *gathering) eachChunk(f func(from []int) error) error {
	from := make([]int, len(g.shape))
	for {
		if err := f(from); err != nil {
			return err
		}
		i := len(from) - 1
		for ; i >= 0; i-- {
			if g.chunk[i] < g.shape[i]-from[i] {
				from[i] += g.chunk[i]
				break
			}
			from[i] = 0
		}
		if i < 0 {
			return nil
		}
	}
}

// byTree puts the chunks of a version 2 B-tree, whose records have their places counted in chunks.
func (g *gathering) byTree(addr uint64, put func([]int, chunk) error) error {
	rank := len(g.shape)
	return g.d.tree2(addr, [2]int{tree2Chunks, tree2Filtered}, func(kind int, record []byte) error {
		c := &cursor{b: record}
		at := chunk{addr: c.u64(), held: uint64(g.each * g.size)}
		if kind == tree2Filtered {
			at.held, at.mask = c.uint(len(record)-8-4-8*rank), c.u32()
		}
		from := make([]int, rank)
		for i := range from {
			n := c.u64()
			if n > uint64((g.shape[i]-1)/g.chunk[i]) {
				return malformed("chunk %d of an axis of %d, of %d each", n, g.shape[i], g.chunk[i])
			}
			from[i] = int(n) * g.chunk[i]
		}
		if err := c.err("a record of a chunk"); err != nil {
			return err
		}
		return put(from, at)
	})
}

// finder returns what finds the chunk that begins somewhere by its number. Chunks are counted row by row in
// the array that has grown as far as it may, the axis without end before the others.
func (g *gathering) finder(index int, first chunk, most []int) (func(from []int) (chunk, error), error) {
	find := func(i uint64) (chunk, error) { return chunk{addr: first.addr + i*first.held, held: first.held}, nil }
	var err error
	switch index {
	case indexFixed:
		find, err = g.d.fixedArray(first)
	case indexExtensible:
		find, err = g.d.extensibleArray(first)
	}
	grows := -1
	for i, n := range most {
		if n == unlimited {
			grows = i
		} else if n < g.shape[i] && err == nil {
			err = malformed("an axis of %d that may become %d", g.shape[i], n)
		}
	}
	return func(from []int) (chunk, error) {
		number, overflow := uint64(0), uint64(0)
		if grows >= 0 {
			number = uint64(from[grows] / g.chunk[grows])
		}
		for i, at := range from {
			if i == grows {
				continue
			}
			n := (uint64(most[i]) + uint64(g.chunk[i]) - 1) / uint64(g.chunk[i])
			high, low := bits.Mul64(number, n)
			number = low + uint64(at/g.chunk[i])
			overflow |= high
		}
		if overflow != 0 || number > math.MaxInt64/max(first.held, 1) {
			return chunk{}, malformed("an array of up to %v in chunks of %v", most, g.chunk)
		}
		return find(number)
	}, err
}
