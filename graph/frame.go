package graph

import (
	"fmt"
	"time"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

// frame is a block made ready to run: the memory of its registers and its kernels. One goroutine
// runs it at a time.
type frame struct {
	env   *env
	b     *block
	regs  []kernel.Buf
	steps []boundStep
}

// env is what the frames of one run share.
type env struct {
	pool  *kernel.Pool
	store *Store                             // where the parameters live, outside loops that are split
	shard int                                // which rows of a loop that is split
	loops int                                // loops begun so far: what a loop captures may be another value in the next
	watch func(f *frame, s *boundStep) error // called after each kernel, if set
	timed *bool                              // whether kernels are timed, in loops that are split too

	products32 productMemory[float32]
	products64 productMemory[float64]
}

// boundStep is a kernel with its place in the frame.
type boundStep struct {
	plan *stepPlan
	run  evalFunc
	c    call

	took  time.Duration // in all calls, where they are timed
	calls int
	had   events   // before they were timed
	inner []*frame // bodies, one for each shard
}

// newFrame binds b to memory of its own size.
func newFrame(b *block, mem []byte, env *env) *frame {
	f := &frame{env: env, b: b, regs: make([]kernel.Buf, len(b.types))}
	for r, t := range b.types {
		if r < len(b.off) && b.off[r] >= 0 {
			f.regs[r] = part(mem, b.off[r], t)
		}
	}
	for _, x := range b.fixed {
		if l, ok := x.node.op.(literalOp); ok {
			f.regs[x.reg] = bufOf(l.t)
		}
	}
	f.steps = make([]boundStep, len(b.steps))
	for i, s := range b.steps {
		b := &f.steps[i]
		b.plan, b.c = s, call{out: make([]kernel.Buf, len(s.out)), in: make([]kernel.Buf, len(s.in)), pool: env.pool, env: env}
		b.run = f.bind(b, env)
	}
	return f
}

// part returns the memory of a value of type t at off.
func part(mem []byte, off int, t Type) kernel.Buf {
	n := t.Shape.Size()
	if n == 0 {
		return kernel.Buf{}
	}
	b := kernel.Of(boolsOf(mem[off : off+t.Bytes()]))
	return kernel.Buf{P: b.P, N: n}
}

// bind returns the kernel of a step.
func (f *frame) bind(b *boundStep, env *env) evalFunc {
	s := b.plan
	if v, ok := f.b.views[s.out[0]]; ok {
		return f.view(s, v)
	}
	switch o := s.node.op.(type) {
	case loopOp:
		return f.bindLoop(b, env)
	case whileOp:
		return f.bindWhile(b, o.WhileSpec, env)
	case branchOp:
		return f.bindBranch(b, o.BranchSpec, env)
	}
	return s.node.op.kernel(s.node)
}

// view points a register into another; nothing is computed.
func (f *frame) view(s *stepPlan, v view) evalFunc {
	r, t := s.out[0], f.b.types[s.out[0]]
	n, size := t.Shape.Size(), t.DType.Size()
	return func(*call) error {
		f.regs[r] = f.regs[v.of].Slice(v.off, v.off+n, size)
		return nil
	}
}

// exec runs steps from..to.
func (f *frame) exec(from, to int) error {
	for i := from; i < to; i++ {
		s := &f.steps[i]
		for j, r := range s.plan.in {
			s.c.in[j] = f.regs[r]
		}
		for j, r := range s.plan.out {
			s.c.out[j] = f.regs[r]
		}
		if err := f.kernel(s); err != nil {
			return stepError(s.plan.node, err)
		}
		if f.env.watch != nil {
			if err := f.env.watch(f, s); err != nil {
				return err
			}
		}
	}
	return nil
}

// kernel runs one step, and takes its time if that is asked for.
func (f *frame) kernel(s *boundStep) error {
	if !*f.env.timed {
		return s.run(&s.c)
	}
	start := time.Now()
	err := s.run(&s.c)
	s.took += time.Since(start)
	s.calls++
	return err
}

// beginTimes forgets what kernels took.
func (f *frame) beginTimes() {
	for i := range f.steps {
		s := &f.steps[i]
		s.took, s.calls, s.had = 0, 0, s.c.events
		for _, inner := range s.inner {
			inner.beginTimes()
		}
	}
}

// stepError says where a kernel failed; inner loops have said it already.
func stepError(n *Node, err error) error {
	if _, ok := err.(*runError); ok {
		return err
	}
	return &runError{n, err}
}

// runError is a fault of the data that a kernel met.
type runError struct {
	node *Node
	err  error
}

func (e *runError) Error() string {
	if e.node.scope != "" {
		return fmt.Sprintf("%s: %s: %v", e.node.scope, e.node.op, e.err)
	}
	return fmt.Sprintf("%s: %v", e.node.op, e.err)
}

func (e *runError) Unwrap() error { return e.err }

// all runs the whole block.
func (f *frame) all() error { return f.exec(0, len(f.steps)) }

// copyBuf copies a value of type t.
func copyBuf(dst, src kernel.Buf, t Type) {
	if dst.P != src.P && t.Shape.Size() > 0 {
		size := t.DType.Size()
		kernel.Copy(dst.Bytes(size), src.Bytes(size))
	}
}

// setArgs points the placeholders of a body at values.
func setArgs(f *frame, args []*Node, values []kernel.Buf) {
	for i, p := range args {
		f.regs[f.b.reg[p]] = values[i]
	}
}
