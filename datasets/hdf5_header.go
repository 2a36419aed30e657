package datasets

import (
	"bytes"
	"encoding/binary"
)

// h5Message is a message of an object header.
type h5Message struct {
	kind byte
	data []byte
}

// h5Block is a piece of the file with messages.
type h5Block struct{ at, n uint64 }

// maxH5Messages bounds the messages of one object.
const maxH5Messages = 1 << 12

// header returns the messages of the object at an address (IV.A.1).
func (f *hdf5) header(at uint64) ([]h5Message, error) {
	b, err := f.bytes(at, 16)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(b, []byte("OHDR")) {
		return f.headerV2(at, b[4], b[5])
	}
	if b[0] != 1 {
		return nil, fail(ErrFormat, "object header of version %d at %d of the file, expected 1 or 2", b[0], at)
	}
	size := uint64(binary.LittleEndian.Uint32(b[8:]))
	return f.messages([]h5Block{{at + 16, size}}, 8, splitV1)
}

// headerV2 is header for version 2 (IV.A.1.b).
func (f *hdf5) headerV2(at uint64, version, flags byte) ([]h5Message, error) {
	if version != 2 {
		return nil, fail(ErrFormat, "object header of version %d, expected 2", version)
	}
	from := at + 6
	if flags&32 != 0 {
		from += 16 // times
	}
	if flags&16 != 0 {
		from += 4 // limits of attributes
	}
	width := uint64(1) << (flags & 3)
	b, err := f.bytes(from, width)
	if err != nil {
		return nil, err
	}
	head := 4
	if flags&4 != 0 {
		head += 2 // order of creation
	}
	return f.messages([]h5Block{{from + width, littleEndian(b)}}, head, splitV2)
}

// splitV1 and splitV2 return kind, size and flags of a message from its first bytes.
func splitV1(b []byte) (kind byte, size int, flags byte) {
	if b[1] != 0 {
		return 0, int(binary.LittleEndian.Uint16(b[2:])), b[4] // a kind above 255: not known here
	}
	return b[0], int(binary.LittleEndian.Uint16(b[2:])), b[4]
}

func splitV2(b []byte) (kind byte, size int, flags byte) {
	return b[0], int(binary.LittleEndian.Uint16(b[1:])), b[3]
}

// messages reads the blocks and those that they continue in. head is the number of bytes before a
// message's data.
func (f *hdf5) messages(blocks []h5Block, head int, split func([]byte) (byte, int, byte)) ([]h5Message, error) {
	var all []h5Message
	total := uint64(0) // bytes of blocks: different ones share none
	for len(blocks) > 0 {
		block := blocks[0]
		blocks = blocks[1:]
		if total += block.n; block.n == 0 || block.n > f.size || total > f.size || len(all) > maxH5Messages {
			return nil, fail(ErrFormat, "an object header that does not end")
		}
		b, err := f.bytes(block.at, block.n)
		if err != nil {
			return nil, err
		}
		for len(b) >= head {
			kind, size, flags := split(b)
			if size > len(b)-head {
				return nil, fail(ErrTruncated, "message of %d bytes in a block with %d", size, len(b)-head)
			}
			data := b[head : head+size]
			b = b[head+size:]
			if flags&2 != 0 && kind == h5Datatype {
				return nil, fail(ErrFormat, "a data type that is stored elsewhere, which is not supported")
			}
			if kind == h5Continuation && size >= 16 {
				blocks = append(blocks, continued(data, head))
				continue
			}
			all = append(all, h5Message{kind, data})
		}
	}
	return all, nil
}

// continued returns the block of a continuation message; in version 2, where a message has a head
// of 4 or 6 bytes, without signature and checksum.
func continued(data []byte, head int) h5Block {
	c := h5Block{binary.LittleEndian.Uint64(data), binary.LittleEndian.Uint64(data[8:])}
	if head < 8 && c.n >= 8 {
		c.at, c.n = c.at+4, c.n-8
	}
	return c
}
