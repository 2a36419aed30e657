package surrogate_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/surrogate"
	"github.com/stretchr/testify/assert"
)

// Smooth forward changes the value, not the derivative, which even differs from that of the value
// for PiecewiseLeakyRelu.
func TestSpikedSmooth(t *testing.T) {
	s := surrogate.NewPiecewiseLeakyRelu()
	y := eval(t, places, func(x *graph.Node) []*graph.Node {
		z := surrogate.Spiked(x, s, true)
		return nodes(z, s.Smooth(x), autodiff.VectorGrad(z.Square(), x)[0], s.Grad(x, s.Smooth(x).Scale(2)))
	})
	assert.Equal(t, y[1], y[0])
	assert.InDeltaSlice(t, y[3], y[2], 1e-15)
}

func TestSpikedWithoutASmoothFunction(t *testing.T) {
	g := graph.New()
	x := g.Const(graph.Float64, 1, 3)
	assert.False(t, surrogate.Spiked(x, surrogate.NewReluGrad(), true).Valid())
	assert.ErrorIs(t, g.Err(), graph.ErrValue)
	assert.ErrorContains(t, g.Err(), "ReluGrad")
}

func TestSpikedWithoutASurrogate(t *testing.T) {
	g := graph.New()
	x := g.Const(graph.Float64, 1, 3)
	assert.False(t, surrogate.Spiked(x, nil, false).Valid())
	assert.False(t, surrogate.Spiked(x, nil, true).Valid())
	assert.ErrorIs(t, g.Err(), graph.ErrValue)
}
