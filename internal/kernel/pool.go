package kernel

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// A Task is work in numbered parts. Part does part i; worker, below the pool's Workers, is the number
// of the one who does it: no two parts run under one number at the same time.
type Task interface{ Part(worker, i int) }

// Pool shares work between a fixed number of workers, of which the caller of Do is number 0 and the
// rest are goroutines. It serves one caller at a time, and a Part must not call Do on its own pool.
type Pool struct {
	workers int
	task    Task
	parts   int

	open    atomic.Int64 // parts not yet taken; taking one is what gives a right to read task and parts
	pending atomic.Int64 // parts not yet done
	idle    atomic.Int64 // goroutines asleep, or about to be
	waiting atomic.Bool  // whether the caller sleeps until pending is 0
	wake    chan struct{}
	done    chan struct{}
	fault   atomic.Pointer[PartPanic]
	closed  bool
	running sync.WaitGroup

	over func() bool // whether no part is pending
	lent []Workspace // one for each worker, for the parallel products
	f32  parallel[float32]
	f64  parallel[float64]

	factor32 Packed[float32] // the right factor of a product that is divided by rows
	factor64 Packed[float64]

	rows32      rowProduct[float32]
	rows64      rowProduct[float64]
	symmetric32 symmetric[float32]
	symmetric64 symmetric[float64]
}

// PartPanic is what Do panics with after a Part has panicked in any of the workers.
type PartPanic struct {
	Value any    // what Part panicked with
	Stack []byte // where
}

func (p *PartPanic) Error() string {
	return fmt.Sprintf("kernel: panic in a part of a task: %v\n\n%s", p.Value, p.Stack)
}

// Unwrap returns the value the part panicked with if that is an error.
func (p *PartPanic) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// A worker without work looks for some, and a caller for the last part to be done, for patience before it
// sleeps: a sleeper begins 50 to 150 µs after it is woken, which is the whole time of some tasks. It lets
// other goroutines run each time it has looked so often.
const (
	patience = 200 * time.Microsecond
	looks    = 200
)

// wait looks for something until it is found or patience is over, and reports whether it was found.
func wait(found func() bool) bool {
	for began := time.Now(); ; {
		for range looks {
			if found() {
				return true
			}
		}
		if time.Since(began) > patience {
			return false
		}
		runtime.Gosched()
	}
}

// NewPool starts a pool of so many workers; with one or fewer everything runs in the caller. The
// goroutines end with Close.
func NewPool(workers int) *Pool {
	workers = max(workers, 1)
	p := &Pool{
		workers: workers,
		wake:    make(chan struct{}, workers),
		done:    make(chan struct{}, 1),
		lent:    make([]Workspace, workers),
	}
	p.over = func() bool { return p.pending.Load() == 0 }
	for w := 1; w < workers; w++ {
		p.running.Go(func() { p.serve(w) })
	}
	return p
}

// rousing is how many times as long work must be to be shared with workers that sleep: to wake one costs the caller
// about 17 µs, and it begins later; one that waits begins within a microsecond.
const rousing = 8

// Pays reports whether it pays to share work, of which least is enough for workers that wait. It depends on the hour:
// results must not depend on it.
func (p *Pool) Pays(work, least float64) bool {
	return p.workers > 1 && work >= least && (work >= rousing*least || p.idle.Load() == 0)
}

// Workers returns the number of workers, the caller included.
func (p *Pool) Workers() int { return p.workers }

// Do calls t.Part(worker, i) for each i in 0 … parts-1, in any order, and returns when all are done.
// If one panics, those not yet begun are left out and Do panics with a *PartPanic. It does not
// allocate.
func (p *Pool) Do(parts int, t Task) {
	if parts <= 0 {
		return
	}
	p.task, p.parts = t, parts
	p.pending.Store(int64(parts))
	if p.workers == 1 || p.closed || parts == 1 {
		for i := range parts {
			p.part(0, i)
		}
	} else {
		p.open.Store(int64(parts))
		p.rouse(parts - 1)
		p.work(0)
		p.await()
	}
	p.task = nil
	if f := p.fault.Swap(nil); f != nil {
		panic(f)
	}
}

// rouse wakes up to n of the goroutines that sleep.
func (p *Pool) rouse(n int) {
	for range min(p.idle.Load(), int64(n)) {
		select {
		case p.wake <- struct{}{}:
		default: // enough of them are on their way
		}
	}
}

// Close ends the goroutines and returns when they have ended. Later calls of Do run in the caller alone.
func (p *Pool) Close() {
	if !p.closed {
		p.closed = true
		close(p.wake)
		p.running.Wait()
	}
}

// serve is the life of a goroutine of the pool.
func (p *Pool) serve(worker int) {
	some := func() bool { return p.work(worker) }
	for {
		for wait(some) {
		}
		// A task opened after the next line finds an idle worker; one opened before it is seen here.
		p.idle.Add(1)
		if p.open.Load() > 0 {
			p.idle.Add(-1)
			continue
		}
		_, more := <-p.wake
		p.idle.Add(-1)
		if !more {
			return
		}
	}
}

// work does parts as long as there are any, and reports whether there were.
func (p *Pool) work(worker int) (did bool) {
	for {
		left := p.open.Load()
		if left <= 0 {
			return did
		}
		if p.open.CompareAndSwap(left, left-1) {
			p.part(worker, p.parts-int(left))
			did = true
		}
	}
}

// part does one part, or leaves it out if another has panicked, and counts it as done.
func (p *Pool) part(worker, i int) {
	defer p.finish()
	if p.fault.Load() == nil {
		p.task.Part(worker, i)
	}
}

// finish is deferred by part.
func (p *Pool) finish() {
	if v := recover(); v != nil {
		p.fault.CompareAndSwap(nil, &PartPanic{v, debug.Stack()})
	}
	if p.pending.Add(-1) == 0 && p.waiting.CompareAndSwap(true, false) {
		p.done <- struct{}{}
	}
}

// await returns when no part is pending. It may be woken for a task that is long over, by a worker
// that was slow between the two steps of finish, and then sleeps again.
func (p *Pool) await() {
	if wait(p.over) {
		return
	}
	for p.pending.Load() != 0 {
		p.waiting.Store(true)
		if p.pending.Load() == 0 && p.waiting.CompareAndSwap(true, false) {
			return
		}
		<-p.done
	}
}
