package hdf5

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// link is a name and the address of an object header.
type link struct {
	name  string
	addr  uint64
	fault error // of a link that cannot be followed, else nil
}

// group reads the members of the group with header h.
func (d *decoder) group(h header, depth int) (*Group, error) {
	links, err := d.links(h)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(links, func(a, b link) int { return strings.Compare(a.name, b.name) })
	g := &Group{}
	for i, l := range links {
		if i > 0 && links[i-1].name == l.name {
			return nil, malformed("%q is there twice", l.name)
		}
		m, err := Member{}, l.fault
		if err == nil {
			m, err = d.object(l.addr, depth+1)
		}
		if err != nil {
			return nil, fmt.Errorf("/%s: %w", l.name, err)
		}
		m.Name = l.name
		g.Members = append(g.Members, m)
	}
	return g, nil
}

// links returns the links of the group with header h, as they stand there.
func (d *decoder) links(h header) (links []link, err error) {
	for _, m := range h {
		switch c := (&cursor{b: m.data}); m.kind {
		case msgSymbolTable:
			err = d.symbols(c.u64(), c.u64(), &links)
		case msgLinkInfo:
			err = d.dense(c, &links)
		case msgLink:
			var l link
			l, err = readLink(c)
			links = append(links, l)
		}
		if err != nil {
			return nil, err
		}
	}
	return links, nil
}

// dense reads the links of a group that keeps them in a fractal heap, in the order of the hashes of their
// names; few links stand in the header (IV.A.2.c).
func (d *decoder) dense(c *cursor, links *[]link) error {
	c.take(1)
	if flags := c.u8(); flags&1 != 0 {
		c.take(8)
	}
	heap, names := c.u64(), c.u64()
	if err := c.err("a link info message"); err != nil || heap == undefined {
		return err
	}
	h, err := d.fractal(heap)
	if err != nil {
		return err
	}
	return d.tree2(names, [2]int{tree2Names, tree2Names}, func(_ int, record []byte) error {
		const hash = 4
		if len(record) <= hash {
			return malformed("a record of %d bytes for a link", len(record))
		}
		b, err := h.object(record[hash:])
		if err != nil {
			return err
		}
		l, err := readLink(&cursor{b: b})
		*links = append(*links, l)
		return err
	})
}

// readLink reads a link message (IV.A.2.g).
func readLink(c *cursor) (link, error) {
	c.take(1)
	flags := c.u8()
	kind := 0
	if flags&8 != 0 {
		kind = c.u8()
	}
	if flags&4 != 0 {
		c.take(8) // order of creation
	}
	if flags&16 != 0 {
		c.take(1) // character set
	}
	n := c.uint(1 << (flags & 3))
	l := link{name: string(c.take(int(min(n, 1<<16))))}
	if kind != 0 {
		l.fault = malformed("a soft or external link, of type %d", kind)
	} else {
		l.addr = c.u64()
	}
	return l, c.err("a link")
}

// symbols reads the names and addresses under a group's B-tree (III.A.1, III.B, III.D).
func (d *decoder) symbols(tree, heap uint64, links *[]link) error {
	c, err := d.signed(heap, 28, "HEAP", false)
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
		c, err := d.signed(node, 4, "SNOD", false)
		if err != nil {
			return err
		}
		c.take(2)
		const entry, head = 40, 8
		if c, err = d.at(node+head, entry*uint64(c.u16())); err != nil {
			return err
		}
		for len(c.b) > 0 {
			l, err := readSymbol(c, names.b)
			if err == nil {
				err = d.spend(len(l.name), 1)
			}
			if err != nil {
				return err
			}
			*links = append(*links, l)
		}
		return nil
	})
}

// readSymbol reads an entry of a symbol node (III.C).
func readSymbol(c *cursor, names []byte) (link, error) {
	at, addr, kind := c.u64(), c.u64(), c.u32()
	c.take(4 + 16)
	if at > uint64(len(names)) {
		return link{}, malformed("a group has a broken link")
	}
	name, _, _ := bytes.Cut(names[at:], []byte{0})
	l := link{name: string(name), addr: addr}
	if kind > 1 {
		l.fault = malformed("a soft link")
	}
	return l, nil
}
