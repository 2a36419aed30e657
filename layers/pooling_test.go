package layers_test

import (
	"fmt"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff/gradtest"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// poolSettings is what settings of a pool are.
type poolSettings interface {
	Place(g *graph.Graph, name string) layers.PoolCell
}

// The shapes that pools document.
func TestPoolShapes(t *testing.T) {
	t.Parallel()
	images := []int{16, 32, 32, 8}
	for i, c := range []struct {
		p       poolSettings
		x, want []int
	}{
		{layers.MaxPool2d{Kernel: []int{2}, Stride: []int{2}}, images, []int{16, 16, 16, 8}},
		{layers.MaxPool2d{Kernel: []int{2}}, images, []int{16, 16, 16, 8}},
		{layers.AvgPool2d{Kernel: []int{2}}, images, []int{16, 31, 31, 8}},
		{layers.MaxPool2d{Kernel: []int{2}, NoChannel: true}, images, []int{16, 32, 16, 4}},
		{layers.MaxPool2d{Kernel: []int{2}, NoChannel: true, Padding: layers.Around{2, 1}}, images, []int{16, 32, 18, 5}},
		{layers.MaxPool2d{Kernel: []int{2}, Channel: new(2), Padding: layers.Around{1, 1}}, images, []int{16, 17, 32, 5}},
		{layers.MaxPool2d{Kernel: []int{3}, Padding: layers.Same}, []int{7, 7, 1}, []int{3, 3, 1}},
		{layers.MaxPool3d{Kernel: []int{1, 2, 3}}, []int{2, 3, 4, 6, 5}, []int{2, 3, 2, 2, 5}},
		{layers.AvgPool1d{Kernel: []int{2}, Padding: layers.Pads{{0, 1}}}, []int{9, 2, 4, 5}, []int{9, 2, 4, 5}},
		{layers.MaxPool{Kernel: []int{2}}, []int{4, 6, 6}, []int{4, 5, 5}},
		{layers.MinPool{Kernel: []int{2}, Channel: new(-1)}, []int{4, 6, 6, 3}, []int{4, 5, 5, 3}},
		{layers.AvgPool{Kernel: []int{2, 3}, Stride: []int{2}, Channel: new(1)}, []int{4, 3, 6, 6}, []int{4, 3, 3, 2}},
		{layers.MaxPool{Kernel: []int{2, 1, 3}, Stride: []int{1, 1, 2}}, []int{4, 3, 7}, []int{3, 3, 3}},
		{layers.MaxPool{Kernel: []int{2}, NoBatch: true}, []int{4, 6}, []int{3, 5}},
		{layers.MaxPool{Kernel: []int{3}, Stride: []int{2}, Padding: layers.Same}, []int{4, 5, 6}, []int{4, 3, 3}},
		{layers.MaxPool{Kernel: []int{2}, Padding: layers.Pads{{1, 0}}, Channel: new(2)}, []int{4, 5, 6}, []int{4, 5, 6}},
		{layers.MaxPool{Kernel: []int{2}, Padding: layers.Around{0, 1, 0}}, []int{4, 5, 6}, []int{4, 6, 5}},
		{layers.AvgPool{Kernel: []int{2, 1, 3}, Stride: []int{1, 2, 1}, Channel: new(-1)}, []int{4, 5, 6, 7}, []int{4, 4, 3, 5}},
		{layers.AvgPool{Kernel: []int{2}, Padding: layers.Around{1, 0, 0}, Channel: new(-1)}, []int{4, 5, 6, 1}, []int{4, 6, 5, 1}},
		{layers.AvgPool2d{Kernel: []int{3}, Padding: layers.Around{2}, CountPadding: true}, []int{1, 2, 2, 1}, []int{1, 4, 4, 1}},
		{layers.AdaptiveAvgPool2d{Target: []int{5, 7}, Channel: new(0)}, []int{64, 8, 9}, []int{64, 5, 7}},
		{layers.AdaptiveAvgPool2d{Target: []int{2, 3}}, []int{64, 8, 9}, []int{2, 3, 9}},
		{layers.AdaptiveMaxPool2d{Target: []int{2, 3}, Channel: new(1)}, []int{64, 8, 9}, []int{2, 8, 3}},
		{layers.AdaptiveMaxPool1d{Target: []int{4}, NoChannel: true}, []int{2, 9}, []int{2, 4}},
		{layers.AdaptiveMaxPool3d{Target: []int{2}}, []int{1, 2, 3, 4, 5}, []int{1, 2, 2, 2, 5}},
	} {
		g := graph.New()
		y := c.p.Place(g, "pool").Apply(g.Input("x", graph.Float32, c.x...))
		require.NoError(t, g.Err(), i)
		assert.Equal(t, graph.Shape(c.want), y.Shape(), "%d: %+v", i, c.p)
	}
}

func TestAdaptiveBlocks(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := g.Values(f64, count(8), 1, 8, 1)
	assert.InDeltaSlice(t, []float64{2, 5, 7.5}, values(t, layers.AdaptiveAvgPool1d{Target: []int{3}}.Place(g, "avg").Apply(x)), 1e-15)
	assert.Equal(t, []float64{3, 6, 8}, values(t, layers.AdaptiveMaxPool1d{Target: []int{3}}.Place(g, "max").Apply(x)))
	require.NoError(t, g.Err())
}

func TestPoolGradients(t *testing.T) {
	t.Parallel()
	for i, p := range []poolSettings{
		layers.MaxPool{Kernel: []int{2}, Channel: new(-1)}, layers.MinPool{Kernel: []int{2}}, layers.AvgPool{Kernel: []int{3}, Padding: layers.Same},
		layers.MaxPool2d{Kernel: []int{2, 3}, Padding: layers.Same}, layers.AvgPool2d{Kernel: []int{2}, Padding: layers.Around{1}},
		layers.AvgPool{Kernel: []int{2}, Padding: layers.Around{1}, CountPadding: true, Channel: new(-1)},
		layers.AdaptiveAvgPool2d{Target: []int{3, 2}}, layers.AdaptiveMaxPool2d{Target: []int{3, 2}},
	} {
		gradtest.Check(t, gradtest.Case{
			Name: fmt.Sprintf("%d: %+v", i, p), Inputs: []gradtest.Input{{Shape: []int{2, 4, 5, 3}}},
			Build: func(g *graph.Graph, xs []*graph.Node) *graph.Node { return p.Place(g, "pool").Apply(xs[0]) },
		})
	}
}

func TestPoolFaults(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]poolSettings{
		"net: Kernel: value out of its domain: it is missing":           layers.MaxPool2d{},
		"net: Kernel: value out of its domain: [2 0], want at least 1":  layers.MaxPool2d{Kernel: []int{2, 0}},
		"net: Kernel: shapes do not match: 3 numbers for 2 axes":        layers.AvgPool2d{Kernel: []int{2, 1, 1}},
		"net: Stride: shapes do not match: 3 numbers for 1 axes":        layers.AvgPool1d{Kernel: []int{2}, Stride: []int{1, 1, 1}},
		"net: Stride: value out of its domain: -1, want at least 1":     layers.MaxPool1d{Kernel: []int{2}, Stride: []int{-1}},
		"net: Channel: value out of its domain: an axis is given":       layers.MaxPool2d{Kernel: []int{2}, Channel: new(0), NoChannel: true},
		"net: Channel: shapes do not match: the input":                  layers.MaxPool2d{Kernel: []int{2}, Channel: new(4)},
		"net: Padding: shapes do not match: 3 paddings for 2 axes":      layers.MaxPool2d{Kernel: []int{2}, Padding: layers.Around{1, 1, 1}},
		"net: Padding: value out of its domain: there is no PadRule(0)": layers.MaxPool2d{Kernel: []int{2}, Padding: layers.PadRule(0)},
		"net: MaxPool": layers.MaxPool2d{Kernel: []int{6}},
		"net: Target: value out of its domain: it is missing":             layers.AdaptiveMaxPool2d{},
		"net: Target: value out of its domain: [0], want at least 1":      layers.AdaptiveMaxPool2d{Target: []int{0}},
		"net: Target: shapes do not match: 3 numbers for 2 axes":          layers.AdaptiveAvgPool2d{Target: []int{1, 1, 1}},
		"net: Target: shapes do not match: 6 cells of axis 1 of Float32[": layers.AdaptiveAvgPool2d{Target: []int{6}},
		"net: Kernel: shapes do not match: 2 numbers for 4 axes, of":      layers.MaxPool{Kernel: []int{2, 2}},
		"net: Stride: shapes do not match: 5 numbers for 4 axes, of":      layers.MaxPool{Kernel: []int{2}, Stride: []int{1, 1, 1, 1, 1}},
		"net: Stride: value out of its domain: [0], want at least 1":      layers.MinPool{Kernel: []int{2}, Stride: []int{0}},
		"net: Channel: shapes do not match: the input ":                   layers.AvgPool{Kernel: []int{2}, Channel: new(-5)},
		"net: Padding: shapes do not match: 2 paddings for 3 axes":        layers.AvgPool{Kernel: []int{2}, Padding: layers.Around{1, 1}},
		"net: Padding: value out of its domain: 2 cells before and 0 af":  layers.AvgPool1d{Kernel: []int{2}, Padding: layers.Pads{{2, 0}}},
		"net: Padding: value out of its domain: 0 cells before and 2 af":  layers.AvgPool1d{Kernel: []int{2}, Padding: layers.Pads{{0, 2}}},
		"net: Padding: value out of its domain: 1 cells before and 1 af":  layers.AvgPool{Kernel: []int{1, 2, 2, 1}, Padding: layers.Around{0, 0, 0, 1}},
		"net: CountPadding: value out of its domain: it is for averages":  layers.MaxPool2d{Kernel: []int{2}, CountPadding: true},
		"net: CountPadding: value out of its domain: it is for avera":     layers.MinPool{Kernel: []int{2}, CountPadding: true},
	} {
		t.Run(want, func(t *testing.T) {
			g := graph.New()
			y := p.Place(g, "net").Apply(g.Input("x", graph.Float32, 2, 5, 5, 3))
			assert.False(t, y.Valid())
			faults(t, g, want)
		})
	}
	g := graph.New()
	assert.False(t, layers.MaxPool1d{Kernel: []int{2}}.Place(g, "net").Apply(nil).Valid())
	assert.False(t, layers.MaxPool2d{Kernel: []int{2}}.Place(g, "two").Apply(g.Input("x", graph.Float32, 4, 3)).Valid())
	faults(t, g, "net: |the input is nil", "two: |the input is Float32[4 3], want 2 axes beside the channels")
}
