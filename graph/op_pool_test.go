package graph_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/autodiff/gradtest"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/opsamples"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

func TestPoolDerivatives(t *testing.T) {
	t.Parallel()
	for i, c := range opsamples.Pools {
		for name, f := range map[string]func(x *graph.Node, o graph.PoolOptions) *graph.Node{
			"max": (*graph.Node).MaxPool, "min": (*graph.Node).MinPool, "sum": (*graph.Node).SumPool, "avg": (*graph.Node).AvgPool,
		} {
			gradtest.Check(t, gradtest.Case{
				Name: fmt.Sprint(name, i), Inputs: []gradtest.Input{{Shape: c.X}}, SecondOrder: true,
				Build: func(_ *graph.Graph, xs []*graph.Node) *graph.Node { return f(xs[0], c.O).Tanh() },
			})
		}
	}
}

// pooledLine runs a pool over a line, and the gradient of the sum of its results.
func pooledLine(t *testing.T, f func(x *graph.Node, o graph.PoolOptions) *graph.Node, o graph.PoolOptions, x ...float64) (y, gx []float64) {
	t.Helper()
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		g := graph.New()
		in := g.Input("x", d, len(x))
		out := f(in, o)
		res := values(t, g, []*tensor.Dense{opsamples.Tensor(d, []int{len(x)}, x)}, out, autodiff.VectorGrad(out, in)[0])
		y, gx = res[0], res[1]
	}
	return y, gx
}

func TestPoolTies(t *testing.T) {
	t.Parallel()
	o := graph.PoolOptions{Window: []int{3}, Stride: []int{3}}
	y, gx := pooledLine(t, (*graph.Node).MaxPool, o, 1, 2, 2, 5, 5, 5, 0)
	assert.Equal(t, []float64{2, 5}, y)
	assert.Equal(t, []float64{0, 1, 0, 1, 0, 0, 0}, gx, "the first of equals gets all of it, the rest nothing")
	y, gx = pooledLine(t, (*graph.Node).MinPool, o, 1, 1, 2, 5, 5, 4, 0)
	assert.Equal(t, []float64{1, 4}, y)
	assert.Equal(t, []float64{1, 0, 0, 0, 0, 1, 0}, gx)
}

// An element that several windows choose gets the sum.
func TestPoolOverlap(t *testing.T) {
	t.Parallel()
	o := graph.PoolOptions{Window: []int{3}}
	_, gx := pooledLine(t, (*graph.Node).MaxPool, o, 0, 1, 9, 2, 3, 4)
	assert.Equal(t, []float64{0, 0, 3, 0, 0, 1}, gx)
	y, gx := pooledLine(t, (*graph.Node).AvgPool, o, 0, 3, 9, 3)
	assert.InDeltaSlice(t, []float64{4, 5}, y, 1e-6)
	assert.InDeltaSlice(t, []float64{1. / 3, 2. / 3, 2. / 3, 1. / 3}, gx, 1e-6)
}

// NaN spreads; its gradient goes to the first element of its window.
func TestPoolNaN(t *testing.T) {
	t.Parallel()
	y, gx := pooledLine(t, (*graph.Node).MaxPool, graph.PoolOptions{Window: []int{3}, Stride: []int{3}}, 1, math.NaN(), 3, 4, 6, 5)
	assert.True(t, math.IsNaN(y[0]))
	assert.Equal(t, 6.0, y[1])
	assert.Equal(t, []float64{1, 0, 0, 0, 1, 0}, gx)
}

// A window that sees nothing but padding gives the neutral element, and has no gradient.
func TestPoolOfPadding(t *testing.T) {
	t.Parallel()
	o := graph.PoolOptions{Window: []int{2}, Stride: []int{2}, PadLow: []int{2}, PadHigh: []int{3}}
	y, gx := pooledLine(t, (*graph.Node).MaxPool, o, 1, 2, 3)
	assert.Equal(t, []float64{math.Inf(-1), 2, 3, math.Inf(-1)}, y)
	assert.Equal(t, []float64{0, 1, 1}, gx)
	y, _ = pooledLine(t, (*graph.Node).MinPool, o, 1, 2, 3)
	assert.Equal(t, []float64{math.Inf(1), 1, 3, math.Inf(1)}, y)
	y, gx = pooledLine(t, (*graph.Node).SumPool, o, 1, 2, 3)
	assert.Equal(t, []float64{0, 3, 3, 0}, y)
	assert.Equal(t, []float64{1, 1, 1}, gx)
	y, _ = pooledLine(t, (*graph.Node).AvgPool, o, 1, 2, 3)
	assert.Equal(t, []float64{1.5, 3}, y[1:3])
	assert.True(t, math.IsNaN(y[0]) && math.IsNaN(y[3]))
}

// Long rows take other ways through the kernels than short ones; the results are the same.
func TestPoolLanes(t *testing.T) {
	t.Parallel()
	for _, lanes := range []int{1, 7, 12, 13, 48, 100} {
		x := ramp(graph.Float64, 3, 5, 4, lanes)
		o := graph.PoolOptions{Window: []int{1, 2, 3, 1}, Stride: []int{1, 2, 1, 1}, PadHigh: []int{0, 1, 1, 0}}
		g := graph.New()
		in := g.Input("x", graph.Float64, x.Shape()...)
		got := values(t, g, []*tensor.Dense{x}, in.MaxPool(o), in.MinPool(o), in.SumPool(o), in.AvgPool(o))
		for i, f := range []func([]float64) float64{largest, smallest, sum, mean} {
			want := pool(arr{x.Shape(), opsamples.Floats(x)}, o, f)
			requireClose(t, want.v, got[i], 1e-14, "%d lanes, pool %d", lanes, i)
		}
	}
}

func TestPoolsOfNothing(t *testing.T) {
	t.Parallel()
	g := graph.New()
	in := g.Input("x", graph.Float32, 1, 4, 2)
	x := in.Narrow(0, 0, 0)
	o := graph.PoolOptions{Window: []int{1, 2, 1}, Stride: []int{2, 2, 1}}
	for _, y := range []*graph.Node{x.MaxPool(o), x.MinPool(o), x.SumPool(o), x.AvgPool(o)} {
		assert.Equal(t, graph.Shape{0, 2, 2}, y.Shape())
		assert.Equal(t, []float64{0}, values(t, g, []*tensor.Dense{ramp(graph.Float32, 1, 4, 2)}, y.Sum())[0])
	}
}

func TestPoolFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		o    graph.PoolOptions
		kind error
		says string
	}{
		"axes":     {graph.PoolOptions{Window: []int{2}}, graph.ErrShape, "1 windows for 2 axes"},
		"window":   {graph.PoolOptions{Window: []int{0, 1}}, graph.ErrValue, "the windows are [0 1], want at least 1"},
		"stride":   {graph.PoolOptions{Stride: []int{1, 0}}, graph.ErrValue, "the strides are [1 0], want at least 1"},
		"padding":  {graph.PoolOptions{PadLow: []int{1, -1}}, graph.ErrValue, "the paddings before are [1 -1], want at least 0"},
		"too wide": {graph.PoolOptions{Window: []int{1, 5}, PadHigh: []int{0, 1}}, graph.ErrShape, "along axis 1 the window is 5, the padded input 4"},
	} {
		t.Run(name, func(t *testing.T) {
			g := graph.New()
			x := g.Input("x", graph.Float32, 2, 3)
			for i, y := range []*graph.Node{x.MaxPool(c.o), x.MinPool(c.o), x.SumPool(c.o), x.AvgPool(c.o)} {
				assert.False(t, y.Valid(), i)
			}
			for _, err := range faults(g) {
				assert.ErrorIs(t, err, c.kind)
				assert.ErrorContains(t, err, c.says)
			}
			require.Len(t, faults(g), 4)
		})
	}
	g := graph.New()
	assert.False(t, g.Input("x", graph.Int32, 2, 3).MaxPool(graph.PoolOptions{}).Valid())
	assert.ErrorIs(t, g.Err(), graph.ErrDType)
	g = graph.New()
	assert.False(t, g.Const(graph.Float32, 1).AvgPool(graph.PoolOptions{}).Valid())
	assert.ErrorContains(t, g.Err(), "SumPool(Float32[]): shapes do not match: there is no axis")
}
