package surrogate_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/surrogate"
	"github.com/stretchr/testify/assert"
)

// The four quadrants, and zero: it counts as above.
func TestCrossing(t *testing.T) {
	now := []float64{0.5, 0.5, -0.5, -0.5, 0, 0.5}
	old := []float64{-0.25, 0.25, 0.25, -0.25, -0.25, 0}
	y := eval(t, now, func(x *graph.Node) []*graph.Node {
		xOld := x.Graph().Values(graph.Float64, old, len(old))
		z := surrogate.ReluGrad2(x, xOld, 2, 1)
		return append(nodes(z), autodiff.VectorGrad(z, x, xOld)...)
	})
	assert.Equal(t, []float64{1, 0, 0, 0, 1, 0}, y[0])
	assert.InDeltaSlice(t, []float64{1, 0, 0, 1, 2, 0}, y[1], 1e-15)
	assert.InDeltaSlice(t, []float64{-1.5, -1.5, 0, 0, -1.5, -2}, y[2], 1e-15)
}

func TestCrossingFaults(t *testing.T) {
	g := graph.New()
	x, short := g.Const(graph.Float32, 1, 3), g.Const(graph.Float32, 1, 1)
	assert.False(t, surrogate.InvSquareGrad2(x, short, 100).Valid())
	assert.ErrorIs(t, g.Err(), graph.ErrShape)
	assert.ErrorContains(t, g.Err(), "InvSquareGrad2")

	g = graph.New()
	x = g.Const(graph.Float32, 1, 3)
	assert.False(t, surrogate.ReluGrad2(x, x, 0, 1).Valid())
	assert.ErrorIs(t, g.Err(), graph.ErrValue)

	g = graph.New()
	bad := g.Fail(graph.ErrShape)
	before := g.Err().Error()
	assert.False(t, surrogate.ReluGrad2(bad, g.Const(graph.Float32, 1, 3), 1, 1).Valid())
	assert.False(t, surrogate.ReluGrad2(g.Const(graph.Float32, 1, 3), bad, 1, 1).Valid())
	assert.EqualError(t, g.Err(), before)
}
