package graph

// openPass finds products that are multiplied by a slope that is often 0, as gradients into spikes are where the
// surrogate has compact support, and lets them know where it is not: what is 0 afterwards need not be computed. Of
// the slope that takes a second computation, before the product. That a slope of 0 hides a NaN or an infinity in the
// product is part of the bargain.
// Source: N. Perez-Nieves, D. F. M. Goodman, "Sparse spiking gradient descent", NeurIPS 34 (2021).
func openPass(u unit, _ *compiler) unit {
	if !u.has((*Node).opens) {
		return u
	}
	r, zeros := &rewriter{loops: map[*LoopSpec]*LoopSpec{}}, findZeros(u)
	r.build = func(u unit, parent *Graph, at []*Node) unit {
		before := r.node
		defer func() { r.node = before }()
		s := findSlopes(u, zeros)
		r.node = func(n *Node, in []*Node) *Node {
			if !n.opens() {
				return nil
			}
			f := s.of(n)
			if f == nil {
				return nil
			}
			o := &opening{g: r.inside, at: at, after: in[0], left: maxSlope}
			open := o.where(f)
			if open == nil {
				return nil
			}
			return r.inside.add(openOp{matMulOp: n.op.(matMulOp)}, []*Node{in[0], in[1], open})
		}
		return r.graph(u, parent, at)
	}
	return r.build(u, nil, make([]*Node, len(u.g.nodes)))
}
