package surrogate_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// eval returns the values of the nodes that f makes of an input with the values x.
func eval(t *testing.T, x []float64, f func(x *graph.Node) []*graph.Node) [][]float64 {
	t.Helper()
	g := graph.New()
	outs := f(g.Input("x", graph.Float64, len(x)))
	p, err := g.Compile(outs...)
	require.NoError(t, err)
	res, err := p.Run(tensor.New(tensor.WithShape(len(x)), tensor.WithBacking(x)))
	require.NoError(t, err)
	ys := make([][]float64, len(res))
	for i, r := range res {
		ys[i] = r.Data().([]float64)
	}
	return ys
}

// slopes returns g' of s at x.
func slopes(t *testing.T, s graph.Surrogate, x []float64) []float64 {
	t.Helper()
	return eval(t, x, func(x *graph.Node) []*graph.Node { return []*graph.Node{s.Grad(x, x.Like(1))} })[0]
}

func nodes(ns ...*graph.Node) []*graph.Node { return ns }
