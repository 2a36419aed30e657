package graph

import "slices"

// stackPass takes sums of products over time out of loops: where a loop adds xₜᵀdₜ to a value that it
// does nothing else with, as gradients of weights do, and xₜ is a step of a sequence, the loop
// returns the dₜ instead, and products over many steps, Xᵀ·D, take the place of one for each. What the
// loop no longer needs it leaves to dce.
func stackPass(u unit, _ *compiler) unit {
	r := &rewriter{loops: map[*LoopSpec]*LoopSpec{}, extra: map[*LoopSpec][]residual{}}
	r.build = func(u unit, parent *Graph, at []*Node) unit {
		before := r.node
		defer func() { r.node = before }()
		s := &stacker{r: r, sums: map[*Node][]timeSum{}}
		r.node = s.node
		return r.graph(u, parent, at)
	}
	return r.build(u, nil, make([]*Node, len(u.g.nodes)))
}

// stacker rewrites the loops of one graph.
type stacker struct {
	r    *rewriter
	sums map[*Node][]timeSum // by the loop's node
}

// timeSum is a carried value that only adds up products of a step x of sequence seq and a value d: xᵀd,
// the part of it that a sparse matrix has, or the gradient of a convolution's kernel.
type timeSum struct {
	op           Op // of x and d, which sums over their rows
	carried, seq int
	cast         bool  // whether x is the sequence's step as floats
	d            *Node // of the body
	result       int   // which result of the loop holds the d
}

func (s *stacker) node(n *Node, in []*Node) *Node {
	if l := n.Loop(); l != nil {
		return s.loop(n, l, in)
	}
	if i := n.ResultIndex(); i >= 0 {
		for _, t := range s.sums[n.in[0]] {
			if t.carried == i {
				return t.product(in[0])
			}
		}
	}
	return nil
}

// loop rebuilds a loop that has sums over time, with the ds among its results.
func (s *stacker) loop(n *Node, l *LoopSpec, in []*Node) *Node {
	sums := l.timeSums()
	if len(sums) == 0 {
		return nil
	}
	own := *l
	var extra []residual
	for i := range sums {
		t := &sums[i]
		if t.result = len(l.Carried) + slices.Index(l.Ys, t.d); slices.Contains(l.Ys, t.d) {
			continue
		}
		k := residual{node: t.d}
		if !slices.Contains(extra, k) {
			extra = append(extra, k)
		}
		t.result = len(l.Carried) + len(l.Ys) + slices.Index(extra, k)
	}
	s.sums[n] = sums
	s.r.extra[&own] = extra
	return s.r.inside.add(loopOp{s.r.loop(&own, s.r.inside)}, in)
}

// product returns the last value of the sum: where it began, plus Xᵀ·D over all steps.
func (t timeSum) product(loop *Node) *Node {
	l := loop.Loop()
	x, d := loop.in[len(l.Carried)+t.seq], loop.result(t.result)
	if t.cast {
		x = x.Cast(d.typ.DType)
	}
	return apply(timeSumOp{op: t.op, steps: stepsAtATime(t.d.typ), backwards: l.Reverse}, loop.in[t.carried], x, d)
}

// timeSums finds the sums over time among the carried values.
func (l *LoopSpec) timeSums() []timeSum {
	readers := l.readers()
	var sums []timeSum
	for i, c := range l.Carried {
		next := l.Next[i]
		if next.op != opAdd || readers[c.id] != 1 || readers[next.id] != 1 {
			continue
		}
		p := next.in[1]
		if p == c {
			p = next.in[0]
		} else if next.in[0] != c {
			continue
		}
		if !sumsRows(p) || readers[p.id] != 1 || !p.typ.Equal(c.typ) {
			continue
		}
		x, cast := p.in[0], false
		if _, ok := x.op.(castOp); ok {
			x, cast = x.in[0], true
		}
		if _, given := p.in[1].op.(argOp); given { // it would be copied for every step
			continue
		}
		if j := slices.Index(l.Seqs, x); j >= 0 {
			sums = append(sums, timeSum{op: p.op, carried: i, seq: j, cast: cast, d: p.in[1]})
		}
	}
	return sums
}

// sumsRows reports whether n is a product that sums over the rows of both its factors.
func sumsRows(n *Node) bool {
	switch o := n.op.(type) {
	case matMulOp:
		return o.ta && !o.tb && len(n.in[0].typ.Shape) == 2
	case convKernelOp, sampledOp:
		return true
	}
	return false
}

// readers counts how often each node of the body is read, by nodes and as a result.
func (l *LoopSpec) readers() []int {
	n := make([]int, len(l.Body.nodes))
	outs := slices.Concat(l.Next, l.Ys)
	need := reachable(l.Body, outs)
	for i, m := range l.Body.nodes {
		for _, x := range m.in {
			if need[i] {
				n[x.id]++
			}
		}
	}
	for _, o := range outs {
		n[o.id]++
	}
	return n
}
