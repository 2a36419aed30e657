package graph

import "slices"

// delayPass carries from step to step the left factor of a product instead of the product, where a slope that is often
// 0 waits for it in the next step: the gradient into spikes that a recurrent layer feeds back. There the slope is
// known, so that openPass can have what it lets through computed alone.
func delayPass(u unit, _ *compiler) unit {
	if !u.has((*Node).opens) {
		return u
	}
	r := &rewriter{loops: map[*LoopSpec]*LoopSpec{}}
	d := &delayer{r: r, zeros: findZeros(u), of: map[*Node]*Node{}, late: map[*Node]map[int]*Node{}}
	r.resize = func(n *Node) Type {
		if p := d.of[n]; p != nil {
			return p.in[0].typ
		}
		return n.typ
	}
	r.build = func(u unit, parent *Graph, at []*Node) unit {
		before := r.node
		defer func() { r.node = before }()
		r.node = d.node
		return r.graph(u, parent, at)
	}
	return r.build(u, nil, make([]*Node, len(u.g.nodes)))
}

// delayer rewrites loops.
type delayer struct {
	r     *rewriter
	zeros zeros
	of    map[*Node]*Node         // the product that a placeholder of the state stood for, in the loop that is rebuilt
	late  map[*Node]map[int]*Node // the products that are results of a loop's node, by their number
}

func (d *delayer) node(n *Node, in []*Node) *Node {
	if l := n.Loop(); l != nil {
		return d.loop(n, l, in)
	}
	g := d.r.inside
	if i := n.ResultIndex(); i >= 0 {
		if p := d.late[n.in[0]][i]; p != nil {
			weights := slices.Index(n.in[0].Loop().Args(), p.in[1])
			return g.add(p.op, []*Node{in[0].result(i), in[0].in[weights]})
		}
	}
	late := false
	for i, x := range n.in {
		if p := d.of[x]; p != nil {
			g.root.scope = p.scope
			in[i], late = g.add(p.op, []*Node{in[i], d.r.args[p.in[1]]}), true
			g.root.scope = n.scope
		}
	}
	if !late {
		return nil
	}
	return g.add(d.r.op(n.op, g), in)
}

// loop rebuilds a loop that carries such products.
func (d *delayer) loop(n *Node, l *LoopSpec, in []*Node) *Node {
	late := d.delays(n, l)
	if len(late) == 0 {
		return nil
	}
	own := *l
	own.Next = slices.Clone(l.Next)
	d.late[n] = map[int]*Node{}
	for _, i := range late {
		p := l.Next[i]
		d.late[n][i], d.of[l.Carried[i]], own.Next[i] = p, p, p.in[0]
		in[i] = d.r.inside.Const(p.typ.DType, 0, p.in[0].typ.Shape...)
	}
	defer func() {
		for _, i := range late { // another loop may share the body, and begin otherwise
			delete(d.of, l.Carried[i])
		}
	}()
	return d.r.inside.add(loopOp{d.r.loop(&own, d.r.inside)}, in)
}

// delays returns which of the values that the loop n carries are products that can wait: they begin with 0, as the
// product of 0 is, and nothing else reads them.
func (d *delayer) delays(n *Node, l *LoopSpec) (late []int) {
	readers := l.readers()
	var s *slopes
	for i, p := range l.Next {
		if !p.opens() || readers[p.id] != 1 || !isConst(n.in[i], 0) {
			continue
		}
		if _, given := p.in[0].op.(argOp); given {
			continue
		}
		if s == nil {
			s = findSlopes(unit{l.Body, slices.Concat(l.Next, l.Ys)}, d.zeros)
		}
		if s.of(l.Carried[i]) != nil {
			late = append(late, i)
		}
	}
	return late
}
