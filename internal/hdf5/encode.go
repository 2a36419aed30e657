package hdf5

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/spikegraph/spikegraph/internal/ndarray"
)

const (
	superblockSize = 48
	heapMost       = 60000 // strings in one heap collection, whose numbers have 16 bits
	heapLeast      = 4096  // bytes of a collection
	messageMost    = 65535 // bytes of a message
)

// encoder is a file that is being written, address by address.
type encoder struct {
	b    []byte
	heap map[string]heapPlace // where each string stands
}

// heapPlace is the address of a heap collection and a number in it.
type heapPlace struct {
	addr  uint64
	index uint32
}

// Encode returns the file of a tree. Members are written in the order of their names; equal trees
// give equal bytes. Errors: a name that is empty, taken twice or holds "/" or a zero, data
// that are none of Array's types or do not suit its shape, strings with a zero in them.
func Encode(root *Group) ([]byte, error) {
	e := &encoder{b: make([]byte, superblockSize), heap: map[string]heapPlace{}}
	var all []string
	if err := eachString(root, func(s string) {
		if _, ok := e.heap[s]; !ok && s != "" {
			e.heap[s] = heapPlace{}
			all = append(all, s)
		}
	}); err != nil {
		return nil, err
	}
	for part := range slices.Chunk(all, heapMost) {
		e.writeHeap(part)
	}
	at, err := e.group(root, 0)
	if err != nil {
		return nil, err
	}
	b := append([]byte(magic), 2, 8, 8, 0)
	b = le.AppendUint64(b, 0)
	b = le.AppendUint64(b, undefined)
	b = le.AppendUint64(b, uint64(len(e.b)))
	b = le.AppendUint64(b, at)
	copy(e.b, le.AppendUint32(b, lookup3(b)))
	return e.b, nil
}

var le = binary.LittleEndian

// eachString calls f for every string in the arrays below g.
func eachString(g *Group, f func(string)) error {
	for _, m := range g.Members {
		if m.Group != nil {
			if err := eachString(m.Group, f); err != nil {
				return err
			}
			continue
		}
		if m.Array == nil {
			return malformed("member %q is neither array nor group", m.Name)
		}
		list, _ := m.Array.Data.([]string)
		for _, s := range list {
			if strings.ContainsRune(s, 0) {
				return malformed("/%s: the string %q holds a zero", m.Name, s)
			}
			f(s)
		}
	}
	return nil
}

// align moves on to a multiple of 8 and returns that address.
func (e *encoder) align() uint64 {
	e.b = append(e.b, make([]byte, -len(e.b)&7)...)
	return uint64(len(e.b))
}

// writeHeap writes a collection of strings (III.E).
func (e *encoder) writeHeap(list []string) {
	at := e.align()
	e.b = append(e.b, "GCOL\x01\x00\x00\x00"...)
	e.b = le.AppendUint64(e.b, 0) // its size, below
	for i, s := range list {
		e.heap[s] = heapPlace{at, uint32(i + 1)}
		e.b = le.AppendUint16(e.b, uint16(i+1))
		e.b = append(e.b, 0, 0, 0, 0, 0, 0)
		e.b = le.AppendUint64(e.b, uint64(len(s)))
		e.b = append(e.b, s...)
		e.align()
	}
	const free = 16 // object 0, which stands for what is free
	gap := max(heapLeast-(len(e.b)-int(at)), free)
	e.b = append(e.b, make([]byte, 8)...)
	e.b = le.AppendUint64(e.b, uint64(gap))
	e.b = append(e.b, make([]byte, gap-free)...)
	le.PutUint64(e.b[at+8:], uint64(len(e.b))-at)
}

// group writes a group and what is below it, and returns the address of its header.
func (e *encoder) group(g *Group, depth int) (uint64, error) {
	if depth > deepest {
		return 0, malformed("groups are nested deeper than %d", deepest)
	}
	members := slices.Clone(g.Members)
	slices.SortFunc(members, func(a, b Member) int { return strings.Compare(a.Name, b.Name) })
	h := header{
		{msgLinkInfo, slices.Concat([]byte{0, 0}, le.AppendUint64(nil, undefined), le.AppendUint64(nil, undefined))},
		{msgGroupInfo, []byte{0, 0}},
	}
	for i, m := range members {
		if m.Name == "" || m.Name == "." || strings.ContainsAny(m.Name, "/\x00") || i > 0 && members[i-1].Name == m.Name {
			return 0, malformed("the name %q is taken, or none HDF5 has", m.Name)
		}
		var at uint64
		var err error
		if m.Group != nil {
			at, err = e.group(m.Group, depth+1)
		} else {
			at, err = e.array(m.Array)
		}
		if err != nil {
			return 0, fmt.Errorf("/%s: %w", m.Name, err)
		}
		const width2, utf8Set = 1, 16 // the name's length in two bytes; its character set is told
		b := []byte{1, utf8Set | width2, 1}
		b = le.AppendUint16(b, uint16(min(len(m.Name), messageMost)))
		h = append(h, message{msgLink, le.AppendUint64(append(b, m.Name...), at)})
	}
	return e.header(h)
}

// header writes an object header of version 2 and returns its address (IV.A.1.b).
func (e *encoder) header(h header) (uint64, error) {
	var body []byte
	for _, m := range h {
		if len(m.data) > messageMost {
			return 0, malformed("a name is too long")
		}
		body = append(body, byte(m.kind))
		body = le.AppendUint16(body, uint16(len(m.data)))
		body = append(append(body, 0), m.data...)
	}
	at := e.align()
	const sizeIn4 = 2
	e.b = append(e.b, 'O', 'H', 'D', 'R', 2, sizeIn4)
	e.b = le.AppendUint32(e.b, uint32(len(body)))
	e.b = append(e.b, body...)
	e.b = le.AppendUint32(e.b, lookup3(e.b[at:]))
	return at, nil
}

// array writes a data set and returns the address of its header.
func (e *encoder) array(a *Array) (uint64, error) {
	t, raw, n, err := e.elements(a.Data)
	if err != nil {
		return 0, err
	}
	if want, ok := ndarray.Size(a.Shape); !ok || want != n || len(a.Shape) > 32 {
		return 0, malformed("%d elements for shape %v", n, a.Shape)
	}
	at := undefined
	if len(raw) > 0 {
		at = e.align()
		e.b = append(e.b, raw...)
	}
	space := []byte{2, byte(len(a.Shape)), 0, byte(min(len(a.Shape), 1))}
	for _, d := range a.Shape {
		space = le.AppendUint64(space, uint64(d))
	}
	const late, ifSet = 2, 2 << 2 // when space is taken, and filled
	layout := le.AppendUint64(le.AppendUint64([]byte{3, layoutContiguous}, at), uint64(len(raw)))
	return e.header(header{
		{msgDataspace, space}, {msgDatatype, t},
		{msgFill, []byte{3, late | ifSet}}, {msgLayout, layout},
	})
}

// elements returns the datatype message of a slice, its bytes, and the number of its elements.
func (e *encoder) elements(data any) (t, raw []byte, n int, err error) {
	switch v := data.(type) {
	case []string:
		for _, s := range v {
			p := e.heap[s]
			raw = le.AppendUint32(raw, uint32(len(s)))
			raw = le.AppendUint64(raw, p.addr)
			raw = le.AppendUint32(raw, p.index)
		}
		const vlenString, utf8Set = 1, 1 << 8
		t = append(datatypeHead(classVLen, vlenString|utf8Set, 16), datatypeHead(classString, 1<<4, 1)...)
		return t, raw, len(v), nil
	case []bool:
		t = append(datatypeHead(classEnum, 2, 1), intType(1, true)...)
		t = append(t, "FALSE\x00\x00\x00TRUE\x00\x00\x00\x00\x00\x01"...)
		raw, err = ndarray.Bytes(v)
		return t, raw, len(v), err
	}
	kind, size, n := ndarray.KindOf(data)
	switch kind {
	case ndarray.Float:
		t = floatType(size)
	case ndarray.Int, ndarray.Uint:
		t = intType(size, kind == ndarray.Int)
	default:
		return nil, nil, 0, malformed("data of type %T", data)
	}
	raw, err = ndarray.Bytes(data)
	return t, raw, n, err
}

// datatypeHead is the part that all datatypes begin with, version 1 (IV.A.2.d).
func datatypeHead(class, flags, size int) []byte {
	return le.AppendUint32([]byte{byte(1<<4 | class), byte(flags), byte(flags >> 8), byte(flags >> 16)}, uint32(size))
}

func intType(size int, signed bool) []byte {
	flags := 0
	if signed {
		flags = 8
	}
	return le.AppendUint16(le.AppendUint16(datatypeHead(classInt, flags, size), 0), uint16(8*size))
}

func floatType(size int) []byte {
	p := ieee[size]
	const implied = 2 << 4 // the mantissa's first bit is not stored
	flags := implied | (8*size-1)<<8
	t := le.AppendUint16(le.AppendUint16(datatypeHead(classFloat, flags, size), 0), uint16(8*size))
	t = append(t, byte(p[0]), byte(p[1]), byte(p[2]), byte(p[3]))
	return le.AppendUint32(t, 1<<(p[1]-1)-1)
}
