package graph

import "slices"

// shardPass splits loops into independent loops over some rows of the batch each, which workers run
// side by side without meeting until the end: where every op of the body treats each row on its
// own, or adds up over rows what the loop adds up over time. How a loop is split depends on its
// shapes alone, not on the number of workers, so neither do the results.
func shardPass(u unit, _ *compiler) unit {
	if !u.hasLoops() {
		return u
	}
	r := &rewriter{loops: map[*LoopSpec]*LoopSpec{}}
	r.node = func(n *Node, in []*Node) *Node {
		if l := n.Loop(); l != nil && l.split == nil {
			return r.shard(l, in)
		}
		if i := n.ResultIndex(); i >= 0 && in[0].joins(i) && !n.in[0].joins(i) {
			return r.inside.add(joinOp{}, []*Node{in[0].result(i)})
		}
		return nil
	}
	return keepApart(r.graph(u, nil, make([]*Node, len(u.g.nodes))))
}

// shard returns a loop that is split, nil if it cannot be.
func (r *rewriter) shard(l *LoopSpec, in []*Node) *Node {
	s, f := l.findSplit()
	if s == nil {
		return nil
	}
	in = slices.Clone(in)
	for i := range l.Carried {
		if s.shareOf(i) == sums {
			in[i] = r.parts(in[i], s.n)
		}
	}
	return r.inside.add(loopOp{r.splitLoop(l, s, f)}, in)
}

// joins reports whether result i of n is a sum whose parts are added once the loop is done.
func (n *Node) joins(i int) bool {
	l := n.Loop()
	return l != nil && l.split != nil && i < len(l.Carried) && l.split.shareOf(i) == sums
}
