package kernel

import (
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tally counts how often each part is done, and holds that a worker does one at a time.
type tally struct {
	counts []int32
	busy   []atomic.Bool
	clash  atomic.Bool
	pause  time.Duration
}

func newTally(parts, workers int) *tally {
	return &tally{counts: make([]int32, parts), busy: make([]atomic.Bool, workers)}
}

func (t *tally) Part(worker, i int) {
	if t.busy[worker].Swap(true) {
		t.clash.Store(true)
	}
	t.counts[i]++ // each part belongs to one worker: the race detector watches
	time.Sleep(t.pause)
	t.busy[worker].Store(false)
}

func TestPoolDoesEachPartOnce(t *testing.T) {
	t.Parallel()
	for _, workers := range []int{-1, 0, 1, 2, 3, 8} {
		p := NewPool(workers)
		require.Equal(t, max(workers, 1), p.Workers())
		for round := range 300 {
			parts := round % 20
			y := newTally(parts, p.Workers())
			if round%100 == 1 {
				time.Sleep(time.Millisecond) // lets the workers fall asleep
			}
			p.Do(parts, y)
			require.False(t, y.clash.Load())
			for i, n := range y.counts {
				require.Equal(t, int32(1), n, "part %d of %d with %d workers", i, parts, workers)
			}
		}
		p.Close()
	}
}

func TestPoolWaitsForSlowParts(t *testing.T) {
	t.Parallel()
	p := NewPool(3)
	defer p.Close()
	for range 20 {
		y := newTally(7, 3)
		y.pause = time.Millisecond
		p.Do(7, y)
		for _, n := range y.counts {
			require.Equal(t, int32(1), n)
		}
	}
}

type failing struct{ err any }

func (f failing) Part(_, i int) {
	if i == 3 {
		panic(f.err)
	}
}

func TestPoolPanicsInTheCaller(t *testing.T) {
	t.Parallel()
	for _, workers := range []int{1, 2, 4} {
		t.Run(fmt.Sprint(workers), func(t *testing.T) {
			p := NewPool(workers)
			defer p.Close()
			cause := errors.New("no such row")
			for range 50 {
				func() {
					defer func() {
						fault, ok := recover().(*PartPanic)
						require.True(t, ok)
						assert.ErrorIs(t, fault, cause)
						assert.Contains(t, fault.Error(), "no such row")
						assert.Contains(t, string(fault.Stack), "pool_test.go")
					}()
					p.Do(10, failing{cause})
				}()
				y := newTally(10, workers)
				p.Do(10, y) // and the pool is as good as new
				for _, n := range y.counts {
					require.Equal(t, int32(1), n)
				}
			}
		})
	}
}

func TestPoolCloseEndsTheGoroutines(t *testing.T) {
	before := runtime.NumGoroutine()
	p := NewPool(5)
	p.Do(10, newTally(10, 5))
	p.Close()
	p.Close()
	for range 1000 { // a goroutine that has said it is done still takes a moment to go
		if runtime.NumGoroutine() <= before {
			break
		}
		time.Sleep(time.Millisecond)
	}
	assert.LessOrEqual(t, runtime.NumGoroutine(), before)
	y := newTally(4, 5)
	p.Do(4, y)
	assert.Equal(t, []int32{1, 1, 1, 1}, y.counts)
}

// Little work is shared with workers that wait alone, much with those that sleep too, and none with nobody.
func TestPoolSharesLittleWorkWithWhoIsAwake(t *testing.T) {
	alone := NewPool(1)
	defer alone.Close()
	assert.False(t, alone.Pays(1e9, 10))
	pool := NewPool(3)
	defer pool.Close()
	assert.True(t, pool.Pays(10, 10), "nobody sleeps yet")
	assert.False(t, pool.Pays(9, 10))
	require.Eventually(t, func() bool { return pool.idle.Load() == 2 }, 10*time.Second, time.Millisecond)
	assert.False(t, pool.Pays(79, 10))
	assert.True(t, pool.Pays(80, 10))
}

func TestPoolDoesNotAllocate(t *testing.T) {
	p := NewPool(2)
	defer p.Close()
	y := newTally(6, 2)
	assert.Zero(t, testing.AllocsPerRun(100, func() { p.Do(6, y) }))
}

func BenchmarkPool(b *testing.B) {
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprint(workers), func(b *testing.B) {
			p := NewPool(workers)
			defer p.Close()
			y := newTally(4, workers)
			b.ReportAllocs()
			for b.Loop() {
				p.Do(4, y)
			}
		})
	}
}
