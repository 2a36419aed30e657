package graph

import (
	"github.com/spikegraph/spikegraph/internal/kernel"
)

// loopRun runs a loop's body step by step.
type loopRun struct {
	p     *loopPlan
	outer *frame
	body  *frame
	index []int32
	types []Type // of the carried values
	cur   []kernel.Buf
	args  []int // body registers of sequences, then captures
}

func (f *frame) bindLoop(s *stepPlan, env *env) evalFunc {
	p := s.loop
	l := p.spec
	r := &loopRun{p: p, outer: f, index: make([]int32, 1), cur: make([]kernel.Buf, len(l.Carried))}
	r.body = newFrame(p.body, bytesOf(f.regs[p.mem]), env)
	for _, c := range l.Carried {
		r.types = append(r.types, c.typ)
	}
	for _, n := range l.Seqs {
		r.args = append(r.args, p.body.reg[n])
	}
	for _, n := range l.Body.captures {
		r.args = append(r.args, p.body.reg[n])
	}
	if l.Index != nil {
		r.body.regs[p.body.reg[l.Index]] = kernel.Of(r.index)
	}
	return r.run
}

// run takes all steps. The inputs of c are initial values, sequences and captures; its outputs the
// last values and the stacked results.
func (r *loopRun) run(c *call) error {
	l, nc := r.p.spec, len(r.types)
	for i := range l.Body.captures {
		r.body.regs[r.args[len(l.Seqs)+i]] = c.in[nc+len(l.Seqs)+i]
	}
	copy(r.cur, c.in[:nc])
	for i, m := range r.p.modes {
		if m == carryInPlace && l.Steps > 0 {
			copyBuf(c.out[i], r.cur[i], r.types[i])
			r.cur[i] = c.out[i]
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
		copyBuf(c.out[i], r.cur[i], r.types[i])
	}
	return nil
}

// step runs the body for step t, the i-th to be taken.
func (r *loopRun) step(c *call, i, t int) error {
	p, nc := r.p, len(r.types)
	regs := r.body.regs
	r.index[0] = int32(t)
	for j, seq := range p.spec.Seqs {
		regs[r.args[j]] = sliceOf(c.in[nc+j], t, seq.typ)
	}
	for j, y := range p.ys {
		if y.direct {
			regs[y.reg] = sliceOf(c.out[nc+j], t, p.spec.Ys[j].typ)
		}
	}
	last := (p.spec.Steps-1-i)%2 == 0
	for j, m := range p.modes {
		regs[p.cur[j]] = r.cur[j]
		switch {
		case m == carryInPlace:
			regs[p.next[j]] = r.cur[j]
		case m == carryDouble && last:
			regs[p.next[j]] = c.out[j]
		case m == carryDouble:
			regs[p.next[j]] = r.outer.regs[p.spare[j]]
		}
	}
	if err := r.body.all(); err != nil {
		return err
	}
	for j, y := range p.ys {
		if !y.direct {
			copyBuf(sliceOf(c.out[nc+j], t, p.spec.Ys[j].typ), regs[y.reg], p.spec.Ys[j].typ)
		}
	}
	for j, m := range p.modes {
		if m != carryCopy {
			continue
		}
		dst := r.outer.regs[p.spare[j]]
		if last {
			dst = c.out[j]
		}
		copyBuf(dst, regs[p.next[j]], r.types[j])
		r.cur[j] = dst
	}
	for j, m := range p.modes {
		switch m {
		case carryDouble:
			r.cur[j] = regs[p.next[j]]
		case carryResult:
			r.cur[j] = sliceOf(c.out[nc+p.results[j]], t, r.types[j])
		}
	}
	return nil
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

func (f *frame) bindWhile(s *stepPlan, w *WhileSpec, env *env) evalFunc {
	mem := s.scratch[len(s.scratch)-1]
	r := &whileRun{w: w, outer: f, plan: s, index: make([]int32, 1), cur: make([]kernel.Buf, len(w.Carried))}
	r.body = newFrame(s.inner[0], bytesOf(f.regs[mem]), env)
	if w.Index != nil {
		r.body.regs[s.inner[0].reg[w.Index]] = kernel.Of(r.index)
	}
	return r.run
}

func (r *whileRun) run(c *call) error {
	w, b := r.w, r.body.b
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

func (f *frame) bindBranch(s *stepPlan, o *BranchSpec, env *env) evalFunc {
	r := &branchRun{spec: o}
	for i, b := range s.inner {
		r.bodies[i] = newFrame(b, bytesOf(f.regs[s.scratch[i]]), env)
	}
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
