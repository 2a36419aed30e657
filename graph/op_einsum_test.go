package graph_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
	"pgregory.net/rapid"
)

// Random specifications against the sum over all letters.
func TestEinsumAgainstTheSum(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		letters := rapid.StringMatching(`[a-dX]{0,4}`)
		a, b := letters.Draw(t, "a"), letters.Draw(t, "b")
		out := ""
		for _, r := range "cXabd" {
			if !contains(out, r) && (contains(a, r) || contains(b, r)) && rapid.Bool().Draw(t, "kept") {
				out += string(r)
			}
		}
		extent := map[rune]int{'a': 2, 'b': 3, 'c': 1, 'd': 2, 'X': 4}
		shape := func(letters string) (s []int) {
			for _, r := range letters {
				s = append(s, extent[r])
			}
			return s
		}
		g := graph.New()
		y := graph.Einsum(a+","+b+"->"+out, g.Input("a", graph.Float64, shape(a)...), g.Input("b", graph.Float64, shape(b)...))
		require.NoError(t, g.Err())
		require.Equal(t, append([]int{}, shape(out)...), append([]int{}, y.Shape()...))
		x, z := ramp(graph.Float64, shape(a)...), ramp(graph.Float64, shape(b)...)
		want := einsumRef(a+","+b+"->"+out, []arr{{shape(a), elements(x)}, {shape(b), elements(z)}})
		requireClose(t, want.v, run(t, compile(t, g, y), x, z)[0], 1e-12, "%s,%s->%s", a, b, out)
	})
}

func contains(s string, r rune) bool {
	for _, q := range s {
		if q == r {
			return true
		}
	}
	return false
}

// elements returns the elements of a Float64 tensor, a scalar's too.
func elements(x *tensor.Dense) []float64 { return x.Float64s() }

// Spaces do not matter, and without an arrow the letters that occur once come in order.
func TestEinsumSpelling(t *testing.T) {
	t.Parallel()
	g := graph.New()
	a, b := g.Input("a", graph.Float32, 2, 3), g.Input("b", graph.Float32, 3, 4)
	assert.Same(t, graph.Einsum("ij,jk->ik", a, b), graph.Einsum(" i j , j k ", a, b))
	assert.Same(t, graph.Einsum("zj,ja->az", a, b), graph.Einsum("zj,ja", a, b))
	assert.Equal(t, graph.Shape{4, 2}, graph.Einsum("zj,ja", a, b).Shape())
	require.NoError(t, g.Err())
}

// A matrix product stays one: nothing is transposed or copied.
func TestEinsumOfAMatrixProduct(t *testing.T) {
	t.Parallel()
	g := graph.New()
	a, b := g.Input("a", graph.Float32, 2, 3), g.Input("b", graph.Float32, 3, 4)
	assert.Same(t, a.MatMul(b), graph.Einsum("ij,jk->ik", a, b))
}
