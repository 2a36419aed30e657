package graph

// loopPair is a loop and the loops that walk back over what it computed.
type loopPair struct {
	forward  *Node
	backward []*Node
}

// findPairs lists the pairs of u, in the order of the forward loops.
func findPairs(u unit) []loopPair {
	need := reachable(u.g, u.outs)
	at, isBackward := map[*Node]int{}, map[*Node]bool{}
	var pairs []loopPair
	for i, n := range u.g.nodes {
		if n.Loop() == nil || !need[i] {
			continue
		}
		f := n.walksBackOver()
		if f == nil || isBackward[f] {
			continue
		}
		isBackward[n] = true
		if _, ok := at[f]; !ok {
			at[f] = len(pairs)
			pairs = append(pairs, loopPair{forward: f})
		}
		p := &pairs[at[f]]
		p.backward = append(p.backward, n)
	}
	return pairs
}

// walksBackOver returns the loop whose stacked results the loop n reads in the opposite direction, nil
// if there is none.
func (n *Node) walksBackOver() *Node {
	l := n.Loop()
	for j := range l.Seqs {
		x := n.in[len(l.Carried)+j]
		if x.ResultIndex() < 0 {
			continue
		}
		f := x.in[0].Loop()
		if f != nil && f.Steps == l.Steps && f.Reverse != l.Reverse && !f.Recompute && x.ResultIndex() >= len(f.Carried) {
			return x.in[0]
		}
	}
	return nil
}

// unit returns of how many steps a segment must be a multiple, so that sums over time are added up in
// the order in which they are without segments.
func (p loopPair) unit() int {
	unit := 1
	for _, b := range p.backward {
		l := b.Loop()
		for _, next := range l.Next {
			if next.op != opAdd {
				continue
			}
			for _, x := range next.in {
				if sumsRows(x) {
					unit = max(unit, stepsAtATime(x.in[1].typ))
				}
			}
		}
	}
	return unit
}
