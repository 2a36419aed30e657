package graph

import "slices"

// recomputePass divides loops and their backward loops into segments, where a bound on memory asks for
// it: the forward loop keeps the state at the beginning of each segment alone, and the backward loop
// computes a segment again, with the same kernels and the same random numbers, before it walks back
// through it. What is kept of the segment's steps is left to the residuals pass.
//
// Source: Chen, Xu, Zhang, Guestrin, "Training Deep Nets with Sublinear Memory Cost" (2016),
// arXiv:1604.06174.
func recomputePass(u unit, c *compiler) unit {
	if c.segments == nil {
		return u
	}
	pairs := findPairs(u)
	s := &segmenter{r: &rewriter{loops: map[*LoopSpec]*LoopSpec{}}, of: map[*Node]*segmented{}, results: map[*Node][]*Node{}}
	for i, d := range c.segments(pairs) {
		if p := pairs[i]; d.n > 0 {
			d := &segmented{pair: p, division: d}
			c.again = append(c.again, d.segmentation(u))
			s.of[p.forward] = d
			for _, b := range p.backward {
				s.of[b] = d
			}
		}
	}
	if len(s.of) == 0 {
		return u
	}
	s.r.node = s.node
	return s.r.graph(u, nil, make([]*Node, len(u.g.nodes)))
}

// loopPair is a loop and the loops that walk back over what it computed.
type loopPair struct {
	forward  *Node
	backward []*Node
}

// findPairs lists the pairs of u, in the order of the forward loops.
func findPairs(u unit) []loopPair {
	need := reachable(u.g, u.outs)
	at, isBackward := map[*Node]int{}, map[*Node]bool{}
	var pairs []loopPair
	for i, n := range u.g.nodes {
		if n.Loop() == nil || !need[i] {
			continue
		}
		f := n.walksBackOver()
		if f == nil || isBackward[f] {
			continue
		}
		isBackward[n] = true
		if _, ok := at[f]; !ok {
			at[f] = len(pairs)
			pairs = append(pairs, loopPair{forward: f})
		}
		p := &pairs[at[f]]
		p.backward = append(p.backward, n)
	}
	return pairs
}

// walksBackOver returns the loop whose stacked results the loop n reads in the opposite direction, nil
// if there is none.
func (n *Node) walksBackOver() *Node {
	l := n.Loop()
	for j := range l.Seqs {
		x := n.in[len(l.Carried)+j]
		if x.ResultIndex() < 0 {
			continue
		}
		f := x.in[0].Loop()
		if f != nil && f.Steps == l.Steps && f.Reverse != l.Reverse && !f.Recompute && x.ResultIndex() >= len(f.Carried) {
			return x.in[0]
		}
	}
	return nil
}

// unit returns of how many steps a segment must be a multiple, so that sums over time are added up in
// the order in which they are without segments.
func (p loopPair) unit() int {
	unit := 1
	for _, b := range p.backward {
		l := b.Loop()
		for _, next := range l.Next {
			if next.op != opAdd {
				continue
			}
			for _, x := range next.in {
				if sumsRows(x) {
					unit = max(unit, stepsAtATime(x.in[1].typ))
				}
			}
		}
	}
	return unit
}

// division is how the steps of a loop are divided, as it walks: n segments of k steps, none if n is 0,
// and a tail, of which nothing is computed again since the backward loop begins with it.
type division struct {
	n, k       int
	main, tail Range
}

// divided returns the division of l into n segments of k steps and a tail.
func (l *LoopSpec) divided(n, k int) division {
	d := division{n: n, k: k}
	d.main, d.tail = Range{From: 0, To: n * k}, Range{From: n * k, To: l.Steps}
	if l.Reverse {
		d.main, d.tail = Range{From: l.Steps - n*k, To: l.Steps}, Range{From: 0, To: l.Steps - n*k}
	}
	return d
}

// inSegments returns the main part of a sequence as [n k …].
func (d division) inSegments(x *Node) *Node {
	x = x.Slice(d.main)
	return x.Reshape(append([]int{d.n, d.k}, x.typ.Shape[1:]...)...)
}

// whole joins the results of the segments, which are [n k …], with those of the tail.
func (d division) whole(ys, tail []*Node) []*Node {
	for i := range ys {
		ys[i] = ys[i].Flatten(0, 1)
		switch {
		case tail == nil:
		case d.tail.From == 0:
			ys[i] = Concat(0, tail[i], ys[i])
		default:
			ys[i] = Concat(0, ys[i], tail[i])
		}
	}
	return ys
}

// segmented is a pair of which segments are computed again.
type segmented struct {
	pair loopPair
	division
	starts []*Node // state of the forward loop at the beginning of each segment, stacked
	tailYs []*Node // results of its tail
	seqs   []*Node // its sequences
	caps   []*Node // what it captures
}

// segmenter writes the segmented loops.
type segmenter struct {
	r       *rewriter
	of      map[*Node]*segmented
	results map[*Node][]*Node // what takes the place of a loop's results
}

func (s *segmenter) node(n *Node, in []*Node) *Node {
	if i := n.ResultIndex(); i >= 0 && s.results[n.in[0]] != nil {
		return s.results[n.in[0]][i]
	}
	d := s.of[n]
	if d == nil {
		return nil
	}
	if n == d.pair.forward {
		s.results[n] = s.forward(d, n.Loop(), in)
	} else {
		s.results[n] = s.backward(d, n, in)
	}
	return s.results[n][0]
}

// forward writes the forward loop, and returns what takes the place of its results.
func (s *segmenter) forward(d *segmented, l *LoopSpec, in []*Node) []*Node {
	nc, ns := len(l.Carried), len(l.Seqs)
	d.seqs, d.caps = in[nc:nc+ns], in[nc+ns:]
	main := make([]*Node, ns)
	for i, x := range d.seqs {
		main[i] = d.inSegments(x)
	}
	ys, last := s.segments(d, l, main, in[:nc], func(x, state []*Node) (y, next []*Node) {
		y, next = s.segment(d, l, x, state, d.caps)
		return append(y, state...), next
	})
	ys, d.starts = ys[:len(l.Ys)], ys[len(l.Ys):]
	if d.tail.From < d.tail.To {
		tail := make([]*Node, ns)
		for i, x := range d.seqs {
			tail[i] = x.Slice(d.tail)
		}
		d.tailYs, last = s.tailOf(d, l, tail, last, d.caps)
	}
	return append(last, d.whole(ys, d.tailYs)...)
}

// backward writes a backward loop: through the tail, then through the segments from the last on.
func (s *segmenter) backward(d *segmented, n *Node, in []*Node) []*Node {
	l, f := n.Loop(), d.pair.forward.Loop()
	nc, ns := len(l.Carried), len(l.Seqs)
	seqs, state, caps := in[nc:nc+ns], in[:nc], in[nc+ns:]
	kept := make([]int, ns) // which result of the forward loop a sequence is, negative if it is none
	for j := range seqs {
		kept[j] = -1
		if x := n.in[nc+j]; x.ResultIndex() >= len(f.Carried) && x.in[0] == d.pair.forward {
			kept[j] = x.ResultIndex() - len(f.Carried)
		}
	}
	var tailYs []*Node
	if d.tail.From < d.tail.To {
		tail := make([]*Node, ns)
		for j, x := range seqs {
			if tail[j] = x.Slice(d.tail); kept[j] >= 0 {
				tail[j] = d.tailYs[kept[j]]
			}
		}
		tailYs, state = s.tailOf(d, l, tail, state, caps)
	}
	var main []*Node
	place := func(x *Node) int { // of x among the sequences of the outer loop: two that are one stay one
		if i := slices.Index(main, x); i >= 0 {
			return i
		}
		main = append(main, x)
		return len(main) - 1
	}
	given, read := make([]int, ns), make([]int, len(d.seqs))
	for j, x := range seqs {
		if kept[j] < 0 {
			given[j] = place(d.inSegments(x))
		}
	}
	for i, x := range d.seqs {
		read[i] = place(d.inSegments(x))
	}
	ys, last := s.segments(d, l, slices.Concat(main, d.starts), state, func(x, state []*Node) (y, next []*Node) {
		forward, own := make([]*Node, len(read)), make([]*Node, ns)
		for i, at := range read {
			forward[i] = x[at]
		}
		again, _ := s.segment(d, f, forward, x[len(main):], d.caps)
		for j := range own {
			if own[j] = x[given[j]]; kept[j] >= 0 {
				own[j] = again[kept[j]]
			}
		}
		return s.segment(d, l, own, state, caps)
	})
	return append(last, d.whole(ys, tailYs)...)
}

// segments makes the loop over the segments.
func (s *segmenter) segments(d *segmented, l *LoopSpec, seqs, state []*Node, step stepFunc) (ys, last []*Node) {
	b := &loopBuilder{g: s.r.inside, o: LoopOptions{Name: l.Name, Reverse: l.Reverse, Segment: d.k}}
	return b.loop(d.n, seqs, state, l.paths(), step, mode{segment: true})
}

// segment makes the loop over the steps of a segment, in the body of the loop over the segments.
func (s *segmenter) segment(d *segmented, l *LoopSpec, seqs, state, caps []*Node) (ys, last []*Node) {
	b := &loopBuilder{g: s.r.inside.root.top, o: LoopOptions{Name: l.Name, Reverse: l.Reverse}}
	m := mode{whole: l.Steps}
	if l.Index != nil {
		at := b.g.StepIndex()
		m.index = func(local *Node) *Node {
			return at.Mul(at.scalar(float64(d.k))).Add(local).Add(at.scalar(float64(d.main.From)))
		}
	}
	return b.loop(d.k, seqs, state, l.paths(), s.step(l, caps), m)
}

// tailOf makes the loop over the tail.
func (s *segmenter) tailOf(d *segmented, l *LoopSpec, seqs, state, caps []*Node) (ys, last []*Node) {
	b := &loopBuilder{g: s.r.inside, o: LoopOptions{Name: l.Name, Reverse: l.Reverse}}
	m := mode{whole: l.Steps}
	if l.Index != nil {
		m.index = func(local *Node) *Node { return local.Add(local.scalar(float64(d.tail.From))) }
	}
	return b.loop(d.tail.To-d.tail.From, seqs, state, l.paths(), s.step(l, caps), m)
}

// paths returns the names of what l carries.
func (l *LoopSpec) paths() []string {
	ps := make([]string, len(l.Carried))
	for i, c := range l.Carried {
		ps[i] = c.op.(argOp).name
	}
	return ps
}

// step returns a step of l as a function.
func (s *segmenter) step(l *LoopSpec, caps []*Node) stepFunc {
	return func(x, state []*Node) (y, next []*Node) {
		root := s.r.inside.root
		at := map[*Node]*Node{}
		args := slices.Concat(state, x)
		for _, c := range caps {
			args = append(args, c.Here())
		}
		for i, p := range l.Args() {
			at[p] = args[i]
		}
		if l.Index != nil {
			at[l.Index] = root.top.StepIndex()
		}
		outs := s.copied(l.Body, at, slices.Concat(l.Next, l.Ys))
		return outs[len(l.Next):], outs[:len(l.Next)]
	}
}

// copied copies what outs need from the body g into the graph that is being written.
func (s *segmenter) copied(g *Graph, at map[*Node]*Node, outs []*Node) []*Node {
	root := s.r.inside.root
	scope := root.scope
	defer func() { root.scope = scope }()
	need := reachable(g, outs)
	for i, n := range g.nodes {
		if !need[i] || at[n] != nil {
			continue
		}
		root.scope = n.scope
		in := make([]*Node, len(n.in))
		for j, x := range n.in {
			in[j] = at[x]
		}
		at[n] = root.top.add(s.r.op(n.op, root.top), in)
	}
	res := make([]*Node, len(outs))
	for i, o := range outs {
		res[i] = at[o]
	}
	return res
}
