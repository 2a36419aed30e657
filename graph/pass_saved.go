package graph

import "slices"

// savedPass turns every Saved of a loop into a further result of the loop. What it adds beyond need,
// because loops share a body, the dce pass removes.
func savedPass(u unit, _ *compiler) unit {
	extra := map[*LoopSpec][]*Node{}
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
		return in[0].result(len(l.Carried) + len(l.Ys) + slices.Index(extra[l], o.of))
	}
	return r.graph(u, nil, make([]*Node, len(u.g.nodes)))
}

// collectSaved lists what is saved of each loop, in the order of the nodes that ask for it.
func collectSaved(u unit, extra map[*LoopSpec][]*Node) {
	need := reachable(u.g, u.outs)
	for i, n := range u.g.nodes {
		if !need[i] {
			continue
		}
		if o, ok := n.op.(savedOp); ok {
			if l := n.in[0].Loop(); !slices.Contains(extra[l], o.of) {
				extra[l] = append(extra[l], o.of)
			}
		}
		for _, b := range n.bodies() {
			collectSaved(b, extra)
		}
	}
}
