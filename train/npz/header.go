package npz

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spikegraph/spikegraph/internal/ndarray"
)

// text is the kind of unicode strings; their elements are of 4 bytes for each character.
const text ndarray.Kind = 'U'

// header is what the text in front of an array's bytes says.
type header struct {
	bigEndian bool
	kind      ndarray.Kind
	size      int // bytes of an element
	fortran   bool
	shape     []int
}

// parseHeader reads a Python literal as {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }.
func parseHeader(s string) (h header, err error) {
	p := &literal{s: strings.TrimRight(s, " \n")}
	p.want("{")
	var keys []string
	for p.err == nil && !p.has("}") {
		key := p.text()
		p.want(":")
		switch keys = append(keys, key); key {
		case "descr":
			if descr := p.text(); p.err == nil {
				p.err = h.descr(descr)
			}
		case "fortran_order":
			h.fortran = p.bool()
		case "shape":
			h.shape = p.tuple()
		default:
			p.fail("the key %q", key)
		}
		if !p.has(",") && !strings.HasPrefix(p.s, "}") {
			p.fail("%.20q where a comma was expected", p.s)
		}
	}
	if p.err == nil && (p.s != "" || len(keys) != 3 || keys[0] == keys[1] || keys[1] == keys[2] || keys[0] == keys[2]) {
		p.fail("keys %q, then %.20q", keys, p.s)
	}
	if p.err != nil {
		return h, malformed("the header %.80q: %v", s, p.err)
	}
	return h, nil
}

// descr takes the type of the elements, as <f4.
func (h *header) descr(s string) error {
	if len(s) < 3 || !strings.Contains("<>|=", s[:1]) {
		return fmt.Errorf("elements of type %q", s)
	}
	size, err := strconv.Atoi(s[2:])
	h.bigEndian, h.kind, h.size = s[0] == '>', ndarray.Kind(s[1]), size
	if h.kind == text && err == nil && size >= 0 && size < 1<<20 {
		h.size = 4 * size
		return nil
	}
	if err != nil || !ndarray.Has(h.kind, size) {
		return fmt.Errorf("elements of type %q; want floats, integers, bool or text", s)
	}
	return nil
}

// literal is a Python literal that is being read; the first thing amiss stays.
type literal struct {
	s   string
	err error
}

func (p *literal) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf(format, args...)
	}
}

// has skips white space and then token, if it comes next.
func (p *literal) has(token string) bool {
	p.s = strings.TrimLeft(p.s, " \n\t")
	rest, ok := strings.CutPrefix(p.s, token)
	if ok {
		p.s = strings.TrimLeft(rest, " \n\t")
	}
	return ok
}

func (p *literal) want(token string) {
	if !p.has(token) {
		p.fail("%.20q where %q was expected", p.s, token)
	}
}

// text reads a string without escapes.
func (p *literal) text() string {
	quote := "'"
	if !p.has(quote) {
		quote = `"`
		p.want(quote)
	}
	s, rest, ok := strings.Cut(p.s, quote)
	if !ok || strings.Contains(s, `\`) {
		p.fail("a string without end, or with escapes")
	}
	p.s = rest
	return s
}

func (p *literal) bool() bool {
	if p.has("True") {
		return true
	}
	p.want("False")
	return false
}

// tuple reads whole numbers in parentheses.
func (p *literal) tuple() []int {
	p.want("(")
	list := []int{}
	for p.err == nil && !p.has(")") {
		end := strings.IndexFunc(p.s, func(r rune) bool { return r < '0' || r > '9' })
		n, err := strconv.Atoi(p.s[:max(end, 0)])
		if err != nil {
			p.fail("%.20q where a number was expected", p.s)
			break
		}
		list = append(list, n)
		p.s = strings.TrimPrefix(p.s[end:], "L") // of Python 2
		if !p.has(",") && !strings.HasPrefix(p.s, ")") {
			p.fail("%.20q within a shape", p.s)
		}
	}
	return list
}

// String returns the header in the form in which NumPy writes it.
func (h header) String() string {
	dims := make([]string, len(h.shape))
	for i, d := range h.shape {
		dims[i] = strconv.Itoa(d)
	}
	shape := strings.Join(dims, ", ")
	if len(dims) == 1 {
		shape += ","
	}
	order, size := "<", h.size
	if h.kind == text {
		size /= 4
	} else if size == 1 {
		order = "|"
	}
	return fmt.Sprintf("{'descr': '%s%c%d', 'fortran_order': False, 'shape': (%s), }", order, h.kind, size, shape)
}
