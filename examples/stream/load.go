package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"sync"
	"time"
)

// loadConfig is a load test.
type loadConfig struct {
	duration                        time.Duration
	models, neurons, clients, lines int
}

const longestLoad = 10 * time.Minute

func (c loadConfig) check() error {
	if c.duration > longestLoad || c.models < 1 || c.neurons < 1 || c.clients < 1 || c.clients > 1000 || c.lines < 1 || c.lines > 1000 {
		return fmt.Errorf("a load of %v on %d models of %d neurons by %d clients, %d lines at once; expected at most %v, 1000 clients and 1000 lines, and at least 1 of each",
			c.duration, c.models, c.neurons, c.clients, c.lines, longestLoad)
	}
	return nil
}

// load serves on a free port of this machine, from a folder of its own, and sends lines there until
// the time is over: each client takes a model, learns nine times and predicts the tenth.
func load(ctx context.Context, c config, log io.Writer) (err error) {
	if err := c.load.check(); err != nil {
		return err
	}
	if c.dir, err = os.MkdirTemp("", "stream-load-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(c.dir)) }()
	c.addr, c.public = "127.0.0.1:0", false
	c.limits.requests = max(c.limits.requests, c.load.clients+1)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	address, served := make(chan string, 1), make(chan error, 1)
	go func() { served <- serve(ctx, c, func(a string) { address <- a }) }()
	select {
	case err := <-served:
		return err
	case a := <-address:
		err = errors.Join(drive(ctx, "http://"+a, c.load, log))
	}
	stop()
	return errors.Join(err, <-served)
}

// drive sends the lines and prints what came of it.
func drive(ctx context.Context, url string, c loadConfig, log io.Writer) error {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: c.clients}}
	defer client.CloseIdleConnections()
	for i := range c.models {
		settings := fmt.Sprintf(`{"neurons":%d,"seed":%d}`, c.neurons, i+1)
		if _, err := send(ctx, client, http.MethodPut, fmt.Sprintf("%s/models/load%d", url, i), []byte(settings)); err != nil {
			return err
		}
	}
	fmt.Fprintf(log, "%d clients, %d models of %d neurons, %d lines at once, %v\n", c.clients, c.models, c.neurons, c.lines, c.duration)
	until, total := time.Now().Add(c.duration), newStats()
	errs := make([]error, c.clients)
	var all sync.WaitGroup
	for i := range c.clients {
		all.Go(func() {
			errs[i] = drum(ctx, client, fmt.Sprintf("%s/models/load%d", url, i%c.models), c.lines, until, total)
		})
	}
	all.Wait()
	stats, err := send(context.WithoutCancel(ctx), client, http.MethodGet, url+"/stats", nil)
	if err = errors.Join(append(errs, err)...); err != nil {
		return err
	}
	for _, op := range []string{"learn", "predict"} {
		if l := total.ops[op]; l != nil {
			r := l.report()
			fmt.Fprintf(log, "%-8s %8.0f lines/s; a request took p50 %.2f, p90 %.2f, p99 %.2f, p99.9 %.2f, at most %.2f ms\n",
				op, float64(r.Lines)/c.duration.Seconds(), r.P50, r.P90, r.P99, r.P999, r.Max)
		}
	}
	fmt.Fprintf(log, "server: %s", stats)
	return nil
}

// drum is one client.
func drum(ctx context.Context, client *http.Client, model string, lines int, until time.Time, total *stats) error {
	for i := 0; time.Now().Before(until) && ctx.Err() == nil; i++ {
		op := "learn"
		if i%10 == 9 {
			op = "predict"
		}
		var body []byte
		for k := range lines {
			at := float64(i*lines + k)
			line := map[string][]float64{"x": {math.Sin(at / 5)}}
			if op == "learn" {
				line["y"] = []float64{math.Sin((at + 1) / 5)}
			}
			text, err := json.Marshal(line)
			if err != nil {
				return err
			}
			body = append(append(body, text...), '\n')
		}
		start := time.Now()
		answer, err := send(ctx, client, http.MethodPost, model+"/"+op, body)
		if err != nil {
			return err
		}
		if n := bytes.Count(answer, []byte("\n")); n != lines {
			return fmt.Errorf("%d answers to %d lines: %s", n, lines, answer)
		}
		total.took(op, lines, time.Since(start))
	}
	return nil
}

// send returns the answer to a request, or an error if it was refused.
func send(ctx context.Context, client *http.Client, method, url string, body []byte) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	got, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err == nil && got.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: %s: %s", method, url, got.Status, text)
	}
	return text, err
}
