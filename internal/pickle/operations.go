package pickle

import (
	"encoding/binary"
	"math"
)

// operation is an instruction: its name in Python's pickletools, and what it does; nil: it is refused.
type operation struct {
	name string
	do   func(m *machine) error
}

// highest is the last protocol there is.
const highest = 5

// operations are all instructions that pickletools knows, but for those of protocols 0 and 1 alone.
var operations = [256]operation{
	0x80: {"PROTO", func(m *machine) error {
		v, err := m.number(1)
		if err == nil && (v < 2 || v > highest) {
			err = malformed("protocol %d, want 2 to %d", v, highest)
		}
		return err
	}},
	0x95: {"FRAME", func(m *machine) error {
		n, err := m.number(8)
		if err == nil && n > uint64(len(m.b)) {
			err = truncated(n, len(m.b))
		}
		return err
	}},
	'.': {"STOP", nil},

	'N':  {"NONE", func(m *machine) error { return m.push(nil) }},
	0x88: {"NEWTRUE", func(m *machine) error { return m.push(true) }},
	0x89: {"NEWFALSE", func(m *machine) error { return m.push(false) }},
	'J':  {"BININT", func(m *machine) error { return m.long(m.take(4)) }},
	'K':  {"BININT1", func(m *machine) error { return m.small(1) }},
	'M':  {"BININT2", func(m *machine) error { return m.small(2) }},
	0x8a: {"LONG1", func(m *machine) error { return m.long(m.counted(1)) }},
	0x8b: {"LONG4", func(m *machine) error { return m.long(m.counted(4)) }},
	'G': {"BINFLOAT", func(m *machine) error {
		b, err := m.take(8)
		if err != nil {
			return err
		}
		return m.push(math.Float64frombits(binary.BigEndian.Uint64(b)))
	}},
	0x8c: {"SHORT_BINUNICODE", func(m *machine) error { return m.text(m.counted(1)) }},
	'X':  {"BINUNICODE", func(m *machine) error { return m.text(m.counted(4)) }},
	0x8d: {"BINUNICODE8", func(m *machine) error { return m.text(m.counted(8)) }},
	'C':  {"SHORT_BINBYTES", func(m *machine) error { return m.raw(1) }},
	'B':  {"BINBYTES", func(m *machine) error { return m.raw(4) }},
	0x8e: {"BINBYTES8", func(m *machine) error { return m.raw(8) }},
	0x96: {"BYTEARRAY8", func(m *machine) error { return m.raw(8) }},

	'(': {"MARK", func(m *machine) error {
		m.marks = append(m.marks, len(m.stack))
		return nil
	}},
	'0': {"POP", func(m *machine) error {
		_, err := m.pop(1)
		return err
	}},
	'1': {"POP_MARK", func(m *machine) error {
		_, err := m.popMark()
		return err
	}},
	'2': {"DUP", func(m *machine) error {
		v, err := m.top()
		if err != nil {
			return err
		}
		return m.push(v)
	}},
	')':  {"EMPTY_TUPLE", func(m *machine) error { return m.push(Tuple{}) }},
	0x85: {"TUPLE1", func(m *machine) error { return m.tuple(m.pop(1)) }},
	0x86: {"TUPLE2", func(m *machine) error { return m.tuple(m.pop(2)) }},
	0x87: {"TUPLE3", func(m *machine) error { return m.tuple(m.pop(3)) }},
	't':  {"TUPLE", func(m *machine) error { return m.tuple(m.popMark()) }},
	']':  {"EMPTY_LIST", func(m *machine) error { return m.push(&List{}) }},
	'a':  {"APPEND", func(m *machine) error { return m.extend(m.pop(1)) }},
	'e':  {"APPENDS", func(m *machine) error { return m.extend(m.popMark()) }},
	'}':  {"EMPTY_DICT", func(m *machine) error { return m.push(&Dict{Items: map[string]any{}}) }},
	's':  {"SETITEM", func(m *machine) error { return m.update(m.pop(2)) }},
	'u':  {"SETITEMS", func(m *machine) error { return m.update(m.popMark()) }},

	0x94: {"MEMOIZE", func(m *machine) error { return m.put(uint64(len(m.memo)), nil) }},
	'q':  {"BINPUT", func(m *machine) error { return m.put(m.number(1)) }},
	'r':  {"LONG_BINPUT", func(m *machine) error { return m.put(m.number(4)) }},
	'h':  {"BINGET", func(m *machine) error { return m.get(m.number(1)) }},
	'j':  {"LONG_BINGET", func(m *machine) error { return m.get(m.number(4)) }},

	'c': {"GLOBAL", func(m *machine) error {
		module, err := m.line()
		if err != nil {
			return err
		}
		name, err := m.line()
		if err != nil {
			return err
		}
		return m.global(module, name)
	}},
	0x93: {"STACK_GLOBAL", func(m *machine) error {
		vs, err := m.pop(2)
		if err != nil {
			return err
		}
		module, ok := vs[0].(string)
		name, too := vs[1].(string)
		if !ok || !too {
			return malformed("a name of a %s and a %s", kindOf(vs[0]), kindOf(vs[1]))
		}
		return m.global(module, name)
	}},
	'R': {"REDUCE", (*machine).call},
	'b': {"BUILD", (*machine).build},

	'i': {name: "INST"}, 'o': {name: "OBJ"}, 0x81: {name: "NEWOBJ"}, 0x92: {name: "NEWOBJ_EX"},
	'P': {name: "PERSID"}, 'Q': {name: "BINPERSID"}, 0x82: {name: "EXT1"}, 0x83: {name: "EXT2"}, 0x84: {name: "EXT4"},
	0x8f: {name: "EMPTY_SET"}, 0x90: {name: "ADDITEMS"}, 0x91: {name: "FROZENSET"},
	0x97: {name: "NEXT_BUFFER"}, 0x98: {name: "READONLY_BUFFER"},
	'I': {name: "INT"}, 'L': {name: "LONG"}, 'F': {name: "FLOAT"}, 'S': {name: "STRING"}, 'T': {name: "BINSTRING"},
	'U': {name: "SHORT_BINSTRING"}, 'V': {name: "UNICODE"}, 'd': {name: "DICT"}, 'l': {name: "LIST"}, 'p': {name: "PUT"}, 'g': {name: "GET"},
}

// small pushes an unsigned number.
func (m *machine) small(bytes uint64) error {
	n, err := m.number(bytes)
	if err != nil {
		return err
	}
	return m.push(int64(n))
}

// raw pushes bytes.
func (m *machine) raw(width uint64) error {
	b, err := m.counted(width)
	if err != nil {
		return err
	}
	return m.push(b)
}

func (m *machine) tuple(vs []any, err error) error {
	if err != nil {
		return err
	}
	return m.push(append(Tuple{}, vs...))
}

// extend appends to the list under the values.
func (m *machine) extend(vs []any, err error) error {
	if err != nil {
		return err
	}
	to, err := m.top()
	if err != nil {
		return err
	}
	list, ok := to.(*List)
	if !ok {
		return malformed("values are appended to a %s", kindOf(to))
	}
	list.Items = append(list.Items, vs...)
	return nil
}

// update puts pairs of keys and values in the dictionary under them.
func (m *machine) update(vs []any, err error) error {
	if err != nil {
		return err
	}
	to, err := m.top()
	if err != nil {
		return err
	}
	dict, ok := to.(*Dict)
	if !ok || len(vs)%2 != 0 {
		return malformed("%d keys and values for a %s", len(vs), kindOf(to))
	}
	for ; len(vs) > 0; vs = vs[2:] {
		key, ok := vs[0].(string)
		if !ok {
			return malformed("a key is a %s, want a text", kindOf(vs[0]))
		}
		if _, twice := dict.Items[key]; !twice {
			dict.Keys = append(dict.Keys, key)
		}
		dict.Items[key] = vs[1]
	}
	return nil
}

// put keeps the last value under a number.
func (m *machine) put(i uint64, err error) error {
	if err != nil {
		return err
	}
	v, err := m.top()
	if err != nil {
		return err
	}
	m.memo[i] = v
	return nil
}

// get pushes what is kept under a number.
func (m *machine) get(i uint64, err error) error {
	if err != nil {
		return err
	}
	v, ok := m.memo[i]
	if !ok {
		return malformed("nothing is kept under %d", i)
	}
	return m.push(v)
}
