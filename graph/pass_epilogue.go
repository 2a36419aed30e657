package graph

// epiloguePass joins an elementwise group with the product that it alone reads: both are computed block
// by block of rows, so that what is between them does not leave the second-level cache. What stays in it
// whole, and products that are better divided otherwise, it leaves alone; of several products that a group
// reads it takes one.
func epiloguePass(u unit, c *compiler) unit {
	if c.off["fuse"] {
		return u
	}
	e := &epiloguer{r: &rewriter{loops: map[*LoopSpec]*LoopSpec{}}}
	e.r.build, e.r.node = e.graph, e.node
	return e.graph(u, nil, make([]*Node, len(u.g.nodes)))
}

type epiloguer struct {
	r    *rewriter
	uses []int // of the nodes of the graph that is being rebuilt, by number
}

// graph rebuilds u.
func (e *epiloguer) graph(u unit, parent *Graph, at []*Node) unit {
	outer := e.uses
	defer func() { e.uses = outer }()
	e.uses = make([]int, len(u.g.nodes))
	for i, ok := range reachable(u.g, u.outs) {
		if ok {
			for _, x := range u.g.nodes[i].in {
				e.uses[x.id]++
			}
		}
	}
	for _, o := range u.outs {
		e.uses[o.id]++
	}
	return e.r.graph(u, parent, at)
}

// node returns the node of the group n and a product, nil if they are not joined.
func (e *epiloguer) node(n *Node, in []*Node) *Node {
	f, ok := n.op.(fusedOp)
	if !ok {
		return nil
	}
	for i := range n.in {
		p, to := n.in[i], in[i]
		for isReshape(p) && e.uses[p.id] == 1 {
			p, to = p.in[0], to.in[0]
		}
		if e.uses[p.id] != 1 || !near(p, n) {
			continue
		}
		if j := newEpilogue(p, f.fused, i); j != nil {
			reads := append(append(append([]*Node{}, to.in...), in[:i]...), in[i+1:]...)
			return e.r.inside.add(epilogueOp{j}, reads)
		}
	}
	return nil
}

func isReshape(n *Node) bool { _, ok := n.op.(reshapeOp); return ok }
