package graph

import "slices"

// dcePass removes what nothing reads: results of loops, state that only feeds itself, sequences and
// captures. Other nodes that nothing reads are left out whenever a graph is rebuilt.
func dcePass(u unit, _ *compiler) unit {
	d := &pruner{r: &rewriter{loops: map[*LoopSpec]*LoopSpec{}}}
	d.r.build = d.graph
	return d.graph(u, nil, make([]*Node, len(u.g.nodes)))
}

// pruner rebuilds loops without their dead parts. Every loop node gets a body of its own.
type pruner struct{ r *rewriter }

// liveLoop is what is live of a loop: of its state, of its results, of the nodes of its body.
type liveLoop struct {
	carried, ys, body []bool
}

// graph rebuilds u; at receives the new node of each old one.
func (d *pruner) graph(u unit, parent *Graph, at []*Node) unit {
	live, need := liveLoops(u)
	node, needed := d.r.node, d.r.need
	defer func() { d.r.node, d.r.need = node, needed }()
	d.r.need = func(unit) []bool { return need }
	index := map[*Node][]int{} // where a loop's old result is among the new ones
	d.r.node = func(n *Node, in []*Node) *Node {
		if l := n.Loop(); l != nil {
			v, g := live[n], d.r.inside
			m, from := d.loop(l, v, g)
			index[n] = v.results()
			args := make([]*Node, len(from))
			for i, f := range from {
				args[i] = in[f] // the others may be dead, and nil
			}
			return g.add(loopOp{m}, args)
		}
		if r := n.ResultIndex(); r >= 0 && n.in[0].Loop() != nil {
			return in[0].result(index[n.in[0]][r])
		}
		return nil
	}
	return d.r.graph(u, parent, at)
}

// liveLoops finds what is live of each loop in u, from the last node to the first: a loop that
// reads less of another makes that one smaller too.
func liveLoops(u unit) (live map[*Node]*liveLoop, need []bool) {
	live = map[*Node]*liveLoop{}
	used := map[*Node][]bool{}
	need = make([]bool, len(u.g.nodes))
	for _, o := range u.outs {
		need[o.id] = true
	}
	for i := len(u.g.nodes) - 1; i >= 0; i-- {
		n := u.g.nodes[i]
		if !need[i] {
			continue
		}
		if r := n.ResultIndex(); r >= 0 {
			if used[n.in[0]] == nil {
				used[n.in[0]] = make([]bool, len(n.in[0].tuple))
			}
			used[n.in[0]][r] = true
		}
		l := n.Loop()
		if l != nil {
			live[n] = l.live(used[n])
		}
		for j, x := range n.in {
			need[x.id] = need[x.id] || l == nil || live[n].reads(l, j)
		}
	}
	return live, need
}

// live returns what the used results need.
func (l *LoopSpec) live(used []bool) *liveLoop {
	nc := len(l.Carried)
	v := &liveLoop{carried: slices.Clone(used[:nc]), ys: used[nc:]}
	for again := true; again; {
		again = false
		v.body = reachable(l.Body, pick(l.Next, v.carried, pick(l.Ys, v.ys, nil)))
		for i, c := range l.Carried {
			if v.body[c.id] && !v.carried[i] {
				v.carried[i], again = true, true
			}
		}
	}
	return v
}

// reads reports whether input j of the loop's node is read.
func (v *liveLoop) reads(l *LoopSpec, j int) bool {
	if j < len(l.Carried) {
		return v.carried[j]
	}
	if j -= len(l.Carried); j < len(l.Seqs) {
		return v.body[l.Seqs[j].id]
	}
	return v.body[l.Body.captures[j-len(l.Seqs)].id]
}

// results returns the places of the old results among those that are left.
func (v *liveLoop) results() []int {
	var at []int
	n := 0
	for _, used := range slices.Concat(v.carried, v.ys) {
		at = append(at, n)
		if used {
			n++
		}
	}
	return at
}

// loop returns the loop with only what is live, and which of the inputs it still has.
func (d *pruner) loop(l *LoopSpec, v *liveLoop, g *Graph) (m *LoopSpec, from []int) {
	c := *l
	c.Next, c.Ys = pick(l.Next, v.carried, nil), pick(l.Ys, v.ys, nil)
	at := make([]*Node, len(l.Body.nodes))
	u := d.graph(unit{l.Body, slices.Concat(c.Next, c.Ys)}, g, at)
	c.Body = u.g
	c.Next, c.Ys = u.outs[:len(c.Next)], u.outs[len(c.Next):]
	c.Carried, c.Seqs = nil, nil
	lists := []*[]*Node{&c.Carried, &c.Seqs, &c.Body.captures}
	i := 0
	for k, old := range [][]*Node{l.Carried, l.Seqs, l.Body.captures} {
		for _, p := range old {
			if v.reads(l, i) {
				*lists[k] = append(*lists[k], at[p.id])
				from = append(from, i)
			}
			i++
		}
	}
	c.Index = nil
	if l.Index != nil && v.body[l.Index.id] {
		c.Index = at[l.Index.id]
	}
	return &c, from
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
