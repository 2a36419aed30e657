package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/autodiff/gradtest"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/opsamples"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

func TestConvDerivatives(t *testing.T) {
	t.Parallel()
	for i, c := range opsamples.Convs {
		gradtest.Check(t, gradtest.Case{
			Name: fmt.Sprint(i), Inputs: []gradtest.Input{{Shape: c.X}, {Shape: c.W}}, SecondOrder: true,
			Build: func(_ *graph.Graph, xs []*graph.Node) *graph.Node { return xs[0].Tanh().Conv(xs[1].Tanh(), c.O) },
		})
	}
}

// The derivative of the gradient goes through the ops of the gradient, whose own derivatives are
// checked by a third one.
func TestConvThirdDerivative(t *testing.T) {
	t.Parallel()
	c := opsamples.Convs[6]
	gradtest.Check(t, gradtest.Case{
		Name: "gradient", Inputs: []gradtest.Input{{Shape: c.X}, {Shape: c.W}}, SecondOrder: true,
		Build: func(_ *graph.Graph, xs []*graph.Node) *graph.Node {
			gs := autodiff.Grad(xs[0].Conv(xs[1], c.O).Sigmoid().Sum(), xs...)
			return graph.Concat(0, gs[0].Flatten(0, -1), gs[1].Flatten(0, -1))
		},
	})
}

// spikesOf returns n numbers of which about one in every few is 1, the others 0.
func spikesOf(n, every int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = truth((i*i+i/7)%every == 0)
	}
	return x
}

// A convolution of spikes, and its derivative by the kernel, give the same whether few or many of
// them are 1, and on any number of workers.
func TestConvOfSpikes(t *testing.T) {
	t.Parallel()
	for _, every := range []int{1, 2, 11} {
		x := opsamples.Tensor(graph.Float64, []int{16, 12, 12, 8}, spikesOf(16*12*12*8, every))
		w := ramp(graph.Float64, 3, 3, 8, 16)
		var want [][]float64
		for _, o := range []graph.Options{{Disable: []string{"spikes"}}, {Workers: 1}, {Workers: 3}} {
			g := graph.New()
			a, b := g.Input("x", graph.Float64, x.Shape()...), g.Input("w", graph.Float64, w.Shape()...)
			y := a.Shift(-0.5).Step().MaxPool(graph.PoolOptions{Window: []int{1, 2, 2, 1}, PadLow: []int{0, 1, 0, 0}}).Conv(b, graph.ConvOptions{Stride: []int{1, 2}})
			p, err := g.CompileWith(o, y, autodiff.Grad(y.Square().Sum(), b)[0])
			require.NoError(t, err)
			if o.Disable == nil {
				var plan strings.Builder
				require.NoError(t, p.Explain(&plan))
				assert.Contains(t, plan.String(), "Conv of spikes")
				assert.Contains(t, plan.String(), "ConvKernel of spikes")
			}
			got := run(t, p, x, w)
			if want == nil {
				want = got
				continue
			}
			requireClose(t, want[0], got[0], 1e-12, "result, one in %d", every)
			requireClose(t, want[1], got[1], 1e-12, "derivative, one in %d", every)
		}
	}
}

// Bits do not depend on the number of workers.
func TestConvWorkers(t *testing.T) {
	t.Parallel()
	var want [][]float64
	for _, workers := range []int{1, 2, 3} {
		g := graph.New()
		x, w := g.Input("x", graph.Float32, 24, 16, 16, 8), g.Input("w", graph.Float32, 5, 5, 8, 24)
		y := x.Conv(w, graph.ConvOptions{PadLow: []int{2, 2}}).MaxPool(graph.PoolOptions{Window: []int{1, 2, 2, 1}, Stride: []int{1, 2, 2, 1}})
		z := y.AvgPool(graph.PoolOptions{Window: []int{1, 3, 1, 1}, PadHigh: []int{0, 1, 0, 0}})
		p, err := g.CompileWith(graph.Options{Workers: workers}, append(autodiff.Grad(z.Square().Sum(), x, w), z)...)
		require.NoError(t, err)
		got := run(t, p, ramp(graph.Float32, x.Shape()...), ramp(graph.Float32, w.Shape()...))
		if want == nil {
			want = got
		}
		require.Equal(t, want, got, "%d workers", workers)
	}
}

func TestConvFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		x, w []int
		o    graph.ConvOptions
		kind error
		says string
	}{
		"no space":     {[]int{2, 3}, []int{3, 4}, graph.ConvOptions{}, graph.ErrShape, "0 spatial axes, want 1 to 3"},
		"many axes":    {[]int{1, 2, 2, 2, 2, 1}, []int{1, 1, 1, 1, 1, 1}, graph.ConvOptions{}, graph.ErrShape, "4 spatial axes"},
		"kernel rank":  {[]int{1, 5, 2}, []int{2, 2}, graph.ConvOptions{}, graph.ErrShape, "a kernel [space... channels channels] with 1 spatial axes"},
		"channels":     {[]int{1, 5, 2}, []int{2, 3, 4}, graph.ConvOptions{}, graph.ErrShape, "the input has 2 channels, the kernel is from 3 to 4"},
		"groups":       {[]int{1, 5, 4}, []int{2, 2, 3}, graph.ConvOptions{Groups: 2}, graph.ErrShape, "in each of 2 groups"},
		"no groups":    {[]int{1, 5, 4}, []int{2, 2, 3}, graph.ConvOptions{Groups: -1}, graph.ErrValue, "-1 groups"},
		"large kernel": {[]int{1, 5, 2}, []int{3, 2, 1}, graph.ConvOptions{KernelDilation: []int{3}, PadLow: []int{1}}, graph.ErrShape, "along axis 0 the kernel spans 7, the padded input 6"},
		"no taps":      {[]int{1, 5, 2}, []int{0, 2, 1}, graph.ConvOptions{}, graph.ErrShape, "no taps along axis 0"},
		"strides":      {[]int{1, 5, 2}, []int{3, 2, 1}, graph.ConvOptions{Stride: []int{1, 1}}, graph.ErrShape, "2 strides for 1 axes"},
		"stride":       {[]int{1, 5, 2}, []int{3, 2, 1}, graph.ConvOptions{Stride: []int{-1}}, graph.ErrValue, "the strides are [-1], want at least 1"},
		"padding":      {[]int{1, 5, 2}, []int{3, 2, 1}, graph.ConvOptions{PadHigh: []int{-1}}, graph.ErrValue, "the paddings after are [-1], want at least 0"},
		"dilation":     {[]int{1, 5, 2}, []int{3, 2, 1}, graph.ConvOptions{InputDilation: []int{0}}, graph.ErrValue, "the input dilations are [0]"},
		"overflow":     {[]int{1, 5, 2}, []int{3, 2, 1}, graph.ConvOptions{PadLow: []int{1 << 60}}, graph.ErrValue, "the paddings before"},
	} {
		t.Run(name, func(t *testing.T) {
			g := graph.New()
			y := g.Input("x", graph.Float32, c.x...).Conv(g.Input("w", graph.Float32, c.w...), c.o)
			assert.False(t, y.Valid())
			require.Len(t, faults(g), 1)
			assert.ErrorIs(t, g.Err(), c.kind)
			assert.ErrorContains(t, g.Err(), "Conv")
			assert.ErrorContains(t, g.Err(), c.says)
		})
	}
	g := graph.New()
	g.Input("x", graph.Float32, 1, 5, 2).Conv(g.Input("w", graph.Float64, 3, 2, 1), graph.ConvOptions{})
	assert.ErrorIs(t, g.Err(), graph.ErrDType)
}

// Other executors can describe a convolution and a pool.
func TestWindowAttrs(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x, w := g.Input("x", graph.Float32, 1, 7, 2), g.Input("w", graph.Float32, 2, 1, 4)
	y := x.Conv(w, graph.ConvOptions{Stride: []int{2}, PadHigh: []int{3}, KernelDilation: []int{4}, Groups: 2})
	assert.Equal(t, &graph.Window{
		Stride: []int{2}, PadLow: []int{0}, PadHigh: []int{3}, InputDilation: []int{1}, KernelDilation: []int{4}, Groups: 2,
	}, y.Attrs().Window)
	z := y.MaxPool(graph.PoolOptions{Window: []int{1, 2, 1}})
	assert.Equal(t, &graph.Window{Size: []int{1, 2, 1}, Stride: []int{1, 1, 1}, PadLow: []int{0, 0, 0}, PadHigh: []int{0, 0, 0}}, z.Attrs().Window)
	gx := autodiff.Grad(y.Sum(), x)[0]
	assert.Equal(t, "ConvInput", gx.Attrs().Name)
	assert.Equal(t, []int{1, 7, 2}, gx.Attrs().Shape)
}

func TestConvAllocatesNothing(t *testing.T) {
	g := graph.New()
	x, w := g.Input("x", graph.Float32, 4, 9, 9, 3), g.Input("w", graph.Float32, 3, 3, 3, 8)
	y := x.Conv(w, graph.ConvOptions{}).MaxPool(graph.PoolOptions{Window: []int{1, 2, 2, 1}})
	p := compile(t, g, autodiff.Grad(y.Sum(), x, w)...)
	in := []*tensor.Dense{ramp(graph.Float32, x.Shape()...), ramp(graph.Float32, w.Shape()...)}
	out, err := p.Run(in...)
	require.NoError(t, err)
	require.NoError(t, p.RunInto(out, in...))
	assert.Zero(t, testing.AllocsPerRun(20, func() { _ = p.RunInto(out, in...) }))
}
