package autodiff_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// A leaky accumulator v = 0.5 v + w x, loss = Σ v: d/dw = Σ_t x_t (1 + 0.5 + … ).
func TestLoopGradByHand(t *testing.T) {
	for _, o := range []graph.LoopOptions{{}, {Unroll: true}, {Segment: 2}, {Segment: 3}} {
		g := graph.New()
		x := g.Input("x", graph.Float64, 5)
		w := g.Param("w", graph.Var{DType: graph.Float64, Shape: []int{}})
		vs, _ := graph.Loop(x, g.Const(graph.Float64, 0), func(x, v *graph.Node) (*graph.Node, *graph.Node) {
			v = v.Scale(0.5).Add(x.Mul(w))
			return v.Square(), v
		}, o)
		loss := vs.Sum()
		gs := autodiff.Grad(loss, w, x)
		h := autodiff.Hessian(loss, w)
		h2 := autodiff.Hessian(loss, x)
		p, err := g.CompileWith(graph.Options{Verify: true}, gs[0], gs[1], loss, h, h2)
		require.NoError(t, err)
		g.Store().Get("w").Value.Set(0, 2.0)
		out, err := p.Run(tensor.New(tensor.WithBacking([]float64{1, 2, 3, 4, 5})))
		require.NoError(t, err)
		t.Log(out[0], out[1], out[2], out[3], out[4])
	}
}
