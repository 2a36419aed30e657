package hdf5

import (
	"bytes"
	"encoding/binary"
	"fmt"
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

// understood reports whether this package reads what the message says.
func (m message) understood() bool {
	switch m.kind {
	case msgDataspace, msgLinkInfo, msgDatatype, msgLink, msgLayout, msgFilters, msgContinuation, msgSymbolTable:
		return true
	}
	return false
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
	const prefix, head = 16, 8
	c, err := d.at(addr, prefix)
	if err != nil {
		return nil, err
	}
	if v := c.u8(); v != 1 {
		return nil, malformed("the object header at %d is of version %d, want 1 or 2", addr, v)
	}
	c.take(1 + 2 + 4)
	return d.blocks(block{addr + prefix, uint64(c.u32())}, head, plain, func(c *cursor) (m message, flags int) {
		m.kind = c.u16()
		n := c.u16()
		flags = c.u8()
		c.take(3)
		m.data = c.take(n)
		return m, flags
	})
}

// plain is the messages of a block that holds nothing else.
func plain(c *cursor, _ block) (*cursor, error) { return c, nil }

// header2 reads a header of version 2 (IV.A.1.b).
func (d *decoder) header2(addr uint64) (header, error) {
	const prefixMost = 4 + 1 + 1 + 16 + 4 + 8
	c, err := d.at(addr, min(prefixMost, d.size-addr))
	if err != nil {
		return nil, err
	}
	all := len(c.b)
	c.take(4)
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
	prefix := uint64(all - len(c.b))
	if size > d.size {
		return nil, fmt.Errorf("%w: an object header of %d bytes", ErrTruncated, size)
	}
	open := func(c *cursor, b block) (*cursor, error) { return checked(c, b, b.addr == addr, int(prefix)) }
	head := 4 // bytes before a message's data
	if flags&4 != 0 {
		head += 2 // order of creation
	}
	return d.blocks(block{addr, prefix + size + 4}, head, open, func(c *cursor) (m message, f int) {
		m.kind = c.u8()
		n := c.u16()
		f = c.u8()
		c.take(head - 4)
		m.data = c.take(n)
		return m, f
	})
}

// checked returns the messages of a block of version 2: what is between its prefix, or signature, and
// its checksum.
func checked(c *cursor, b block, first bool, prefix int) (*cursor, error) {
	body := c.b[:max(len(c.b)-4, 0)]
	if len(c.b) < 8 || binary.LittleEndian.Uint32(c.b[len(body):]) != lookup3(body) {
		return nil, fmt.Errorf("%w: the checksum of the object header at %d is wrong", ErrChecksum, b.addr)
	}
	switch {
	case first:
		body = body[prefix:]
	case bytes.HasPrefix(body, []byte("OCHK")):
		body = body[4:]
	default:
		return nil, malformed("% x at %d, want OCHK", body[:4], b.addr)
	}
	return &cursor{b: body}, nil
}

// block is a run of bytes with messages of one header.
type block struct{ addr, size uint64 }

// blocks reads the messages of a block, and of those that continue it, each of which has head bytes
// before its data. open strips a block of what is around its messages, next reads one.
func (d *decoder) blocks(first block, head int, open func(*cursor, block) (*cursor, error), next func(*cursor) (message, int)) (header, error) {
	var h header
	todo := []block{first}
	for i := 0; i < len(todo); i++ {
		if i > 0 && d.seen[todo[i].addr] {
			return nil, malformed("the header block at %d is there twice", todo[i].addr)
		}
		d.seen[todo[i].addr] = true
		c, err := d.at(todo[i].addr, todo[i].size)
		if err == nil {
			c, err = open(c, todo[i])
		}
		if err != nil {
			return nil, err
		}
		for len(c.b) >= head {
			m, flags := next(c)
			if err := c.err("an object header"); err != nil {
				return nil, err
			}
			if flags&shared != 0 && m.understood() {
				return nil, malformed("message %d of a header stands elsewhere, shared with other objects", m.kind)
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
