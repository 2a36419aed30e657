package graph

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"github.com/spikegraph/spikegraph/internal/kernel"
	"gorgonia.org/tensor"
)

// ErrNonFinite says that a value that a run checks is NaN or infinite; nothing was updated.
var ErrNonFinite = errors.New("not finite")

// ErrMemory says that a program needs more memory than it may take.
var ErrMemory = errors.New("too much memory")

// Options of a program. The zero value is the default.
type Options struct {
	Workers int      // goroutines that share the work of a kernel; the number of processors if 0
	Disable []string // passes not to run, by name: see Passes
	// MaxMemory, if positive, is the most bytes that a run may take besides inputs, results and
	// parameters. Where a program needs more, its backward loops compute segments of the forward loops
	// again instead of keeping what these computed, in the longest segments that meet the bound; the
	// results stay the same to the bit, and Explain says what was chosen. If that does not suffice the
	// program is refused, with the figure.
	MaxMemory int
	Verify    bool // check the graph after every pass, and panic if a pass broke it
}

// A Program computes nodes of a graph. It is compiled for the shapes of the graph's inputs and
// changes nothing of the graph. Programs may be run by many goroutines: each run has memory of its
// own. Runs of programs with updates wait for one another, and exclude all others on the same store.
type Program struct {
	opts    Options
	store   *Store
	inputs  []*Node // arguments of the graph
	outputs []Type
	checks  []check
	updates []updatePlan
	block   *block
	trace   []passTrace
	again   []segmentation // what is computed again to save memory
	source  unit           // before the passes

	mu   sync.Mutex
	free []*runner
	took map[*stepPlan]KernelTime // in the last Profile
}

// updatePlan says where the new value of a parameter comes from.
type updatePlan struct {
	param  *Param
	out    outPlan // direct: the kernel writes into the parameter
	staged bool    // it is another parameter's old value, to be set aside first
}

// runner is the memory of one run.
type runner struct {
	frame  *frame
	memory []byte
	staged []kernel.Buf
	used   bool // whether it has run
}

// Compile returns a program that computes outputs, and with them the graph's updates and checks. If
// building the graph met faults, it returns them all.
func (g *Graph) Compile(outputs ...*Node) (*Program, error) {
	return g.CompileWith(Options{}, outputs...)
}

// CompileWith is Compile with options.
func (g *Graph) CompileWith(o Options, outputs ...*Node) (*Program, error) {
	if g != nil && g.parent != nil {
		return nil, fmt.Errorf("graph: %w: a body is compiled with the graph around it", ErrScope)
	}
	if err := g.compilable(o, outputs); err != nil {
		return nil, fmt.Errorf("graph: %w", err)
	}
	p := g.program(o, outputs, nil)
	if o.MaxMemory > 0 && p.Memory() > o.MaxMemory {
		return g.fit(p, o, outputs)
	}
	return p, nil
}

// program compiles, with loops in the given segments.
func (g *Graph) program(o Options, outputs []*Node, segments func([]loopPair) []division) *Program {
	p := &Program{opts: o, store: g.root.store, inputs: g.inputs, checks: g.root.checks}
	roots := slices.Clone(outputs)
	for _, n := range outputs {
		p.outputs = append(p.outputs, n.typ)
	}
	for _, c := range g.root.checks {
		roots = append(roots, c.node)
	}
	for _, u := range g.root.updates {
		roots = append(roots, u.value)
	}
	p.source = unit{g, roots}
	c := &compiler{off: map[string]bool{}, verify: o.Verify, segments: segments}
	for _, name := range o.Disable {
		c.off[name] = true
	}
	u := c.run(p.source)
	p.trace, p.again = c.trace, c.again
	p.plan(u, g.root.updates)
	return p
}

func (g *Graph) compilable(o Options, outputs []*Node) error {
	if err := g.Err(); err != nil {
		return err
	}
	if g.root.top != g {
		return fmt.Errorf("%w: the body of a loop is still being traced", ErrScope)
	}
	names, _ := Passes()
	for _, d := range o.Disable {
		if !slices.Contains(names, d) {
			return fmt.Errorf("%w: there is no pass %q; passes are %q", ErrValue, d, names)
		}
	}
	for i, n := range outputs {
		switch {
		case n == nil || n.g == nil:
			return fmt.Errorf("%w: output %d is nil, or was made in a nil graph", ErrValue, i)
		case !n.Valid():
			return fmt.Errorf("%w: output %d is invalid", ErrValue, i)
		case n.g != g:
			return fmt.Errorf("%w: output %d, %v, is of another graph or of the body of a loop", ErrScope, i, n)
		}
	}
	return nil
}

// plan lowers the compiled graph and places its values.
func (p *Program) plan(u unit, updates []update) {
	no, nc := len(p.outputs), len(p.checks)
	b := lower(u, u.outs[:no+nc])
	var alive []int
	for _, n := range u.outs[:no+nc] {
		alive = append(alive, b.reg[n])
	}
	for _, n := range u.outs[:no] {
		b.outs = append(b.outs, b.leave(n))
	}
	old, leaving := b.params(), map[int]bool{}
	for _, n := range u.outs {
		leaving[b.root(b.reg[n])] = true
	}
	for i, n := range u.outs[no+nc:] {
		param := p.store.byName[updates[i].param.ParamName()]
		up := updatePlan{param: param, out: outPlan{reg: b.reg[n]}}
		was := old[param.Name]
		up.out.direct = !leaving[was] && b.updatesInPlace(up.out.reg, was) // else its old value is still wanted
		if up.out.direct {
			b.bound[up.out.reg] = true
		} else {
			up.staged = b.producer(up.out.reg) == nil
		}
		alive = append(alive, up.out.reg)
		p.updates = append(p.updates, up)
	}
	b.plan(alive)
	p.block = b
}

// params returns the registers of parameters by name.
func (b *block) params() map[string]int {
	regs := map[string]int{}
	for _, f := range b.fixed {
		if name := f.node.ParamName(); name != "" {
			regs[name] = f.reg
		}
	}
	return regs
}

// updatesInPlace reports whether the kernel that computes register r may write it into the memory
// of the parameter, which is register old: after every check, and after or together with the last
// read of the old value.
func (b *block) updatesInPlace(r, old int) bool {
	_, isView := b.views[r]
	return b.makes[r] >= b.early && !b.bound[r] && !isView && b.writesAfter(r, old)
}

// Inputs returns name and type of each argument of Run.
func (p *Program) Inputs() (names []string, types []Type) {
	for _, n := range p.inputs {
		names, types = append(names, n.op.(argOp).name), append(types, n.typ)
	}
	return names, types
}

// Outputs returns the type of each result of Run.
func (p *Program) Outputs() []Type { return p.outputs }

// Run computes the outputs for the inputs, which stand in the order in which the graph declared
// them and are not changed. The results are new tensors.
func (p *Program) Run(in ...*tensor.Dense) ([]*tensor.Dense, error) {
	out := make([]*tensor.Dense, len(p.outputs))
	for i, t := range p.outputs {
		if t.Shape.Size() == 0 {
			return nil, fmt.Errorf("graph: Run: %w: output %d is %v, and tensors cannot be empty", ErrShape, i, t)
		}
		out[i] = newTensor(t)
	}
	if err := p.RunInto(out, in...); err != nil {
		return nil, err
	}
	return out, nil
}

// RunInto is Run with results written into tensors of the right types, which must not overlap each
// other, the inputs, or parameters. From its second call on it does not allocate.
func (p *Program) RunInto(out []*tensor.Dense, in ...*tensor.Dense) error {
	if err := p.admissible(out, in); err != nil {
		return fmt.Errorf("graph: Run: %w", err)
	}
	if len(p.updates) > 0 {
		p.store.mu.Lock()
		defer p.store.mu.Unlock()
	} else {
		p.store.mu.RLock()
		defer p.store.mu.RUnlock()
	}
	r := p.acquire()
	defer p.release(r)
	if err := p.run(r, out, in); err != nil {
		return fmt.Errorf("graph: Run: %w", err)
	}
	return nil
}

// run computes with the memory of r.
func (p *Program) run(r *runner, out, in []*tensor.Dense) error {
	f, b := r.frame, p.block
	defer p.wrote()
	r.used = true
	p.setFixed(f, in)
	for i, o := range b.outs {
		if o.direct {
			f.regs[o.reg] = bufOf(out[i])
		}
	}
	for _, u := range p.updates {
		if u.out.direct {
			f.regs[u.out.reg] = bufOf(u.param.Value)
		}
	}
	if err := f.exec(0, b.early); err != nil {
		return err
	}
	for i, c := range p.checks {
		if v := scalarOf(f.regs[b.reg[b.u.outs[len(p.outputs)+i]]], c.node.typ.DType); v-v != 0 {
			return fmt.Errorf("%s is %v: %w", c.what, v, ErrNonFinite)
		}
	}
	if err := f.exec(b.early, len(b.steps)); err != nil {
		return err
	}
	for i, o := range b.outs {
		if !o.direct {
			copyBuf(bufOf(out[i]), f.regs[o.reg], p.outputs[i])
		}
	}
	p.commit(r)
	return nil
}

// commit copies the new values of parameters that no kernel has written there.
func (p *Program) commit(r *runner) {
	regs, types := r.frame.regs, p.block.types
	for i, u := range p.updates {
		if u.staged {
			copyBuf(r.staged[i], regs[u.out.reg], types[u.out.reg])
		}
	}
	for i, u := range p.updates {
		switch {
		case u.staged:
			copyBuf(bufOf(u.param.Value), r.staged[i], types[u.out.reg])
		case !u.out.direct:
			copyBuf(bufOf(u.param.Value), regs[u.out.reg], types[u.out.reg])
		}
	}
}

// wrote says of each parameter that the program updates that it may be another now.
func (p *Program) wrote() {
	for _, u := range p.updates {
		u.param.Wrote()
	}
}

// setFixed points arguments and parameters at the memory of their tensors.
func (p *Program) setFixed(f *frame, in []*tensor.Dense) {
	for _, x := range p.block.fixed {
		if a, ok := x.node.op.(argOp); ok {
			switch a.role {
			case roleInput:
				f.regs[x.reg] = bufOf(in[a.index])
			case roleParam:
				f.regs[x.reg] = bufOf(p.store.byName[a.name].Value)
			}
		}
	}
}

func scalarOf(b kernel.Buf, d DType) float64 {
	if d == Float64 {
		return b.F64()[0]
	}
	return float64(b.F32()[0])
}

// admissible checks number and types of inputs and outputs.
func (p *Program) admissible(out, in []*tensor.Dense) error {
	if len(in) != len(p.inputs) {
		names, _ := p.Inputs()
		return fmt.Errorf("%w: %d inputs, want %d: %q", ErrShape, len(in), len(p.inputs), names)
	}
	if len(out) != len(p.outputs) {
		return fmt.Errorf("%w: %d tensors for results, want %d", ErrShape, len(out), len(p.outputs))
	}
	for i, t := range in {
		if err := fits(t, p.inputs[i].typ); err != nil {
			return fmt.Errorf("input %q: %w", p.inputs[i].op.(argOp).name, err)
		}
	}
	for i, t := range out {
		if err := fits(t, p.outputs[i]); err != nil {
			return fmt.Errorf("result %d: %w", i, err)
		}
	}
	return nil
}

// fits reports why a tensor cannot stand for a value of type t.
func fits(x *tensor.Dense, t Type) error {
	if x == nil {
		return fmt.Errorf("%w: the tensor is nil, want %v", ErrValue, t)
	}
	if d := DTypeOf(x); d != t.DType {
		return fmt.Errorf("%w: the tensor holds %v, want %v", ErrDType, x.Dtype(), t)
	}
	shape := x.Shape()
	if !slices.Equal([]int(shape), t.Shape) && !(len(t.Shape) == 0 && shape.TotalSize() == 1) {
		return fmt.Errorf("%w: the tensor has shape %v, want %v", ErrShape, []int(shape), t.Shape)
	}
	return plain(x)
}

// plain reports why the elements of a tensor cannot be read as they lie in memory.
func plain(x *tensor.Dense) error {
	if slices.Contains(x.Shape(), 0) {
		return fmt.Errorf("%w: the tensor is empty, of shape %v", ErrShape, []int(x.Shape()))
	}
	if x.RequiresIterator() || !x.DataOrder().IsRowMajor() {
		return fmt.Errorf("%w: the tensor is a view; clone it", ErrValue)
	}
	return nil
}

// acquire returns memory to run in: some that is free, else new.
func (p *Program) acquire() *runner {
	p.mu.Lock()
	if n := len(p.free); n > 0 {
		r := p.free[n-1]
		p.free = p.free[:n-1]
		p.mu.Unlock()
		return r
	}
	p.mu.Unlock()
	return p.newRunner(&env{})
}

func (p *Program) newRunner(e *env) *runner {
	pool := kernel.NewPool(p.workers())
	e.pool, e.store, e.timed = pool, p.store, new(bool)
	memory := newMemory(p.block.size)
	r := &runner{frame: newFrame(p.block, memory, e), memory: memory}
	for _, u := range p.updates {
		var b kernel.Buf
		if u.staged {
			b = newBuf(p.block.types[u.out.reg])
		}
		r.staged = append(r.staged, b)
	}
	runtime.AddCleanup(r, func(pool *kernel.Pool) { pool.Close() }, pool)
	return r
}

func (p *Program) release(r *runner) {
	p.mu.Lock()
	p.free = append(p.free, r)
	p.mu.Unlock()
}

// Memory returns the bytes that a run of the program takes besides inputs, results and parameters: its
// values, and what kernels keep or lend to each other, such as factors in packed form.
func (p *Program) Memory() int {
	s := p.block.scratch(p.workers())
	return p.block.size + s.bytes(p.workers())
}

// workers returns the number of goroutines that share the work of a kernel.
func (p *Program) workers() int {
	if p.opts.Workers > 0 {
		return p.opts.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// Locate runs the program on the inputs without updating anything and returns an error that names
// the first node whose value is NaN or infinite, with its layer; nil if there is none. It is slow.
func (p *Program) Locate(in ...*tensor.Dense) error {
	q := &Program{opts: p.opts, store: p.store, inputs: p.inputs}
	c := &compiler{off: map[string]bool{"fuse": true}}
	if err := q.admissible(nil, in); err != nil {
		return fmt.Errorf("graph: Locate: %w", err)
	}
	q.block = lower(c.run(p.source), nil)
	q.block.plan(nil)
	q.store.mu.RLock()
	defer q.store.mu.RUnlock()
	r := q.newRunner(&env{watch: finite})
	q.setFixed(r.frame, in)
	return r.frame.all()
}

// finite reports the first element of a step's results that is not.
func finite(f *frame, s *boundStep) error {
	for _, r := range s.plan.out {
		t := f.b.types[r]
		if !t.DType.IsFloat() || f.regs[r].N == 0 {
			continue
		}
		for i := range t.Shape.Size() {
			v := scalarOf(f.regs[r].Slice(i, i+1, t.DType.Size()), t.DType)
			if v-v != 0 {
				return &runError{s.plan.node, fmt.Errorf("element %d of %v is %v: %w", i, t, v, ErrNonFinite)}
			}
		}
	}
	return nil
}
