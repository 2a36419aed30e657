package graph

// recomputePass divides loops and their backward loops into segments, where a bound on memory asks for
// it: the forward loop keeps the state at the beginning of each segment alone, and the backward loop
// computes a segment again, with the same kernels and the same random numbers, before it walks back
// through it. What is kept of the segment's steps is left to the residuals pass.
//
// Source: Chen, Xu, Zhang, Guestrin, "Training Deep Nets with Sublinear Memory Cost" (2016),
// arXiv:1604.06174.
func recomputePass(u unit, c *compiler) unit {
	if c.segments == nil {
		return u
	}
	pairs := findPairs(u)
	s := &segmenter{r: &rewriter{loops: map[*LoopSpec]*LoopSpec{}}, of: map[*Node]*segmented{}, results: map[*Node][]*Node{}}
	for i, d := range c.segments(pairs) {
		if p := pairs[i]; d.n > 0 {
			d := &segmented{pair: p, division: d}
			c.again = append(c.again, d.segmentation(u))
			s.of[p.forward] = d
			for _, b := range p.backward {
				s.of[b] = d
			}
		}
	}
	if len(s.of) == 0 {
		return u
	}
	s.r.node = s.node
	return s.r.graph(u, nil, make([]*Node, len(u.g.nodes)))
}
