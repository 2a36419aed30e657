package graph_test

import (
	"strings"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// explain returns what Explain prints.
func explain(t require.TestingT, p *graph.Program) string {
	var b strings.Builder
	require.NoError(t, p.Explain(&b))
	return b.String()
}

// The gradients of a product are products with transposes, for every way its operands can lie.
func TestTransposedProducts(t *testing.T) {
	t.Parallel()
	for _, f := range []func(a, b *graph.Node) *graph.Node{
		func(a, b *graph.Node) *graph.Node { return a.MatMul(b) },
		func(a, b *graph.Node) *graph.Node { return b.Transpose().MatMul(a.Transpose()).Transpose() },
	} {
		g := graph.New()
		a, b := g.Input("a", graph.Float64, 3, 4), g.Input("b", graph.Float64, 4, 2)
		c := g.Input("c", graph.Float64, 3, 2)
		first := autodiff.Grad(f(a, b).Mul(c).Sum(), a, b)
		second := autodiff.Grad(first[0].Square().Sum().Add(first[1].Square().Sum()), a, b, c)
		in := []*tensor.Dense{ramp(graph.Float64, 3, 4), ramp(graph.Float64, 4, 2), ramp(graph.Float64, 3, 2)}
		got := values(t, g, in, first[0], first[1], second[0], second[1], second[2])
		x, y, z := arr{[]int{3, 4}, elements(in[0])}, arr{[]int{4, 2}, elements(in[1])}, arr{[]int{3, 2}, elements(in[2])}
		turned := func(a arr) arr {
			return tab([]int{a.shape[1], a.shape[0]}, func(i []int) float64 { return a.at(i[1], i[0]) })
		}
		twice := func(a arr) arr { return tab(a.shape, func(i []int) float64 { return 2 * a.at(i...) }) }
		ga, gb := matMulRef(z, turned(y)), matMulRef(turned(x), z) // C·Bᵀ and Aᵀ·C
		requireClose(t, ga.v, got[0], 1e-13, "dA")
		requireClose(t, gb.v, got[1], 1e-13, "dB")
		requireClose(t, twice(matMulRef(z, turned(gb))).v, got[2], 1e-12, "of |AᵀC|² by A")
		requireClose(t, twice(matMulRef(turned(ga), z)).v, got[3], 1e-12, "of |CBᵀ|² by B")
		sum := matMulRef(ga, y)
		for i, v := range matMulRef(x, gb).v {
			sum.v[i] += v
		}
		requireClose(t, twice(sum).v, got[4], 1e-12, "by C")
	}
}
