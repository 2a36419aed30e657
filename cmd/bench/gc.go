package main

import (
	"math"
	"runtime"
	"runtime/metrics"
	"time"
)

// pauses measures J2 while the garbage is collected again and again: how long the program stands
// still for a collection, and how much of that is waiting for kernels to come to where they can stop.
func pauses(c config) (result, error) {
	before := histograms()
	var r result
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		r, err = recurrent(c, 100)
	}()
	collected := 0
	for running := true; running; collected++ {
		runtime.GC()
		select {
		case <-done:
			running = false
		case <-time.After(time.Millisecond):
		}
	}
	after := histograms()
	r.Job, r.Collected = c.job, collected
	r.Pauses, r.Stops = spread(before[0], after[0]), spread(before[1], after[1])
	return r, err
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
	Max    float64 `json:"max"`
}

// spread returns the spread of what came into a histogram.
func spread(before, after *metrics.Float64Histogram) *spreadMs {
	news, total := make([]uint64, len(after.Counts)), uint64(0)
	for i := range news {
		news[i] = after.Counts[i] - before.Counts[i]
		total += news[i]
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
	return &spreadMs{quantile(0.5), quantile(0.95), quantile(1)}
}
