package graph

// dcePass removes what nothing reads: results of loops, state that only feeds itself, sequences and
// captures. Nodes outside of loops that nothing reads are left out whenever a graph is rebuilt.
func dcePass(u unit, _ *compiler) unit {
	d := &pruner{r: &rewriter{loops: map[*LoopSpec]*LoopSpec{}}}
	d.r.build = d.graph
	return d.graph(u, nil, make([]*Node, len(u.g.nodes)))
}

// pruner rebuilds loops without their dead parts. Every loop node gets a body of its own.
type pruner struct{ r *rewriter }

// graph rebuilds u; at receives the new node of each old one.
func (d *pruner) graph(u unit, parent *Graph, at []*Node) unit {
	used := map[*Node][]bool{} // results read, of each loop
	need := reachable(u.g, u.outs)
	for i, n := range u.g.nodes {
		if r := n.ResultIndex(); need[i] && r >= 0 {
			l := n.in[0]
			if used[l] == nil {
				used[l] = make([]bool, len(l.tuple))
			}
			used[l][r] = true
		}
	}
	index := map[*Node][]int{} // where a loop's old result is among the new ones
	saved := d.r.node
	defer func() { d.r.node = saved }()
	d.r.node = func(n *Node, in []*Node) *Node {
		if l := n.Loop(); l != nil {
			m, from, results := d.loop(l, used[n], in[0].g)
			index[n] = results
			args := make([]*Node, len(from))
			for i, f := range from {
				args[i] = in[f]
			}
			return in[0].g.add(loopOp{m}, args)
		}
		if r := n.ResultIndex(); r >= 0 && n.in[0].Loop() != nil {
			return in[0].result(index[n.in[0]][r])
		}
		return nil
	}
	return d.r.graph(u, parent, at)
}

// loop returns the loop with only what the used results need, which of the inputs it still has, and
// where the old results are among the new ones.
func (d *pruner) loop(l *LoopSpec, used []bool, g *Graph) (m *LoopSpec, from, results []int) {
	nc := len(l.Carried)
	live := append([]bool{}, used[:nc]...)
	var need []bool
	for again := true; again; {
		again = false
		need = reachable(l.Body, pick(l.Next, live, pick(l.Ys, used[nc:], nil)))
		for i, c := range l.Carried {
			if need[c.id] && !live[i] {
				live[i], again = true, true
			}
		}
	}
	c := *l
	c.Next, c.Ys = pick(l.Next, live, nil), pick(l.Ys, used[nc:], nil)
	at := make([]*Node, len(l.Body.nodes))
	outs := append(append([]*Node{}, c.Next...), c.Ys...)
	u := d.graph(unit{l.Body, outs}, g, at)
	c.Body = u.g
	c.Next, c.Ys = u.outs[:len(c.Next)], u.outs[len(c.Next):]
	c.Carried, c.Seqs = nil, nil
	keep := func(i int, p *Node, ok bool, list *[]*Node) {
		if ok {
			*list = append(*list, at[p.id])
			from = append(from, i)
		}
	}
	for i, p := range l.Carried {
		keep(i, p, live[i], &c.Carried)
	}
	for i, p := range l.Seqs {
		keep(nc+i, p, need[p.id], &c.Seqs)
	}
	for i, p := range l.Body.captures {
		keep(nc+len(l.Seqs)+i, p, need[p.id], &c.Body.captures)
	}
	c.Index = nil
	if l.Index != nil && need[l.Index.id] {
		c.Index = at[l.Index.id]
	}
	n := 0
	for i := range used {
		results = append(results, n)
		if i < nc && live[i] || i >= nc && used[i] {
			n++
		}
	}
	return &c, from, results
}

// pick appends to list the nodes that are marked.
func pick(ns []*Node, mark []bool, list []*Node) []*Node {
	for i, n := range ns {
		if mark[i] {
			list = append(list, n)
		}
	}
	return list
}
