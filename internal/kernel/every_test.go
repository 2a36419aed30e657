package kernel

import (
	"flag"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
)

var every = flag.Bool("every", false, "hold the approximations to their bounds for each of all float32 numbers: many minutes")

// approximations are the operations of which the errors are stated, see worstUlps.
var approximations = []Opcode{OpExp, OpLog, OpTanh, OpSigmoid, OpAtan, OpErf, OpExpm1, OpLog1p, OpSoftplus}

// TestEveryFloat32 finds the largest error of each approximation at each level over all float32 numbers of
// magnitudes from 2^-30 to 2^32, both signs, and every 61st of the others:
//
//	go test ./internal/kernel -run TestEveryFloat32 -every -timeout 0 -v
//
// Without -every it takes a sample.
func TestEveryFloat32(t *testing.T) {
	t.Parallel()
	near, far := 4099, 65521
	if *every {
		near, far = 1, 61
	}
	for _, op := range approximations {
		t.Run(op.String(), func(t *testing.T) {
			worst := worstOf(op, near, far)
			t.Logf("at most %v ulps, portable and at each level", worst)
			for l := portable; l <= supported(); l++ {
				assert.LessOrEqual(t, worst[l], ulpsAt(op, l), l.String())
				if *every {
					assert.Equal(t, ulpsAt(op, l), worst[l], "the stated bound is more than is needed at level %v", l)
				}
			}
		})
	}
}

// worstOf returns the largest errors of op at each level over every near-th float32 number of magnitudes
// from 2^-30 to 2^32, and every far-th of the others.
func worstOf(op Opcode, near, far int) (worst [isas]int64) {
	const (
		stretch     = 1 << 16 // numbers of one exponent
		bias        = 127
		least, most = bias - 30, bias + 32
	)
	var next atomic.Uint32
	var mu sync.Mutex
	var all sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			var mine [isas]int64
			x, got, want := make([]float32, stretch), make([]float32, stretch), make([]float64, stretch)
			for i := next.Add(1) - 1; i < 1<<32/stretch; i = next.Add(1) - 1 {
				step, n := far, 0
				if e := i * stretch >> 23 & 0xff; least <= e && e < most {
					step = near
				}
				for b := 0; b < stretch; b += step {
					x[n] = math.Float32frombits(i*stretch + uint32(b))
					want[n] = op.Eval(float64(x[n]), 0, 0, 1, 0)
					n++
				}
				for l := portable; l <= supported(); l++ {
					loops32[l].ops[op](got[:n], x[:n], x[:n], x[:n], 1, 0)
					mine[l] = max(mine[l], worstUlpsOf(want[:n], got))
				}
			}
			mu.Lock()
			defer mu.Unlock()
			for l, w := range mine {
				worst[l] = max(worst[l], w)
			}
		})
	}
	all.Wait()
	return worst
}

// worstUlpsOf returns the largest distance of got from want, most of which are the same.
func worstUlpsOf(want []float64, got []float32) (worst int64) {
	for i, w := range want {
		if float32(w) != got[i] {
			worst = max(worst, ulps(w, got[i]))
		}
	}
	return worst
}
