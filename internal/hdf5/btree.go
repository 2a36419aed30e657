package hdf5

// Kinds of B-trees.
const (
	treeGroup  = 0
	treeChunks = 1
)

// tree calls leaf for each key and child of the leaves of a version 1 B-tree (III.A.1).
func (d *decoder) tree(addr uint64, kind, keySize int, leaf func(key []byte, child uint64) error) error {
	const top = -1
	return d.treeNode(addr, kind, keySize, top, leaf)
}

// treeNode is tree for a node below one of level above, or below none.
func (d *decoder) treeNode(addr uint64, kind, keySize, above int, leaf func(key []byte, child uint64) error) error {
	const head = 24
	c, err := d.signed(addr, head-4, "TREE", false)
	if err != nil {
		return err
	}
	if k := c.u8(); k != kind {
		return malformed("a B-tree of type %d, want %d", k, kind)
	}
	level, n := c.u8(), c.u16()
	if above >= 0 && level != above-1 {
		return malformed("a B-tree node of level %d under one of level %d", level, above)
	}
	if c, err = d.at(addr+head, uint64(n)*uint64(keySize+8)); err != nil {
		return err
	}
	for range n {
		key, child := c.take(keySize), c.u64()
		if level > 0 {
			err = d.treeNode(child, kind, keySize, level, leaf)
		} else {
			err = leaf(key, child)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
