package graph

import (
	"fmt"
	"maps"
	"slices"
)

// LoopSpec is a loop as data: what a Loop's node computes. The inputs of the node are the initial
// values of Carried, the sequences of Seqs, and the values that Body captures, in this order; its
// results are the last values of Carried, then Ys stacked. A spec is shared by the nodes that use
// it and is never changed.
type LoopSpec struct {
	Name    string
	Body    *Graph
	Steps   int
	Reverse bool // whether it walks from the last step to the first
	// Recompute forbids keeping what the body computes for a backward pass: only its state is kept.
	Recompute bool

	Carried []*Node // placeholders of the state
	Seqs    []*Node // placeholders of this step's slices
	Index   *Node   // placeholder of the step's number, nil if not used
	Next    []*Node // the state after the step
	Ys      []*Node // results of the step

	split *loopSplit // how the compiler divides the loop; nil if it does not
	// whole is the number of steps of the loop that this one is a segment of, 0 if it is none: choices
	// that results depend on are made for the whole.
	whole int
}

// Captures returns the placeholders of the values that the body reads from outside.
func (l *LoopSpec) Captures() []*Node { return l.Body.captures }

// Args returns all placeholders of the body in the order of the loop node's inputs.
func (l *LoopSpec) Args() []*Node { return slices.Concat(l.Carried, l.Seqs, l.Body.captures) }

// Loop returns the loop that n computes, nil if it is none.
func (n *Node) Loop() *LoopSpec {
	if o, ok := n.op.(loopOp); ok {
		return o.LoopSpec
	}
	return nil
}

// loopOp runs a loop.
type loopOp struct{ *LoopSpec }

func (o loopOp) String() string {
	s := fmt.Sprintf("Loop[%d", o.Steps)
	if o.Reverse {
		s += " reverse"
	}
	if n := o.split.shards(); n > 1 {
		s += fmt.Sprintf(" shards %d", n)
	}
	if o.Name != "" {
		s += " " + o.Name
	}
	return s + "]"
}

func (o loopOp) Infer([]Type) (Type, error) { panic("graph: a loop has several results") }

func (o loopOp) inferAll(in []Type) ([]Type, error) {
	var ts []Type
	for i, c := range o.Carried {
		ts = append(ts, o.split.outer(c.typ, o.split.shareOf(i)))
	}
	for _, y := range o.Ys {
		ts = append(ts, stackedType(o.Steps, o.split.outer(y.typ, rows)))
	}
	return ts, nil
}

func stackedType(steps int, t Type) Type {
	return Type{t.DType, append(Shape{steps}, t.Shape...)}
}

func (o loopOp) Grad(_, _ *Node) []*Node { return nil } // the reverse sweep makes a loop of its own
func (o loopOp) attrs() Attrs {
	return Attrs{Name: "Loop", Index: o.Steps, Reverse: o.Reverse}
}
func (o loopOp) kernel(*Node) evalFunc { return nil } // lowered to a block of its own

// apply makes the node of the loop in g and returns its results.
func (l *LoopSpec) apply(g *Graph, init, seqs []*Node) (ys, last []*Node) {
	in := slices.Concat(init, seqs, l.Body.captured)
	if len(l.Carried)+len(l.Ys) == 0 {
		return nil, nil
	}
	for i, x := range in {
		if !x.Valid() {
			bad := &Node{g: g}
			return invalidLike(bad, l.Ys), invalidLike(bad, init)
		}
		in[i] = g.local(x)
	}
	n := g.add(loopOp{l}, in)
	g.root.loops[l.Body] = n
	for i := range l.Carried {
		last = append(last, n.result(i))
	}
	for i := range l.Ys {
		ys = append(ys, n.result(len(l.Carried)+i))
	}
	return ys, last
}

// unroll copies the body once for each step into the graph that is being traced.
func (l *LoopSpec) unroll(_ *Graph, init, seqs []*Node) (ys, last []*Node) {
	stacked := make([][]*Node, l.Steps)
	state := init
	for i := range l.Steps {
		t := i
		if l.Reverse {
			t = l.Steps - 1 - i
		}
		state, stacked[t] = l.Step(t, state, seqs, l.Body.captured)
	}
	for i, y := range l.Ys {
		if l.Steps == 0 {
			t := stackedType(0, y.typ)
			ys = append(ys, l.Body.root.top.Const(t.DType, 0, t.Shape...))
			continue
		}
		col := make([]*Node, l.Steps)
		for t := range stacked {
			col[t] = stacked[t][i]
		}
		ys = append(ys, Stack(0, col...))
	}
	return ys, state
}

// Step copies the body's computation of step t into the graph that is being traced: from the state
// and from whole sequences, to the next state and the step's results.
func (l *LoopSpec) Step(t int, state, seqs, captures []*Node) (next, ys []*Node) {
	args := slices.Clone(state)
	for _, x := range seqs {
		args = append(args, x.Index(t))
	}
	args = append(args, captures...)
	var index *Node
	if l.Index != nil {
		index = l.Body.root.top.Const(Int32, float64(t))
	}
	out := l.Inline(args, index, slices.Concat(l.Next, l.Ys)...)
	return out[:len(l.Next)], out[len(l.Next):]
}

// Inline copies what nodes of the body compute into the graph that is being traced, with args in
// the place of Args and index in the place of the step's number, and returns the copies of outs.
func (l *LoopSpec) Inline(args []*Node, index *Node, outs ...*Node) []*Node {
	at := map[*Node]*Node{}
	for i, p := range l.Args() {
		at[p] = args[i]
	}
	if l.Index != nil {
		at[l.Index] = index
	}
	return l.Body.inline(at, outs)
}

// inline copies what outs need from g, whose placeholders stand in at, into the graph that is being
// traced.
func (g *Graph) inline(at map[*Node]*Node, outs []*Node) []*Node {
	need := reachable(g, outs)
	root := g.root
	scope := root.scope
	defer func() { root.scope = scope }()
	for _, n := range g.nodes {
		if !need[n.id] || at[n] != nil {
			continue
		}
		root.scope = n.scope
		at[n] = n.copyWith(at)
	}
	res := make([]*Node, len(outs))
	for i, o := range outs {
		res[i] = at[o]
	}
	return res
}

// copyWith makes n anew from the copies of its inputs.
func (n *Node) copyWith(at map[*Node]*Node) *Node {
	if len(n.in) == 0 {
		if _, ok := n.op.(argOp); ok {
			panic(fmt.Sprintf("graph: nothing stands for %v", n))
		}
		return n.g.root.top.add(n.op, nil)
	}
	in := make([]*Node, len(n.in))
	for i, x := range n.in {
		in[i] = at[x]
	}
	return apply(n.op, in...)
}

// reachable marks, by their numbers, the nodes of g that outs are computed from.
func reachable(g *Graph, outs []*Node) []bool {
	need := make([]bool, len(g.nodes))
	for _, o := range outs {
		need[o.id] = true
	}
	for i := len(g.nodes) - 1; i >= 0; i-- {
		if need[i] {
			for _, x := range g.nodes[i].in {
				need[x.id] = true
			}
		}
	}
	return need
}

// savedOp reads the values that a node of a loop's body took, stacked over the steps.
type savedOp struct{ of *Node }

func (o savedOp) String() string { return fmt.Sprintf("Saved[%%%d]", o.of.id) }
func (o savedOp) Infer(in []Type) (Type, error) {
	return Type{}, fmt.Errorf("%w: not the node of a loop's body", ErrScope)
}
func (o savedOp) Grad(_, _ *Node) []*Node { return nil } // the reverse sweep handles loops whole
func (o savedOp) attrs() Attrs            { return Attrs{Name: "Saved"} }
func (o savedOp) kernel(*Node) evalFunc   { return nil }

// Saved returns the values that the node v of the loop's body took, stacked over the steps: what a
// backward pass keeps of the forward pass. loop is the node of the loop.
func Saved(loop, v *Node) *Node { return apply(savedOp{v}, loop) }

// SavedNode returns the body node whose values n holds, nil if n came of something else.
func (n *Node) SavedNode() *Node {
	if o, ok := n.op.(savedOp); ok {
		return o.of
	}
	return nil
}

// ResultIndex returns which result of a tuple n reads, -1 if n is not a result.
func (n *Node) ResultIndex() int {
	if o, ok := n.op.(resultOp); ok {
		return o.index
	}
	return -1
}

// Here returns x as it is seen in the graph that is being traced: itself, or its stand-in there.
func (x *Node) Here() *Node {
	if !x.Valid() {
		return x
	}
	top := x.g.root.top
	if !x.g.encloses(top) {
		return top.Fail(fmt.Errorf("%w: %v belongs to the body of a loop that is finished", ErrScope, x))
	}
	return top.local(x)
}

// Top returns the innermost graph that is being traced.
func (g *Graph) Top() *Graph {
	if g == nil {
		return nil
	}
	return g.root.top
}

// Replay computes outs anew from other values: it copies what outs are computed from, up to the
// nodes that stand in at, which take the values given there. What depends on none of them is used
// as it is.
func Replay(outs []*Node, at map[*Node]*Node) []*Node {
	at = maps.Clone(at)
	var copied func(n *Node) *Node
	copied = func(n *Node) *Node {
		if m := at[n]; m != nil {
			return m
		}
		m := n
		in := make([]*Node, len(n.in))
		for i, x := range n.in {
			if in[i] = copied(x); in[i] != x {
				m = nil
			}
		}
		if m == nil {
			m = apply(n.op, in...)
		}
		at[n] = m
		return m
	}
	res := make([]*Node, len(outs))
	for i, o := range outs {
		res[i] = copied(o)
	}
	return res
}
