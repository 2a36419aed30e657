package layers_test

import (
	"fmt"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff/gradtest"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

func TestConv(t *testing.T) {
	t.Parallel()
	ones := layers.Fix(layers.Const(1))
	for name, c := range map[string]struct {
		p    layers.Conv
		x    []int
		y    []int
		want []float64
	}{
		"same":       {layers.Conv{Kernel: []int{2}}, []int{1, 3, 1}, []int{1, 3, 1}, []float64{3, 5, 3}},
		"valid":      {layers.Conv{Kernel: []int{2}, Padding: layers.Valid}, []int{1, 3, 1}, []int{1, 2, 1}, []float64{3, 5}},
		"around":     {layers.Conv{Kernel: []int{2}, Padding: layers.Around{1}}, []int{1, 3, 1}, []int{1, 4, 1}, []float64{1, 3, 5, 3}},
		"pads":       {layers.Conv{Kernel: []int{2}, Padding: layers.Pads{{0, 2}}}, []int{1, 3, 1}, []int{1, 4, 1}, []float64{3, 5, 3, 0}},
		"stride":     {layers.Conv{Kernel: []int{2}, Stride: []int{2}}, []int{1, 3, 1}, []int{1, 2, 1}, []float64{3, 3}},
		"dilations":  {layers.Conv{Kernel: []int{2}, InputDilation: []int{2}, KernelDilation: []int{3}, Padding: layers.Valid}, []int{1, 3, 1}, []int{1, 2, 1}, []float64{1, 3}},
		"bias":       {layers.Conv{Kernel: []int{1}, B: layers.Const(10)}, []int{1, 3, 1}, []int{1, 3, 1}, []float64{11, 12, 13}},
		"groups":     {layers.Conv{In: 2, Out: 2, Groups: 2, Kernel: []int{1}}, []int{1, 2, 2}, []int{1, 2, 2}, []float64{1, 2, 3, 4}},
		"two axes":   {layers.Conv{Kernel: []int{2, 1}, Padding: layers.Pads{{1, 0}, {0, 1}}}, []int{1, 2, 2, 1}, []int{1, 2, 3, 1}, []float64{1, 2, 0, 4, 6, 0}},
		"three axes": {layers.Conv{Kernel: []int{1, 2, 1}, Padding: layers.Valid}, []int{1, 1, 2, 2, 1}, []int{1, 1, 1, 2, 1}, []float64{4, 6}},
	} {
		t.Run(name, func(t *testing.T) {
			g := graph.New()
			c.p.In, c.p.Out = max(c.p.In, 1), max(c.p.Out, 1)
			c.p.W, c.p.DType = ones, f64
			y := c.p.Place(g, "conv").Apply(g.Values(f64, count(graph.Shape(c.x).Size()), c.x...))
			require.NoError(t, g.Err())
			assert.Equal(t, graph.Shape(c.y), y.Shape())
			assert.Equal(t, c.want, values(t, y))
		})
	}
}

// count returns 1, 2, … n.
func count(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = float64(i + 1)
	}
	return x
}

// A kernel is not flipped, in either convolution.
func TestConvKernelIsNotFlipped(t *testing.T) {
	t.Parallel()
	w := layers.Values{1, 2, 3}
	g := graph.New()
	x := g.Values(f64, []float64{0, 0, 1, 0, 0}, 1, 5, 1)
	assert.Equal(t, []float64{0, 3, 2, 1, 0}, values(t, layers.Conv1d{In: 1, Out: 1, Kernel: []int{3}, W: w, DType: f64}.Place(g, "a").Apply(x)))
	assert.Equal(t, []float64{0, 3, 2, 1, 0}, values(t, layers.ConvTranspose1d{In: 1, Out: 1, Kernel: []int{3}, W: w, DType: f64}.Place(g, "b").Apply(x)))
}

func TestConvDefaults(t *testing.T) {
	t.Parallel()
	g := graph.New()
	c := layers.Conv2d{In: 4, Out: 6, Kernel: []int{3}, Groups: 2}.Place(g, "conv")
	require.NoError(t, g.Err())
	assert.Equal(t, []*graph.Node{c.W, c.B}, g.Trained())
	assert.Equal(t, "conv.W", c.W.ParamName())
	assert.Equal(t, "conv.B", c.B.ParamName())
	assert.Equal(t, graph.Shape{3, 3, 2, 6}, c.W.Shape())
	assert.Equal(t, graph.Shape{6}, c.B.Shape())
	assert.Equal(t, graph.Float32, c.W.DType())
	assert.Equal(t, make([]float64, 6), values(t, c.B))
	assert.NotZero(t, values(t, c.W)[0])

	c = layers.ConvTranspose3d{In: 4, Out: 6, Kernel: []int{1, 2, 3}, NoBias: true}.Place(g, "up")
	require.NoError(t, g.Err())
	assert.Equal(t, graph.Shape{1, 2, 3, 4, 6}, c.W.Shape())
	assert.Nil(t, c.B)
}

// A mask repeats along axes it has not, and masked weights have no gradient.
func TestConvMask(t *testing.T) {
	t.Parallel()
	mask := tensor.New(tensor.WithShape(2, 1, 1), tensor.WithBacking([]bool{true, false}))
	g := graph.New()
	c := layers.Conv1d{In: 1, Out: 2, Kernel: []int{2}, W: layers.Values{1, 2, 3, 4}, Mask: mask, DType: f64}.Place(g, "conv")
	require.NoError(t, g.Err())
	assert.Equal(t, []float64{1, 2, 0, 0}, values(t, c.W))
}

func TestConvGradients(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]layers.Conv{
		"plain":   {Kernel: []int{2, 3}},
		"masked":  {Kernel: []int{3}, NoBias: true, Mask: tensor.New(tensor.WithShape(3, 1, 1), tensor.WithBacking([]float64{1, 0, 1}))},
		"strides": {Kernel: []int{3, 2}, Stride: []int{2, 1}, KernelDilation: []int{1, 2}},
	} {
		p.In, p.Out, p.DType = 2, 3, f64
		shape := append([]int{2}, []int{5, 4}[:len(p.Kernel)]...)
		gradtest.Check(t, gradtest.Case{
			Name: name, Inputs: []gradtest.Input{{Shape: append(shape, 2)}},
			Build: func(g *graph.Graph, xs []*graph.Node) *graph.Node { return p.Place(g, "conv").Apply(xs[0]) },
		})
	}
	gradtest.Check(t, gradtest.Case{
		Name: "transposed", Inputs: []gradtest.Input{{Shape: []int{2, 3, 2, 2}}},
		Build: func(g *graph.Graph, xs []*graph.Node) *graph.Node {
			return layers.ConvTranspose2d{In: 2, Out: 3, Kernel: []int{3, 2}, Stride: []int{2, 3}, DType: f64}.Place(g, "up").Apply(xs[0])
		},
	})
}

// A ConvTranspose with Undo has the extents that a convolution came from, for every remainder of the stride.
func TestUndo(t *testing.T) {
	t.Parallel()
	for _, p := range []struct{ k, stride, dilation, around int }{{3, 2, 1, 1}, {4, 3, 1, 0}, {3, 4, 2, 4}, {1, 1, 1, 0}} {
		for n := 9; n < 9+p.stride; n++ {
			g := graph.New()
			k, s, d := []int{p.k}, []int{p.stride}, []int{p.dilation}
			x := g.Input("x", graph.Float32, 1, n, 1)
			y := layers.Conv1d{In: 1, Out: 2, Kernel: k, Stride: s, KernelDilation: d, Padding: layers.Around{p.around}}.Place(g, "conv").Apply(x)
			more := (n + 2*p.around - (p.k-1)*p.dilation - 1) % p.stride
			back := layers.ConvTranspose1d{In: 2, Out: 1, Kernel: k, Stride: s, KernelDilation: d,
				Padding: layers.Undo{Of: []int{p.around}, More: []int{more}}}.Place(g, "back").Apply(y)
			require.NoError(t, g.Err())
			assert.Equal(t, x.Shape(), back.Shape(), "%+v", p)
		}
	}
	g := graph.New()
	x := g.Input("x", graph.Float32, 1, 5, 5, 1)
	for name, pad := range map[string]layers.Undo{"a": {Of: []int{3}}, "b": {Of: []int{-1}}, "c": {More: []int{0, -1}}, "d": {Of: []int{1, 1, 1}}} {
		layers.ConvTranspose2d{In: 1, Out: 1, Kernel: []int{3}, Padding: pad}.Place(g, name).Apply(x)
		require.ErrorContains(t, g.Err(), name+": Padding: ")
	}
	assert.True(t, layers.ConvTranspose2d{In: 1, Out: 1, Kernel: []int{3}, Padding: layers.Undo{}}.Place(g, "e").Apply(x).Valid())
}

func TestConvFaults(t *testing.T) {
	t.Parallel()
	mask := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(2))
	for want, p := range map[string]layers.Conv{
		"net: In, Out: shapes do not match: 0 to 3 channels":             {Out: 3, Kernel: []int{3}},
		"net: Kernel: shapes do not match: 0 numbers, want 1 to 3":       {In: 2, Out: 3},
		"net: Kernel: value out of its domain: 0, want at least 1":       {In: 2, Out: 3, Kernel: []int{3, 0}},
		"net: Kernel: shapes do not match: 3 numbers for 2 axes":         {In: 2, Out: 3, Kernel: []int{3, 1, 2}},
		"net: Stride: shapes do not match: 3 numbers for 2 axes":         {In: 2, Out: 3, Kernel: []int{3}, Stride: []int{1, 1, 1}},
		"net: InputDilation: value out of its domain: -1":                {In: 2, Out: 3, Kernel: []int{3}, InputDilation: []int{-1}},
		"net: KernelDilation: value out of its domain: 0":                {In: 2, Out: 3, Kernel: []int{3}, KernelDilation: []int{1, 0}},
		"net: Groups: shapes do not match: 2 groups of 2 and 3 channels": {In: 2, Out: 3, Kernel: []int{3}, Groups: 2},
		"net: Groups: shapes do not match: -1 groups":                    {In: 2, Out: 3, Kernel: []int{3}, Groups: -1},
		"net: Mask: shapes do not match: [2] does not broadcast":         {In: 2, Out: 3, Kernel: []int{3}, Mask: mask},
		"net: B: value out of its domain: biases are given, and NoBias":  {In: 2, Out: 3, Kernel: []int{3}, NoBias: true, B: layers.Const(1)},
		"net: Padding: shapes do not match: 3 paddings for 2 axes":       {In: 2, Out: 3, Kernel: []int{3}, Padding: layers.Around{1, 1, 1}},
		"net: Padding: value out of its domain: [1 -2]":                  {In: 2, Out: 3, Kernel: []int{3}, Padding: layers.Pads{{1, -2}}},
		"net: Padding: value out of its domain: there is no PadRule(9)":  {In: 2, Out: 3, Kernel: []int{3}, Padding: layers.PadRule(9)},
		"net: Conv": {In: 2, Out: 3, Kernel: []int{7}, Padding: layers.Valid},
	} {
		t.Run(want, func(t *testing.T) {
			g := graph.New()
			y := layers.Conv2d(p).Place(g, "net").Apply(g.Input("x", graph.Float32, 1, 5, 5, 2))
			faults(t, g, want)
			assert.True(t, y.Valid() == (p.B != nil), "the result of a layer with a fault")
		})
	}
	g := graph.New()
	c := layers.Conv2d{In: 2, Out: 3, Kernel: []int{3}}.Place(g, "net")
	c.Apply(g.Input("a", graph.Float32, 1, 5, 2))
	c.Apply(g.Input("b", graph.Float32, 1, 5, 5, 3))
	c.Apply(nil)
	layers.ConvTranspose1d{In: 2, Out: 3, Kernel: []int{3}, Stride: []int{0}}.Place(g, "up").Apply(g.Input("c", graph.Float32, 1, 5, 2))
	faults(t, g, "net: |the input is Float32[1 5 2], want 4 axes", "net: |want [... 2]", "net: |the input is nil", "up: Stride: ")
}

// A dilated kernel is one with zeros between its taps, and groups are convolutions beside each other.
func TestConvTransposeDilationAndGroups(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := g.Values(f64, numbers(random(3, 2, 5, 4)), 2, 5, 4)
	for _, stride := range []int{1, 2, 5} {
		for _, pad := range []layers.Padding{layers.Same, layers.Valid, layers.Around{3}} {
			w := numbers(random(4, 3, 2, 6)) // [3 4/2 6]
			grouped := layers.ConvTranspose1d{In: 4, Out: 6, Kernel: []int{3}, Stride: []int{stride}, Padding: pad,
				KernelDilation: []int{2}, Groups: 2, W: layers.Values(w), NoBias: true, DType: f64}.Place(g, fmt.Sprint("a", stride, pad))
			full := make([]float64, 5*4*6) // taps 0, 2 and 4; channels 0, 1 to 0, 1, 2 and 2, 3 to 3, 4, 5
			for k := range 3 {
				for i := range 4 {
					for o := range 6 {
						if i/2 == o/3 {
							full[(2*k*4+i)*6+o] = w[(k*2+i%2)*6+o]
						}
					}
				}
			}
			plain := layers.ConvTranspose1d{In: 4, Out: 6, Kernel: []int{5}, Stride: []int{stride}, Padding: pad,
				W: layers.Values(full), NoBias: true, DType: f64}.Place(g, fmt.Sprint("b", stride, pad))
			a, b := grouped.Apply(x), plain.Apply(x)
			require.NoError(t, g.Err())
			require.Equal(t, b.Shape(), a.Shape())
			assert.InDeltaSlice(t, values(t, b), values(t, a), 1e-12)
		}
	}
	layers.ConvTranspose1d{In: 4, Out: 6, Kernel: []int{3}, Groups: 3}.Place(g, "c")
	layers.ConvTranspose1d{In: 4, Out: 6, Kernel: []int{3}, KernelDilation: []int{0}}.Place(g, "d")
	faults(t, g, "c: Groups: |3 groups of 4 and 6", "d: KernelDilation: |0")
	gradtest.Check(t, gradtest.Case{
		Name: "grouped", Inputs: []gradtest.Input{{Shape: []int{2, 3, 2, 4}}},
		Build: func(g *graph.Graph, xs []*graph.Node) *graph.Node {
			return layers.ConvTranspose2d{In: 4, Out: 2, Kernel: []int{3, 2}, Stride: []int{2}, KernelDilation: []int{2, 1},
				Groups: 2, DType: f64}.Place(g, "up").Apply(xs[0])
		},
	})
}
