package autodiff

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// Checkpoint returns f(), a node of the graph that is being traced, and makes its backward pass
// compute f's intermediate values again instead of keeping them: less memory, one more forward
// computation. Gradients are the same (Griewank & Walther 2000, "Algorithm 799: revolve",
// doi:10.1145/347837.347846).
func Checkpoint(g *graph.Graph, f func() *graph.Node) *graph.Node {
	g = g.Top()
	if f == nil {
		return g.Fail(fmt.Errorf("Checkpoint: %w: the function is nil", graph.ErrValue))
	}
	before := len(g.Nodes())
	y := f()
	if !y.Valid() || y.Graph() != g || y.ID() < before {
		return y
	}
	return graph.Custom(func([]*graph.Node) *graph.Node { return y }, recompute, frontier(y, before)...)
}

// recompute is the rule of a checkpoint, whose value is its node's first input: that value computed
// from xs once the gradient is there, and differentiated.
func recompute(xs []*graph.Node, y, gy *graph.Node) []*graph.Node {
	at := map[*graph.Node]*graph.Node{}
	again := make([]*graph.Node, len(xs))
	for i, x := range xs {
		again[i] = x.After(gy)
		at[x] = again[i]
	}
	gs := pull(graph.Replay(y.Inputs()[:1], at), []*graph.Node{gy}, again)
	for i := range xs {
		if !isFirst(xs, i) {
			gs[i] = nil
		}
	}
	return gs
}

// frontier returns the float nodes older than number before that y is computed from by newer ones.
func frontier(y *graph.Node, before int) []*graph.Node {
	var reads []*graph.Node
	seen := map[*graph.Node]bool{}
	var visit func(n *graph.Node)
	visit = func(n *graph.Node) {
		if seen[n] {
			return
		}
		seen[n] = true
		switch in := n.Inputs(); {
		case n.ID() >= before && len(in) > 0 && !partOf(n, before):
			for _, x := range in {
				visit(x)
			}
		case n.DType().IsFloat() && !isConst(n):
			reads = append(reads, n)
		}
	}
	visit(y)
	return reads
}

// partOf reports whether n reads a part of a node with several results that is older than number
// before.
func partOf(n *graph.Node, before int) bool {
	return (n.ResultIndex() >= 0 || n.SavedNode() != nil) && n.Inputs()[0].ID() < before
}
