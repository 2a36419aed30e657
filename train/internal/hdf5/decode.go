package hdf5

import (
	"bytes"
	"fmt"
	"math"
)

// magic begins every file (II.A).
const magic = "\x89HDF\r\n\x1a\n"

const (
	deepest     = 64   // groups within groups
	mostInflate = 1100 // bytes that one byte can stand for: deflate's 1032, and room for small files
)

// decoder is a file that is being read.
type decoder struct {
	b    []byte
	left int             // bytes that arrays may still take
	seen map[uint64]bool // addresses of structures that have been visited
}

// Decode reads a file.
func Decode(b []byte) (*Group, error) {
	d := &decoder{b: b, seen: map[uint64]bool{}, left: math.MaxInt}
	if len(b) < math.MaxInt/mostInflate {
		d.left = len(b) * mostInflate
	}
	root, err := d.superblock()
	if err != nil {
		return nil, err
	}
	m, err := d.object(root, 0)
	if err != nil {
		return nil, err
	}
	if m.Group == nil {
		return nil, malformed("the root is no group")
	}
	return m.Group, nil
}

// superblock returns the address of the root group's header.
func (d *decoder) superblock() (uint64, error) {
	if !bytes.HasPrefix(d.b, []byte(magic)) {
		return 0, malformed("it begins with % x", d.b[:min(8, len(d.b))])
	}
	c := &cursor{b: d.b[len(magic):]}
	var offsets, lengths int
	switch version := c.u8(); version {
	case 0, 1:
		c.take(4)
		offsets, lengths = c.u8(), c.u8()
		c.take(1 + 2 + 2 + 4 + 4*version)
		if base := c.u64(); base != 0 {
			return 0, malformed("its base address is %d, want 0", base)
		}
		c.take(8 + 8 + 8 + 8) // free space, end, driver; the root's name
	case 2, 3:
		offsets, lengths = c.u8(), c.u8()
		c.take(1)
		if base := c.u64(); base != 0 {
			return 0, malformed("its base address is %d, want 0", base)
		}
		c.take(8 + 8) // extension, end
	default:
		return 0, malformed("its superblock is of version %d, want 0 to 3", version)
	}
	if !c.short && (offsets != 8 || lengths != 8) {
		return 0, malformed("addresses of %d bytes and lengths of %d, want 8", offsets, lengths)
	}
	root := c.u64()
	return root, c.err("the superblock")
}

// at returns a cursor over n bytes at an address.
func (d *decoder) at(addr, n uint64) (*cursor, error) {
	if size := uint64(len(d.b)); addr > size || n > size-addr {
		return nil, fmt.Errorf("%w: %d bytes at %d of %d", ErrTruncated, n, addr, size)
	}
	return &cursor{b: d.b[addr : addr+n]}, nil
}

// signed returns a cursor over what follows a signature at an address, to the end of the file. It
// refuses to visit an address again, unless it may be shared.
func (d *decoder) signed(addr uint64, signature string, shared bool) (*cursor, error) {
	c, err := d.at(addr, uint64(len(signature)))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", signature, err)
	}
	if string(c.b) != signature {
		return nil, malformed("% x at %d, want %s", c.b, addr, signature)
	}
	if d.seen[addr] && !shared {
		return nil, malformed("%s at %d is there twice", signature, addr)
	}
	d.seen[addr] = true
	return &cursor{b: d.b[addr+uint64(len(signature)):]}, nil
}

// spend accounts for n elements of the given size that are about to take memory.
func (d *decoder) spend(n, size int) error {
	if size < 1 {
		size = 1
	}
	if n < 0 || n > d.left/size {
		return fmt.Errorf("%w: %d elements of %d bytes in a file of %d", ErrTruncated, n, size, len(d.b))
	}
	d.left -= n * size
	return nil
}

// object reads the group or array whose header stands at an address.
func (d *decoder) object(addr uint64, depth int) (Member, error) {
	if depth > deepest {
		return Member{}, malformed("groups are nested deeper than %d", deepest)
	}
	h, err := d.header(addr)
	if err != nil {
		return Member{}, err
	}
	if h.message(msgLayout) == nil {
		g, err := d.group(h, depth)
		return Member{Group: g}, err
	}
	a, err := d.array(h)
	return Member{Array: a}, err
}
