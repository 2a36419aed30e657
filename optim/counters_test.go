package optim_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

func TestSetEpoch(t *testing.T) {
	t.Parallel()
	s := graph.NewStore(0)
	require.NoError(t, optim.SetEpoch(s, 1), "before any graph has asked for it")
	rate := build(t, s, func(g *graph.Graph) []*graph.Node {
		return []*graph.Node{optim.Rate(g, optim.ExponentialLR{LR: 1, Gamma: 0.5})}
	})
	for epoch, want := range []float64{1, 0.5, 0.25} {
		require.NoError(t, optim.SetEpoch(s, epoch))
		assert.Equal(t, []float64{want}, floats(rate.run(t)[0]))
	}
	assert.ErrorIs(t, optim.SetEpoch(s, -1), graph.ErrValue)
	other := graph.NewStore(0)
	require.NoError(t, other.Put("optim.epoch", tensor.New(tensor.WithBacking([]float32{1})), false))
	assert.ErrorIs(t, optim.SetEpoch(other, 1), graph.ErrShape)
}

func TestRateFault(t *testing.T) {
	t.Parallel()
	g := graph.New()
	assert.False(t, optim.Rate(g, optim.Constant(-1)).Valid())
	assert.ErrorContains(t, g.Err(), "optim: Rate: Constant = -1")
}

// TestClock: each update draws other random numbers.
func TestClock(t *testing.T) {
	t.Parallel()
	m := build(t, graph.NewStore(3), func(g *graph.Graph) []*graph.Node {
		optim.NewSGD(1).Update(g, nil, nil)
		return []*graph.Node{g.Uniform(graph.Float64, 2), optim.Steps(g)}
	})
	first, second := m.run(t), m.run(t)
	assert.NotEqual(t, floats(first[0]), floats(second[0]))
	assert.Equal(t, []float64{0}, floats(first[1]))
	assert.Equal(t, []float64{1}, floats(second[1]))
}
