package config

import (
	"fmt"
	"strings"
)

// lines returns the line, from 1, on which each key of a TOML text stands, by its path: "train.epochs",
// "layer[2].v_th". The text is valid TOML (github.com/toml-lang/toml, version 1.0): the parser has said
// so before, and this is no second one.
func lines(text string) map[string]int {
	s := &scanner{text: text, line: 1, at: map[string]int{}, count: map[string]int{}}
	table := ""
	for s.space("\n"); s.i < len(s.text); s.space("\n") {
		if s.text[s.i] == '[' {
			table = s.header()
		} else {
			s.pair(table)
		}
	}
	return s.at
}

// scanner walks over a text.
type scanner struct {
	text  string
	i     int
	line  int
	at    map[string]int
	count map[string]int // tables in each array of tables
}

// next moves on by n bytes.
func (s *scanner) next(n int) {
	n = min(n, len(s.text)-s.i)
	s.line += strings.Count(s.text[s.i:s.i+n], "\n")
	s.i += n
}

// space passes over blanks, comments, and the bytes in also.
func (s *scanner) space(also string) {
	for s.i < len(s.text) {
		switch c := s.text[s.i]; {
		case c == '#':
			if n := strings.IndexByte(s.text[s.i:], '\n'); n >= 0 {
				s.next(n)
			} else {
				s.i = len(s.text)
			}
		case strings.IndexByte(" \t\r"+also, c) >= 0:
			s.next(1)
		default:
			return
		}
	}
}

// header reads [table] or [[table]] and returns its path.
func (s *scanner) header() string {
	array := strings.HasPrefix(s.text[s.i:], "[[")
	for s.i < len(s.text) && s.text[s.i] == '[' {
		s.next(1)
	}
	path, keys := "", s.key()
	for i, k := range keys {
		path = join(path, k)
		if array && i == len(keys)-1 {
			s.count[path]++
		}
		if n := s.count[path]; n > 0 {
			path = element(path, n-1)
		}
	}
	s.note(path)
	for s.i < len(s.text) && s.text[s.i] == ']' {
		s.next(1)
	}
	return path
}

// pair reads key = value in the table of a path.
func (s *scanner) pair(table string) {
	path := table
	for _, k := range s.key() {
		path = join(path, k)
		s.note(path)
	}
	s.next(1) // the sign
	s.value(path)
}

func (s *scanner) note(path string) {
	if _, ok := s.at[path]; !ok {
		s.at[path] = s.line
	}
}

// key reads a dotted key.
func (s *scanner) key() []string {
	var keys []string
	for s.i < len(s.text) {
		s.space("")
		keys = append(keys, s.part())
		if s.space(""); s.i >= len(s.text) || s.text[s.i] != '.' {
			return keys
		}
		s.next(1)
	}
	return keys
}

// part reads one key without its dots.
func (s *scanner) part() string {
	if s.i < len(s.text) && strings.IndexByte(`"'`, s.text[s.i]) >= 0 {
		q := s.quoted()
		return q[1 : len(q)-1]
	}
	return s.until(" \t=.]")
}

// until reads up to one of the bytes in ends.
func (s *scanner) until(ends string) string {
	n := strings.IndexAny(s.text[s.i:], ends)
	if n < 0 {
		n = len(s.text) - s.i
	}
	part := s.text[s.i : s.i+n]
	s.next(n)
	return part
}

// quoted reads a string with its quotes, of one line or of several.
func (s *scanner) quoted() string {
	from, quote := s.i, s.text[s.i:s.i+1]
	if strings.HasPrefix(s.text[s.i:], strings.Repeat(quote, 3)) {
		quote = strings.Repeat(quote, 3)
	}
	s.next(len(quote))
	for s.i < len(s.text) && !strings.HasPrefix(s.text[s.i:], quote) {
		if s.text[s.i] == '\\' && quote[0] == '"' {
			s.next(1)
		}
		s.next(1)
	}
	s.next(len(quote))
	for len(quote) == 3 && s.i < len(s.text) && s.text[s.i] == quote[0] { // quotes just inside the end
		s.next(1)
	}
	return s.text[from:s.i]
}

// value reads a value, whose path is given.
func (s *scanner) value(path string) {
	if s.space(""); s.i >= len(s.text) {
		return
	}
	switch s.text[s.i] {
	case '"', '\'':
		s.quoted()
	case '[':
		s.list(']', func(n int) {
			s.note(element(path, n))
			s.value(element(path, n))
		})
	case '{':
		s.list('}', func(int) { s.pair(path) })
	default:
		s.until(",]}#\n")
	}
}

// list reads what stands between two brackets with commas between.
func (s *scanner) list(end byte, item func(n int)) {
	s.next(1)
	for n := 0; ; n++ {
		s.space("\n,")
		if s.i >= len(s.text) {
			return
		}
		if s.text[s.i] == end {
			s.next(1)
			return
		}
		item(n)
	}
}

// join returns the path of a key in a table.
func join(table, key string) string {
	if table == "" {
		return key
	}
	return table + "." + key
}

// element returns the path of element i of an array.
func element(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }
