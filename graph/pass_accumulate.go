package graph

// accumulatePass turns the sum of a product and a value, where nothing else reads the product, into
// a product that is added to the value: c + a·b. Where c is read for the last time, that happens in
// its memory.
func accumulatePass(u unit, _ *compiler) unit {
	r := &rewriter{loops: map[*LoopSpec]*LoopSpec{}}
	r.build = func(u unit, parent *Graph, at []*Node) unit {
		before := r.node
		defer func() { r.node = before }()
		r.node = accumulator(u)
		return r.graph(u, parent, at)
	}
	return r.build(u, nil, make([]*Node, len(u.g.nodes)))
}

// accumulator returns the rewrite for one graph.
func accumulator(u unit) func(n *Node, in []*Node) *Node {
	readers := make([]int, len(u.g.nodes))
	need := reachable(u.g, u.outs)
	for i, n := range u.g.nodes {
		for _, x := range n.in {
			if need[i] {
				readers[x.id]++
			}
		}
	}
	for _, o := range u.outs {
		readers[o.id]++
	}
	return func(n *Node, in []*Node) *Node {
		if n.op != opAdd {
			return nil
		}
		for i := range 2 {
			if _, isConst := in[i].op.(constOp); isConst { // a fused kernel adds it without memory
				continue
			}
			o, ok := n.in[1-i].op.(matMulOp)
			if ok && readers[n.in[1-i].id] == 1 && in[i].typ.Equal(n.typ) && in[1-i].typ.Equal(n.typ) {
				p := in[1-i]
				return apply(matMulAddOp{o}, in[i], p.in[0], p.in[1])
			}
		}
		return nil
	}
}
