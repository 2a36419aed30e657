package layers_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSequential(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := g.Values(f64, []float64{1, -2, 3, -4, 5, -6}, 1, 3, 2)
	fc := layers.Dense{In: 6, Out: 2, W: layers.Const(1), NoBias: true, DType: f64}.Place(g, "fc")
	net := layers.Sequential{layers.Func((*graph.Node).Abs), layers.Flatten(1), fc, layers.Residual{Of: layers.Activation("relu")}}
	assert.Equal(t, []float64{42, 42}, values(t, net.Apply(x)))
	assert.Equal(t, x, layers.Sequential{}.Apply(x))
	wide := layers.Residual{Of: fc, Shortcut: layers.AllToAll{In: 6, Out: 2, W: layers.Const(2), DType: f64}.Place(g, "way")}
	assert.Equal(t, []float64{-9, -9}, values(t, wide.Apply(x.Reshape(6))))
	for f, want := range map[layers.Flatten]graph.Shape{0: {6}, 1: {1, 6}, 2: {1, 3, 2}, 3: {1, 3, 2, 1}} {
		assert.Equal(t, want, f.Apply(x).Shape())
	}
	layers.Flatten(4).Apply(x)
	layers.Flatten(-1).Apply(x)
	faults(t, g, "Flatten(4)|[1 3 2]", "Flatten(-1)")
}

// A chain of layers is the function that steps them one by one.
func TestThen(t *testing.T) {
	t.Parallel()
	g := graph.New()
	fc := layers.Dense{In: 3, Out: 3, W: layers.Values{2, 0, 1, 0, 2, 0, 0, 1, 2}, DType: f64}.Place(g, "fc")
	p := layers.Leaky(3, layers.Const(0.9))
	p.DType = f64
	n, out := p.In(g, "n", 1), layers.LeakyIntegrator{N: 3, DType: f64}.In(g, "out", 1)
	x := g.Values(f64, numbers(random(1, 20, 2, 3)), 20, 2, 3)
	block := layers.Skip(layers.Then(layers.Stateless(fc), n))
	ys, last := over(x, layers.Then(block, out))
	type state struct {
		N   layers.LIFState
		Out layers.LeakyIntegratorState
	}
	want, _ := graph.Loop(x, state{}, func(x *graph.Node, s state) (y *graph.Node, _ state) {
		var z *graph.Node
		z, s.N = n.Step(fc.Apply(x), s.N)
		y, s.Out = out.Step(x.Add(z), s.Out)
		return y, s
	})
	require.NoError(t, g.Err())
	assert.Equal(t, values(t, want), values(t, ys))
	assert.Equal(t, graph.Shape{2, 3}, last.Second.V.Shape())
}

func TestDecoders(t *testing.T) {
	t.Parallel()
	g := graph.New()
	zs := g.Values(f64, []float64{0, 1, 0, 0, 1, 0, 1, 1, 0, 1, 0, 0}, 4, 1, 3)
	assert.Equal(t, []float64{2, 3, 0}, values(t, layers.SpikeCount(zs)))
	assert.Equal(t, []float64{250, 375, 0}, values(t, layers.SpikeRate(zs, 2)))
	assert.Equal(t, []float64{4, 0, 8}, values(t, layers.FirstSpike(zs, 2)))
	vs := g.Values(f64, []float64{0, 4, -3, 1, 2, -2, 2, 0, -7}, 3, 3)
	assert.Equal(t, []float64{2, 0, -7}, values(t, layers.LastPotential(vs)))
	assert.Equal(t, []float64{2, 4, -2}, values(t, layers.MaxPotential(vs)))
	assert.Equal(t, []float64{1, 2, -4}, values(t, layers.MeanPotential(vs)))
	// A spike more before the first brings it forward by the steps between; one less in its place
	// leaves the next, a step later; after it, nothing.
	grad := autodiff.Grad(layers.FirstSpike(zs, 2).Index(0).Index(0), zs)[0]
	assert.InDeltaSlice(t, []float64{-4, 0, 0, -2, 0, 0, -2, 0, 0, 0, 0, 0}, values(t, grad), 0)
}

func TestDecoderFaults(t *testing.T) {
	t.Parallel()
	g := graph.New()
	none, scalar := g.Input("none", graph.Float32, 0, 3), g.Input("scalar", graph.Float32)
	layers.SpikeCount(scalar)
	layers.FirstSpike(none, 1)
	layers.FirstSpike(g.Input("x", graph.Float32, 2, 3), 0)
	layers.SpikeRate(none, math.Inf(1))
	layers.LastPotential(none)
	layers.MaxPotential(none)
	layers.MeanPotential(scalar)
	faults(t, g, "SpikeCount: |steps", "FirstSpike: |steps", "FirstSpike: dt: |0", "SpikeRate: dt: |Inf", "LastPotential", "MaxPotential", "MeanPotential")
}
