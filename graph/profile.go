package graph

import (
	"fmt"
	"io"
	"time"

	"gorgonia.org/tensor"
)

// Profile runs the program once, updates included, and writes how long every kernel took, bodies of
// loops indented, with the number of calls; and of products with spikes, how many of the left
// factor's elements were ones and in how many calls rows were added instead of multiplied. Of a loop
// that is split, times are those of all shards together. Taking times costs about 0.1 µs a call.
func (p *Program) Profile(w io.Writer, in ...*tensor.Dense) error {
	out := make([]*tensor.Dense, len(p.outputs))
	for i, t := range p.outputs {
		out[i] = newTensor(t)
	}
	if err := p.admissible(out, in); err != nil {
		return fmt.Errorf("graph: Profile: %w", err)
	}
	p.store.mu.Lock()
	defer p.store.mu.Unlock()
	r := p.newRunner(&env{timed: true})
	clear(r.memory) // pages that are new to the process cost more than what is computed in them
	start := time.Now()
	if err := p.run(r, out, in); err != nil {
		return fmt.Errorf("graph: Profile: %w", err)
	}
	e := &printer{w: w}
	e.line("%10s %8s", "ms", "calls")
	e.times([]*frame{r.frame}, "")
	e.line("%10.3f          in all", milliseconds(time.Since(start)))
	return e.err
}

func milliseconds(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }

// times writes the kernels of frames of one block, one for each shard, with the sums of their times.
func (e *printer) times(fs []*frame, indent string) {
	for i := range fs[0].steps {
		s := fs[0].steps[i]
		if _, isView := fs[0].b.views[s.plan.out[0]]; isView {
			continue
		}
		var inner []*frame
		events := s.c.events
		for k, f := range fs {
			o := &f.steps[i]
			inner = append(inner, o.inner...)
			if k > 0 {
				s.took, s.calls = s.took+o.took, s.calls+o.calls
				events.add(o.c.events)
			}
		}
		note := ""
		if events.calls > 0 {
			note = "  (" + events.String() + ")"
		}
		scope := ""
		if s.plan.node.scope != "" {
			scope = s.plan.node.scope + ": "
		}
		e.line("%10.3f %8d %s%s%s%s", milliseconds(s.took), s.calls, indent, scope, s.plan.node.op, note)
		if s.plan.loop != nil {
			e.times(inner, indent+"    ")
			continue
		}
		for _, f := range inner { // a branch's bodies differ
			e.times([]*frame{f}, indent+"    ")
		}
	}
}
