package graph

import "slices"

// parts returns x as the first of n parts of a sum. Parts of a sum that would be joined stay as they are.
func (r *rewriter) parts(x *Node, n int) *Node {
	if _, ok := x.op.(joinOp); ok && x.in[0].typ.Shape[0] == n {
		return x.in[0]
	}
	if isConst(x, 0) {
		return r.inside.Const(x.typ.DType, 0, stackedType(n, x.typ).Shape...)
	}
	return r.inside.add(partsOp{n}, []*Node{x})
}

// keepApart lets loops around carry sums in parts where the loops inside begin and end with them: so
// the order in which things are added does not depend on how steps are divided between loops.
func keepApart(u unit) unit {
	r := &rewriter{loops: map[*LoopSpec]*LoopSpec{}}
	apart := map[*Node]int{} // placeholders of what is carried in so many parts
	results := map[*Node]map[int]bool{}
	r.resize = func(n *Node) Type {
		if k := apart[n]; k > 0 {
			return stackedType(k, n.typ)
		}
		return n.typ
	}
	r.node = func(n *Node, in []*Node) *Node {
		if o, ok := n.op.(partsOp); ok {
			if apart[n.in[0]] > 0 {
				return in[0]
			}
			return r.parts(in[0], o.n)
		}
		if i := n.ResultIndex(); i >= 0 && results[n.in[0]][i] {
			return r.inside.add(joinOp{}, []*Node{in[0].result(i)})
		}
		l := n.Loop()
		if l == nil || l.split != nil {
			return nil
		}
		own := *l
		own.Next = slices.Clone(l.Next)
		in = slices.Clone(in)
		for i, k := range l.sumsInParts() {
			if k > 0 {
				apart[l.Carried[i]], own.Next[i] = k, l.Next[i].in[0]
				in[i] = r.parts(in[i], k)
				if results[n] == nil {
					results[n] = map[int]bool{}
				}
				results[n][i] = true
			}
		}
		if results[n] == nil {
			return nil
		}
		return r.inside.add(loopOp{r.loop(&own, r.inside)}, in)
	}
	return r.graph(u, nil, make([]*Node, len(u.g.nodes)))
}

// sumsInParts returns for each carried value in how many parts it is added up, 0 if it is not: it is
// read once, to be the first part, and what comes of it is joined.
func (l *LoopSpec) sumsInParts() []int {
	readers := l.readers()
	ns := make([]int, len(l.Carried))
	for _, m := range l.Body.nodes {
		if o, ok := m.op.(partsOp); ok {
			if i := slices.Index(l.Carried, m.in[0]); i >= 0 && readers[m.in[0].id] == 1 && isJoin(l.Next[i]) && l.Next[i].in[0].typ.Shape[0] == o.n {
				ns[i] = o.n
			}
		}
	}
	return ns
}

func isJoin(n *Node) bool {
	_, ok := n.op.(joinOp)
	return ok
}
