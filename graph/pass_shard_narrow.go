package graph

// splitLoop rebuilds the body of l for the rows of one shard.
func (r *rewriter) splitLoop(l *LoopSpec, s *loopSplit, f *splitFinder) *LoopSpec {
	narrow := &narrower{s.n}
	inner := &rewriter{loops: map[*LoopSpec]*LoopSpec{}, resize: func(n *Node) Type { return narrow.typ(n, f.of[n.id]) }}
	inner.node = func(n *Node, in []*Node) *Node {
		if f.of[n.id] != rows {
			return nil
		}
		return inner.inside.add(narrow.op(n), in)
	}
	own := *l
	m := inner.loop(&own, r.inside)
	m.split = s
	return m
}

// narrower gives values of a body the rows of a shard.
type narrower struct{ n int }

func (w *narrower) typ(n *Node, how share) Type {
	if how != rows {
		return n.typ
	}
	return Type{n.typ.DType, append(Shape{n.typ.Shape[0] / w.n}, n.typ.Shape[1:]...)}
}

// op returns n's op for fewer rows.
func (w *narrower) op(n *Node) Op {
	first := func(d dims) dims {
		d.d[0] /= w.n
		return d
	}
	switch o := n.op.(type) {
	case constOp:
		o.typ.shape = first(o.typ.shape)
		return o
	case reshapeOp:
		return reshapeOp{first(o.shape)}
	case broadcastOp:
		return broadcastOp{first(o.shape)}
	case sliceOp:
		o.sizes = first(o.sizes)
		return o
	case scatterSliceOp:
		o.shape = first(o.shape)
		return o
	case randomOp:
		o.typ.shape = first(o.typ.shape)
		o.sharded = true
		return o
	case variateOp:
		o.typ.shape = first(o.typ.shape)
		o.sharded = true
		return o
	case convInputOp:
		o.x = first(o.x)
		return o
	case poolSpreadOp:
		o.x = first(o.x)
		return o
	case poolPlaceOp:
		o.x = first(o.x)
		return o
	}
	return n.op
}
