package train

import (
	"fmt"
	"slices"

	"github.com/spikegraph/spikegraph/graph"
)

// readerTrace builds the graph of one program of a Runner.
type readerTrace[S any] struct {
	r    *Runner[S]
	k    variantKey
	p    *readerProgram
	g    *graph.Graph
	step Step[S]

	names []string // of marks
	bias  []bool   // of readouts
}

// stepResult is what a step gives besides the state.
type stepResult struct {
	Out   *graph.Node
	Reads []*graph.Node
	Marks []*graph.Node
}

// closedState is the state of a closed loop.
type closedState[S any] struct {
	X *graph.Node
	S S
}

// build returns outputs, the next input of a closed loop, what is collected, marks and the state.
func (t *readerTrace[S]) build(in []*graph.Node) []*graph.Node {
	t.step = t.r.Net(t.g, t.k.collect)
	if t.step == nil {
		return []*graph.Node{t.g.Fail(fmt.Errorf("field Net: %w: the step is nil", graph.ErrValue))}
	}
	t.g.Update(t.g.Clock(), t.g.Clock().Shift(1))
	xs, in := in[:1], in[1:]
	if t.k.teach {
		xs, in = append(xs, in[0]), in[1:]
	}
	axis := 1
	if t.k.closed > 0 {
		axis = 0
	}
	s := closedState[S]{S: t.start(xs[0].Dim(axis), in)}
	var y stepResult
	switch {
	case t.k.closed > 0:
		s.X = xs[0]
		y, s = graph.Loop([]*graph.Node(nil), s, func(_ []*graph.Node, s closedState[S]) (stepResult, closedState[S]) {
			return t.body([]*graph.Node{s.X}, s.S)
		}, graph.LoopOptions{Steps: t.k.closed, Graph: t.g})
	case xs[0].Dim(0) == 1:
		now := make([]*graph.Node, len(xs))
		for i, x := range xs {
			now[i] = x.Index(0)
		}
		y, s = t.body(now, s.S)
		for _, n := range nodesIn(&y) {
			*n = (*n).Unsqueeze(0)
		}
	default:
		y, s = t.open(xs, s.S)
	}
	return t.results(y, s)
}

// open runs the steps of sequences.
func (t *readerTrace[S]) open(xs []*graph.Node, s S) (stepResult, closedState[S]) {
	type result struct {
		Y    stepResult
		Next *graph.Node // input
	}
	ys, last := graph.Loop(xs, s, func(x []*graph.Node, s S) (result, S) {
		y, c := t.body(x, s)
		return result{y, c.X}, c.S
	})
	return ys.Y, closedState[S]{ys.Next.Index(-1), last}
}

// start returns the initial state.
func (t *readerTrace[S]) start(batch int, state []*graph.Node) S {
	var s S
	if t.r.Init != nil {
		s = t.r.Init(t.g, batch)
	}
	if t.k.first {
		return s
	}
	at := nodesIn(&s)
	if len(at) != len(t.r.present) {
		t.g.Fail(fmt.Errorf("handing on the state: %w: it has %d nodes at first and %d after a step",
			graph.ErrShape, len(at), len(t.r.present)))
		return s
	}
	for i, n := range at {
		if t.r.present[i] && len(state) > 0 {
			*n, state = state[0], state[1:]
		}
	}
	return s
}

// body is one step for an input, and what is to be fed back if that is given.
func (t *readerTrace[S]) body(x []*graph.Node, s S) (stepResult, closedState[S]) {
	before := len(t.g.Marks())
	y, next := t.step(x[0], s)
	out := stepResult{Out: y}
	out.Marks = t.marks(t.g.Marks()[before:])
	if t.k.collect {
		out.Reads = t.reads(y, &next)
	}
	if t.k.teach {
		t.teach(t.r.Feedback(&next), x[1])
	}
	c := closedState[S]{X: y, S: next}
	if t.r.Next != nil {
		c.X = t.r.Next(x[0], y)
	}
	return out, c
}

// teach puts the teacher in the place of what the step feeds back.
func (t *readerTrace[S]) teach(at **graph.Node, teacher *graph.Node) {
	if y := *at; y.Valid() && teacher.Valid() {
		if teacher = teacher.Cast(y.DType()); !slices.Equal(teacher.Shape(), y.Shape()) {
			teacher = t.g.Fail(fmt.Errorf("teaching: %w: the target of %q is %v, what the step feeds back is %v",
				graph.ErrShape, t.r.names[0], []int(teacher.Shape()), []int(y.Shape())))
		}
	}
	*at = teacher
}

// reads returns inputs and outputs of the readouts.
func (t *readerTrace[S]) reads(y *graph.Node, s *S) []*graph.Node {
	roots := outcome(y, s)
	var reads []*graph.Node
	t.bias = nil
	for _, name := range t.r.names {
		if !y.Valid() {
			reads = append(reads, y, y)
			continue
		}
		r, bias := findReadout(t.g, name, roots)
		reads, t.bias = append(reads, r.X, r.Y), append(t.bias, bias)
	}
	return reads
}

// marks returns what was marked under the names of Monitors.
func (t *readerTrace[S]) marks(all []graph.Marked) (nodes []*graph.Node) {
	t.names = nil
	for _, name := range t.r.Monitors {
		n := 0
		for _, m := range all {
			if m.Scope != name {
				continue
			}
			if n == 0 {
				t.names = append(t.names, name)
			} else {
				t.names = append(t.names, fmt.Sprintf("%s#%d", name, n))
			}
			nodes = append(nodes, m.Node)
			n++
		}
		if n == 0 {
			t.g.Fail(fmt.Errorf("field Monitors: %w: nothing is marked under %q", graph.ErrValue, name))
		}
	}
	return nodes
}

// results lists the outputs of the program, and tells the Runner what it found.
func (t *readerTrace[S]) results(y stepResult, s closedState[S]) []*graph.Node {
	t.p.names = t.names
	if t.k.collect {
		t.r.bias = t.bias
	}
	all := append([]*graph.Node{y.Out, s.X}, y.Reads...)
	all = append(all, y.Marks...)
	var present []bool
	for _, n := range nodesIn(&s.S) {
		present = append(present, *n != nil)
		if *n != nil {
			all = append(all, *n)
		}
	}
	t.r.present = present
	return all
}
