package graph

import "slices"

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
