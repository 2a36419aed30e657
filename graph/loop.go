package graph

import (
	"fmt"
)

// LoopOptions changes how a Loop runs, not what it computes (Truncate changes the gradient).
type LoopOptions struct {
	Name string // for errors and Explain
	// Graph is where the loop stands; needed only if neither sequences nor state hold a node.
	Graph *Graph
	// Steps is the number of steps where there is no sequence to tell it.
	Steps int
	// Reverse walks from the last step to the first; result t still belongs to step t.
	Reverse bool
	// Unroll copies the body Steps times into the graph around instead.
	Unroll bool
	// Segment, if positive, keeps for the backward pass only the state at the beginning of every
	// Segment steps and computes the rest again: memory falls from T to T/Segment + Segment states.
	Segment int
	// Truncate, if positive, stops the gradient of the carried state every Truncate steps
	// (truncated BPTT within one loop). It cannot be combined with Segment.
	Truncate int
	// Detach names carried values, by their path in the state ("Hidden.V"), whose gradient does
	// not flow from step to step.
	Detach []string
}

// Loop runs step over the leading axis of the sequences in xs, carrying the state s, and returns
// the results of all steps stacked on a new leading axis, and the last state.
//
// X, S and Y are any values with nodes inside: a *Node, structs, slices, nested. Every node in xs
// has the same leading extent, the number of steps T; step sees one slice of each. The state keeps
// its types from step to step. A nil node in s is allowed where step gives it a value with Else,
// as layers do: their zero state is at rest. One that step returns untouched stays nil. Nodes from
// outside that step reads are constants of the loop; what step computes from them alone is computed
// once.
//
// With T = 0 the results are empty and the last state is s. Faults are recorded on the graph.
func Loop[X, S, Y any](xs X, s S, step func(x X, s S) (Y, S), opts ...LoopOptions) (ys Y, last S) {
	var o LoopOptions
	if len(opts) > 0 {
		o = opts[0]
	}
	b := &loopBuilder{o: o}
	last = cloneTree(s)
	seqs, state := b.list(&xs), b.list(&last)
	if b.g = anyGraph(nodesOf(seqs), nodesOf(state)); b.g == nil {
		b.g = o.Graph
	}
	if b.g == nil { // nothing to build in, nowhere to report it: what comes out is invalid
		b.g = New()
		b.g.Fail(fmt.Errorf("Loop: %w: neither sequences nor state hold a node; set Graph", ErrValue))
	}
	b.g = b.g.root.top
	if o.Name != "" {
		defer b.g.Scope(o.Name)()
	}
	if step == nil {
		b.errs = append(b.errs, fmt.Errorf("%w: the step is nil", ErrValue))
		step = func(_ X, s S) (y Y, next S) { return y, s }
	}
	body := func(x, st []*Node) (y, next []*Node) {
		xIn, sIn := cloneTree(xs), cloneTree(last)
		put(b.list(&xIn), x)
		put(b.list(&sIn), st)
		out, sOut := step(xIn, sIn)
		ys = out
		b.yLeaves = b.list(&ys)
		nl := b.list(&sOut)
		if len(nl) != len(state) {
			b.fail(fmt.Errorf("%w: the state has %d nodes before the step and %d after it", ErrShape, len(state), len(nl)))
			return nodesOf(b.yLeaves), nil
		}
		return nodesOf(b.yLeaves), nodesOf(nl)
	}
	stacked, finals := b.build(nodesOf(seqs), nodesOf(state), paths(state), body)
	if b.yLeaves != nil {
		put(b.yLeaves, stacked)
	}
	put(state, finals)
	return ys, last
}

func paths(ls []leaf) []string {
	ps := make([]string, len(ls))
	for i, l := range ls {
		if ps[i] = l.path; ps[i] == "" {
			ps[i] = "state"
		}
	}
	return ps
}

func anyGraph(lists ...[]*Node) *Graph {
	for _, ns := range lists {
		for _, n := range ns {
			if n != nil && n.g != nil {
				return n.g
			}
		}
	}
	return nil
}
