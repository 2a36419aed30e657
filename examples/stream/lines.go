package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

// lineReader reads updates from the lines of a request.
type lineReader struct {
	r *bufio.Reader
	s Settings
	l limits
	n int // lines so far
}

func newLineReader(r io.Reader, s Settings, l limits) *lineReader {
	l.batch = min(l.batch, max(1, l.line/(8*s.Out))) // its answers take no more than a line may
	return &lineReader{r: bufio.NewReaderSize(r, l.line), s: s, l: l}
}

// next waits for a line and returns it with those that came with it. What is wrong with a later line is
// told with the lines before it; io.EOF is told with the last, or alone.
func (r *lineReader) next(op string) (us []update, err error) {
	for len(us) == 0 || len(us) < r.l.batch && r.more() {
		line, err := r.r.ReadSlice('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return us, r.trouble(err)
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			r.n++
			u, bad := r.parse(op, line)
			if bad != nil {
				return us, bad
			}
			us = append(us, u)
		}
		if err != nil {
			return us, err
		}
	}
	return us, nil
}

// more reports whether a whole line is there already.
func (r *lineReader) more() bool {
	have, err := r.r.Peek(r.r.Buffered())
	return err == nil && bytes.IndexByte(have, '\n') >= 0
}

// trouble says what is wrong when no line could be read.
func (r *lineReader) trouble(err error) error {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return refusal(http.StatusRequestEntityTooLarge, "line %d is longer than %d bytes", r.n+1, r.l.line)
	case errors.As(err, &tooLarge):
		return refusal(http.StatusRequestEntityTooLarge, "the request is longer than %d bytes", tooLarge.Limit)
	}
	return refusal(http.StatusRequestTimeout, "after line %d: %v", r.n, err)
}

// parse reads a line, {"x":[...]} to predict and {"x":[...],"y":[...]} to learn.
func (r *lineReader) parse(op string, line []byte) (u update, err error) {
	var in struct {
		X []float64 `json:"x"`
		Y []float64 `json:"y"`
	}
	if err := strict(line, &in); err != nil {
		return u, refusal(http.StatusBadRequest, "line %d: %v", r.n, err)
	}
	if bytes.Contains(line, []byte("null")) { // which would be read as 0
		return u, refusal(http.StatusBadRequest, "line %d: null, expected numbers", r.n)
	}
	out := 0
	if op == "learn" {
		out = r.s.Out
	}
	if len(in.X) != r.s.In || len(in.Y) != out {
		return u, refusal(http.StatusBadRequest, "line %d: %d numbers of x and %d of y, expected %d and %d",
			r.n, len(in.X), len(in.Y), r.s.In, out)
	}
	return update{Op: op, X: in.X, Y: in.Y}, nil
}

// strict decodes one JSON value that has no fields but those of v.
func strict(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if d.More() {
		return errors.New("more than one value")
	}
	return nil
}
