package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"
)

// lines answers each line of a request by a line.
func (s *server) lines(op string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := http.NewResponseController(w)
		body, err := body(w, c, r)
		if longBody(r) { // the server would wait for what is left of it
			defer func() { _ = c.SetReadDeadline(time.Now()) }()
		}
		at, bad := position(r)
		d, missing := s.models.get(r.PathValue("name"))
		if err = errors.Join(err, bad, missing); err != nil {
			s.refuse(w, err)
			return
		}
		// The server's end does not wait for lines that have not come.
		defer context.AfterFunc(r.Context(), func() { _ = c.SetReadDeadline(time.Now()) })()
		out := &lineWriter{w: w, c: c}
		if err := s.converse(r.Context(), d, op, at, newLineReader(body, d.m.s, s.l), out); err != nil && !out.gone {
			s.end(out, err)
		}
	}
}

// wholeBody is the length up to which the lines of a request are read before the first is answered.
const wholeBody = 128 << 10

func longBody(r *http.Request) bool { return r.ContentLength < 0 || r.ContentLength > wholeBody }

// body returns what to read the lines of a request from. Longer ones, and those of unknown length,
// are answered while they come; what is left of them then ends with the connection.
func body(w http.ResponseWriter, c *http.ResponseController, r *http.Request) (io.Reader, error) {
	if longBody(r) {
		w.Header().Set("Connection", "close")
		_ = c.EnableFullDuplex() // HTTP/2 has it always
		return r.Body, nil
	}
	text, err := io.ReadAll(r.Body)
	if err != nil {
		err = refusal(http.StatusRequestEntityTooLarge, "%v", err)
	}
	return bytes.NewReader(text), err
}

// converse makes updates of lines and answers them, batch by batch.
func (s *server) converse(ctx context.Context, d *durable, op string, at *uint64, in *lineReader, out *lineWriter) error {
	for {
		_ = out.c.SetReadDeadline(time.Now().Add(s.l.idle))
		if ctx.Err() != nil { // from here on the end of ctx sets the deadline
			return errClosed
		}
		us, trouble := in.next(op)
		if len(us) > 0 {
			start := time.Now()
			answers, err := d.do(at, us...)
			s.stats.took(op, len(answers), time.Since(start))
			_ = out.c.SetWriteDeadline(time.Now().Add(s.l.idle))
			if err := errors.Join(out.answers(answers), err); err != nil {
				return err
			}
			at = nil
		}
		if errors.Is(trouble, io.EOF) {
			return nil
		}
		if trouble != nil {
			return trouble
		}
	}
}

// end tells of an error: by a status if nothing was sent yet.
func (s *server) end(out *lineWriter, err error) {
	_ = out.c.SetWriteDeadline(time.Now().Add(s.l.idle))
	if !out.begun {
		s.refuse(out.w, err)
		return
	}
	s.stats.failed(statusOf(err))
	_, _ = out.w.Write(errorLine(err))
}

// lineWriter sends answers.
type lineWriter struct {
	w           http.ResponseWriter
	c           *http.ResponseController
	begun, gone bool // whether something was sent; whether the client has gone
}

// answers sends lines, up to the first that tells of an error, which it returns.
func (o *lineWriter) answers(all []answer) error {
	var text []byte
	var bad error
	for _, a := range all {
		if bad = a.err; bad != nil {
			break
		}
		line, err := json.Marshal(a)
		if err != nil {
			return err
		}
		text = append(append(text, line...), '\n')
	}
	if len(text) > 0 {
		if !o.begun {
			o.w.Header().Set("Content-Type", "application/x-ndjson")
		}
		o.begun = true
		_, err := o.w.Write(text)
		if err = errors.Join(err, o.c.Flush()); err != nil {
			o.gone = true
			return err
		}
	}
	return bad
}
