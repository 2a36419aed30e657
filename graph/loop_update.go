package graph

import (
	"fmt"
	"slices"
)

// move notes that the parameter p takes the value v of a loop's body at every step.
func (g *Graph) move(p, v *Node) error {
	body := v.g
	switch {
	case !body.loop:
		return fmt.Errorf("%w: the new value belongs to the body of a branch", ErrScope)
	case body.closed:
		return fmt.Errorf("%w: the new value belongs to the body of a loop that is finished", ErrScope)
	}
	for i, u := range body.moved {
		if u.param == p && !u.carried {
			return fmt.Errorf("%w: it is updated twice", ErrValue)
		} else if u.param == p {
			body.moved[i] = update{param: p, value: v}
			return nil
		}
	}
	body.moved = append(body.moved, update{param: p, value: v})
	return nil
}

// settle notes that a loop in g left the parameter p at v, from which the next loop in g goes on.
func (g *Graph) settle(p, v *Node) {
	if !v.Valid() {
		return // reported where it came about
	}
	list := &g.moved
	if g.parent == nil {
		list = &g.root.updates
	}
	u := update{param: p, value: v, carried: true}
	if i := slices.IndexFunc(*list, func(u update) bool { return u.param == p }); i >= 0 {
		(*list)[i] = u
		return
	}
	*list = append(*list, u)
}

// moving returns the value of the parameter p that a loop in g begins with: what the one before it
// left.
func (g *Graph) moving(p *Node) *Node {
	list := g.moved
	if g.parent == nil {
		list = g.root.updates
	}
	for _, u := range list {
		if u.param == p && u.carried {
			return u.value
		}
	}
	return g.local(p)
}

// carryMoved makes the parameters that the body of l updates a part of l's state, and returns their
// initial values.
func (b *loopBuilder) carryMoved(l *LoopSpec) (init []*Node) {
	body := l.Body
	for _, u := range body.moved {
		if x := body.derived(u.param); x != nil {
			b.fail(fmt.Errorf("Update(%s): %w: the step also reads %v, which is computed from it once, outside of the loop",
				u.param.ParamName(), ErrScope, x))
		}
		l.Carried = append(l.Carried, body.carryParam(u.param, len(l.Carried)))
		l.Next = append(l.Next, u.value)
		init = append(init, b.g.local(b.g.moving(u.param)))
	}
	return init
}

// derived returns a value captured by the body that is computed from the parameter p, other than by
// a loop; nil if there is none.
func (g *Graph) derived(p *Node) *Node {
	from := map[*Node]bool{p: true}
	for _, n := range g.root.graph.nodes {
		if n.tuple == nil && slices.ContainsFunc(n.in, func(x *Node) bool { return from[x] }) {
			from[n] = true
		}
	}
	for _, x := range g.captured {
		for a, ok := x.op.(argOp); ok && a.role == roleCapture; a, ok = x.op.(argOp) {
			x = x.g.captured[a.index]
		}
		if x != p && from[x] {
			return x
		}
	}
	return nil
}

// carryParam returns the placeholder by which the body reads the parameter p, no longer a capture but
// number at of the state.
func (g *Graph) carryParam(p *Node, at int) *Node {
	op := argOp{role: roleCarried, index: at, name: p.ParamName(), typ: typeKey(p.typ)}
	outer := g.parent.local(p)
	c := g.standIn[outer]
	if c == nil {
		return g.placeholder(op, p.typ)
	}
	i := slices.Index(g.captures, c)
	g.captures, g.captured = slices.Delete(g.captures, i, i+1), slices.Delete(g.captured, i, i+1)
	delete(g.standIn, outer)
	for k, o := range g.captures[i:] {
		a := o.op.(argOp)
		a.index = i + k
		o.op = a
	}
	c.op = op
	return c
}
