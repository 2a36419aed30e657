package layers_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff/gradtest"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// reductions are what Connections makes of values of connections.
var reductions = map[string]func(layers.Connections, *graph.Node) *graph.Node{
	"sum": layers.Connections.Sum, "mean": layers.Connections.Mean, "prod": layers.Connections.Prod,
	"max": layers.Connections.Max, "min": layers.Connections.Min, "softmax": layers.Connections.Softmax,
}

func TestConnections(t *testing.T) {
	t.Parallel()
	m, _ := sparse(t) // 0 to 3 and 2; 2 to 1, 0 and 1
	m.Out = 5         // to the last there is no connection
	g := graph.New()
	c := m.Place(g, "c")
	x := g.Values(f64, []float64{5, -4, -3, 2, -1}, 5)
	e := math.Exp(2)
	for name, want := range map[string][]float64{
		"sum": {2, -4, -4, 5, 0}, "mean": {2, -2, -4, 5, 0}, "prod": {2, 3, -4, 5, 0},
		"max": {2, -1, -4, 5, 0}, "min": {2, -3, -4, 5, 0}, "softmax": {1, 1, 1 / (1 + e), 1, e / (1 + e)},
	} {
		y := reductions[name](c, x)
		require.NoError(t, g.Err())
		assert.InDeltaSlice(t, want, values(t, y), 1e-14, name)
		y = reductions[name](c, graph.Stack(0, x, x.Scale(2)).Unsqueeze(0))
		assert.InDeltaSlice(t, want, values(t, y)[:len(want)], 1e-14, name)
	}
	assert.Equal(t, []float64{7, 7, 9, 9, 9}, values(t, c.Before(g.Values(f64, []float64{7, 8, 9}, 3))))
	assert.Equal(t, m.Dense([]float64{5, -4, -3, 2, -1}), values(t, c.Matrix(x)))
}

func TestConnectionGradients(t *testing.T) {
	t.Parallel()
	m, _ := sparse(t)
	all := map[string]func(layers.Connections, *graph.Node) *graph.Node{"matrix": func(c layers.Connections, x *graph.Node) *graph.Node {
		return c.Matrix(x.Sum(0, 1))
	}}
	for name, f := range reductions {
		all[name] = f
	}
	for name, f := range all {
		gradtest.Check(t, gradtest.Case{
			Name: name, Inputs: []gradtest.Input{{Shape: []int{2, 2, 5}}},
			Build: func(g *graph.Graph, xs []*graph.Node) *graph.Node { return f(m.Place(g, "c"), xs[0]) },
		})
	}
	gradtest.Check(t, gradtest.Case{
		Name: "before", Inputs: []gradtest.Input{{Shape: []int{2, 3}}},
		Build: func(g *graph.Graph, xs []*graph.Node) *graph.Node { return m.Place(g, "c").Before(xs[0]) },
	})
}

func TestEventIDs(t *testing.T) {
	t.Parallel()
	g := graph.New()
	for _, d := range []graph.DType{graph.Float32, graph.Bool} {
		ids, n := layers.EventIDs(g.Values(d, []float64{0, 1, 0, 1, 1}, 5))
		assert.Equal(t, []float64{1, 3, 4, -1, -1}, values(t, ids))
		assert.Equal(t, []float64{3}, values(t, n))
	}
	ids, n := layers.EventIDs(g.Values(f64, []float64{0, -2}, 2))
	assert.Equal(t, []float64{1, -1}, values(t, ids))
	assert.Equal(t, []float64{1}, values(t, n))
	ids, n = layers.EventIDs(g.Values(graph.Float32, []float64{0, 1, 0, 0, 0, 0, 2, 2, -1}, 3, 1, 3))
	assert.Equal(t, graph.Shape{3, 1, 3}, ids.Shape())
	assert.Equal(t, graph.Shape{3, 1}, n.Shape())
	assert.Equal(t, []float64{1, -1, -1, -1, -1, -1, 0, 1, 2}, values(t, ids))
	assert.Equal(t, []float64{1, 0, 3}, values(t, n))
	layers.EventIDs(g.Const(graph.Float32, 1))
	faults(t, g, "EventIDs: |Float32[]")
}

// A matrix without connections gives every neuron 0.
func TestNoConnections(t *testing.T) {
	t.Parallel()
	g := graph.New()
	c := layers.CSR{Out: 3, Start: []int32{0, 0, 0}}.Place(g, "c")
	none := c.Before(g.Const(f64, 1, 4, 2))
	require.NoError(t, g.Err())
	assert.Equal(t, graph.Shape{4, 0}, none.Shape())
	for name, f := range reductions {
		x := f(c, none)
		require.NoError(t, g.Err(), name)
		if x.Dim(-1) == 0 { // one value for each connection
			x = c.Sum(x)
		}
		assert.Equal(t, make([]float64, 4*3), values(t, x), name)
	}
	w := c.Matrix(g.Const(f64, 1, 0))
	require.NoError(t, g.Err())
	assert.Equal(t, make([]float64, 2*3), values(t, w))
}

func TestConnectionsFaults(t *testing.T) {
	t.Parallel()
	g := graph.New()
	m, _ := sparse(t)
	x := g.Input("x", graph.Float32, 2, 4)
	layers.CSR{}.Place(g, "a").Sum(x)
	c := m.Place(g, "c")
	c.Sum(x)
	c.Before(x)
	c.Softmax(x)
	c.Matrix(g.Input("y", graph.Float32, 2, 5))
	bad := g.Input("z", graph.Float32, 3).Add(g.Input("w", graph.Float32, 2))
	for name, f := range reductions {
		assert.False(t, f(c, bad).Valid(), name)
	}
	faults(t, g, "a: CSR: |0", "c: |[... 5]", "c: |[... 3]", "c: |[... 5]", "c: Matrix: |[2 5]", "Add")
}
