package pickle

import (
	"encoding/binary"
	"fmt"
	"math"
	"unicode/utf8"
)

// Dict is a dictionary, whose keys are texts.
type Dict struct {
	Keys  []string // in the order in which they came
	Items map[string]any
}

// List is a list.
type List struct{ Items []any }

// Tuple is a tuple.
type Tuple []any

// machine runs a pickle.
type machine struct {
	b     []byte // what is left
	size  int
	stack []any
	marks []int // lengths of the stack
	memo  map[uint64]any
	left  int // bytes that calls may still make
}

// Decode reads a pickle: the value that it leaves behind, and nothing after it.
func Decode(b []byte) (any, error) {
	m := &machine{b: b, size: len(b), memo: map[uint64]any{}, left: 2 * len(b)}
	for {
		at := m.size - len(m.b)
		code, err := m.take(1)
		if err != nil {
			return nil, err
		}
		op := operations[code[0]]
		switch {
		case op.do != nil:
			err = op.do(m)
		case op.name == "STOP":
			return m.result()
		case op.name != "":
			err = malformed("the instruction %s is not one that arrays need", op.name)
		default:
			err = malformed("there is no instruction %#02x", code[0])
		}
		if err != nil {
			return nil, fmt.Errorf("%w, at byte %d", err, at)
		}
	}
}

// result returns what STOP leaves.
func (m *machine) result() (any, error) {
	if len(m.stack) != 1 || len(m.marks) > 0 || len(m.b) > 0 {
		return nil, malformed("it ends with %d values, %d marks and %d bytes more, want one value", len(m.stack), len(m.marks), len(m.b))
	}
	return m.stack[0], nil
}

// take reads n bytes, which are shared with the file.
func (m *machine) take(n uint64) ([]byte, error) {
	if n > uint64(len(m.b)) {
		return nil, truncated(n, len(m.b))
	}
	b := m.b[:n:n]
	m.b = m.b[n:]
	return b, nil
}

// number reads an unsigned number of that many bytes.
func (m *machine) number(bytes uint64) (uint64, error) {
	b, err := m.take(bytes)
	if err != nil {
		return 0, err
	}
	var wide [8]byte
	copy(wide[:], b)
	return binary.LittleEndian.Uint64(wide[:]), nil
}

// counted reads bytes whose number stands in front of them, in so many bytes.
func (m *machine) counted(width uint64) ([]byte, error) {
	n, err := m.number(width)
	if err != nil {
		return nil, err
	}
	return m.take(n)
}

// line reads up to a line feed.
func (m *machine) line() (string, error) {
	for i, c := range m.b {
		if c == '\n' {
			s := string(m.b[:i])
			m.b = m.b[i+1:]
			return s, nil
		}
	}
	return "", truncated(1, 0)
}

func (m *machine) push(v any) error {
	m.stack = append(m.stack, v)
	return nil
}

// pop takes n values off the stack, in their order, but none below the last mark.
func (m *machine) pop(n int) ([]any, error) {
	floor := 0
	if len(m.marks) > 0 {
		floor = m.marks[len(m.marks)-1]
	}
	at := len(m.stack) - n
	if at < floor {
		return nil, malformed("%d values on the stack, want %d", len(m.stack)-floor, n)
	}
	vs := m.stack[at:]
	m.stack = m.stack[:at]
	return vs, nil
}

// popMark takes off what was put on the stack after the last mark.
func (m *machine) popMark() ([]any, error) {
	if len(m.marks) == 0 {
		return nil, malformed("there is no mark on the stack")
	}
	at := m.marks[len(m.marks)-1]
	m.marks = m.marks[:len(m.marks)-1]
	vs := m.stack[at:]
	m.stack = m.stack[:at]
	return vs, nil
}

// top returns the last value, which stays.
func (m *machine) top() (any, error) {
	vs, err := m.pop(1)
	if err != nil {
		return nil, err
	}
	m.stack = m.stack[:len(m.stack)+1]
	return vs[0], nil
}

// allow counts bytes that a call is about to make.
func (m *machine) allow(n int) error {
	if n > m.left {
		return malformed("its calls make more than %d bytes of %d", 2*m.size, m.size)
	}
	m.left -= n
	return nil
}

// text pushes UTF-8.
func (m *machine) text(b []byte, err error) error {
	if err == nil && !utf8.Valid(b) {
		err = malformed("%.20q is no text", b)
	}
	if err != nil {
		return err
	}
	return m.push(string(b))
}

// long pushes a whole number in two's complement.
func (m *machine) long(b []byte, err error) error {
	if err != nil {
		return err
	}
	if len(b) > 8 {
		return malformed("a number of %d bytes", len(b))
	}
	var wide [8]byte
	copy(wide[:], b)
	if len(b) > 0 && b[len(b)-1] >= 1<<7 {
		for i := len(b); i < 8; i++ {
			wide[i] = math.MaxUint8
		}
	}
	return m.push(int64(binary.LittleEndian.Uint64(wide[:])))
}
