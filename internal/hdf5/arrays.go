package hdf5

import "math/bits"

// entries are how the arrays that find chunks say where one is.
type entries struct {
	d      *decoder
	header uint64 // bytes before the entries of a block
	packed bool   // whether the chunk's size and filters are told
	width  int    // bytes
	plain  uint64 // bytes of a chunk where its size is not told
}

// newEntries reads how entries look: the version, the client and the width of an entry.
func (d *decoder) newEntries(c *cursor, plain uint64) (entries, error) {
	const least = 8
	version, client, width := c.u8(), c.u8(), c.u8()
	e := entries{d: d, packed: client == 1, width: width, plain: plain}
	if version != 0 || client > 1 || client == 0 && width != least || client == 1 && (width <= least+4 || width > 2*least+4) {
		return e, malformed("an array of chunks of version %d, client %d, with entries of %d bytes", version, client, width)
	}
	return e, nil
}

// read returns entry i of those that are next.
func (e entries) read(c *cursor, i uint64) (chunk, error) {
	if i > uint64(len(c.b)/e.width) {
		return chunk{}, malformed("there is no entry %d in a block of %d bytes", i, len(c.b))
	}
	c.take(int(i) * e.width)
	at := chunk{addr: c.u64(), held: e.plain}
	if e.packed {
		at.held, at.mask = c.uint(e.width-8-4), c.u32()
	}
	return at, c.err("an array of chunks")
}

// page returns entry i of a block at an address that holds n entries: directly behind its header, or, if they are
// more than a page, in pages with checksums of their own. Pages that bitmap leaves out hold nothing.
func (e entries) page(addr uint64, signature string, i, n, page, bitmap uint64) (chunk, error) {
	nothing := chunk{addr: undefined}
	if addr == undefined {
		return nothing, nil
	}
	if n > e.d.size {
		return nothing, malformed("a block of %d entries", n)
	}
	if n <= page {
		c, err := e.d.summed(addr, e.header+n*uint64(e.width), signature)
		if err != nil {
			return nothing, err
		}
		c.take(int(e.header) - len(signature))
		return e.read(c, i)
	}
	c, err := e.d.summed(addr, e.header+bitmap, signature)
	if err != nil {
		return nothing, err
	}
	c.take(int(e.header) - len(signature))
	number := i / page
	if bitmap > 0 && !bitOf(c.b, number) {
		return nothing, nil
	}
	const sum = 4
	held := min(page, n-number*page) * uint64(e.width)
	c, err = e.d.summed(addr+e.header+bitmap+sum+number*(page*uint64(e.width)+sum), held, "")
	if err != nil {
		return nothing, err
	}
	return e.read(c, i%page)
}

// bitOf returns bit i, the highest of a byte being the first; false past the end.
func bitOf(b []byte, i uint64) bool {
	return i/8 < uint64(len(b)) && b[i/8]&(0x80>>(i%8)) != 0
}

// fixedArray returns what finds a chunk by its number in an array of fixed length (III.C, "Fixed Array Index").
func (d *decoder) fixedArray(first chunk) (func(i uint64) (chunk, error), error) {
	const size = 4 + 1 + 1 + 1 + 1 + 8 + 8
	c, err := d.summed(first.addr, size, "FAHD")
	if err != nil {
		return nil, err
	}
	e, err := d.newEntries(c, first.held)
	if err != nil {
		return nil, err
	}
	e.header = 4 + 1 + 1 + 8
	shift := c.u8()
	n, block := c.u64(), c.u64()
	if shift > 32 || n > d.size {
		return nil, malformed("an array of %d chunks in pages of 2^%d", n, shift)
	}
	page := uint64(1) << shift
	bitmap := uint64(0)
	if n > page {
		bitmap = ((n+page-1)/page + 7) / 8
	}
	return func(i uint64) (chunk, error) {
		if i >= n {
			return chunk{}, malformed("chunk %d of %d", i, n)
		}
		return e.page(block, "FADB", i, n, page, bitmap)
	}, nil
}

// extensible is an array of chunks that grows without end: some entries in an index block, then blocks of entries of
// which the addresses of the first stand there, and those of the others in further blocks of addresses. Block groups
// are counted from 0; group s has 2^(s/2) blocks of 2^((s+1)/2) times the least number of entries.
type extensible struct {
	entries
	index        uint64 // address of the index block
	inIndex      uint64 // entries in it
	least        uint64 // entries of the first block
	near         int    // groups whose blocks' addresses stand in the index block
	groups       int
	perPage      uint64 // entries
	numberLength uint64 // bytes of an entry's number
}

// extensibleArray returns what finds a chunk by its number (III.D, "Extensible Array Index").
func (d *decoder) extensibleArray(first chunk) (func(i uint64) (chunk, error), error) {
	const size = 4 + 1 + 1 + 1 + 5 + 6*8 + 8
	c, err := d.summed(first.addr, size, "EAHD")
	if err != nil {
		return nil, err
	}
	e, err := d.newEntries(c, first.held)
	if err != nil {
		return nil, err
	}
	most, inIndex, least, pointers, shift := c.u8(), c.u8(), uint64(c.u8()), uint64(c.u8()), c.u8()
	c.take(6 * 8)
	if most < 1 || most > 64 || !isPower(least) || !isPower(pointers) || pointers < 2 || shift > 32 || bits.Len64(least)-1 > most {
		return nil, malformed("an array of 2^%d chunks, %d and more in a block, in pages of 2^%d, %d pointers", most, least, shift, pointers)
	}
	x := extensible{entries: e, index: c.u64(), inIndex: uint64(inIndex), least: least, perPage: 1 << shift,
		near: 2 * (bits.Len64(pointers) - 1), groups: 1 + most - (bits.Len64(least) - 1), numberLength: uint64(most+7) / 8}
	x.header = 4 + 1 + 1 + 8
	if x.near > x.groups {
		return nil, malformed("an array of %d groups of blocks, %d of them near", x.groups, x.near)
	}
	return x.find, nil
}

// find returns entry i.
func (x extensible) find(i uint64) (chunk, error) {
	nothing := chunk{addr: undefined}
	if x.index == undefined {
		return nothing, nil
	}
	own := x.inIndex * uint64(x.width)
	blocks := uint64(2 * (1<<(x.near/2) - 1)) // of the near groups
	c, err := x.d.summed(x.index, x.header+own+8*blocks+8*uint64(x.groups-x.near), "EAIB")
	if err != nil {
		return nothing, err
	}
	c.take(int(x.header) - 4)
	if i < x.inIndex {
		return x.read(c, i)
	}
	i -= x.inIndex
	group := bits.Len64(i/x.least+1) - 1
	if group >= x.groups {
		return nothing, malformed("an array of chunks has no place %d", i)
	}
	i -= x.least * (1<<group - 1)
	each := x.least << ((group + 1) / 2)
	block := i / each
	c.take(int(own))
	if group < x.near {
		before := uint64(2*(1<<(group/2)-1) + group%2<<(group/2))
		c.take(8 * int(before+block))
		return x.block(c.u64(), i%each, each)
	}
	c.take(8 * int(blocks+uint64(group-x.near)))
	return x.far(c.u64(), group, block, i%each, each)
}

// far returns entry i of a block whose address stands in a block of addresses.
func (x extensible) far(addr uint64, group int, block, i, each uint64) (chunk, error) {
	if addr == undefined {
		return chunk{addr: undefined}, nil
	}
	n := uint64(1) << (group / 2)
	bitmaps := uint64(0)
	pages := each / x.perPage
	if each > x.perPage {
		bitmaps = n * ((pages + 7) / 8)
	}
	if n > x.d.size {
		return chunk{}, malformed("%d blocks of chunks", n)
	}
	c, err := x.d.summed(addr, x.header+x.numberLength+bitmaps+8*n, "EASB")
	if err != nil {
		return chunk{}, err
	}
	c.take(int(x.header - 4 + x.numberLength))
	has, bit := c.take(int(bitmaps)), block*pages+i/x.perPage
	if bitmaps > 0 && !bitOf(has, bit) {
		return chunk{addr: undefined}, nil
	}
	c.take(8 * int(block))
	return x.block(c.u64(), i, each)
}

// block returns entry i of a block of n.
func (x extensible) block(addr, i, n uint64) (chunk, error) {
	x.header += x.numberLength
	return x.page(addr, "EADB", i, n, x.perPage, 0)
}
