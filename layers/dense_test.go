package layers_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/autodiff/gradtest"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDense(t *testing.T) {
	t.Parallel()
	w, b := layers.Values{1, 2, 3, 4, 5, 6}, layers.Values{10, 20, 30}
	for name, c := range map[string]struct {
		p     layers.Dense
		shape []int
		x     []float64
		want  []float64
	}{
		"vector":      {layers.Dense{Out: 3, W: w, B: b}, []int{2}, []float64{1, 2}, []float64{19, 32, 45}},
		"batch":       {layers.Dense{Out: 3, W: w, B: b}, []int{2, 2}, []float64{1, 2, 0, 1}, []float64{19, 32, 45, 14, 25, 36}},
		"sequence":    {layers.Dense{Out: 3, W: w, NoBias: true}, []int{2, 1, 2}, []float64{1, 2, 0, 1}, []float64{9, 12, 15, 4, 5, 6}},
		"no self":     {layers.Dense{Out: 3, W: w, NoBias: true, NoSelf: true}, []int{1, 2}, []float64{1, 2}, []float64{8, 2, 15}},
		"one number":  {layers.Dense{Out: 3, W: layers.Fix(layers.Const(2))}, []int{1, 2}, []float64{1, 2}, []float64{6, 6, 6}},
		"one learned": {layers.Dense{Out: 3, W: layers.Train(layers.Const(2)).Shared()}, []int{1, 2}, []float64{1, 2}, []float64{6, 6, 6}},
	} {
		t.Run(name, func(t *testing.T) {
			g := graph.New()
			c.p.In, c.p.DType = 2, f64
			y := c.p.Place(g, "fc").Apply(g.Values(f64, c.x, c.shape...))
			require.NoError(t, g.Err())
			assert.Equal(t, graph.Shape(append(c.shape[:len(c.shape)-1:len(c.shape)-1], 3)), y.Shape())
			assert.Equal(t, c.want, values(t, y))
		})
	}
}

func TestDenseDefaults(t *testing.T) {
	t.Parallel()
	g := graph.New()
	c := layers.Dense{In: 4, Out: 3}.Place(g, "fc")
	require.NoError(t, g.Err())
	assert.Equal(t, []*graph.Node{c.W, c.B}, g.Trained())
	assert.Equal(t, "fc.W", c.W.ParamName())
	assert.Equal(t, graph.Float32, c.W.DType())
	assert.Equal(t, []float64{0, 0, 0}, values(t, c.B))
	assert.NotZero(t, values(t, c.W)[0])

	g = graph.New()
	c = layers.Dense{In: 4, Out: 3, W: layers.Fix(layers.XavierUniform()), NoBias: true}.Place(g, "fc")
	assert.Nil(t, c.B)
	assert.Empty(t, g.Trained())
	assert.Len(t, g.Params(), 1, "fixed, but kept")
}

func TestDenseGradients(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]layers.Dense{
		"weights and biases": {},
		"no self":            {NoSelf: true, NoBias: true},
		"shared":             {W: layers.Train(layers.Const(0.3)).Shared(), B: layers.Train(layers.Const(0.1)).Shared()},
	} {
		p.In, p.Out, p.DType = 3, 3, f64
		for _, shape := range [][]int{{3}, {4, 3}, {2, 4, 3}} {
			gradtest.Check(t, gradtest.Case{
				Name: name, Inputs: []gradtest.Input{{Shape: shape}},
				Build: func(g *graph.Graph, xs []*graph.Node) *graph.Node { return p.Place(g, "fc").Apply(xs[0]) },
			})
		}
	}
	gradtest.Check(t, gradtest.Case{
		Name: "one to one", Inputs: []gradtest.Input{{Shape: []int{4, 2, 3}}},
		Build: func(g *graph.Graph, xs []*graph.Node) *graph.Node {
			return layers.OneToOne{Shape: []int{2, 3}, DType: f64}.Place(g, "fc").Apply(xs[0])
		},
	})
}

func TestDenseFaults(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := g.Input("x", graph.Float32, 2, 4)
	layers.Dense{Out: 3}.Place(g, "a").Apply(x)
	layers.Dense{In: 4, Out: 3, NoBias: true, B: layers.Const(1)}.Place(g, "b").Apply(x)
	layers.Dense{In: 4, Out: 3, W: layers.Values{1}, B: layers.Normal{Std: -1}}.Place(g, "c").Apply(x)
	layers.Dense{In: 3, Out: 3}.Place(g, "d").Apply(x)
	layers.Dense{In: 4, Out: 3}.Place(g, "e").Apply(g.Input("scalar", graph.Float32))
	layers.OneToOne{N: 0}.Place(g, "f").Apply(x)
	layers.OneToOne{N: 3}.Place(g, "h").Apply(x)
	faults(t, g, "a: |In, Out|0 to 3", "b: |B: |NoBias", "c: |c.W|1 values", "c: |c.B|Std",
		"d: |[2 4]|[... 3]", "e: |Float32[]", "f: |N: |[0]", "h: |[2 4]|[... 3]")
}
