package graph_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// A convolutional network is split by rows too, and the gradient of a kernel is one convolution over
// all steps; neither changes more than the order of sums.
func TestConvolutionsInLoops(t *testing.T) {
	t.Parallel()
	const batch, steps = 128, 8
	build := func(o graph.Options) []*tensor.Dense {
		g := graph.New()
		d := graph.Float64
		x := g.Input("x", graph.Bool, steps, batch, 8, 8, 2)
		param := func(name string, shape ...int) *graph.Node {
			return g.Param(name, graph.Var{DType: d, Shape: shape, Init: gauss{}})
		}
		w, v := param("w", 3, 3, 2, 4), param("v", 36, 5)
		ys, _ := graph.Loop(x, []*graph.Node{nil}, func(x *graph.Node, s []*graph.Node) (*graph.Node, []*graph.Node) {
			cur := x.Cast(d).Conv(w, graph.ConvOptions{}).MaxPool(graph.PoolOptions{Window: []int{1, 2, 2, 1}, Stride: []int{1, 2, 2, 1}})
			u := s[0].Else(cur.Like(0)).Scale(0.5).Add(cur)
			z := u.Shift(-0.3).Spike(hat{})
			return z.Reshape(batch, -1).MatMul(v), []*graph.Node{u.Sub(z)}
		})
		loss := ys.Square().Mean()
		p, err := g.CompileWith(o, append(autodiff.Grad(loss, w, v), loss)...)
		require.NoError(t, err)
		if len(o.Disable) == 0 {
			text := explain(t, p)
			assert.Contains(t, text, "shards 2]")
			assert.Contains(t, text, "\n  TimeSum[ConvKernel", "outside of the loop")
		}
		b := make([]bool, steps*batch*8*8*2)
		for i := range b {
			b[i] = i%3 == 0 || i%7 == 2
		}
		out, err := p.Run(tensor.New(tensor.WithShape(steps, batch, 8, 8, 2), tensor.WithBacking(b)))
		require.NoError(t, err)
		return out
	}
	want := build(graph.Options{Disable: []string{"shard", "stack", "spikes", "residuals"}})
	first := build(graph.Options{Workers: 1, Verify: true})
	second := build(graph.Options{Workers: 3})
	for i := range want {
		near(t, want[i].Float64s(), first[i].Float64s())
		assert.Equal(t, first[i].Float64s(), second[i].Float64s())
	}
}
