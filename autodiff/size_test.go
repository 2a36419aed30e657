package autodiff_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/assert"
)

// countNodes counts the nodes of a graph and of the bodies of its loops.
func countNodes(g *graph.Graph) int {
	n := 0
	for _, x := range g.Nodes() {
		n++
		if l := x.Loop(); l != nil {
			n += countNodes(l.Body)
		}
	}
	return n
}

// The gradient of a thousand steps is as large a graph as that of ten.
func TestGraphDoesNotGrowWithSteps(t *testing.T) {
	t.Parallel()
	size := func(steps int, o graph.LoopOptions) int {
		g := graph.New()
		x, w := g.Input("x", graph.Float64, steps, 3), g.Input("w", graph.Float64, 3)
		ys, _ := graph.Loop(x, w.Like(0), func(x, v node) (node, node) {
			v = v.Mul(w).Add(x).Tanh()
			return v.Square(), v
		}, o)
		autodiff.Hessian(ys.Sum(), w)
		return countNodes(g)
	}
	assert.Equal(t, size(10, graph.LoopOptions{}), size(1000, graph.LoopOptions{}))
	assert.Equal(t, size(10, graph.LoopOptions{Segment: 5}), size(1000, graph.LoopOptions{Segment: 50}))
	assert.Less(t, size(10, graph.LoopOptions{}), size(10, graph.LoopOptions{Unroll: true}))
}
