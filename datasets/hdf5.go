package datasets

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"
)

// hdf5 reads the part of HDF5 in which the Heidelberg sets are written: superblocks 0 to 3, groups
// as symbol tables or as link messages, one-dimensional data sets of numbers or of variable-length
// sequences of them, compact, contiguous, or in chunks under a version 1 B-tree, plain, shuffled or
// deflated. Every size that a file claims is compared with the bytes that it has before memory is
// taken, and no structure is visited twice. Source: HDF5 File Format Specification Version 3.0, The
// HDF Group; section numbers below are of that document.
type hdf5 struct {
	r    io.ReaderAt
	size uint64
	root uint64 // address of the root group's object header
}

// hdf5Magic begins every file (II.A).
var hdf5Magic = []byte("\x89HDF\r\n\x1a\n")

// Messages of an object header (IV.A.2).
const (
	h5Dataspace    = 0x01
	h5Datatype     = 0x03
	h5Link         = 0x06
	h5Layout       = 0x08
	h5Filters      = 0x0b
	h5Continuation = 0x10
	h5SymbolTable  = 0x11
)

// h5Undefined is the address of nothing.
const h5Undefined = math.MaxUint64

// openHDF5 reads the superblock (II.A). Errors: ErrFormat, ErrTruncated, of r.
func openHDF5(r io.ReaderAt, size int64) (*hdf5, error) {
	f := &hdf5{r: r, size: uint64(size)}
	b, err := f.bytes(0, 48)
	if err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(b, hdf5Magic) {
		return nil, fail(ErrFormat, "the file begins with % x, expected an HDF5 file", b[:8])
	}
	version := b[8]
	widths, rootAt := b[9:11], uint64(36)
	switch version {
	case 0, 1:
		widths, rootAt = b[13:15], 64+4*uint64(version)
	case 2, 3:
	default:
		return nil, fail(ErrFormat, "HDF5 superblock of version %d, expected 0 to 3", version)
	}
	if widths[0] != 8 || widths[1] != 8 {
		return nil, fail(ErrFormat, "HDF5 addresses of %d and lengths of %d bytes, expected 8", widths[0], widths[1])
	}
	f.root, err = f.word(rootAt)
	return f, err
}

// bytes reads n bytes at an address. Errors: ErrTruncated, of r.
func (f *hdf5) bytes(at, n uint64) ([]byte, error) {
	if at > f.size || n > f.size-at {
		return nil, fail(ErrTruncated, "%d bytes at %d of a file of %d", n, at, f.size)
	}
	b := make([]byte, n)
	if _, err := f.r.ReadAt(b, int64(at)); err != nil && err != io.EOF {
		return nil, err
	}
	return b, nil
}

// word reads 8 bytes.
func (f *hdf5) word(at uint64) (uint64, error) {
	b, err := f.bytes(at, 8)
	if err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint64(b), nil
}

// signed reads n bytes that begin with a signature.
func (f *hdf5) signed(at, n uint64, signature string) ([]byte, error) {
	b, err := f.bytes(at, n)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", signature, err)
	}
	if !bytes.HasPrefix(b, []byte(signature)) {
		return nil, fail(ErrFormat, "% x at %d of the file, expected %s", b[:4], at, signature)
	}
	return b, nil
}

// dataset finds a data set by its path, as spikes/times. Errors: ErrFormat, also for a missing one,
// ErrTruncated.
func (f *hdf5) dataset(path string) (*h5Dataset, error) {
	at := f.root
	var err error
	for _, name := range strings.Split(path, "/") {
		if at, err = f.child(at, name); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	d, err := f.readDataset(at)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return d, nil
}

// child returns the address of a group's member.
func (f *hdf5) child(group uint64, name string) (uint64, error) {
	messages, err := f.header(group)
	if err != nil {
		return 0, err
	}
	for _, m := range messages {
		if m.kind == h5SymbolTable && len(m.data) >= 16 {
			return f.symbol(binary.LittleEndian.Uint64(m.data), binary.LittleEndian.Uint64(m.data[8:]), name)
		}
		if m.kind != h5Link {
			continue
		}
		if at, ok := hardLink(m.data, name); ok {
			return at, nil
		}
	}
	return 0, fail(ErrFormat, "the file has no %q", name)
}

// hardLink returns the address in a link message (IV.A.2.g), if it is a hard link of that name.
func hardLink(b []byte, name string) (at uint64, ok bool) {
	if len(b) < 2 || b[0] != 1 {
		return 0, false
	}
	flags := b[1]
	i := 2
	if flags&8 != 0 {
		if len(b) < 3 || b[2] != 0 {
			return 0, false // a soft or an external link
		}
		i++
	}
	if flags&4 != 0 {
		i += 8 // order of creation
	}
	if flags&16 != 0 {
		i++ // character set
	}
	width := 1 << (flags & 3)
	if len(b) < i+width {
		return 0, false
	}
	n := littleEndian(b[i : i+width])
	if b = b[i+width:]; n != uint64(len(name)) || len(b) < len(name)+8 || string(b[:n]) != name {
		return 0, false
	}
	return binary.LittleEndian.Uint64(b[n:]), true
}

// littleEndian returns the number in up to 8 bytes.
func littleEndian(b []byte) (v uint64) {
	for i, c := range b {
		v |= uint64(c) << (8 * i)
	}
	return v
}

// symbol finds a name in an old-style group: a B-tree of symbol nodes, and a heap of names (III.A.1,
// III.B, III.D).
func (f *hdf5) symbol(tree, heap uint64, name string) (at uint64, err error) {
	h, err := f.signed(heap, 32, "HEAP")
	if err != nil {
		return 0, err
	}
	names, err := f.bytes(binary.LittleEndian.Uint64(h[24:]), binary.LittleEndian.Uint64(h[8:]))
	if err != nil {
		return 0, err
	}
	at = h5Undefined
	err = f.walk(tree, 0, 8, func(_ []byte, node uint64) error {
		b, err := f.signed(node, 8, "SNOD")
		if err != nil {
			return err
		}
		const entry = 40
		entries, err := f.bytes(node+8, entry*uint64(binary.LittleEndian.Uint16(b[6:])))
		if err != nil {
			return err
		}
		for ; len(entries) > 0; entries = entries[entry:] {
			if k := binary.LittleEndian.Uint64(entries); k < uint64(len(names)) && cString(names[k:]) == name {
				at = binary.LittleEndian.Uint64(entries[8:])
			}
		}
		return nil
	})
	if err == nil && at == h5Undefined {
		err = fail(ErrFormat, "the file has no %q", name)
	}
	return at, err
}

// cString returns the bytes before the first zero.
func cString(b []byte) string {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	return string(b)
}

// walk gives every leaf of a version 1 B-tree (III.A.1), with the key before it, to visit.
func (f *hdf5) walk(root uint64, kind byte, keyBytes uint64, visit func(key []byte, child uint64) error) error {
	seen := map[uint64]bool{}
	var node func(at uint64, above int) error
	node = func(at uint64, above int) error {
		if seen[at] {
			return fail(ErrFormat, "B-tree node at %d comes twice", at)
		}
		seen[at] = true
		level, entries, err := f.treeNode(at, kind, keyBytes)
		if err != nil {
			return err
		}
		if above >= 0 && level != above-1 {
			return fail(ErrFormat, "B-tree node of level %d under one of level %d", level, above)
		}
		for b := entries; len(b) > 0 && err == nil; b = b[keyBytes+8:] {
			child := binary.LittleEndian.Uint64(b[keyBytes:])
			if level > 0 {
				err = node(child, level)
			} else {
				err = visit(b[:keyBytes], child)
			}
		}
		return err
	}
	return node(root, -1)
}

// treeNode returns the level of a B-tree node and its entries, a key and an address each.
func (f *hdf5) treeNode(at uint64, kind byte, keyBytes uint64) (level int, entries []byte, err error) {
	head, err := f.signed(at, 24, "TREE")
	if err != nil {
		return 0, nil, err
	}
	if head[4] != kind {
		return 0, nil, fail(ErrFormat, "B-tree of type %d, expected %d", head[4], kind)
	}
	n := uint64(binary.LittleEndian.Uint16(head[6:]))
	entries, err = f.bytes(at+24, n*(keyBytes+8))
	return int(head[5]), entries, err
}
