package gorgonia

import (
	"errors"
	"fmt"
	"slices"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/spikegraph/spikegraph/graph"
)

// lowering is the translation of one graph.
type lowering struct {
	builder
	rules    map[string]rule
	saves    map[*graph.LoopSpec][]*graph.Node
	given    map[*graph.Node]*G.Node // Gorgonia nodes that stand for inputs of ours
	at       map[*graph.Node]*G.Node
	unrolled map[*graph.Node]copies
}

// begin checks that all that outs need can be lowered, and prepares it.
func begin(g *G.ExprGraph, given map[*graph.Node]*G.Node, outs ...*graph.Node) (*lowering, error) {
	if len(outs) == 0 {
		return nil, fmt.Errorf("gorgonia: %w: there is nothing to lower", graph.ErrValue)
	}
	s := newSurvey()
	for i, y := range outs {
		if !y.Valid() {
			return nil, fmt.Errorf("gorgonia: %w: output %d is invalid", graph.ErrValue, i)
		}
		if own := y.Graph(); own != outs[0].Graph() || own.Top() != own {
			return nil, fmt.Errorf("gorgonia: %w: output %d is of another graph, or of a body", graph.ErrScope, i)
		}
	}
	if err := outs[0].Graph().Err(); err != nil {
		return nil, err
	}
	s.visit(outs...)
	if err := s.err(); err != nil {
		return nil, err
	}
	l := &lowering{
		rules: s.rules, saves: s.saves, given: given,
		at: map[*graph.Node]*G.Node{}, unrolled: map[*graph.Node]copies{},
	}
	l.g, l.dt = g, tensor.Float32
	for _, n := range g.AllNodes() {
		l.first = max(l.first, n.ID())
	}
	if s.wide {
		l.dt = tensor.Float64
	}
	return l, nil
}

// lower returns the Gorgonia node of n.
func (l *lowering) lower(n *graph.Node) *G.Node {
	if x := l.at[n]; x != nil {
		return x
	}
	var x *G.Node
	if r := n.ResultIndex(); r >= 0 {
		x = l.result(n.Inputs()[0], r)
	} else if v := n.SavedNode(); v != nil {
		x = l.lower(l.unroll(n.Inputs()[0]).saved[v])
	} else {
		in := make([]*G.Node, len(n.Inputs()))
		for i, y := range n.Inputs() {
			in[i] = l.lower(y)
		}
		if l.err != nil {
			return nil
		}
		x = l.rules[n.Attrs().Name](l, n, in)
	}
	l.at[n] = x
	return x
}

// result returns one of the results of a loop or branch.
func (l *lowering) result(n *graph.Node, i int) *G.Node {
	if b := n.Branch(); b != nil {
		return l.choice(n, b, i)
	}
	c := l.unroll(n)
	return l.lower(c.results[i])
}

// choice computes both branches and keeps the one taken.
func (l *lowering) choice(n *graph.Node, b *graph.BranchSpec, i int) *G.Node {
	c, ok := l.unrolled[n]
	if !ok {
		captures := n.Inputs()[1:]
		k := len(b.Then.Captures())
		c.results = slices.Concat(b.Inline(true, captures[:k]), b.Inline(false, captures[k:]))
		l.unrolled[n] = c
	}
	then, els := c.results[i], c.results[len(c.results)/2+i]
	x, y := l.lower(then), l.lower(els)
	return l.where(l.broadcast(l.lower(n.Inputs()[0]), then.Shape()...), x, y)
}

// copies are the nodes, in the graph around, that take the place of a loop or branch.
type copies struct {
	results []*graph.Node
	saved   map[*graph.Node]*graph.Node
}

// unroll copies the body of the loop n once for each step. The copies stand in the graph of n,
// where nothing reads them but what is lowered.
func (l *lowering) unroll(n *graph.Node) copies {
	if c, ok := l.unrolled[n]; ok {
		return c
	}
	s := n.Loop()
	k, m := len(s.Carried), len(s.Seqs)
	state, seqs, captures := n.Inputs()[:k], n.Inputs()[k:k+m], n.Inputs()[k+m:]
	wanted := slices.Concat(s.Next, s.Ys, l.saves[s])
	stacked := make([][]*graph.Node, s.Steps)
	for i := range s.Steps {
		t := i
		if s.Reverse {
			t = s.Steps - 1 - i
		}
		args := slices.Clone(state)
		for _, x := range seqs {
			args = append(args, x.Index(t))
		}
		var index *graph.Node
		if s.Index != nil {
			index = n.Graph().Const(graph.Int32, float64(t))
		}
		out := s.Inline(append(args, captures...), index, wanted...)
		state, stacked[t] = out[:k], out[k:]
	}
	c := copies{results: slices.Clone(state), saved: map[*graph.Node]*graph.Node{}}
	for i, y := range wanted[k:] {
		col := make([]*graph.Node, s.Steps)
		for t := range stacked {
			col[t] = stacked[t][i]
		}
		seq := graph.Stack(0, col...)
		if i < len(s.Ys) {
			c.results = append(c.results, seq)
			continue
		}
		c.saved[y] = seq
	}
	l.unrolled[n] = c
	return c
}

// ruled returns y as the value of n, with gradients to xs, the last inputs of n, by n's own rule:
// they are traced when Gorgonia asks for them, and lowered.
func (l *lowering) ruled(n *graph.Node, y *G.Node, xs []*G.Node) *G.Node {
	if l.err != nil {
		return y
	}
	o := &extension{name: n.Attrs().Name, shape: y.Shape(), run: copyFirst(y.Shape())}
	o.wrt = append([]bool{false}, all(len(xs))...)
	o.grad = func(in G.Nodes, _, gy *G.Node) (G.Nodes, error) {
		gs := l.trace(n, gy)
		gs = gs[len(gs)-len(xs):]
		for i, g := range gs {
			if g == nil && l.err == nil {
				gs[i] = l.like(in[i+1], 0)
			}
		}
		return append(G.Nodes{nil}, gs...), l.err
	}
	return l.keep(o.apply(append([]*G.Node{y}, xs...)...))
}

var errRule = errors.New("the rule of a gradient failed: see the faults of the graph")

// trace returns the gradients of n's inputs by n's rule, nil where there is none. The rule is traced
// as the body of a loop of one step, whose carried value is the gradient that arrives: so its nodes
// are apart from the graph, and may read it.
func (l *lowering) trace(n *graph.Node, gy *G.Node) []*G.Node {
	out := make([]*G.Node, len(n.Inputs()))
	var at []int
	var ys []*graph.Node
	ys, _ = graph.Loop([]*graph.Node{}, n.Like(0), func(_ []*graph.Node, g *graph.Node) ([]*graph.Node, *graph.Node) {
		var found []*graph.Node
		at = nil
		for i, gx := range n.Op().Grad(n, g) {
			if gx != nil {
				found, at = append(found, gx), append(at, i)
			}
		}
		return found, g
	}, graph.LoopOptions{Steps: 1, Name: "gradient"})
	if len(ys) == 0 {
		return out
	}
	if !ys[0].Valid() {
		l.keep(nil, errRule)
		return out
	}
	loop := ys[0].Inputs()[0]
	spec := loop.Loop()
	s := newSurvey()
	s.visit(spec.Ys...)
	if s.inner {
		s.refuse(n.Attrs().Name, noInner)
	}
	if err := s.err(); err != nil {
		l.keep(nil, err)
		return out
	}
	l.at[spec.Carried[0]] = gy
	for i, c := range spec.Captures() {
		l.at[c] = l.lower(loop.Inputs()[1+i])
	}
	for i, y := range spec.Ys {
		out[at[i]] = l.lower(y)
	}
	return out
}
