package graph

import (
	"fmt"
	"slices"
)

// WhileSpec is a loop of unknown length, as data: the inputs of its node are the initial state and
// what Body captures, its results the last state.
type WhileSpec struct {
	Body    *Graph
	Max     int // bound on the steps
	Carried []*Node
	Index   *Node
	Go      *Node // whether the step is taken
	Next    []*Node
}

// While returns the loop that n runs, nil if it runs none.
func (n *Node) While() *WhileSpec {
	if o, ok := n.op.(whileOp); ok {
		return o.WhileSpec
	}
	return nil
}

type whileOp struct{ *WhileSpec }

func (o whileOp) String() string             { return fmt.Sprintf("While[max %d]", o.Max) }
func (o whileOp) Infer([]Type) (Type, error) { panic("graph: a loop has several results") }
func (o whileOp) Grad(_, _ *Node) []*Node    { return nil } // the reverse sweep refuses it
func (o whileOp) attrs() Attrs               { return Attrs{Name: "While", Index: o.Max} }
func (o whileOp) kernel(*Node) evalFunc      { return nil }

func (o whileOp) inferAll([]Type) ([]Type, error) {
	ts := []Type{{Int32, Shape{}}}
	for _, c := range o.Carried {
		ts = append(ts, c.typ)
	}
	return ts, nil
}

// While repeats step as long as cond holds for the state, at most max times, and returns the last
// state and the number of steps taken, an Int32 scalar. It is for simulation: there is no gradient
// through a loop whose length is not known; asking for one is an error that names it. Reaching max
// with cond still true is no error: compare the steps taken.
func While[S any](s S, max int, cond func(s S) *Node, step func(s S) S) (last S, steps *Node) {
	last = cloneTree(s)
	state, err := leaves(&last)
	g := anyGraph(nodesOf(state))
	if g == nil { // nowhere to report it: what comes out is invalid
		g = New()
		err = fmt.Errorf("%w: the state holds no node", ErrValue)
	}
	g = g.root.top
	if err == nil && max < 0 {
		err = fmt.Errorf("%w: at most %d steps", ErrValue, max)
	}
	if err == nil && (cond == nil || step == nil) {
		err = fmt.Errorf("%w: the condition or the step is nil", ErrValue)
	}
	bad := &Node{g: g}
	if err == nil && slices.ContainsFunc(nodesOf(state), func(n *Node) bool { return n == nil }) {
		err = fmt.Errorf("%w: the state has a nil node", ErrValue)
	}
	for _, n := range nodesOf(state) {
		if err == nil && n.Valid() && !n.g.encloses(g) {
			err = fmt.Errorf("%w: the state has %v, of another graph or of a loop that is finished", ErrScope, n)
		}
	}
	if err != nil || slices.ContainsFunc(nodesOf(state), func(n *Node) bool { return !n.Valid() }) {
		if err != nil {
			bad = g.Fail(fmt.Errorf("While: %w", err))
		}
		put(state, invalidLike(bad, nodesOf(state)))
		return last, bad
	}
	body := g.body()
	body.loop = true
	w := &WhileSpec{Body: body, Max: max}
	for i, n := range nodesOf(state) {
		w.Carried = append(w.Carried, body.placeholder(argOp{role: roleCarried, index: i, name: state[i].path, typ: typeKey(n.typ)}, n.typ))
	}
	in := cloneTree(last)
	inl, _ := leaves(&in)
	put(inl, w.Carried)
	ok := w.trace(cond(in), func() []*Node {
		next := step(in)
		nl, _ := leaves(&next)
		return nodesOf(nl)
	})
	w.Index = body.indexArg
	body.close()
	steps = bad
	res := invalidLike(bad, w.Carried)
	if ok {
		n := g.add(whileOp{w}, slices.Concat(nodesOf(state), body.captured))
		steps = n.result(0)
		for i := range res {
			res[i] = n.result(i + 1)
		}
	}
	put(state, res)
	return last, steps
}

// trace enters condition and step in the loop, and reports whether they fit.
func (w *WhileSpec) trace(cond *Node, step func() []*Node) bool {
	g := w.Body
	next := step()
	if cond == nil || cond.Valid() && !cond.typ.Equal(Type{Bool, Shape{}}) {
		g.Fail(fmt.Errorf("While: %w: the condition is %v, want a Bool scalar", ErrDType, cond))
		return false
	}
	for _, u := range g.moved {
		g.Fail(fmt.Errorf("While: Update(%s): %w: the new value belongs to a loop of unknown length", u.param.ParamName(), ErrScope))
		return false
	}
	if len(next) != len(w.Carried) {
		g.Fail(fmt.Errorf("While: %w: the state has %d nodes before the step and %d after it", ErrShape, len(w.Carried), len(next)))
		return false
	}
	for i, n := range next {
		if n == nil || n.Valid() && !n.typ.Equal(w.Carried[i].typ) {
			g.Fail(fmt.Errorf("While: %w: state %d is %v before the step and %v after it", ErrShape, i, w.Carried[i].typ, n))
			return false
		}
		if !n.Valid() {
			return false
		}
		if !n.g.encloses(g) {
			g.Fail(fmt.Errorf("While: %w: the step returns %v, of another graph or of a loop that is finished", ErrScope, n))
			return false
		}
		w.Next = append(w.Next, g.local(n))
	}
	if !cond.Valid() {
		return false
	}
	if !cond.g.encloses(g) {
		g.Fail(fmt.Errorf("While: %w: the condition is %v, of another graph or of a loop that is finished", ErrScope, cond))
		return false
	}
	w.Go = g.local(cond)
	return true
}
