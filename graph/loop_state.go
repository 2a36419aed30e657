package graph

import (
	"fmt"
	"slices"
)

// carry is a carried value that has no initial value yet.
type carry struct {
	g    *Graph // the loop's body
	at   int
	path string
	init *Node // once resolved, as a node of the graph around
	told bool  // that there is no initial value has been reported
}

// missing says that nobody gave an initial value.
func (c *carry) missing() error {
	return fmt.Errorf("%w: state %s has no initial value: pass one, or give it with Else", ErrValue, c.path)
}

// Else gives the initial value of carried state: within the step of a Loop whose initial state is
// nil at x's place, init becomes that initial value; elsewhere Else returns x if there is one and
// init if x is nil. init must not depend on values of the loop's steps.
func (x *Node) Else(init *Node) *Node {
	if x == nil {
		return init
	}
	c := x.pending
	if c == nil || x.okay {
		return x
	}
	if !init.Valid() {
		c.told = true
		return init
	}
	outer, ok := c.g.outside(init)
	if !ok {
		c.told = true
		return init.g.Fail(fmt.Errorf("Else: %w: the initial value of %s depends on a step of the loop", ErrScope, c.path))
	}
	c.init = outer
	x.op = argOp{role: roleCarried, index: c.at, name: c.path, typ: typeKey(init.typ)}
	x.typ, x.okay = Type{init.typ.DType, slices.Clone(init.typ.Shape)}, true
	x.id = len(c.g.nodes)
	c.g.nodes = append(c.g.nodes, x)
	return x
}

// outside returns x as a node of the graph around the body g: what it was captured from, or a copy
// of the nodes it is computed from where none of them depends on a step.
func (g *Graph) outside(x *Node) (*Node, bool) {
	if x.g != g && x.g.encloses(g) {
		return g.parent.local(x), true
	}
	if !g.encloses(x.g) {
		return nil, false
	}
	if a, ok := x.op.(argOp); ok {
		if a.role == roleCapture {
			return g.outside(x.g.captured[a.index])
		}
		return nil, false
	}
	in := make([]*Node, len(x.in))
	for i, y := range x.in {
		var ok bool
		if in[i], ok = g.outside(y); !ok {
			return nil, false
		}
	}
	return g.parent.add(x.op, in), true
}

// StepIndex returns the number of the step of the loop whose body g is: an Int32 scalar, 0 in the
// first step of the sequence whichever way the loop walks. Outside of loops it is a fault.
func (g *Graph) StepIndex() *Node {
	if g == nil {
		return &Node{}
	}
	if !g.loop {
		return g.Fail(fmt.Errorf("StepIndex: %w: there is no loop around", ErrScope))
	}
	if g.index == nil {
		g.index = g.stepArg()
	}
	return g.index
}

// stepArg returns the placeholder for the step's place in the loop whose body g is.
func (g *Graph) stepArg() *Node {
	if g.indexArg == nil {
		t := Type{Int32, Shape{}}
		g.indexArg = g.placeholder(argOp{role: roleIndex, typ: typeKey(t)}, t)
	}
	return g.indexArg
}
