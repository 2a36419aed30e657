package hdf5

import (
	"fmt"
	"io"
	"strings"
)

// magic begins every file (II.A).
const magic = "\x89HDF\r\n\x1a\n"

// superblockMost is the number of bytes in the longest superblock, up to the root's address.
const superblockMost = 80

// File is a file of which only what is asked for is read.
type File struct {
	src  source
	root uint64 // address of the root group's header
}

// source is the bytes of a file.
type source struct {
	r    io.ReaderAt
	size uint64
}

// Open reads the beginning of a file of size bytes. Errors: ErrFormat, ErrTruncated, of r.
func Open(r io.ReaderAt, size int64) (*File, error) {
	base, err := begins(r, size)
	if err != nil {
		return nil, err
	}
	f := &File{src: source{io.NewSectionReader(r, base, size-base), uint64(max(size-base, 0))}}
	c, err := newDecoder(f.src).at(0, min(f.src.size, superblockMost))
	if err != nil {
		return nil, err
	}
	f.root, err = readSuperblock(c, uint64(base))
	return f, err
}

// begins returns where the superblock stands: at 0, or behind a block of the user's of 512 bytes, or of
// that times a power of two. If there is none it is said to be at 0.
func begins(r io.ReaderAt, size int64) (int64, error) {
	const least = 512
	b := make([]byte, len(magic))
	for at := int64(0); at+int64(len(b)) <= size; at = max(2*at, least) {
		if _, err := r.ReadAt(b, at); err != nil && err != io.EOF {
			return 0, err
		}
		if string(b) == magic {
			return at, nil
		}
	}
	return 0, nil
}

// readSuperblock returns the address of the root group's header. Addresses are counted from base.
func readSuperblock(c *cursor, base uint64) (uint64, error) {
	begin := c.take(min(len(magic), len(c.b)))
	if !strings.HasPrefix(magic, string(begin)) {
		return 0, malformed("it begins with % x", begin)
	}
	var offsets, lengths, tail int
	switch version := c.u8(); version {
	case 0, 1:
		c.take(4)
		offsets, lengths = c.u8(), c.u8()
		c.take(1 + 2 + 2 + 4 + 4*version)
		tail = 8 + 8 + 8 + 8 // free space, end, driver; the root's name
	case 2, 3:
		offsets, lengths = c.u8(), c.u8()
		c.take(1)
		tail = 8 + 8 // extension, end
	default:
		return 0, malformed("its superblock is of version %d, want 0 to 3", version)
	}
	if !c.short && (offsets != 8 || lengths != 8) {
		return 0, malformed("addresses of %d bytes and lengths of %d, want 8", offsets, lengths)
	}
	if from := c.u64(); from != base {
		return 0, malformed("its base address is %d, want %d", from, base)
	}
	c.take(tail)
	root := c.u64()
	return root, c.err("the superblock")
}

// Dataset finds a data set by its path, as spikes/times, and reads what stands in its place: numbers
// and strings of fixed length, and where the others are. Errors: ErrFormat, also where there is none,
// ErrTruncated, ErrChecksum, of the reader.
func (f *File) Dataset(path string) (*Dataset, error) {
	d := newDecoder(f.src)
	h, err := d.header(f.root)
	for _, name := range strings.Split(path, "/") {
		if err == nil {
			h, err = d.child(h, name)
		}
	}
	var s *Dataset
	if err == nil {
		s, err = d.dataset(h)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

// child returns the header of a group's member.
func (d *decoder) child(h header, name string) (header, error) {
	links, err := d.links(h)
	if err != nil {
		return nil, err
	}
	for _, l := range links {
		if l.name == name && l.fault != nil {
			return nil, l.fault
		}
		if l.name == name {
			return d.header(l.addr)
		}
	}
	return nil, fmt.Errorf("%w %q", ErrMissing, name)
}
