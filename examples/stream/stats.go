package main

import (
	"math"
	"strconv"
	"sync"
	"time"
)

// stats counts what was done and how long it took, in memory that does not grow.
type stats struct {
	mu     sync.Mutex
	began  time.Time
	ops    map[string]*latencies
	errors map[string]int64 // by status
}

func newStats() *stats {
	return &stats{began: time.Now(), ops: map[string]*latencies{}, errors: map[string]int64{}}
}

// took counts a batch of lines of an operation.
func (s *stats) took(op string, lines int, d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ops[op] == nil {
		s.ops[op] = &latencies{}
	}
	s.ops[op].add(lines, d)
}

// failed counts a refusal.
func (s *stats) failed(status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.errors[strconv.Itoa(status)]++
}

// statsReport is the answer to GET /stats.
type statsReport struct {
	Seconds     float64                  `json:"seconds"` // since the start
	Models      int                      `json:"models"`
	Memory      int64                    `json:"memory"`       // bytes of all models, at most
	MemoryLimit int64                    `json:"memory_limit"` // bytes
	Operations  map[string]latencyReport `json:"operations"`
	Errors      map[string]int64         `json:"errors"` // by status
}

func (s *stats) report(r *registry) statsReport {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := statsReport{Seconds: time.Since(s.began).Seconds(), MemoryLimit: r.l.memory,
		Operations: map[string]latencyReport{}, Errors: map[string]int64{}}
	for op, l := range s.ops {
		all.Operations[op] = l.report()
	}
	for status, n := range s.errors {
		all.Errors[status] = n
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	all.Models, all.Memory = len(r.models), r.memory
	return all
}

// perOctave is the number of steps in which a latency doubles: percentiles are right within 4.4 %.
const perOctave = 16

// latencies counts durations from 1 µs to 2 minutes, in steps that grow with them.
type latencies struct {
	count        [27 * perOctave]int64
	total, lines int64
	most         time.Duration
}

func (l *latencies) add(lines int, d time.Duration) {
	at := 0
	if d > time.Microsecond {
		at = min(int(perOctave*math.Log2(float64(d)/float64(time.Microsecond))), len(l.count)-1)
	}
	l.count[at]++
	l.total++
	l.lines += int64(lines)
	l.most = max(l.most, d)
}

// percentile returns the duration that a share p of the calls did not exceed: the end of its step.
func (l *latencies) percentile(p float64) time.Duration {
	rank, sum := int64(math.Ceil(p*float64(l.total))), int64(0)
	for i, n := range l.count {
		if sum += n; n > 0 && sum >= rank {
			end := time.Duration(float64(time.Microsecond) * math.Exp2(float64(i+1)/perOctave))
			return min(end, l.most)
		}
	}
	return 0
}

// latencyReport tells of an operation. Times are milliseconds of a batch: from when its lines had been
// read to when they were on disk and done.
type latencyReport struct {
	Batches int64   `json:"batches"`
	Lines   int64   `json:"lines"`
	P50     float64 `json:"p50_ms"`
	P90     float64 `json:"p90_ms"`
	P99     float64 `json:"p99_ms"`
	P999    float64 `json:"p999_ms"`
	Max     float64 `json:"max_ms"`
}

func (l *latencies) report() latencyReport {
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	return latencyReport{l.total, l.lines, ms(l.percentile(.5)), ms(l.percentile(.9)), ms(l.percentile(.99)),
		ms(l.percentile(.999)), ms(l.most)}
}
