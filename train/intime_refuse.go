package train

import (
	"fmt"
	"slices"

	"github.com/spikegraph/spikegraph/graph"
)

// refuse records the fault of a kernel of which no trace is kept though it enters a state, by no other
// weights that are learned: e-prop would learn it by its own step alone.
func (l *local) refuse(s *synapse, nodes, after []*graph.Node, learned func(n *graph.Node) bool) {
	reached, by := map[*graph.Node]bool{s.at: true}, (*graph.Node)(nil)
	for _, n := range nodes {
		enters := slices.ContainsFunc(n.Inputs(), func(x *graph.Node) bool { return reached[x] })
		switch {
		case !enters || !n.DType().IsFloat() || n.Attrs().Name == "StopGradient":
			continue
		case isPointwise(n) || isCarrier(n) && s.wires.passes(n):
		case slices.ContainsFunc(n.Inputs(), learned):
			continue
		case by == nil:
			by = n
		}
		reached[n] = true
	}
	if by == nil || !slices.ContainsFunc(after, func(h *graph.Node) bool { return reached[h] }) {
		return
	}
	s.at.Graph().Fail(fmt.Errorf("InTime: %w: EProp keeps no trace of the kernel of %q: %v of %q stands before the state, "+
		"want elementwise functions, pools over space and Reshape alone", graph.ErrValue, s.at.Scope(), by.Op(), by.Scope()))
}
