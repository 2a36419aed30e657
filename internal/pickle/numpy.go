package pickle

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/spikegraph/spikegraph/internal/ndarray"
)

// global is the name of something that a pickle may call, or hand to a call.
type global struct {
	name string
	call func(m *machine, args Tuple) (any, error) // nil: it is handed on alone
}

// globals are the names that may stand in a pickle.
var globals = func() map[string]global {
	all := map[string]global{
		"numpy.ndarray":     {name: "numpy.ndarray"},
		"numpy.dtype":       {"numpy.dtype", newDType},
		"_codecs.encode":    {"_codecs.encode", encodeLatin},
		"__builtin__.bytes": {"bytes", noBytes},
	}
	for _, core := range []string{"numpy.core", "numpy._core"} { // NumPy 1, and 2
		all[core+".multiarray._reconstruct"] = global{"_reconstruct", reconstruct}
		all[core+".multiarray.scalar"] = global{"scalar", scalar}
		all[core+".numeric._frombuffer"] = global{"_frombuffer", fromBuffer}
	}
	return all
}()

// global pushes something by its name.
func (m *machine) global(module, name string) error {
	g, ok := globals[module+"."+name]
	if !ok {
		return malformed("it asks for %s.%s, which is not a part of arrays", module, name)
	}
	return m.push(g)
}

// call calls something with arguments.
func (m *machine) call() error {
	vs, err := m.pop(2)
	if err != nil {
		return err
	}
	f, ok := vs[0].(global)
	args, tuple := vs[1].(Tuple)
	if !ok || !tuple || f.call == nil {
		return malformed("it calls a %s with a %s", kindOf(vs[0]), kindOf(vs[1]))
	}
	v, err := f.call(m, args)
	if err != nil {
		return err
	}
	return m.push(v)
}

// build gives a value its content.
func (m *machine) build() error {
	vs, err := m.pop(1)
	if err != nil {
		return err
	}
	state, tuple := vs[0].(Tuple)
	to, err := m.top()
	if err != nil {
		return err
	}
	if tuple {
		switch to := to.(type) {
		case *dtype:
			return to.setState(state)
		case *ndarray.Array:
			return m.fill(to, state)
		}
	}
	return malformed("it builds a %s of a %s", kindOf(to), kindOf(vs[0]))
}

// dtype is the type of an array's elements.
type dtype struct {
	kind      ndarray.Kind
	size      int
	bigEndian bool
}

// newDType is numpy.dtype(code, align, copy).
func newDType(_ *machine, args Tuple) (any, error) {
	code, _ := first[string](args)
	if len(args) == 3 && len(code) == 2 {
		if t := (&dtype{kind: ndarray.Kind(code[0]), size: int(code[1] - '0')}); ndarray.Has(t.kind, t.size) {
			return t, nil
		}
	}
	return nil, malformed("elements of type %.20q; want floats, integers or bool", code)
}

// setState takes (version, byte order, and what stands for no fields, no shape, no flags).
func (t *dtype) setState(s Tuple) error {
	plain := Tuple{int64(3), nil, nil, nil, nil, int64(-1), int64(-1), int64(0)}
	if len(s) != len(plain) {
		return malformed("a type of elements in %d parts, want %d", len(s), len(plain))
	}
	order, ok := s[1].(string)
	for i := range plain {
		ok = ok && (i == 1 || scalarEqual(s[i], plain[i]))
	}
	if !ok || !strings.Contains("<>|", order) || len(order) != 1 {
		return malformed("elements with fields, a shape or flags, want plain numbers")
	}
	t.bigEndian = order == ">"
	return nil
}

// scalarEqual compares numbers and nil; values of other types are never equal.
func scalarEqual(a, b any) bool {
	n, ok := a.(int64)
	w, want := b.(int64)
	return ok && want && n == w || a == nil && b == nil
}

func (t *dtype) order() binary.ByteOrder {
	if t.bigEndian {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// array fills a with elements of type t.
func (m *machine) array(a *ndarray.Array, t *dtype, shape Tuple, columns bool, raw []byte) error {
	dims := make([]int, len(shape))
	for i, d := range shape {
		n, ok := d.(int64)
		if !ok || n < 0 {
			return malformed("axis %d of an array is a %s below 0 or no number", i, kindOf(d))
		}
		dims[i] = int(n)
	}
	n, ok := ndarray.Size(dims)
	if !ok || len(dims) > mostAxes || n > len(raw) || n*t.size != len(raw) {
		return malformed("%d bytes for an array %.100s of %c%d", len(raw), fmt.Sprint(dims), t.kind, t.size)
	}
	if err := m.allow(len(raw)); err != nil {
		return err
	}
	data, err := ndarray.Decode(t.kind, t.size, raw, t.order())
	if err != nil {
		return malformed("%v", err)
	}
	if columns && len(dims) > 1 {
		data = ndarray.Rows(data, dims)
	}
	a.Shape, a.Data = dims, data
	return nil
}

// mostAxes is NumPy's own bound.
const mostAxes = 64

// reconstruct is _reconstruct(numpy.ndarray, (0,), b"b"): an array without content.
func reconstruct(_ *machine, args Tuple) (any, error) {
	class, ok := first[global](args)
	if !ok || len(args) != 3 || class.name != "numpy.ndarray" {
		return nil, malformed("_reconstruct of %d arguments and the class %q, want 3 and numpy.ndarray", len(args), class.name)
	}
	return &ndarray.Array{}, nil
}

// fill takes the content of an array: (version, shape, type, column by column?, bytes).
func (m *machine) fill(a *ndarray.Array, s Tuple) error {
	if len(s) != 5 || a.Data != nil {
		return malformed("an array of %d parts, want 5, once", len(s))
	}
	shape, ok := s[1].(Tuple)
	t, isType := s[2].(*dtype)
	columns, isBool := s[3].(bool)
	raw, isRaw := s[4].([]byte)
	if !ok || !isType || !isBool || !isRaw {
		return malformed("an array of a %s, a %s, a %s and a %s", kindOf(s[1]), kindOf(s[2]), kindOf(s[3]), kindOf(s[4]))
	}
	return m.array(a, t, shape, columns, raw)
}

// fromBuffer is _frombuffer(bytes, type, shape, order).
func fromBuffer(m *machine, args Tuple) (any, error) {
	raw, ok := first[[]byte](args)
	if !ok || len(args) != 4 {
		return nil, malformed("_frombuffer of %d arguments, want bytes and 3 more", len(args))
	}
	t, isType := args[1].(*dtype)
	shape, isShape := args[2].(Tuple)
	order, _ := args[3].(string)
	if !isType || !isShape || order != "C" && order != "F" {
		return nil, malformed("_frombuffer of a %s, a %s and the order %q", kindOf(args[1]), kindOf(args[2]), order)
	}
	a := &ndarray.Array{}
	return a, m.array(a, t, shape, order == "F", raw)
}

// scalar is scalar(type, bytes): a number of a type.
func scalar(m *machine, args Tuple) (any, error) {
	t, ok := first[*dtype](args)
	if !ok || len(args) != 2 {
		return nil, malformed("scalar of %d arguments, want a type and bytes", len(args))
	}
	raw, ok := args[1].([]byte)
	if !ok {
		return nil, malformed("scalar of a %s, want bytes", kindOf(args[1]))
	}
	a := &ndarray.Array{}
	return a, m.array(a, t, Tuple{}, false, raw)
}

// encodeLatin is _codecs.encode(text, "latin1"): bytes.
func encodeLatin(m *machine, args Tuple) (any, error) {
	s, ok := first[string](args)
	if !ok || len(args) != 2 || args[1] != any("latin1") {
		return nil, malformed("_codecs.encode other than of a text as latin1")
	}
	if err := m.allow(utf8.RuneCountInString(s)); err != nil {
		return nil, err
	}
	b := make([]byte, 0, utf8.RuneCountInString(s))
	for _, r := range s {
		if r >= 1<<8 {
			return nil, malformed("%q is not in latin1", r)
		}
		b = append(b, byte(r))
	}
	return b, nil
}

// noBytes is bytes(), which has none.
func noBytes(_ *machine, args Tuple) (any, error) {
	if len(args) > 0 {
		return nil, malformed("bytes of %d arguments, want none", len(args))
	}
	return []byte{}, nil
}

// first returns the first of arguments, if it is of that type.
func first[T any](args Tuple) (v T, ok bool) {
	if len(args) > 0 {
		v, ok = args[0].(T)
	}
	return v, ok
}

// kindOf names what a value is, in Python's words.
func kindOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		return "bool"
	case int64:
		return "int"
	case float64:
		return "float"
	case string:
		return "str"
	case []byte:
		return "bytes"
	case Tuple:
		return "tuple"
	case *List:
		return "list"
	case *Dict:
		return "dict"
	case *dtype:
		return "dtype"
	case *ndarray.Array:
		return "ndarray"
	case global:
		return v.name
	}
	return fmt.Sprintf("%T", v)
}
