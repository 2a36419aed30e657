package main

import (
	"runtime"
	"time"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

// rate is the speed of one product.
type rate struct {
	Product string  `json:"product"`
	Threads int     `json:"threads"`
	GFLOPS  float64 `json:"gflop_per_s"`
	OfPeak  float64 `json:"of_fma_peak"` // divided by the rate of fmaPeak times the threads
}

// shape is a product [m k]·[k n]; with trans the left factor is stored [k m].
type shape struct {
	name    string
	trans   bool
	m, n, k int
}

var floatShapes = []shape{
	{"128x784x1000 float32", false, 128, 1000, 784},
	{"1024x1024x1024 float32", false, 1024, 1024, 1024},
	{"784x128x1000 transposed float32", true, 784, 1000, 128},
}

var doubleShapes = []shape{{"1000x1000x1000 float64", false, 1000, 1000, 1000}}

// products measures products of matrices on one and on c.threads goroutines, beside what the multiply-add
// units do when nothing but registers is in their way.
func products(c config) (result, error) {
	r := newResult(c)
	if c.batches == 0 {
		c.batches = 20
	}
	r.Peak32, r.Peak64 = fmaPeak[float32](c), fmaPeak[float64](c)
	for _, s := range floatShapes {
		r.Products = append(r.Products, rates[float32](c, s, r.Peak32)...)
	}
	for _, s := range doubleShapes {
		r.Products = append(r.Products, rates[float64](c, s, r.Peak64)...)
	}
	return r, nil
}

// fmaPeak returns the GFLOP/s of independent multiply-adds in registers. The best of many short times is
// what other programs on the machine disturb least.
func fmaPeak[T kernel.Float](c config) float64 {
	const rounds = 1 << 14
	best := 0.0
	for range 100 * c.batches {
		start := time.Now()
		_, flop := kernel.MultiplyAdds[T](rounds, 0.5, 1)
		best = max(best, float64(flop)/float64(time.Since(start).Nanoseconds()))
	}
	return best
}

// rates measures s on one goroutine and, if there are more, on all.
func rates[T kernel.Float](c config, s shape, peak float64) []rate {
	var out []rate
	for _, threads := range []int{1, c.threads} {
		if threads == 1 && len(out) > 0 {
			break
		}
		g := speed[T](c, s, threads)
		out = append(out, rate{s.name, threads, g, g / (peak * float64(threads))})
	}
	return out
}

// speed returns the GFLOP/s of the fastest of c.batches times that s is computed.
func speed[T kernel.Float](c config, s shape, threads int) float64 {
	pool := kernel.NewPool(threads)
	defer pool.Close()
	a, b, y := make([]T, s.m*s.k), make([]T, s.k*s.n), make([]T, s.m*s.n)
	kernel.Fill(a, 0.5)
	kernel.Fill(b, 0.25)
	lda := s.k
	if s.trans {
		lda = s.m
	}
	best := time.Duration(1 << 62)
	for range c.batches + 1 {
		start := time.Now()
		kernel.GemmParallel(pool, s.trans, false, s.m, s.n, s.k, a, lda, b, s.n, 0, y, s.n)
		best = min(best, time.Since(start))
	}
	runtime.KeepAlive(y)
	return 2 * float64(s.m) * float64(s.n) * float64(s.k) / float64(best.Nanoseconds())
}
