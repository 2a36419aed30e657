package hdf5

import (
	"fmt"
	"slices"
	"strings"
)

// link is a name and the address of an object header.
type link struct {
	name string
	addr uint64
}

// group reads the members of the group with header h.
func (d *decoder) group(h header, depth int) (*Group, error) {
	var links []link
	for _, m := range h {
		var err error
		switch c := (&cursor{b: m.data}); m.kind {
		case msgSymbolTable:
			err = d.symbols(c.u64(), c.u64(), &links)
		case msgLinkInfo:
			err = sparse(c)
		case msgLink:
			var l link
			l, err = readLink(c)
			links = append(links, l)
		}
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(links, func(a, b link) int { return strings.Compare(a.name, b.name) })
	g := &Group{}
	for i, l := range links {
		if i > 0 && links[i-1].name == l.name {
			return nil, malformed("%q is there twice", l.name)
		}
		m, err := d.object(l.addr, depth+1)
		if err != nil {
			return nil, fmt.Errorf("/%s: %w", l.name, err)
		}
		m.Name = l.name
		g.Members = append(g.Members, m)
	}
	return g, nil
}

// sparse refuses groups whose links stand in a fractal heap (IV.A.2.c).
func sparse(c *cursor) error {
	c.take(1)
	if flags := c.u8(); flags&1 != 0 {
		c.take(8)
	}
	if heap := c.u64(); !c.short && heap != undefined {
		return malformed("a group keeps its links in a fractal heap; write it with a lower libver, or fewer members")
	}
	return c.err("a link info message")
}

// readLink reads a link message (IV.A.2.g).
func readLink(c *cursor) (link, error) {
	c.take(1)
	flags := c.u8()
	if flags&8 != 0 {
		if kind := c.u8(); kind != 0 {
			return link{}, malformed("there is a soft or external link, of type %d", kind)
		}
	}
	if flags&4 != 0 {
		c.take(8) // order of creation
	}
	if flags&16 != 0 {
		c.take(1) // character set
	}
	n := c.uint(1 << (flags & 3))
	l := link{name: string(c.take(int(min(n, 1<<16))))}
	l.addr = c.u64()
	return l, c.err("a link")
}

// symbols reads the names and addresses under a group's B-tree (III.A.1, III.B, III.D).
func (d *decoder) symbols(tree, heap uint64, links *[]link) error {
	c, err := d.signed(heap, "HEAP", false)
	if err != nil {
		return err
	}
	c.take(4)
	size := c.u64()
	c.take(8)
	names, err := d.at(c.u64(), size)
	if err != nil {
		return fmt.Errorf("the names of a group: %w", err)
	}
	return d.tree(tree, treeGroup, 8, func(_ []byte, node uint64) error {
		c, err := d.signed(node, "SNOD", false)
		if err != nil {
			return err
		}
		c.take(2)
		for range c.u16() {
			at, addr := c.u64(), c.u64()
			kind := c.u32()
			c.take(4 + 16)
			if c.short || at > uint64(len(names.b)) || kind > 1 {
				return malformed("a group has a broken or soft link")
			}
			name, _, _ := strings.Cut(string(names.b[at:]), "\x00")
			if err := d.spend(len(name), 1); err != nil {
				return err
			}
			*links = append(*links, link{name, addr})
		}
		return nil
	})
}

// Kinds of B-trees, and how deep they may be.
const (
	treeGroup    = 0
	treeChunks   = 1
	deepestIndex = 16
)

// tree calls leaf for each key and child of the leaves of a version 1 B-tree (III.A.1).
func (d *decoder) tree(addr uint64, kind, keySize int, leaf func(key []byte, child uint64) error) error {
	return d.treeNode(addr, kind, keySize, deepestIndex, leaf)
}

func (d *decoder) treeNode(addr uint64, kind, keySize, depth int, leaf func(key []byte, child uint64) error) error {
	if depth < 0 {
		return malformed("a B-tree is deeper than %d", deepestIndex)
	}
	c, err := d.signed(addr, "TREE", false)
	if err != nil {
		return err
	}
	if k := c.u8(); k != kind {
		return malformed("a B-tree of type %d, want %d", k, kind)
	}
	level, n := c.u8(), c.u16()
	c.take(16) // siblings
	for range n {
		key := c.take(keySize)
		child := c.u64()
		if err := c.err("a B-tree"); err != nil {
			return err
		}
		if level > 0 {
			err = d.treeNode(child, kind, keySize, depth-1, leaf)
		} else {
			err = leaf(key, child)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
