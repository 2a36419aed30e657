package main

import (
	"math"
	"runtime"
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"time"
)

// collector collects the garbage all the time.
type collector struct {
	stop, stopped chan struct{}
	before        [2]*metrics.Float64Histogram
	collected     int
	began         time.Time
}

func startCollector() *collector {
	c := &collector{stop: make(chan struct{}), stopped: make(chan struct{}), before: histograms(), began: time.Now()}
	go func() {
		defer close(c.stopped)
		for {
			runtime.GC()
			c.collected++
			select {
			case <-c.stop:
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	return c
}

// end stops collecting, and returns for how long the program stood still for a collection, and how much of
// that was waiting for everything to stop.
func (c *collector) end() (pauses, stops *spreadMs) {
	close(c.stop)
	<-c.stopped
	after := histograms()
	return spread(c.before[0], after[0]), spread(c.before[1], after[1])
}

// collecting runs f, and collects the garbage meanwhile if that is wanted.
func (r *result) collecting(c config, f func()) {
	if !c.collect {
		f()
		return
	}
	g := startCollector()
	f()
	r.collected(c, g)
}

// collected ends g and fills in what it found, and what a program that counts, for as long, finds now.
func (r *result) collected(c config, g *collector) {
	took := time.Since(g.began)
	r.Pauses, r.Stops = g.end()
	r.Collected = g.collected
	r.Floor = floor(c.threads, min(max(took, time.Second), 10*time.Second))
}

// floor returns the pauses of a program that does nothing but count, in so many goroutines: what the
// collector and other programs on the machine take by themselves.
func floor(threads int, d time.Duration) *spreadMs {
	var done atomic.Bool
	var counting sync.WaitGroup
	for range threads {
		counting.Go(func() {
			for !done.Load() {
			}
		})
	}
	c := startCollector()
	time.Sleep(d)
	pauses, _ := c.end()
	done.Store(true)
	counting.Wait()
	return pauses
}

// histograms returns those of pauses and of the time until everything stopped.
func histograms() [2]*metrics.Float64Histogram {
	s := []metrics.Sample{{Name: "/sched/pauses/total/gc:seconds"}, {Name: "/sched/pauses/stopping/gc:seconds"}}
	metrics.Read(s)
	return [2]*metrics.Float64Histogram{s[0].Value.Float64Histogram(), s[1].Value.Float64Histogram()}
}

// spreadMs is what a histogram tells of times, in milliseconds: upper bounds of its buckets.
type spreadMs struct {
	Median float64 `json:"median"`
	P95    float64 `json:"p95"`
	P99    float64 `json:"p99"`
	Max    float64 `json:"max"`
	Long   float64 `json:"percent_above_1_ms"`
}

// spread returns the spread of what came into a histogram.
func spread(before, after *metrics.Float64Histogram) *spreadMs {
	news, total, long := make([]uint64, len(after.Counts)), uint64(0), uint64(0)
	for i := range news {
		news[i] = after.Counts[i] - before.Counts[i]
		total += news[i]
		if after.Buckets[i] >= 1e-3 {
			long += news[i]
		}
	}
	quantile := func(q float64) float64 {
		rest := int64(math.Ceil(q * float64(total)))
		i := 0
		for rest -= int64(news[0]); rest > 0; rest -= int64(news[i]) {
			i++
		}
		if bound := after.Buckets[i+1]; !math.IsInf(bound, 1) {
			return bound * 1e3
		}
		return after.Buckets[i] * 1e3
	}
	if total == 0 {
		return nil
	}
	return &spreadMs{quantile(0.5), quantile(0.95), quantile(0.99), quantile(1), 100 * float64(long) / float64(total)}
}
