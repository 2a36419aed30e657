package graph

import (
	"fmt"
	"io"
	"time"

	"github.com/spikegraph/spikegraph/internal/kernel"
	"gorgonia.org/tensor"
)

// KernelTime is what one kernel did in a run that was timed. Where a loop is split by rows of the
// batch, times, calls and work are those of all its shards together.
type KernelTime struct {
	Depth     int    // of loops and branches around it
	Scope, Op string // which layer it belongs to, and what it computes
	Calls     int
	Time      time.Duration // of a loop: with the kernels of its body, which follow

	// Flops and Bytes estimate what all calls computed and moved: products in full, or, where they added
	// rows for spikes, those additions, where only a part was computed, that part; results and what they were computed from, each once a call.
	Flops, Bytes float64

	met  events // by a product with spikes, or under a mask
	step *stepPlan
}

// Ones returns the share of ones that a product with spikes met in its left factor, and the share of
// calls in which it added rows instead of multiplying; or of a product under a mask, how much of that was
// open, and in how many calls this alone was computed. ok is false for what does not look.
func (k KernelTime) Ones() (share, added float64, ok bool) {
	if k.met.calls == 0 {
		return 0, 0, false
	}
	return float64(k.met.ones) / float64(max(1, k.met.elements)), float64(k.met.sparse) / float64(k.met.calls), true
}

// String is the kernel's line in Profile.
func (k KernelTime) String() string {
	scope, note := "", ""
	if k.Scope != "" {
		scope = k.Scope + ": "
	}
	if k.met.calls > 0 {
		note = "  (" + k.step.node.met(k.met) + ")"
	}
	return fmt.Sprintf("%10.3f %8d %*s%s%s%s", milliseconds(k.Time), k.Calls, 4*k.Depth, "", scope, k.Op, note)
}

// took says how long the kernel took; "" where nothing was timed.
func (k KernelTime) took() string {
	switch k.Calls {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("%.3f ms", milliseconds(k.Time))
	}
	return fmt.Sprintf("%.3f ms in %d calls", milliseconds(k.Time), k.Calls)
}

// Timings runs the program once, updates included, and returns what every kernel took, in the order in
// which they run, and how long the whole run was. Taking times costs about 0.1 µs a call. In a program that
// has run before they are those of any run; in the first, some kernels also make the memory that they keep.
// From then on Explain tells the times too.
func (p *Program) Timings(in ...*tensor.Dense) ([]KernelTime, time.Duration, error) {
	out := make([]*tensor.Dense, len(p.outputs))
	for i, t := range p.outputs {
		out[i] = newTensor(t)
	}
	if err := p.admissible(out, in); err != nil {
		return nil, 0, fmt.Errorf("graph: Timings: %w", err)
	}
	p.store.mu.Lock()
	defer p.store.mu.Unlock()
	r := p.acquire()
	defer p.release(r)
	if !r.used {
		kernel.Clear(r.memory) // pages that are new to the process cost more than what is computed in them
	}
	r.frame.beginTimes()
	*r.frame.env.timed = true
	defer func() { *r.frame.env.timed = false }()
	start := time.Now()
	if err := p.run(r, out, in); err != nil {
		return nil, 0, fmt.Errorf("graph: Timings: %w", err)
	}
	whole := time.Since(start)
	times := timesOf(nil, []*frame{r.frame}, 0)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.took = map[*stepPlan]KernelTime{}
	for _, k := range times {
		p.took[k.step] = k
	}
	return times, whole, nil
}

// Profile runs the program once, as Timings does, and writes how long every kernel took, bodies of
// loops indented, with the number of calls; and of products with spikes, how many of the left
// factor's elements were ones and in how many calls rows were added instead of multiplied, of those under a
// mask how much was open.
func (p *Program) Profile(w io.Writer, in ...*tensor.Dense) error {
	kernels, whole, err := p.Timings(in...)
	if err != nil {
		return err
	}
	e := &printer{w: w}
	e.line("%10s %8s", "ms", "calls")
	for _, k := range kernels {
		e.line("%v", k)
	}
	e.line("%10.3f          in all", milliseconds(whole))
	return e.err
}

func milliseconds(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }

// timesOf appends the kernels of frames of one block, one for each shard.
func timesOf(to []KernelTime, fs []*frame, depth int) []KernelTime {
	b := fs[0].b
	for i, s := range b.steps {
		if _, isView := b.views[s.out[0]]; isView {
			continue
		}
		k := KernelTime{Depth: depth, Scope: s.node.scope, Op: s.node.op.String(), step: s}
		var inner []*frame
		for _, f := range fs {
			o := &f.steps[i]
			inner = append(inner, o.inner...)
			k.Time, k.Calls = k.Time+o.took, k.Calls+o.calls
			k.met.add(o.c.events.since(o.had))
		}
		k.work(b, s)
		to = append(to, k)
		if s.loop != nil {
			to = timesOf(to, inner, depth+1)
			continue
		}
		for _, f := range inner { // a branch's bodies differ
			to = timesOf(to, []*frame{f}, depth+1)
		}
	}
	return to
}

// work estimates what the calls of step s of b computed and moved.
func (k *KernelTime) work(b *block, s *stepPlan) {
	if len(s.inner) > 0 {
		return // its body says
	}
	flops, bytes := float64(s.node.flops()), 0
	for _, r := range s.in {
		bytes += b.types[r].Bytes()
	}
	for _, r := range s.out {
		bytes += b.types[r].Bytes()
	}
	moved := float64(bytes)
	if ones, few, ok := k.Ones(); ok {
		part := few * ones * flops
		if _, open := s.node.op.(openOp); !open {
			part /= 2 // additions, each of a number that is read
			moved += part * float64(s.node.typ.DType.Size())
		}
		flops = (1-few)*flops + part
	}
	k.Flops, k.Bytes = flops*float64(k.Calls), moved*float64(k.Calls)
}
