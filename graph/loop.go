package graph

import (
	"fmt"
	"slices"
)

// LoopOptions changes how a Loop runs, not what it computes (Truncate changes the gradient).
type LoopOptions struct {
	Name string // for errors and Explain
	// Graph is where the loop stands; needed only if neither sequences nor state hold a node.
	Graph *Graph
	// Steps is the number of steps where there is no sequence to tell it.
	Steps int
	// Reverse walks from the last step to the first; result t still belongs to step t.
	Reverse bool
	// Unroll copies the body Steps times into the graph around instead.
	Unroll bool
	// Segment, if positive, keeps for the backward pass only the state at the beginning of every
	// Segment steps and computes the rest again: memory falls from T to T/Segment + Segment states.
	Segment int
	// Truncate, if positive, stops the gradient of the carried state every Truncate steps
	// (truncated BPTT within one loop). It cannot be combined with Segment.
	Truncate int
	// Detach names carried values, by their path in the state ("Hidden.V"), whose gradient does
	// not flow from step to step.
	Detach []string
}

// Loop runs step over the leading axis of the sequences in xs, carrying the state s, and returns
// the results of all steps stacked on a new leading axis, and the last state.
//
// X, S and Y are any values with nodes inside: a *Node, structs, slices, nested. Every node in xs
// has the same leading extent, the number of steps T; step sees one slice of each. The state keeps
// its types from step to step. A nil node in s is allowed where step gives it a value with Else,
// as layers do: their zero state is at rest. One that step returns untouched stays nil. Nodes from outside that step reads are constants of
// the loop; what step computes from them alone is computed once.
//
// With T = 0 the results are empty and the last state is s. Faults are recorded on the graph.
func Loop[X, S, Y any](xs X, s S, step func(x X, s S) (Y, S), opts ...LoopOptions) (ys Y, last S) {
	var o LoopOptions
	if len(opts) > 0 {
		o = opts[0]
	}
	b := &loopBuilder{o: o}
	last = cloneTree(s)
	seqs, state := b.list(&xs), b.list(&last)
	if b.g = anyGraph(nodesOf(seqs), nodesOf(state)); b.g == nil {
		b.g = o.Graph
	}
	if b.g == nil { // nothing to build in, nowhere to report it: what comes out is invalid
		b.g = New()
		b.g.Fail(fmt.Errorf("Loop: %w: neither sequences nor state hold a node; set Graph", ErrValue))
	}
	b.g = b.g.root.top
	if o.Name != "" {
		defer b.g.Scope(o.Name)()
	}
	body := func(x, st []*Node) (y, next []*Node) {
		xIn, sIn := cloneTree(xs), cloneTree(last)
		put(b.list(&xIn), x)
		put(b.list(&sIn), st)
		out, sOut := step(xIn, sIn)
		ys = out
		b.yLeaves = b.list(&ys)
		nl := b.list(&sOut)
		if len(nl) != len(state) {
			b.fail(fmt.Errorf("%w: the state has %d nodes before the step and %d after it", ErrShape, len(state), len(nl)))
			return nodesOf(b.yLeaves), nil
		}
		return nodesOf(b.yLeaves), nodesOf(nl)
	}
	stacked, finals := b.build(nodesOf(seqs), nodesOf(state), paths(state), body)
	if b.yLeaves != nil {
		put(b.yLeaves, stacked)
	}
	put(state, finals)
	return ys, last
}

func paths(ls []leaf) []string {
	ps := make([]string, len(ls))
	for i, l := range ls {
		if ps[i] = l.path; ps[i] == "" {
			ps[i] = "state"
		}
	}
	return ps
}

func anyGraph(lists ...[]*Node) *Graph {
	for _, ns := range lists {
		for _, n := range ns {
			if n != nil && n.g != nil {
				return n.g
			}
		}
	}
	return nil
}

// stepFunc is a step on flat lists of nodes.
type stepFunc func(x, s []*Node) (y, next []*Node)

// loopBuilder makes the nodes of a Loop from lists of nodes.
type loopBuilder struct {
	g       *Graph // where the loop stands
	o       LoopOptions
	yLeaves []leaf
	errs    []error
}

func (b *loopBuilder) list(p any) []leaf {
	ls, err := leaves(p)
	if err != nil {
		b.errs = append(b.errs, err)
	}
	return ls
}

func (b *loopBuilder) fail(err error) *Node {
	return b.g.Fail(fmt.Errorf("Loop: %w", err))
}

// build returns the stacked results and the last state. On a fault they are invalid nodes.
func (b *loopBuilder) build(xs, s []*Node, paths []string, step stepFunc) (ys, last []*Node) {
	steps, err := b.steps(xs)
	if err == nil && len(b.errs) > 0 {
		err = b.errs[0]
	}
	for i, x := range s {
		if err == nil && x.Valid() && !x.g.encloses(b.g) {
			err = fmt.Errorf("%w: state %s is %v, of another graph or of a loop that is finished", ErrScope, paths[i], x)
		}
	}
	for _, x := range slices.Concat(xs, s) {
		if x != nil && x.pending == nil && !x.Valid() {
			err = errInvalid
		}
	}
	if err != nil {
		bad := &Node{g: b.g}
		if err != errInvalid {
			bad = b.fail(err)
		}
		body := b.g.body() // for what step asks of the graph it is in
		body.loop = true
		inside := &Node{g: body}
		y, _ := step(invalidLike(inside, xs), invalidLike(inside, s))
		body.close()
		return invalidLike(bad, y), invalidLike(bad, s)
	}
	step = b.detach(paths, steps, step)
	seg := max(b.o.Segment, b.o.Truncate)
	if seg > 0 && seg < steps && !(b.o.Segment > 0 && b.o.Unroll) {
		return b.segments(seg, steps, xs, s, paths, step)
	}
	return b.loop(steps, xs, s, paths, step, mode{})
}

var errInvalid = fmt.Errorf("an operand is invalid")

func invalidLike(bad *Node, ns []*Node) []*Node {
	out := make([]*Node, len(ns))
	for i := range out {
		out[i] = bad
	}
	return out
}

// steps returns the number of steps, and why it cannot be told.
func (b *loopBuilder) steps(xs []*Node) (int, error) {
	t := -1
	for i, x := range xs {
		switch {
		case x == nil:
			return 0, fmt.Errorf("%w: sequence %d is nil", ErrValue, i)
		case !x.Valid():
			return 0, errInvalid
		case !x.g.encloses(b.g):
			return 0, fmt.Errorf("%w: sequence %d is %v, of another graph or of a loop that is finished", ErrScope, i, x)
		case len(x.typ.Shape) == 0:
			return 0, fmt.Errorf("%w: sequence %d is a scalar, want a leading axis of steps", ErrShape, i)
		case t >= 0 && x.typ.Shape[0] != t:
			return 0, fmt.Errorf("%w: sequences of %d and %d steps", ErrShape, t, x.typ.Shape[0])
		}
		t = x.typ.Shape[0]
	}
	switch o := b.o; {
	case o.Steps < 0 || o.Segment < 0 || o.Truncate < 0:
		return 0, fmt.Errorf("%w: Steps %d, Segment %d, Truncate %d must not be negative", ErrValue, o.Steps, o.Segment, o.Truncate)
	case o.Segment > 0 && o.Truncate > 0:
		return 0, fmt.Errorf("%w: Segment and Truncate cannot be combined", ErrValue)
	case t < 0:
		t = o.Steps
	case o.Steps != 0 && o.Steps != t:
		return 0, fmt.Errorf("%w: Steps is %d, the sequences have %d", ErrShape, o.Steps, t)
	}
	return t, nil
}

// detach wraps step so that the named carried values pass no gradient from step to step. Gradients
// of the last state reach the last step, and the first step's reach the initial state.
func (b *loopBuilder) detach(paths []string, steps int, step stepFunc) stepFunc {
	if len(b.o.Detach) == 0 {
		return step
	}
	for _, d := range b.o.Detach {
		if !slices.Contains(paths, d) {
			b.fail(fmt.Errorf("%w: Detach names %q, the state has %q", ErrValue, d, paths))
		}
	}
	end := steps - 1
	if b.o.Reverse {
		end = 0
	}
	return func(x, s []*Node) (y, next []*Node) {
		y, next = step(x, s)
		for i, n := range next {
			if i < len(paths) && slices.Contains(b.o.Detach, paths[i]) && n.DType().IsFloat() {
				at := b.g.root.top.StepIndex() // what the last step returns leaves the loop as it is
				next[i] = at.Eq(at.scalar(float64(end))).Select(n, n.StopGradient())
			}
		}
		return y, next
	}
}

// carry is a carried value that has no initial value yet.
type carry struct {
	g    *Graph // the loop's body
	at   int
	path string
	init *Node // once resolved, as a node of the graph around
	told bool  // that there is no initial value has been reported
}

// missing says that nobody gave an initial value.
func (c *carry) missing() error {
	return fmt.Errorf("%w: state %s has no initial value: pass one, or give it with Else", ErrValue, c.path)
}

// Else gives the initial value of carried state: within the step of a Loop whose initial state is
// nil at x's place, init becomes that initial value; elsewhere Else returns x if there is one and
// init if x is nil. init must not depend on values of the loop's steps.
func (x *Node) Else(init *Node) *Node {
	if x == nil {
		return init
	}
	c := x.pending
	if c == nil || x.okay {
		return x
	}
	if !init.Valid() {
		c.told = true
		return init
	}
	outer, ok := c.g.outside(init)
	if !ok {
		c.told = true
		return init.g.Fail(fmt.Errorf("Else: %w: the initial value of %s depends on a step of the loop", ErrScope, c.path))
	}
	c.init = outer
	x.op = argOp{role: roleCarried, index: c.at, name: c.path, typ: typeKey(init.typ)}
	x.typ, x.okay = Type{init.typ.DType, slices.Clone(init.typ.Shape)}, true
	x.id = len(c.g.nodes)
	c.g.nodes = append(c.g.nodes, x)
	return x
}

// outside returns x as a node of the graph around the body g: what it was captured from, or a copy
// of the nodes it is computed from where none of them depends on a step.
func (g *Graph) outside(x *Node) (*Node, bool) {
	if x.g != g && x.g.encloses(g) {
		return g.parent.local(x), true
	}
	if !g.encloses(x.g) {
		return nil, false
	}
	if a, ok := x.op.(argOp); ok {
		if a.role == roleCapture {
			return g.outside(x.g.captured[a.index])
		}
		return nil, false
	}
	in := make([]*Node, len(x.in))
	for i, y := range x.in {
		var ok bool
		if in[i], ok = g.outside(y); !ok {
			return nil, false
		}
	}
	return g.parent.add(x.op, in), true
}

// StepIndex returns the number of the step of the loop whose body g is: an Int32 scalar, 0 in the
// first step of the sequence whichever way the loop walks. Outside of loops it is a fault.
func (g *Graph) StepIndex() *Node {
	if !g.loop {
		return g.Fail(fmt.Errorf("StepIndex: %w: there is no loop around", ErrScope))
	}
	if g.index == nil {
		g.index = g.stepArg()
	}
	return g.index
}

// stepArg returns the placeholder for the step's place in the loop whose body g is.
func (g *Graph) stepArg() *Node {
	if g.indexArg == nil {
		t := Type{Int32, Shape{}}
		g.indexArg = g.placeholder(argOp{role: roleIndex, typ: typeKey(t)}, t)
	}
	return g.indexArg
}

// mode says how a loop is part of a segmented one; the zero mode is a loop on its own.
type mode struct {
	index   func(at *Node) *Node // number of the step, from its place in the loop
	enter   func(*Node) *Node    // applied to initial values
	segment bool                 // outer loop of segments
}

// loop makes the loop node.
func (b *loopBuilder) loop(steps int, xs, s []*Node, paths []string, step stepFunc, m mode) (ys, last []*Node) {
	body := b.g.body()
	body.loop, body.segment = true, m.segment
	if m.index != nil {
		body.index = m.index(body.stepArg())
	}
	l := &LoopSpec{Name: b.o.Name, Body: body, Steps: steps, Reverse: b.o.Reverse, Recompute: m.segment && b.o.Segment > 0}
	s = slices.Clone(s)
	for i, n := range s {
		if n == nil || n.pending != nil && !n.okay {
			c := &carry{g: body, at: i, path: paths[i]}
			l.Carried = append(l.Carried, &Node{g: body, pending: c, scope: body.root.scope})
			continue
		}
		l.Carried = append(l.Carried, body.placeholder(argOp{role: roleCarried, index: i, name: paths[i], typ: typeKey(n.typ)}, n.typ))
	}
	for i, x := range xs {
		t := Type{x.typ.DType, slices.Clone(x.typ.Shape[1:])}
		l.Seqs = append(l.Seqs, body.placeholder(argOp{role: roleSeq, index: i, typ: typeKey(t)}, t))
	}
	y, next := step(slices.Clone(l.Seqs), slices.Clone(l.Carried))
	used := usedState(l, next)
	last = slices.Clone(s)
	ok := b.finish(l, s, paths, y, next)
	body.close()
	if !ok {
		bad := &Node{g: b.g}
		return invalidLike(bad, y), invalidLike(bad, s)
	}
	l.Index = body.indexArg
	l.Carried = pick(l.Carried, used, nil)
	init := pick(s, used, nil)
	if m.enter != nil {
		for i := range init {
			init[i] = m.enter(init[i])
		}
	}
	run := l.apply
	if b.o.Unroll {
		run = l.unroll
	}
	ys, final := run(b.g, init, xs)
	for i := range last {
		if used[i] {
			last[i], final = final[0], final[1:]
		}
	}
	return ys, last
}

// usedState marks the state that the step works with. A nil leaf that it returns untouched is a
// part that the network does not have: it stays nil.
func usedState(l *LoopSpec, next []*Node) []bool {
	used := make([]bool, len(l.Carried))
	for i, c := range l.Carried {
		used[i] = c.pending == nil || c.okay || len(next) != len(l.Carried) || next[i] != c
	}
	return used
}

// finish checks the step's results and enters them in the loop.
func (b *loopBuilder) finish(l *LoopSpec, s []*Node, paths []string, y, next []*Node) bool {
	if len(next) != len(s) {
		return false // reported
	}
	ok := true
	used := usedState(l, next)
	for i, n := range next {
		c := l.Carried[i]
		if !used[i] {
			continue
		}
		if p := c.pending; p != nil {
			if !c.okay {
				if !p.told && (n == nil || n.Valid() || n.pending != nil) { // else the fault that made n is reported
					b.fail(p.missing())
				}
				if s[i] != nil && s[i].pending != nil {
					s[i].pending.told = true
				}
				return false
			}
			if s[i] = s[i].Else(p.init); !s[i].Valid() {
				return false
			}
		}
		switch {
		case n == nil:
			b.fail(fmt.Errorf("%w: the step returns nil for state %s", ErrValue, paths[i]))
			ok = false
		case !n.Valid():
			ok = false
		case !n.g.encloses(l.Body):
			b.fail(fmt.Errorf("%w: the step returns %v for state %s, of another graph or of a loop that is finished", ErrScope, n, paths[i]))
			ok = false
		case !n.typ.Equal(c.typ):
			b.fail(fmt.Errorf("%w: state %s is %v before the step and %v after it", ErrShape, paths[i], c.typ, n.typ))
			ok = false
		default:
			l.Next = append(l.Next, l.Body.local(n))
		}
	}
	for i, n := range y {
		switch {
		case n == nil:
			b.fail(fmt.Errorf("%w: result %d of the step is nil", ErrValue, i))
			ok = false
		case !n.Valid():
			ok = false
		case !n.g.encloses(l.Body):
			b.fail(fmt.Errorf("%w: result %d of the step is %v, of another graph or of a loop that is finished", ErrScope, i, n))
			ok = false
		default:
			l.Ys = append(l.Ys, l.Body.local(n))
		}
	}
	return ok
}

// segments cuts a loop in an outer loop over segments and an inner one over the steps of each; what
// is left over at the end is a loop of its own.
func (b *loopBuilder) segments(k, steps int, xs, s []*Node, paths []string, step stepFunc) (ys, last []*Node) {
	n := steps / k
	cut := func(x *Node, from, to int) *Node { return x.Slice(Range{From: from, To: to}) }
	main, rest := make([]*Node, len(xs)), make([]*Node, len(xs))
	whole, tail := Range{From: 0, To: n * k}, Range{From: n * k, To: steps}
	if b.o.Reverse {
		whole, tail = Range{From: steps - n*k, To: steps}, Range{From: 0, To: steps - n*k}
	}
	for i, x := range xs {
		m := cut(x, whole.From, whole.To)
		main[i] = m.Reshape(append([]int{n, k}, m.typ.Shape[1:]...)...)
		rest[i] = cut(x, tail.From, tail.To)
	}
	inner := func(x, st []*Node) (y, next []*Node) {
		in := &loopBuilder{g: b.g.root.top, o: b.o}
		at := in.g.StepIndex()
		m := mode{index: func(local *Node) *Node {
			return at.Mul(at.scalar(float64(k))).Add(local).Add(at.scalar(float64(whole.From)))
		}}
		if b.o.Truncate > 0 {
			first := at.scalar(0)
			if b.o.Reverse {
				first = at.scalar(float64(n - 1))
			}
			m.enter = func(c *Node) *Node { // only the first segment's gradient reaches the initial state
				if !c.typ.DType.IsFloat() {
					return c
				}
				return at.Eq(first).Select(c, c.StopGradient())
			}
		}
		return in.loop(k, x, st, paths, step, m)
	}
	out := &loopBuilder{g: b.g, o: b.o}
	draws := b.g.root.streams // the rest draws from the same streams
	ys, last = out.loop(n, main, s, paths, inner, mode{segment: true})
	for i, y := range ys {
		if y.Valid() {
			ys[i] = y.Flatten(0, 1)
		}
	}
	failed := func(n *Node) bool { return n != nil && !n.Valid() && n.pending == nil }
	if tail.From == tail.To || slices.ContainsFunc(slices.Concat(ys, last), failed) {
		return ys, last
	}
	for i, n := range last {
		if b.o.Truncate > 0 && n.Valid() {
			last[i] = n.StopGradient()
		}
	}
	b.g.root.streams = draws
	yt, last := out.loop(tail.To-tail.From, rest, last, paths, step, mode{index: func(local *Node) *Node {
		return local.Add(local.scalar(float64(tail.From)))
	}})
	for i := range ys {
		pair := []*Node{ys[i], yt[i]}
		if b.o.Reverse {
			pair[0], pair[1] = pair[1], pair[0]
		}
		ys[i] = Concat(0, pair...)
	}
	return ys, last
}
