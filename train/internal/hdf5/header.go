package hdf5

import (
	"bytes"
	"encoding/binary"
)

// Messages of an object header (IV.A.2).
const (
	msgDataspace    = 0x01
	msgLinkInfo     = 0x02
	msgDatatype     = 0x03
	msgFill         = 0x05
	msgLink         = 0x06
	msgLayout       = 0x08
	msgGroupInfo    = 0x0a
	msgFilters      = 0x0b
	msgContinuation = 0x10
	msgSymbolTable  = 0x11
)

// message is one entry of an object header.
type message struct {
	kind int
	data []byte
}

type header []message

// message returns the data of the first message of a kind, nil if there is none.
func (h header) message(kind int) []byte {
	for _, m := range h {
		if m.kind == kind {
			return m.data
		}
	}
	return nil
}

// shared is the flag of a message that stands elsewhere.
const shared = 2

// header reads the object header at an address, its continuations included (IV.A.1).
func (d *decoder) header(addr uint64) (header, error) {
	if d.seen[addr] {
		return nil, malformed("the object at %d is there twice", addr)
	}
	d.seen[addr] = true
	c, err := d.at(addr, 4)
	if err != nil {
		return nil, err
	}
	if string(c.b) == "OHDR" {
		return d.header2(addr)
	}
	return d.header1(addr)
}

// header1 reads a header of version 1 (IV.A.1.a).
func (d *decoder) header1(addr uint64) (header, error) {
	c, err := d.at(addr, 16)
	if err != nil {
		return nil, err
	}
	if v := c.u8(); v != 1 {
		return nil, malformed("the object header at %d is of version %d, want 1 or 2", addr, v)
	}
	c.take(1 + 2 + 4)
	blocks := []block{{addr + 16, uint64(c.u32())}}
	return d.blocks(blocks, func(c *cursor, _ block) (*cursor, error) { return c, nil }, func(c *cursor) (m message, flags int) {
		m.kind = c.u16()
		n := c.u16()
		flags = c.u8()
		c.take(3)
		m.data = c.take(n)
		return m, flags
	})
}

// header2 reads a header of version 2 (IV.A.1.b).
func (d *decoder) header2(addr uint64) (header, error) {
	c := &cursor{b: d.b[addr+4:]}
	if v := c.u8(); v != 2 {
		return nil, malformed("the object header at %d is of version %d, want 2", addr, v)
	}
	flags := c.u8()
	if flags&0x20 != 0 {
		c.take(16) // times
	}
	if flags&0x10 != 0 {
		c.take(4) // when attributes move
	}
	size := c.uint(1 << (flags & 3))
	if err := c.err("an object header"); err != nil {
		return nil, err
	}
	head := uint64(len(d.b)-len(c.b)) - addr
	if size > uint64(len(c.b)) {
		_, err := d.at(addr, head+size)
		return nil, err
	}
	blocks := []block{{addr, head + size + 4}}
	return d.blocks(blocks, func(c *cursor, b block) (*cursor, error) {
		body := c.b[:max(len(c.b)-4, 0)]
		if len(c.b) < 8 || binary.LittleEndian.Uint32(c.b[len(body):]) != lookup3(body) {
			return nil, malformed("the checksum of the object header at %d is wrong", b.addr)
		}
		switch {
		case b.addr == addr:
			body = body[head:]
		case bytes.HasPrefix(body, []byte("OCHK")):
			body = body[4:]
		default:
			return nil, malformed("% x at %d, want OCHK", body[:4], b.addr)
		}
		return &cursor{b: body}, nil
	}, func(c *cursor) (m message, f int) {
		m.kind = c.u8()
		n := c.u16()
		f = c.u8()
		if flags&4 != 0 {
			c.take(2) // order of creation
		}
		m.data = c.take(n)
		return m, f
	})
}

// block is a run of bytes with messages of one header.
type block struct{ addr, size uint64 }

// blocks reads messages of the blocks, and of those that continue them. open strips a block of what
// is around its messages, next reads one.
func (d *decoder) blocks(todo []block, open func(*cursor, block) (*cursor, error), next func(*cursor) (message, int)) (header, error) {
	var h header
	const least = 4 // bytes of the smallest message
	for i := 0; i < len(todo); i++ {
		if i > 0 && d.seen[todo[i].addr] {
			return nil, malformed("the header block at %d is there twice", todo[i].addr)
		}
		d.seen[todo[i].addr] = true
		c, err := d.at(todo[i].addr, todo[i].size)
		if err == nil {
			err = d.spend(len(c.b), 1)
		}
		if err == nil {
			c, err = open(c, todo[i])
		}
		if err != nil {
			return nil, err
		}
		for len(c.b) >= least {
			m, flags := next(c)
			if err := c.err("an object header"); err != nil {
				return nil, err
			}
			if flags&shared != 0 && m.kind != 0 {
				return nil, malformed("message %d of a header is shared with other objects", m.kind)
			}
			if m.kind == msgContinuation {
				at := &cursor{b: m.data}
				todo = append(todo, block{at.u64(), at.u64()})
				if err := at.err("a continuation"); err != nil {
					return nil, err
				}
			}
			h = append(h, m)
		}
	}
	return h, nil
}
