package hdf5

import "math/bits"

// Kinds of version 2 B-trees (III.A.2).
const (
	tree2Names    = 5
	tree2Chunks   = 10
	tree2Filtered = 11
)

// tree2 is a version 2 B-tree that is being read.
type tree2 struct {
	d              *decoder
	kind           int
	node, record   int // bytes
	countWidth     int // bytes of the number of records in a child
	totalWidths    []int
	visit          func(record []byte) error
	recordsVisited uint64
}

// tree2 calls visit for each record of a version 2 B-tree, of one of two kinds, in order (III.A.2).
func (d *decoder) tree2(addr uint64, kinds [2]int, visit func(kind int, record []byte) error) error {
	const size = 4 + 1 + 1 + 4 + 2 + 2 + 1 + 1 + 8 + 2 + 8
	c, err := d.summed(addr, size, "BTHD")
	if err != nil {
		return err
	}
	version, kind := c.u8(), c.u8()
	t := tree2{d: d, kind: kind, node: c.u32(), record: c.u16()}
	depth := c.u16()
	c.take(2)
	root, n, total := c.u64(), c.u16(), c.u64()
	if version != 0 || kind != kinds[0] && kind != kinds[1] {
		return malformed("a B-tree of version 2.%d, type %d, want 2.0, %d or %d", version, kind, kinds[0], kinds[1])
	}
	if n == 0 {
		return nil
	}
	if err := t.widths(depth); err != nil {
		return err
	}
	t.visit = func(b []byte) error { return visit(kind, b) }
	if err = t.read(root, depth, n); err == nil && t.recordsVisited != total {
		err = malformed("a B-tree has %d records, and says %d", t.recordsVisited, total)
	}
	return err
}

// nodeOverhead is signature, version, type and checksum of a node.
const nodeOverhead = 4 + 1 + 1 + 4

// widths finds how wide the counts in nodes of each level are, which depends on how many records the
// levels below can hold.
func (t *tree2) widths(depth int) error {
	if t.record < 1 || t.node < nodeOverhead+t.record || depth > deepest {
		return malformed("a B-tree of depth %d with nodes of %d bytes and records of %d", depth, t.node, t.record)
	}
	most := uint64(t.node-nodeOverhead) / uint64(t.record)
	t.countWidth, t.totalWidths = encoded(most), []int{0}
	all := most
	for level := 1; level <= depth; level++ {
		pointer := 8 + t.countWidth + t.totalWidths[level-1]
		if t.node < nodeOverhead+pointer {
			return malformed("a B-tree with nodes of %d bytes", t.node)
		}
		most := uint64(t.node-nodeOverhead-pointer) / uint64(t.record+pointer)
		high, low := bits.Mul64(most+1, all)
		if all = low + most; high != 0 || all < low {
			return malformed("a B-tree of depth %d with nodes of %d bytes", depth, t.node)
		}
		t.totalWidths = append(t.totalWidths, encoded(all))
	}
	return nil
}

// encoded returns the bytes that numbers up to most take.
func encoded(most uint64) int { return (bits.Len64(most)-1)/8 + 1 }

// read visits the n records of a node, and those of its children in between.
func (t *tree2) read(addr uint64, level, n int) error {
	if t.d.seen[addr] {
		return malformed("the B-tree node at %d is there twice", addr)
	}
	t.d.seen[addr] = true
	signature, pointer := "BTLF", 0
	size := nodeOverhead - 4 + n*t.record
	if level > 0 {
		signature, pointer = "BTIN", 8+t.countWidth+t.totalWidths[level-1]
		size += (n + 1) * pointer
	}
	if size > t.node {
		return malformed("a B-tree node with %d records of %d bytes in %d", n, t.record, t.node)
	}
	c, err := t.d.summed(addr, uint64(size), signature)
	if err != nil {
		return err
	}
	if version, kind := c.u8(), c.u8(); version != 0 || kind != t.kind {
		return malformed("a B-tree node of version %d, type %d, want 0, %d", version, kind, t.kind)
	}
	records := &cursor{b: c.take(n * t.record)}
	for i := 0; level > 0 && i <= n; i++ {
		child, below := c.u64(), int(c.uint(t.countWidth))
		c.take(t.totalWidths[level-1])
		if err := t.read(child, level-1, below); err != nil {
			return err
		}
		if i < n {
			if err := t.one(records); err != nil {
				return err
			}
		}
	}
	for level == 0 && len(records.b) > 0 {
		if err := t.one(records); err != nil {
			return err
		}
	}
	return nil
}

// one visits the next record.
func (t *tree2) one(records *cursor) error {
	t.recordsVisited++
	return t.visit(records.take(t.record))
}
