package hdf5

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"
)

// Filters (IV.A.2.l).
const (
	filterDeflate  = 1
	filterShuffle  = 2
	filterFletcher = 3
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
		if id < filterDeflate || id > filterFletcher {
			return nil, malformed("data compressed by filter %d; want deflate, shuffle or Fletcher's checksum", id)
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
		case filterShuffle:
			b = unshuffle(b, size)
		case filterFletcher:
			if len(b) < checksumTail {
				return nil, fmt.Errorf("%w: a chunk of %d bytes", ErrTruncated, len(b))
			}
			sum := binary.LittleEndian.Uint32(b[len(b)-checksumTail:])
			if b = b[:len(b)-checksumTail]; fletcher32(b) != sum {
				return nil, malformed("the checksum of a chunk is wrong")
			}
		}
	}
	if len(b) != n {
		return nil, malformed("a chunk of %d bytes, want %d", len(b), n)
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
		return nil, malformed("a deflated chunk: %v", err)
	}
	return out, nil
}
