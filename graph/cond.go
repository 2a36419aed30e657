package graph

import (
	"fmt"
	"slices"
)

// BranchSpec is a choice between two bodies, as data. The inputs of its node are the condition and
// the values that Then and Else capture; its results are those of the branch taken.
type BranchSpec struct {
	Then, Else         *Graph
	ThenOuts, ElseOuts []*Node
}

// Branch returns the choice that n makes, nil if it makes none.
func (n *Node) Branch() *BranchSpec {
	if o, ok := n.op.(branchOp); ok {
		return o.BranchSpec
	}
	return nil
}

type branchOp struct{ *BranchSpec }

func (o branchOp) String() string             { return "Cond" }
func (o branchOp) Infer([]Type) (Type, error) { panic("graph: a condition has several results") }
func (o branchOp) Grad(_, _ *Node) []*Node    { return nil } // the reverse sweep makes a choice of its own
func (o branchOp) attrs() Attrs               { return Attrs{Name: "Cond"} }
func (o branchOp) kernel(*Node) evalFunc      { return nil }

func (o branchOp) inferAll(in []Type) ([]Type, error) {
	if !in[0].Equal(Type{Bool, Shape{}}) {
		return nil, fmt.Errorf("%w: the condition is %v, want a Bool scalar", ErrDType, in[0])
	}
	var ts []Type
	for i, y := range o.ThenOuts {
		if z := o.ElseOuts[i]; !y.typ.Equal(z.typ) {
			return nil, fmt.Errorf("%w: result %d is %v in one branch and %v in the other", ErrShape, i, y.typ, z.typ)
		}
		ts = append(ts, y.typ)
	}
	return ts, nil
}

// Captures returns the placeholders of the values that a body reads from outside.
func (g *Graph) Captures() []*Node {
	if g == nil {
		return nil
	}
	return g.captures
}

// Captured returns the values that a body reads from the graph around it, in the order of Captures.
func (g *Graph) Captured() []*Node {
	if g == nil {
		return nil
	}
	return g.captured
}

// Parent returns the graph around a body, nil for a graph that is none.
func (g *Graph) Parent() *Graph {
	if g == nil {
		return nil
	}
	return g.parent
}

// Inline copies one branch into the graph that is being traced, with captures in the place of what
// it captures.
func (o *BranchSpec) Inline(then bool, captures []*Node) []*Node {
	body, outs := o.Else, o.ElseOuts
	if then {
		body, outs = o.Then, o.ThenOuts
	}
	at := map[*Node]*Node{}
	for i, p := range body.captures {
		at[p] = captures[i]
	}
	return body.inline(at, outs)
}

// Cond runs one of two branches, as the Bool scalar pred says when the program runs; only that one
// is computed, and only it gets gradients. T is any value with nodes inside, of the same types in
// both branches.
func Cond[T any](pred *Node, then, els func() T) T {
	var zero T
	if then == nil || els == nil {
		if g := anyGraph([]*Node{pred}); g != nil {
			g.Fail(fmt.Errorf("Cond: %w: a branch is nil", ErrValue))
		}
		return zero
	}
	if !pred.Valid() {
		out := cloneTree(then())
		bad := apply(opNot, pred)
		ls, _ := leaves(&out)
		put(ls, invalidLike(bad, nodesOf(ls)))
		return out
	}
	g := pred.g.root.top
	trace := func(f func() T) (body *Graph, out T, outs []*Node) {
		body = g.body()
		out = cloneTree(f())
		ls, err := leaves(&out)
		if err != nil {
			g.Fail(fmt.Errorf("Cond: %w", err))
		}
		for _, n := range nodesOf(ls) {
			if n.Valid() && !n.g.encloses(body) {
				n = g.Fail(fmt.Errorf("Cond: %w: a branch returns %v, of another graph or of a loop that is finished", ErrScope, n))
			}
			if n.Valid() {
				n = body.local(n)
			}
			outs = append(outs, n)
		}
		body.close()
		return body, out, outs
	}
	thenBody, out, thenOuts := trace(then)
	elseBody, _, elseOuts := trace(els)
	ls, _ := leaves(&out)
	res := invalidLike(&Node{g: g}, thenOuts)
	invalid := func(n *Node) bool { return !n.Valid() }
	switch {
	case len(thenOuts) != len(elseOuts):
		g.Fail(fmt.Errorf("Cond: %w: one branch has %d results, the other %d", ErrShape, len(thenOuts), len(elseOuts)))
	case slices.ContainsFunc(thenOuts, invalid) || slices.ContainsFunc(elseOuts, invalid):
		if slices.Contains(thenOuts, nil) || slices.Contains(elseOuts, nil) {
			g.Fail(fmt.Errorf("Cond: %w: a branch returns a nil node", ErrValue))
		}
	case len(thenOuts) == 0:
		return zero
	default:
		in := slices.Concat([]*Node{pred}, thenBody.captured, elseBody.captured)
		if n := apply(branchOp{&BranchSpec{thenBody, elseBody, thenOuts, elseOuts}}, in...); n.Valid() {
			for i := range res {
				res[i] = n.result(i)
			}
		}
	}
	put(ls, res)
	return out
}
