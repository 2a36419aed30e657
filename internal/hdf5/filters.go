package hdf5

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
)

// Filters (IV.A.2.l).
const (
	filterDeflate  = 1
	filterShuffle  = 2
	filterFletcher = 3
	filterLZF      = 32000 // of h5py, registered with The HDF Group
)

// pipeline are the filters that a chunk went through, in the order in which they were applied.
type pipeline []int

// readFilters reads a filter pipeline message; nil is none.
func readFilters(b []byte) (pipeline, error) {
	if b == nil {
		return nil, nil
	}
	c := &cursor{b: b}
	version, n := c.u8(), c.u8()
	switch version {
	case 1:
		c.take(6)
	case 2:
	default:
		return nil, malformed("a filter pipeline of version %d", version)
	}
	var p pipeline
	for range n {
		id, name := c.u16(), 0
		if version == 1 || id >= 256 {
			name = c.u16()
		}
		c.take(2)
		values := c.u16()
		if version == 1 {
			name, values = (name+7)/8*8, (values+1)/2*2
		}
		c.take(name)
		c.take(4 * values)
		if err := c.err("a filter pipeline"); err != nil {
			return nil, err
		}
		if (id < filterDeflate || id > filterFletcher) && id != filterLZF {
			return nil, malformed("data compressed by filter %d; want deflate, LZF, shuffle or Fletcher's checksum", id)
		}
		p = append(p, id)
	}
	return p, c.err("a filter pipeline")
}

// undo returns the n bytes of a chunk of elements of the given size, without the filters that mask
// leaves out.
func (p pipeline) undo(b []byte, mask, size, n int) ([]byte, error) {
	for i := len(p) - 1; i >= 0; i-- {
		if mask>>i&1 != 0 {
			continue
		}
		switch p[i] {
		case filterDeflate:
			var err error
			if b, err = inflate(b, n+checksumTail); err != nil {
				return nil, err
			}
		case filterLZF:
			var err error
			if b, err = unlzf(b, n+checksumTail); err != nil {
				return nil, err
			}
		case filterShuffle:
			b = unshuffle(b, size)
		case filterFletcher:
			if len(b) < checksumTail {
				return nil, fmt.Errorf("%w: a chunk of %d bytes", ErrTruncated, len(b))
			}
			sum := binary.LittleEndian.Uint32(b[len(b)-checksumTail:])
			if b = b[:len(b)-checksumTail]; fletcher32(b) != sum {
				return nil, fmt.Errorf("%w: the checksum of a chunk is wrong", ErrChecksum)
			}
		}
	}
	if len(b) != n {
		return nil, fmt.Errorf("%w: a chunk of %d bytes, want %d", ErrTruncated, len(b), n)
	}
	return b, nil
}

// inflate returns what was deflated, at most most bytes of it.
func inflate(b []byte, most int) ([]byte, error) {
	z, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, malformed("a deflated chunk: %v", err)
	}
	out, err := io.ReadAll(io.LimitReader(z, int64(most)))
	if err != nil {
		return nil, fmt.Errorf("%w: a deflated chunk: %v", ErrChecksum, err)
	}
	return out, nil
}

// checksumTail is what Fletcher's filter adds to a chunk.
const checksumTail = 4

// fletcher32 is the checksum of filter 3, over 16-bit words.
func fletcher32(b []byte) uint32 {
	var lo, hi uint32
	fold := func(s uint32) uint32 { return s&0xffff + s>>16 } // 65535 stays, it is not 0
	step := func(w uint32) {
		lo = fold(lo + w)
		hi = fold(hi + lo)
	}
	for ; len(b) >= 2; b = b[2:] {
		step(uint32(binary.BigEndian.Uint16(b)))
	}
	if len(b) == 1 {
		step(uint32(b[0]) << 8)
	}
	return hi<<16 | lo
}

// unshuffle returns the bytes of elements that were sorted by their place in the element.
func unshuffle(b []byte, size int) []byte {
	n := len(b) / size
	out := slices.Clone(b) // what is left over at the end stays
	for i := range n * size {
		out[i%n*size+i/n] = b[i]
	}
	return out
}
