package graph_test

import (
	"strings"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// A gradient of weights is one product over all steps, and the same as step by step; spikes given
// as Bool are read as they are.
func TestStackedGradients(t *testing.T) {
	t.Parallel()
	for _, dense := range []bool{false, true} {
		g := graph.New()
		x := g.Input("x", graph.Bool, 7, 5, 70)
		w := g.Param("w", graph.Var{DType: graph.Float64, Shape: []int{70, 60}, Init: gauss{}})
		zs, _ := graph.Loop(x, []*graph.Node{nil}, func(x *graph.Node, s []*graph.Node) (*graph.Node, []*graph.Node) {
			cur := x.Cast(graph.Float64).MatMul(w)
			u := s[0].Else(cur.Like(0)).Scale(0.9).Add(cur)
			return u.Tanh(), []*graph.Node{u}
		})
		grad := autodiff.Grad(zs.Square().Mean(), w)[0]
		fast, err := g.CompileWith(graph.Options{Verify: true}, grad)
		require.NoError(t, err)
		text := explain(t, fast)
		assert.Contains(t, text, "\n  TimeSum[SpikeMatMul[aᵀ] of bits, steps by 16] -> Float64[70 60]", "outside of the loop")
		assert.Equal(t, 1, strings.Count(text, "SpikeMatMul[aᵀ]"), "and there alone")
		assert.NotContains(t, text, "Cast", "the spikes are read as Bool")
		slow, err := g.CompileWith(graph.Options{Disable: []string{"stack", "spikes"}}, grad)
		require.NoError(t, err)
		b := make([]bool, 7*5*70)
		for i := range b {
			b[i] = i%9 == 0 || dense && i%3 > 0
		}
		in := tensor.New(tensor.WithShape(7, 5, 70), tensor.WithBacking(b))
		requireClose(t, run(t, slow, in)[0], run(t, fast, in)[0], 1e-12, "dense %v", dense)
	}
}

// What else is done with the sum, or with the product, keeps it in the loop.
func TestSumsThatStay(t *testing.T) {
	t.Parallel()
	for name, step := range map[string]func(x, w, s *graph.Node) (*graph.Node, *graph.Node){
		"it is read": func(x, w, s *graph.Node) (*graph.Node, *graph.Node) {
			n := s.Add(x.Transpose().MatMul(x.Exp()))
			return n.Sum(), n
		},
		"it is scaled": func(x, w, s *graph.Node) (*graph.Node, *graph.Node) {
			return x.Sum(), s.Scale(0.5).Add(x.Transpose().MatMul(x.Exp()))
		},
		"constant part": func(x, w, s *graph.Node) (*graph.Node, *graph.Node) { return x.Sum(), s.Add(x.Transpose().MatMul(w)) },
	} {
		g := graph.New()
		x, w := g.Input("x", graph.Float64, 4, 3, 3), g.Input("w", graph.Float64, 3, 3)
		ys, last := graph.Loop(x, w.Like(0), func(x, s *graph.Node) (*graph.Node, *graph.Node) { return step(x, w, s) })
		fast, err := g.CompileWith(graph.Options{Verify: true}, ys, last)
		require.NoError(t, err)
		slow, err := g.CompileWith(graph.Options{Disable: []string{"stack"}}, ys, last)
		require.NoError(t, err)
		loop := func(p *graph.Program) string { // what the loop returns
			text := explain(t, p)
			return text[strings.Index(text, "Loop["):strings.Index(text, "    body")]
		}
		assert.Equal(t, loop(slow), loop(fast), name)
		in := []*tensor.Dense{ramp(graph.Float64, 4, 3, 3), ramp(graph.Float64, 3, 3)}
		a, b := run(t, slow, in...), run(t, fast, in...)
		assert.Equal(t, a[1], b[1], name)
	}
}
