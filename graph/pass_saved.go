package graph

import "slices"

// savedPass turns every Saved of a loop into a further result of the loop. What it adds beyond need,
// because loops share a body, the dce pass removes.
func savedPass(u unit, _ *compiler) unit {
	extra := map[*LoopSpec][]residual{}
	collectSaved(u, extra)
	if len(extra) == 0 {
		return u
	}
	r := &rewriter{loops: map[*LoopSpec]*LoopSpec{}, extra: extra}
	r.node = func(n *Node, in []*Node) *Node {
		o, ok := n.op.(savedOp)
		if !ok {
			return nil
		}
		l := n.in[0].Loop()
		return in[0].result(len(l.Carried) + len(l.Ys) + slices.Index(extra[l], residual{node: o.of}))
	}
	return r.graph(u, nil, make([]*Node, len(u.g.nodes)))
}

// collectSaved lists what is saved of each loop, in the order of the nodes that ask for it.
func collectSaved(u unit, extra map[*LoopSpec][]residual) {
	need := reachable(u.g, u.outs)
	for i, n := range u.g.nodes {
		if !need[i] {
			continue
		}
		if o, ok := n.op.(savedOp); ok {
			l, k := n.in[0].Loop(), residual{node: o.of}
			if !slices.Contains(extra[l], k) {
				extra[l] = append(extra[l], k)
			}
		}
		for _, b := range n.bodies() {
			collectSaved(b, extra)
		}
	}
}
