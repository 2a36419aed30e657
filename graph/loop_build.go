package graph

import (
	"fmt"
	"slices"
)

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

// mode says how a loop is part of a segmented one; the zero mode is a loop on its own.
type mode struct {
	index   func(at *Node) *Node // number of the step, from its place in the loop
	enter   func(*Node) *Node    // applied to initial values
	segment bool                 // outer loop of segments
	whole   int                  // steps of the loop that this is a segment of, where the compiler made it
}

// loop makes the loop node.
func (b *loopBuilder) loop(steps int, xs, s []*Node, paths []string, step stepFunc, m mode) (ys, last []*Node) {
	body := b.g.body()
	body.loop, body.segment = true, m.segment
	if m.index != nil {
		body.index = m.index(body.stepArg())
	}
	l := &LoopSpec{Name: b.o.Name, Body: body, Steps: steps, Reverse: b.o.Reverse, Recompute: m.segment && b.o.Segment > 0, whole: m.whole}
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
	init = append(init, b.carryMoved(l)...)
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
	for i, u := range body.moved {
		b.g.settle(u.param, final[i])
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
