package graph

import (
	"slices"
)

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
