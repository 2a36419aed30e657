package graph

import "slices"

// bitsPass lets loops return Bools as bits where nothing but sums of products over time and loops read
// them, as is so of spikes and masks that are kept for a backward pass. Bools that both a loop's products
// and such a sum read, as they do the spikes that a network is given, are packed once for both. Which
// products take bits as they are is settled here; the rest of the spikes is left to the spikes pass.
func bitsPass(u unit, c *compiler) unit {
	if !u.hasLoops() {
		return u
	}
	u = (&rewriter{loops: map[*LoopSpec]*LoopSpec{}}).graph(u, nil, make([]*Node, len(u.g.nodes))) // bodies will grow
	r := &rewriter{loops: map[*LoopSpec]*LoopSpec{}}
	b := &bitStorer{r: r, results: map[*Node]bool{}, given: map[*Node]bool{}, seqs: map[*Node]bool{}, spare: c.segments == nil}
	r.build = func(u unit, parent *Graph, at []*Node) unit {
		b.find(u)
		return r.graph(u, parent, at)
	}
	r.node = b.node
	r.resize = func(n *Node) Type {
		if !b.seqs[n] {
			return n.typ
		}
		return packedType(n.typ.Shape, n.columns())
	}
	r.wrap = func(n, p *Node) *Node {
		if !b.seqs[n] {
			return p
		}
		return p.g.add(expandBitsOp{n.columns()}, []*Node{p})
	}
	return r.build(u, nil, make([]*Node, len(u.g.nodes)))
}

// hasLoops reports whether there are loops in u or in a body inside it.
func (u unit) hasLoops() bool {
	return u.has(func(n *Node) bool { return n.Loop() != nil })
}

// leastBits is the number of columns from which bits take less memory than Bools.
const leastBits = 32

// columns returns the extent of n's last axis.
func (n *Node) columns() int { return n.typ.Shape[len(n.typ.Shape)-1] }

// bitStorer rewrites loops and the readers of their results.
type bitStorer struct {
	r       *rewriter
	results map[*Node]bool // results of loops that become bits
	given   map[*Node]bool // other Bools of which there are to be bits
	seqs    map[*Node]bool // placeholders of both
	spare   bool           // whether there is memory for bits of what is given
}

// find marks what becomes bits in u: results of loops, and the placeholders of their readers.
func (b *bitStorer) find(u unit) {
	need := reachable(u.g, u.outs)
	readers := make([][]*Node, len(u.g.nodes))
	for i, n := range u.g.nodes {
		for _, x := range n.in {
			if need[i] {
				readers[x.id] = append(readers[x.id], n)
			}
		}
	}
	for i, n := range u.g.nodes {
		switch {
		case !need[i] || n.typ.DType != Bool || len(n.typ.Shape) < 3 || n.columns() < leastBits:
		case n.stacksBools() && !slices.Contains(u.outs, n) && b.allRead(n, readers):
			b.results[n] = true
			b.mark(n, readers[i], func(*LoopSpec, *Node) bool { return true })
		case b.spare && b.summedUp(n, readers):
			b.given[n] = b.mark(n, readers[i], (*LoopSpec).onlyMultiplies)
		}
	}
}

// mark marks the placeholders of n in loops that read it step by step, where it is to be bits, and reports
// whether there are any.
func (b *bitStorer) mark(n *Node, readers []*Node, where func(l *LoopSpec, p *Node) bool) (found bool) {
	for _, x := range readers {
		l := x.Loop()
		if l == nil {
			continue
		}
		for j, p := range l.Seqs {
			if x.in[len(l.Carried)+j] == n && where(l, p) {
				b.seqs[p], found = true, true
			}
		}
	}
	return found
}

// summedUp reports whether a sum of products over time could read bits of n.
func (b *bitStorer) summedUp(n *Node, readers [][]*Node) bool {
	return slices.ContainsFunc(readers[n.id], func(x *Node) bool {
		_, cast := x.op.(castOp)
		return cast && slices.ContainsFunc(readers[x.id], func(y *Node) bool { return takesBits(y, x) })
	})
}

// onlyMultiplies reports whether the body does nothing with the placeholder p but to multiply it, as a left
// factor that is not transposed.
func (l *LoopSpec) onlyMultiplies(p *Node) bool {
	outs := slices.Concat(l.Next, l.Ys)
	need := reachable(l.Body, outs)
	var casts []*Node
	for i, n := range l.Body.nodes {
		if !need[i] || !slices.Contains(n.in, p) {
			continue
		}
		if _, cast := n.op.(castOp); !cast {
			return false
		}
		casts = append(casts, n)
	}
	for i, n := range l.Body.nodes {
		o, product := n.op.(matMulOp)
		product = product && !o.ta && !o.tb && len(n.typ.Shape) == 2
		for j, x := range n.in {
			if need[i] && slices.Contains(casts, x) && !(product && j == 0) {
				return false
			}
		}
	}
	isOut := func(n *Node) bool { return slices.Contains(outs, n) }
	return !isOut(p) && !slices.ContainsFunc(casts, isOut)
}

// stacksBools reports whether n is a stacked result of a loop.
func (n *Node) stacksBools() bool {
	r := n.ResultIndex()
	if r < 0 || n.in[0].Loop() == nil || r < len(n.in[0].Loop().Carried) {
		return false
	}
	return true
}

// allRead reports whether every reader of n can read bits.
func (b *bitStorer) allRead(n *Node, readers [][]*Node) bool {
	for _, x := range readers[n.id] {
		switch o := x.op.(type) {
		case castOp:
			for _, y := range readers[x.id] {
				if !takesBits(y, x) {
					return false
				}
			}
		case loopOp:
			for j, v := range x.in {
				if v == n && (j < len(o.Carried) || j >= len(o.Carried)+len(o.Seqs)) {
					return false
				}
			}
		default:
			return false
		}
	}
	return true
}

// takesBits reports whether n is a sum of products over time whose left factor is x, and its only use.
func takesBits(n, x *Node) bool {
	o, ok := n.op.(timeSumOp)
	if !ok {
		return false
	}
	_, ok = o.op.(matMulOp)
	return ok && n.in[1] == x && n.in[0] != x && n.in[2] != x
}

func (b *bitStorer) node(n *Node, in []*Node) *Node {
	if l := n.Loop(); l != nil {
		return b.loop(n, l, in)
	}
	o, ok := n.op.(timeSumOp)
	if !ok {
		return nil
	}
	x := n.in[1]
	if _, cast := x.op.(castOp); !cast || !(b.results[x.in[0]] || b.given[x.in[0]] && takesBits(n, x)) {
		return nil
	}
	o.op, o.bits = ofSpikes(o.op), x.columns()
	return b.r.inside.add(o, []*Node{in[0], b.bits(x.in[0], in[1].in[0]), in[2]})
}

// bits returns the bits of n, which is x in the graph that is being written.
func (b *bitStorer) bits(n, x *Node) *Node {
	if b.given[n] {
		return x.g.add(packBitsOp{}, []*Node{x})
	}
	return x
}

// loop rebuilds a loop whose results or sequences become bits.
func (b *bitStorer) loop(n *Node, l *LoopSpec, in []*Node) *Node {
	own := *l
	own.Ys = slices.Clone(l.Ys)
	in, found := slices.Clone(in), false
	for j, p := range l.Seqs {
		if at := len(l.Carried) + j; b.seqs[p] {
			in[at], found = b.bits(n.in[at], in[at]), true
		}
	}
	for i, y := range l.Ys {
		if b.results[n.g.seen[key{op: resultOp{len(l.Carried) + i}, in: [4]*Node{n}}]] {
			own.Ys[i], found = l.Body.add(packBitsOp{}, []*Node{y}), true
		}
	}
	if !found {
		return nil
	}
	return b.r.inside.add(loopOp{b.r.loop(&own, b.r.inside)}, in)
}
