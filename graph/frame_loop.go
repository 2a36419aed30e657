package graph

import (
	"github.com/spikegraph/spikegraph/internal/kernel"
)

// loopRun runs a loop: its shards side by side, of which there is one if the loop is not split.
type loopRun struct {
	p      *loopPlan
	outer  *frame
	pool   *kernel.Pool
	shards []*shardRun
	c      *call
}

func (f *frame) bindLoop(b *boundStep, e *env) evalFunc {
	p := b.plan.loop
	r := &loopRun{p: p, outer: f, pool: e.pool}
	n := p.spec.split.shards()
	for i := range n {
		r.shards = append(r.shards, newShardRun(p, f, e, i, n))
		b.inner = append(b.inner, r.shards[i].body)
	}
	return r.run
}

// run takes all steps. The inputs of c are initial values, sequences and captures; its outputs the
// last values and the stacked results.
func (r *loopRun) run(c *call) error {
	r.c = c
	if len(r.shards) == 1 {
		r.Part(0, 0)
	} else {
		r.pool.Do(len(r.shards), r)
	}
	for _, s := range r.shards {
		if s.err != nil {
			return s.err
		}
	}
	return nil
}

// Part runs shard i.
func (r *loopRun) Part(_, i int) {
	s := r.shards[i]
	s.err = s.run(r.c)
}

// shardRun runs a loop's body step by step for the rows of one shard.
type shardRun struct {
	p        *loopPlan
	split    *loopSplit
	outer    *frame
	body     *frame
	shard, n int
	index    []int32
	types    []Type // of the carried values
	out, cur []kernel.Buf
	args     []int // body registers of sequences, then captures
	err      error
}

func newShardRun(p *loopPlan, outer *frame, e *env, shard, n int) *shardRun {
	l := p.spec
	nc := len(l.Carried)
	r := &shardRun{
		p: p, split: l.split, outer: outer, shard: shard, n: n, index: make([]int32, 1),
		out: make([]kernel.Buf, nc), cur: make([]kernel.Buf, nc),
	}
	if n > 1 { // a worker of its own does all of it
		e = &env{pool: kernel.NewPool(1), watch: e.watch, timed: e.timed, shard: shard}
	}
	mem := bytesOf(outer.regs[p.mem])
	r.body = newFrame(p.body, mem[shard*p.body.size:(shard+1)*p.body.size], e)
	for _, c := range l.Carried {
		r.types = append(r.types, c.typ)
	}
	for _, a := range l.Args()[nc:] {
		r.args = append(r.args, p.body.reg[a])
	}
	if l.Index != nil {
		r.body.regs[p.body.reg[l.Index]] = kernel.Of(r.index)
	}
	return r
}

// own returns the shard's part of a value outside, of which it sees type t.
func (r *shardRun) own(b kernel.Buf, t Type, how share) kernel.Buf {
	if r.n == 1 || how == whole {
		return b
	}
	return sliceOf(b, r.shard, t)
}

// ofStep returns the shard's part of step t of a sequence.
func (r *shardRun) ofStep(b kernel.Buf, t int, typ Type, how share) kernel.Buf {
	if how == rows {
		t = t*r.n + r.shard
	}
	return sliceOf(b, t, typ)
}

// spare returns the shard's second buffer of carried value i.
func (r *shardRun) spare(i int) kernel.Buf {
	b := r.outer.regs[r.p.spare[i]]
	if r.n == 1 {
		return b
	}
	return sliceOf(b, r.shard, r.types[i])
}

// run takes all steps.
func (r *shardRun) run(c *call) error {
	l, nc := r.p.spec, len(r.types)
	r.body.env.loops++
	for i, a := range l.Body.captures {
		at := nc + len(l.Seqs) + i
		r.body.regs[r.args[len(l.Seqs)+i]] = r.own(c.in[at], a.typ, r.split.shareOf(at))
	}
	for i, t := range r.types {
		how := r.split.shareOf(i)
		r.cur[i], r.out[i] = r.own(c.in[i], t, how), r.own(c.out[i], t, how)
		if r.p.modes[i] == carryInPlace && l.Steps > 0 {
			copyBuf(r.out[i], r.cur[i], t)
			r.cur[i] = r.out[i]
		}
	}
	for i := range l.Steps {
		t := i
		if l.Reverse {
			t = l.Steps - 1 - i
		}
		if err := r.step(c, i, t); err != nil {
			return err
		}
	}
	for i := range r.cur {
		if r.shard == 0 || r.split.shareOf(i) != whole { // what all have, one writes
			copyBuf(r.out[i], r.cur[i], r.types[i])
		}
	}
	return nil
}

// step runs the body for step t, the i-th to be taken.
func (r *shardRun) step(c *call, i, t int) error {
	p, nc := r.p, len(r.types)
	regs := r.body.regs
	r.index[0] = int32(t)
	for j, seq := range p.spec.Seqs {
		regs[r.args[j]] = r.ofStep(c.in[nc+j], t, seq.typ, r.split.shareOf(nc+j))
	}
	for j, y := range p.ys {
		if y.direct {
			regs[y.reg] = r.ofStep(c.out[nc+j], t, p.spec.Ys[j].typ, rows)
		}
	}
	last := (p.spec.Steps-1-i)%2 == 0
	for j, m := range p.modes {
		regs[p.cur[j]] = r.cur[j]
		switch {
		case m == carryInPlace:
			regs[p.next[j]] = r.cur[j]
			for _, k := range p.via[j] {
				regs[k] = r.cur[j]
			}
		case m == carryDouble && last:
			regs[p.next[j]] = r.out[j]
		case m == carryDouble:
			regs[p.next[j]] = r.spare(j)
		}
	}
	if err := r.body.all(); err != nil {
		return err
	}
	r.carry(c, t, last)
	return nil
}

// carry takes results and state from the body to where they belong.
func (r *shardRun) carry(c *call, t int, last bool) {
	p, nc := r.p, len(r.types)
	regs := r.body.regs
	for j, y := range p.ys {
		if typ := p.spec.Ys[j].typ; !y.direct {
			copyBuf(r.ofStep(c.out[nc+j], t, typ, rows), regs[y.reg], typ)
		}
	}
	for j, m := range p.modes {
		if m == carryCopy {
			dst := r.out[j]
			if !last {
				dst = r.spare(j)
			}
			copyBuf(dst, regs[p.next[j]], r.types[j])
			r.cur[j] = dst
		}
	}
	for j, m := range p.modes {
		switch m {
		case carryDouble:
			r.cur[j] = regs[p.next[j]]
		case carryResult:
			r.cur[j] = r.ofStep(c.out[nc+p.results[j]], t, r.types[j], rows)
		}
	}
}

// sliceOf returns step t of a stacked value whose slices have type t.
func sliceOf(b kernel.Buf, t int, typ Type) kernel.Buf {
	n := typ.Shape.Size()
	return b.Slice(t*n, (t+1)*n, typ.DType.Size())
}

// whileRun runs a loop of unknown length.
type whileRun struct {
	w     *WhileSpec
	outer *frame
	body  *frame
	plan  *stepPlan
	index []int32
	cur   []kernel.Buf
}

func (f *frame) bindWhile(b *boundStep, w *WhileSpec, env *env) evalFunc {
	s := b.plan
	mem := s.scratch[len(s.scratch)-1]
	r := &whileRun{w: w, outer: f, plan: s, index: make([]int32, 1), cur: make([]kernel.Buf, len(w.Carried))}
	r.body = newFrame(s.inner[0], bytesOf(f.regs[mem]), env)
	b.inner = []*frame{r.body}
	if w.Index != nil {
		r.body.regs[s.inner[0].reg[w.Index]] = kernel.Of(r.index)
	}
	return r.run
}

func (r *whileRun) run(c *call) error {
	w, b := r.w, r.body.b
	r.body.env.loops++
	setArgs(r.body, w.Body.captures, c.in[len(w.Carried):])
	copy(r.cur, c.in[:len(w.Carried)])
	n := 0
	for ; n < w.Max; n++ {
		r.index[0] = int32(n)
		setArgs(r.body, w.Carried, r.cur)
		if err := r.body.exec(0, b.early); err != nil {
			return err
		}
		if !r.body.regs[b.reg[w.Go]].Bool()[0] {
			break
		}
		if err := r.body.exec(b.early, len(b.steps)); err != nil {
			return err
		}
		// The new state goes to the other of two buffers, so that values that change places do.
		for i, next := range w.Next {
			dst := c.out[i+1]
			if n%2 == 1 {
				dst = r.outer.regs[r.plan.scratch[i]]
			}
			copyBuf(dst, r.body.regs[b.reg[next]], next.typ)
			r.cur[i] = dst
		}
	}
	c.out[0].I32()[0] = int32(n)
	for i, p := range w.Carried {
		copyBuf(c.out[i+1], r.cur[i], p.typ)
	}
	return nil
}

// branchRun runs one of two bodies.
type branchRun struct {
	spec   *BranchSpec
	bodies [2]*frame
}

func (f *frame) bindBranch(b *boundStep, o *BranchSpec, env *env) evalFunc {
	s := b.plan
	r := &branchRun{spec: o}
	for i, body := range s.inner {
		r.bodies[i] = newFrame(body, bytesOf(f.regs[s.scratch[i]]), env)
	}
	b.inner = r.bodies[:]
	return r.run
}

func (r *branchRun) run(c *call) error {
	f, body, args := r.bodies[0], r.spec.Then, c.in[1:]
	if !c.in[0].Bool()[0] {
		f, body, args = r.bodies[1], r.spec.Else, args[len(body.captures):]
	}
	setArgs(f, body.captures, args[:len(body.captures)])
	for i, o := range f.b.outs {
		if o.direct {
			f.regs[o.reg] = c.out[i]
		}
	}
	if err := f.all(); err != nil {
		return err
	}
	for i, o := range f.b.outs {
		if !o.direct {
			copyBuf(c.out[i], f.regs[o.reg], f.b.u.outs[i].typ)
		}
	}
	return nil
}
