package layers_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/autodiff/gradtest"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAllToAll(t *testing.T) {
	t.Parallel()
	w := layers.Values{1, 2, 3, 4, 5, 6}
	one := layers.Train(layers.Const(2)).Shared()
	for name, c := range map[string]struct {
		p    layers.AllToAll
		want []float64
	}{
		"matrix":         {layers.AllToAll{Out: 3, W: w}, []float64{9, 12, 15, 4, 5, 6}},
		"no self":        {layers.AllToAll{Out: 3, W: w, NoSelf: true}, []float64{8, 2, 15, 4, 0, 6}},
		"one":            {layers.AllToAll{Out: 3, W: one}, []float64{6, 6, 6, 2, 2, 2}},
		"one fixed":      {layers.AllToAll{Out: 3, W: layers.Fix(layers.Const(2))}, []float64{6, 6, 6, 2, 2, 2}},
		"one of others":  {layers.AllToAll{Out: 3, W: one, NoSelf: true}, []float64{4, 2, 6, 2, 0, 2}},
		"others of more": {layers.AllToAll{Out: 1, W: one, NoSelf: true}, []float64{4, 2}},
	} {
		t.Run(name, func(t *testing.T) {
			g := graph.New()
			c.p.In, c.p.DType = 2, f64
			y := c.p.Place(g, "fc").Apply(g.Values(f64, []float64{1, 2, 0, 1}, 2, 2))
			require.NoError(t, g.Err())
			assert.Equal(t, c.want, values(t, y))
		})
	}
}

func TestAllToAllGradients(t *testing.T) {
	t.Parallel()
	one := layers.Train(layers.Const(2)).Shared()
	for name, p := range map[string]layers.AllToAll{
		"matrix": {Out: 4}, "no self": {Out: 3, NoSelf: true}, "one": {Out: 4, W: one},
		"one, more after": {Out: 4, W: one, NoSelf: true}, "one, fewer after": {Out: 2, W: one, NoSelf: true},
	} {
		p.In, p.DType = 3, f64
		for _, shape := range [][]int{{3}, {2, 2, 3}} {
			gradtest.Check(t, gradtest.Case{
				Name: name, Inputs: []gradtest.Input{{Shape: shape}},
				Build: func(g *graph.Graph, xs []*graph.Node) *graph.Node { return p.Place(g, "fc").Apply(xs[0]) },
			})
		}
	}
}

func TestMaskedLinear(t *testing.T) {
	t.Parallel()
	mask := layers.Values{1, 0, 1, 0, 1, 1}
	g := graph.New()
	p := layers.MaskedLinear{In: 2, Out: 3, Mask: mask, W: layers.Values{1, 2, -3, 4, 5, 6}, DType: f64}
	x := g.Values(f64, []float64{1, 2}, 2)
	assert.Equal(t, []float64{1, 10, 9}, values(t, p.Place(g, "a").Apply(x)))
	p.Func = (*graph.Node).Abs
	assert.Equal(t, []float64{1, 10, 15}, values(t, p.Place(g, "b").Apply(x)))
	p.Func = func(w *graph.Node) *graph.Node { return w.Tanh().Shift(0.5) }
	gradtest.Check(t, gradtest.Case{
		Name: "masked", Inputs: []gradtest.Input{{Shape: []int{2, 2, 2}}},
		Build: func(g *graph.Graph, xs []*graph.Node) *graph.Node { return p.Place(g, "fc").Apply(xs[0]) },
	})
}

func TestConnectionFaults(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := g.Input("x", graph.Float32, 2, 4)
	layers.AllToAll{Out: 3}.Place(g, "a").Apply(x)
	layers.AllToAll{In: 4, Out: 3, W: layers.Values{1}}.Place(g, "b").Apply(x)
	layers.AllToAll{In: 3, Out: 3}.Place(g, "c").Apply(x)
	layers.MaskedLinear{In: 4}.Place(g, "d").Apply(x)
	layers.MaskedLinear{In: 4, Out: 1, Mask: layers.Values{1, 0, 2, 1}}.Place(g, "e").Apply(x)
	layers.MaskedLinear{In: 3, Out: 1}.Place(g, "f").Apply(x)
	layers.MaskedLinear{In: 4, Out: 1}.Place(g, "h").Apply(g.Input("halves", graph.Float64, 4))
	faults(t, g, "a: |In, Out|0 to 3", "b: |W|1 values", "c: |[2 4]|[... 3]", "d: |In, Out|4 to 0",
		"e: |Mask: |2 at element 2|0 or 1", "f: |[... 3]", "h: |Float")
}
