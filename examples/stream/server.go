package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// server answers requests.
type server struct {
	models *registry
	l      limits
	stats  *stats
	slots  chan struct{} // one for each request that runs
}

// serve listens until ctx is done, and then waits a little for the requests that run; ready is told
// the address.
func serve(ctx context.Context, c config, ready func(addr string)) error {
	if err := checkAddress(c.addr, c.public); err != nil {
		return err
	}
	unlock, err := lock(c.dir)
	if err != nil {
		return err
	}
	defer unlock()
	models, err := openRegistry(c.dir, c.limits)
	if err != nil {
		return err
	}
	listener, err := listen(c)
	if err != nil {
		return errors.Join(err, models.close())
	}
	s := &server{models: models, l: c.limits, stats: newStats(), slots: make(chan struct{}, c.limits.requests)}
	running, cancel := context.WithCancel(context.WithoutCancel(ctx)) // requests that run end by themselves
	defer cancel()
	web := &http.Server{Handler: s.handler(c.public), ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute,
		MaxHeaderBytes: 16 << 10, BaseContext: func(net.Listener) context.Context { return running }}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		cancel()
		end, stop := context.WithTimeout(context.Background(), 5*time.Second)
		defer stop()
		stopped <- web.Shutdown(end)
	}()
	ready(listener.Addr().String())
	if err = web.Serve(listener); errors.Is(err, http.ErrServerClosed) {
		err = <-stopped
	}
	return errors.Join(err, web.Close(), models.close())
}

// handler returns the routes, within what every request has to pass.
func (s *server) handler(public bool) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /models", s.list)
	mux.HandleFunc("GET /models/{name}", s.show)
	mux.HandleFunc("PUT /models/{name}", s.create)
	mux.HandleFunc("DELETE /models/{name}", s.delete)
	mux.HandleFunc("POST /models/{name}/predict", s.lines("predict"))
	mux.HandleFunc("POST /models/{name}/learn", s.lines("learn"))
	mux.HandleFunc("POST /models/{name}/snapshot", s.snapshot)
	mux.HandleFunc("POST /models/{name}/rollback", s.rollback)
	mux.HandleFunc("GET /stats", func(w http.ResponseWriter, _ *http.Request) { s.give(w, s.stats.report(s.models)) })
	var own http.CrossOriginProtection // no page of another origin sends updates
	inner := own.Handler(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if host, _, err := net.SplitHostPort(r.Host); err == nil && !public && !loopback(host) {
			s.refuse(w, refusal(http.StatusForbidden, "the host %q is not this machine", r.Host))
			return
		}
		select {
		case s.slots <- struct{}{}:
			defer func() { <-s.slots }()
		default:
			w.Header().Set("Retry-After", "1")
			s.refuse(w, refusal(http.StatusServiceUnavailable, "%d requests run already", cap(s.slots)))
			return
		}
		// Nor does a refusal wait for ever for the rest of what it refuses, or an answer to be taken.
		c, end := http.NewResponseController(w), time.Now().Add(s.l.idle)
		_, _ = c.SetReadDeadline(end), c.SetWriteDeadline(end)
		r.Body = http.MaxBytesReader(w, r.Body, s.l.body)
		inner.ServeHTTP(w, r)
	})
}

// httpError is an error with the status that tells of it.
type httpError struct {
	status int
	text   string
}

func (e *httpError) Error() string { return e.text }

func refusal(status int, format string, args ...any) error {
	return &httpError{status, fmt.Sprintf(format, args...)}
}

// refuse answers with an error.
func (s *server) refuse(w http.ResponseWriter, err error) {
	status := statusOf(err)
	s.stats.failed(status)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(errorLine(err)) // a client that has gone needs no answer
}

func statusOf(err error) int {
	var known *httpError
	if errors.As(err, &known) {
		return known.status
	}
	return http.StatusInternalServerError
}

func errorLine(err error) []byte {
	line, _ := json.Marshal(map[string]any{"error": err.Error(), "status": statusOf(err)}) // strings and numbers
	return append(line, '\n')
}

// give answers with a value, or with what went wrong.
func (s *server) give(w http.ResponseWriter, value any, errs ...error) {
	text, err := json.Marshal(value)
	if err = errors.Join(append(errs, err)...); err != nil {
		s.refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(append(text, '\n'))
}

// body reads the one value of a request, which may be left out.
func (s *server) body(r *http.Request, v any) error {
	text, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, int64(s.l.line)))
	if err != nil {
		return refusal(http.StatusRequestEntityTooLarge, "%v", err)
	}
	if len(text) == 0 {
		return nil
	}
	if err := strict(text, v); err != nil {
		return refusal(http.StatusBadRequest, "%v", err)
	}
	return nil
}

// position reads ?at=.
func position(r *http.Request) (*uint64, error) {
	text := r.URL.Query().Get("at")
	if text == "" {
		return nil, nil
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return nil, refusal(http.StatusBadRequest, "at=%q, expected the number of an update", text)
	}
	return &n, nil
}
