package graph

import (
	"fmt"
	"slices"
)

// fusePass puts elementwise nodes into groups that one kernel computes each: neighbours of one
// shape where no other kernel stands between them, and the reductions of what they compute. Switched off, each
// node is a group of its own. Reductions that would need several passes it leaves alone, and what comes
// before or after a product; but the mask of a product becomes part of it.
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
		if gs.need[i] {
			gs.join(n, f.alone)
		}
	}
	for i, n := range u.g.nodes {
		if gs.need[i] && !f.alone {
			gs.end(n)
		}
	}
	e := &emitter{f: f, gs: gs, u: u, at: at, g: emptyGraph(u.g, parent), done: map[*group]bool{}}
	return e.emit()
}

// emitter writes the graph of groups: each after what it reads.
type emitter struct {
	f      *fuser
	gs     *grouping
	u      unit
	g      *Graph
	at     []*Node
	wanted []bool           // members that something outside their group reads
	done   map[*group]bool  // groups that are written
	masks  map[*Node]*group // those that a product under a mask computes itself
}

func (e *emitter) emit() unit {
	root := e.g.root
	before := root.top
	root.top = e.g
	defer func() { root.top, root.scope = before, "" }()
	e.markWanted()
	e.findMasks()
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

// findMasks finds groups that compute a mask alone, and nothing else does with it than one product.
func (e *emitter) findMasks() {
	e.masks = map[*Node]*group{}
	for i, n := range e.u.g.nodes {
		if _, ok := n.op.(openOp); !ok || !e.gs.need[i] {
			continue
		}
		x := n.in[2]
		g := e.gs.of[x.id]
		if g == nil || len(g.ends) > 0 || len(e.gs.readers[x.id]) != 1 || slices.Contains(e.u.outs, x) {
			continue
		}
		if !slices.ContainsFunc(g.members, func(m *Node) bool { return m != x && e.wanted[m.id] }) {
			e.masks[n], e.done[g] = g, true
		}
	}
}

// masked writes a product with the mask that it computes itself.
func (e *emitter) masked(n *Node, g *group) *Node {
	code, reads := g.fuse(n.in[2:])
	in := slices.Concat(n.in[:2], reads)
	for _, x := range in {
		e.node(x)
	}
	e.g.root.scope = n.scope
	return e.g.add(openOp{n.op.(openOp).matMulOp, code}, mapped(in, e.at))
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
	if mask := e.masks[n]; mask != nil {
		e.at[n.id] = e.must(n, e.masked(n, mask))
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
	outs = append(outs, g.ends...)
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
