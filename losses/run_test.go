package losses_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// values runs the graph of the nodes and returns what they are, as float64.
func values(t *testing.T, ns ...*graph.Node) [][]float64 {
	t.Helper()
	outs := make([]*graph.Node, len(ns))
	for i, n := range ns {
		outs[i] = n.Cast(graph.Float64)
	}
	p, err := outs[0].Graph().Compile(outs...)
	require.NoError(t, err)
	res, err := p.Run()
	require.NoError(t, err)
	ys := make([][]float64, len(res))
	for i, r := range res {
		if v, ok := r.Data().(float64); ok {
			ys[i] = []float64{v}
		} else {
			ys[i] = r.Data().([]float64)
		}
	}
	return ys
}

// value returns the value of a scalar.
func value(t *testing.T, n *graph.Node) float64 {
	t.Helper()
	require.Equal(t, 0, n.Rank(), "%v", n)
	return values(t, n)[0][0]
}

// runError returns the error of running the graph of n.
func runError(t *testing.T, n *graph.Node) error {
	t.Helper()
	p, err := n.Graph().Compile(n)
	require.NoError(t, err)
	_, err = p.Run()
	require.Error(t, err)
	return err
}

// floats and ints make nodes.
func floats(g *graph.Graph, x []float64, shape ...int) *graph.Node {
	return g.Values(graph.Float64, x, shape...)
}

func ints(g *graph.Graph, x []float64, shape ...int) *graph.Node {
	return g.Values(graph.Int32, x, shape...)
}

// wave returns n numbers that are all different and none of them near 0.
func wave(n int, phase float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = 1.7*math.Sin(float64(i)*2.3+phase) + 0.13
	}
	return x
}

// checkGradient compares the gradient of f's sum, weighted, with central differences in every
// element of x.
func checkGradient(t *testing.T, x []float64, shape []int, f func(x *graph.Node) *graph.Node) {
	t.Helper()
	const h = 1e-5
	weighted := func(x *graph.Node) *graph.Node {
		y := f(x)
		return y.Mul(y.Graph().Values(graph.Float64, wave(y.Shape().Size(), 0.5), y.Shape()...)).Sum()
	}
	g := graph.New()
	in := floats(g, x, shape...)
	outs := []*graph.Node{autodiff.Grad(weighted(in), in)[0]}
	for i := range x {
		d := make([]float64, len(x))
		d[i] = h
		step := floats(g, d, shape...)
		outs = append(outs, weighted(in.Add(step)).Sub(weighted(in.Sub(step))).Scale(1/(2*h)))
	}
	ys := values(t, outs...)
	for i := range x {
		want := ys[i+1][0]
		assert.InDelta(t, want, ys[0][i], 1e-7*(1+math.Abs(want)), "element %d", i)
	}
}
