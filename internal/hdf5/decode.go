package hdf5

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"
)

const (
	deepest = 64 // groups within groups
	// mostInflate is the bytes that one byte can stand for: deflate's 1032, as a chunk, in its array and
	// as numbers, and room for small files.
	mostInflate = 3 * 1100
)

// decoder is a call that reads a file.
type decoder struct {
	source
	left   int               // bytes that the call may still take
	seen   map[uint64]bool   // addresses of structures that have been visited
	whole  map[uint64][]byte // structures whose checksums were right, by their addresses
	arrays map[uint64]*Array // by the addresses of their headers: several links may lead to one
}

func newDecoder(s source) *decoder {
	d := &decoder{source: s, left: math.MaxInt, seen: map[uint64]bool{}, whole: map[uint64][]byte{}, arrays: map[uint64]*Array{}}
	if s.size < math.MaxInt/mostInflate {
		d.left = int(s.size) * mostInflate
	}
	return d
}

// Decode reads a file that is in memory. Sequences of variable length, other than strings, are refused.
// Errors: ErrFormat, ErrTruncated, ErrChecksum.
func Decode(b []byte) (*Group, error) {
	f, err := Open(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, err
	}
	m, err := newDecoder(f.src).object(f.root, 0)
	if err != nil {
		return nil, err
	}
	if m.Group == nil {
		return nil, malformed("the root is no group")
	}
	return m.Group, nil
}

// at returns a cursor over n bytes at an address.
func (d *decoder) at(addr, n uint64) (*cursor, error) {
	if addr > d.size || n > d.size-addr {
		return nil, fmt.Errorf("%w: %d bytes at %d of %d", ErrTruncated, n, addr, d.size)
	}
	if err := d.spend(int(n), 1); err != nil {
		return nil, err
	}
	b := make([]byte, n)
	got, err := d.r.ReadAt(b, int64(addr))
	if err != nil && err != io.EOF {
		return nil, err
	}
	if got < len(b) {
		return nil, fmt.Errorf("%w: %d bytes at %d, of %d that were to be there", ErrTruncated, got, addr, n)
	}
	return &cursor{b: b}, nil
}

// signed returns a cursor over n bytes that follow a signature at an address. It refuses to visit an
// address again, unless it may be shared.
func (d *decoder) signed(addr, n uint64, signature string, shared bool) (*cursor, error) {
	c, err := d.at(addr, uint64(len(signature))+n)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", signature, err)
	}
	if begin := c.take(len(signature)); string(begin) != signature {
		return nil, malformed("% x at %d, want %s", begin, addr, signature)
	}
	if d.seen[addr] && !shared {
		return nil, malformed("%s at %d is there twice", signature, addr)
	}
	d.seen[addr] = true
	return c, nil
}

// summed returns a cursor over what follows the signature of a structure of n bytes with a checksum behind
// them. It may be read again.
func (d *decoder) summed(addr, n uint64, signature string) (*cursor, error) {
	b, ok := d.whole[addr]
	if !ok {
		if n > d.size {
			return nil, fmt.Errorf("%w: %s of %d bytes", ErrTruncated, signature, n)
		}
		c, err := d.at(addr, n+4)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", signature, err)
		}
		if b = c.take(int(n)); !strings.HasPrefix(string(b), signature) {
			return nil, malformed("% x at %d, want %s", b[:len(signature)], addr, signature)
		}
		if uint32(c.u32()) != lookup3(b) {
			return nil, fmt.Errorf("%w: the checksum of %s at %d is wrong", ErrChecksum, signature, addr)
		}
		d.whole[addr] = b
	}
	if uint64(len(b)) != n || !strings.HasPrefix(string(b), signature) {
		return nil, malformed("%d bytes at %d are %s of %d", len(b), addr, signature, n)
	}
	return &cursor{b: b[len(signature):]}, nil
}

// spend accounts for n elements of the given size that are about to take memory.
func (d *decoder) spend(n, size int) error {
	if size < 1 {
		size = 1
	}
	if n < 0 || n > d.left/size {
		return fmt.Errorf("%w: %d elements of %d bytes in a file of %d", ErrTruncated, n, size, d.size)
	}
	d.left -= n * size
	return nil
}

// object reads the group or array whose header stands at an address.
func (d *decoder) object(addr uint64, depth int) (Member, error) {
	if depth > deepest {
		return Member{}, malformed("groups are nested deeper than %d", deepest)
	}
	if a := d.arrays[addr]; a != nil {
		return Member{Array: a}, nil
	}
	h, err := d.header(addr)
	if err != nil {
		return Member{}, err
	}
	if h.message(msgLayout) == nil {
		g, err := d.group(h, depth)
		return Member{Group: g}, err
	}
	s, err := d.dataset(h)
	if err != nil {
		return Member{}, err
	}
	a, err := d.array(s)
	d.arrays[addr] = a
	return Member{Array: a}, err
}
