package graph

import (
	"fmt"
	"slices"
)

// fusePass puts elementwise nodes into groups that one kernel computes each: neighbours of one
// shape where no other kernel stands between them. Switched off, each node is a group of its own.
// Reductions, and what comes before or after a product, it leaves alone.
func fusePass(u unit, c *compiler) unit {
	f := &fuser{alone: c.off["fuse"], r: &rewriter{loops: map[*LoopSpec]*LoopSpec{}}}
	f.r.build = f.graph
	return f.graph(u, nil, make([]*Node, len(u.g.nodes)))
}

// maxGroup bounds the nodes of a group, so that its registers stay in the first-level cache.
const maxGroup = 48

type fuser struct {
	alone bool
	r     *rewriter
}

// graph rebuilds u with its groups as nodes.
func (f *fuser) graph(u unit, parent *Graph, at []*Node) unit {
	gs := newGrouping(u)
	for i, n := range u.g.nodes {
		if !gs.need[i] {
			continue
		}
		if _, ok := computeKind(n); ok {
			gs.join(n, f.alone)
		}
	}
	e := &emitter{f: f, gs: gs, u: u, at: at, g: emptyGraph(u.g, parent), done: map[*group]bool{}}
	return e.emit()
}

// grouping assigns nodes to groups.
type grouping struct {
	u     unit
	need  []bool
	of    []*group // by node number
	seen  []int    // stamp of the last search that came by
	stamp int
	split []bool // by node number: whether a group has members before it and others from it on
}

func newGrouping(u unit) *grouping {
	n := len(u.g.nodes)
	return &grouping{u: u, need: reachable(u.g, u.outs), of: make([]*group, n), seen: make([]int, n), split: make([]bool, n)}
}

// join puts n in a group: with what computes its inputs where that is possible.
func (gs *grouping) join(n *Node, alone bool) {
	k, _ := computeKind(n)
	own := &group{compute: k, members: []*Node{n}, has: map[*Node]bool{n: true}}
	gs.of[n.id] = own
	if alone {
		return
	}
	for _, x := range n.in {
		if g := gs.of[x.id]; g != nil && g != gs.of[n.id] && gs.mergeable(g, gs.of[n.id]) {
			gs.merge(g, gs.of[n.id])
		}
	}
}

// mergeable reports whether one kernel can compute a and b, of which b may read a.
func (gs *grouping) mergeable(a, b *group) bool {
	if !a.members[0].typ.Shape.Equal(b.members[0].typ.Shape) || len(a.members)+len(b.members) > maxGroup {
		return false
	}
	if a.compute != b.compute && a.compute != anyKind && b.compute != anyKind {
		return false
	}
	return !gs.leads(a, b) && !gs.leads(b, a)
}

// leads reports whether there is a way from group a to group b through a node of neither. A group
// reads what any of its members reads, so ways go up and down; but none leads back across a place
// that splits no group.
func (gs *grouping) leads(a, b *group) bool {
	gs.stamp++
	first := a.members[0].id
	for gs.split[first] {
		first--
	}
	var visit func(n *Node) bool
	visit = func(n *Node) bool {
		g := gs.of[n.id]
		if g == a {
			return true
		}
		members := []*Node{n}
		if g != nil {
			members = g.members
		}
		if members[0].id < first || gs.seen[members[0].id] == gs.stamp {
			return false
		}
		gs.seen[members[0].id] = gs.stamp
		for _, m := range members {
			for _, x := range m.in {
				if gs.of[x.id] != g || g == nil {
					if visit(x) {
						return true
					}
				}
			}
		}
		return false
	}
	for _, m := range b.members {
		for _, x := range m.in {
			if g := gs.of[x.id]; g != a && g != b && visit(x) {
				return true
			}
		}
	}
	return false
}

// merge makes one group of two.
func (gs *grouping) merge(a, b *group) {
	if a.compute == anyKind {
		a.compute = b.compute
	}
	a.members = append(a.members, b.members...)
	slices.SortFunc(a.members, func(x, y *Node) int { return x.id - y.id })
	for _, m := range b.members {
		gs.of[m.id], a.has[m] = a, true
	}
	for i := a.members[0].id + 1; i <= a.members[len(a.members)-1].id; i++ {
		gs.split[i] = true
	}
}

// emitter writes the graph of groups: each after what it reads.
type emitter struct {
	f      *fuser
	gs     *grouping
	u      unit
	g      *Graph
	at     []*Node
	wanted []bool          // members that something outside their group reads
	done   map[*group]bool // groups that are written
}

func (e *emitter) emit() unit {
	root := e.g.root
	before := root.top
	root.top = e.g
	defer func() { root.top, root.scope = before, "" }()
	e.markWanted()
	for i, n := range e.u.g.nodes {
		if a, ok := n.op.(argOp); ok {
			e.at[i] = e.f.r.placeholder(e.g, n, a)
		}
	}
	for i, n := range e.u.g.nodes {
		if e.gs.need[i] {
			e.node(n)
		}
	}
	return unit{e.g, mapped(e.u.outs, e.at)}
}

func (e *emitter) markWanted() {
	e.wanted = make([]bool, len(e.u.g.nodes))
	for _, o := range e.u.outs {
		e.wanted[o.id] = true
	}
	for i, n := range e.u.g.nodes {
		for _, x := range n.in {
			if e.gs.need[i] && (e.gs.of[i] == nil || e.gs.of[x.id] != e.gs.of[i]) {
				e.wanted[x.id] = true
			}
		}
	}
}

// node writes n, or the group n is in, after everything it reads.
func (e *emitter) node(n *Node) {
	if e.at[n.id] != nil {
		return
	}
	g := e.gs.of[n.id]
	if e.done[g] {
		return
	}
	if g == nil {
		in := make([]*Node, len(n.in))
		for j, x := range n.in {
			e.node(x)
			in[j] = e.at[x.id]
		}
		e.g.root.scope = n.scope
		e.at[n.id] = e.must(n, e.g.add(e.f.r.op(n.op, e.g), in))
		return
	}
	var outs []*Node
	for _, m := range g.members {
		for _, x := range m.in {
			if e.gs.of[x.id] != g {
				e.node(x)
			}
		}
		if e.wanted[m.id] {
			outs = append(outs, m)
		}
	}
	if e.done[g] || len(outs) == 0 {
		return
	}
	e.done[g] = true
	code, reads := g.fuse(outs)
	in := mapped(reads, e.at)
	e.g.root.scope = outs[len(outs)-1].scope
	m := e.must(n, e.g.add(fusedOp{code}, in))
	for i, o := range outs {
		e.at[o.id] = m.result(i)
	}
}

func (e *emitter) must(n, m *Node) *Node {
	if !m.okay {
		panic(fmt.Sprintf("graph: fusing %v failed: %v", n, e.g.Err()))
	}
	return m
}
