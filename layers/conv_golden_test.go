package layers_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

var goldenConv = map[string]goldenLayer{
	"Conv1d": conv(func(p layers.Conv, g *graph.Graph) layers.Synapse { return layers.Conv1d(p).Place(g, "l") }),
	"Conv2d": conv(func(p layers.Conv, g *graph.Graph) layers.Synapse { return layers.Conv2d(p).Place(g, "l") }),
	"Conv3d": conv(func(p layers.Conv, g *graph.Graph) layers.Synapse { return layers.Conv3d(p).Place(g, "l") }),
	"Conv1D": conv(func(p layers.Conv, g *graph.Graph) layers.Synapse { return layers.Conv1d(p).Place(g, "l") }),
	"Conv2D": conv(func(p layers.Conv, g *graph.Graph) layers.Synapse { return layers.Conv2d(p).Place(g, "l") }),
	"Conv3D": conv(func(p layers.Conv, g *graph.Graph) layers.Synapse { return layers.Conv3d(p).Place(g, "l") }),

	"ConvTranspose1d": convTranspose(func(p layers.ConvTranspose, g *graph.Graph) layers.Synapse {
		return layers.ConvTranspose1d(p).Place(g, "l")
	}),
	"ConvTranspose2d": convTranspose(func(p layers.ConvTranspose, g *graph.Graph) layers.Synapse {
		return layers.ConvTranspose2d(p).Place(g, "l")
	}),
	"ConvTranspose3d": convTranspose(func(p layers.ConvTranspose, g *graph.Graph) layers.Synapse {
		return layers.ConvTranspose3d(p).Place(g, "l")
	}),
}

func conv(place func(p layers.Conv, g *graph.Graph) layers.Synapse) goldenLayer {
	return func(t *testing.T, c goldenCase, g *graph.Graph, in map[string]*graph.Node) (map[string]*graph.Node, map[string]string) {
		c.known(t, "in_channels", "out_channels", "kernel_size", "stride", "strides", "padding", "lhs_dilation", "rhs_dilation", "groups", "bias")
		p := layers.Conv{
			In: int(c.Number("in_channels", 0)), Out: int(c.Number("out_channels", 0)), Kernel: c.list(t, "kernel_size"),
			Stride: c.list(t, "stride"), InputDilation: c.list(t, "lhs_dilation"), KernelDilation: c.list(t, "rhs_dilation"),
			Groups: int(c.Number("groups", 1)), W: c.learned("w"), B: c.learned("b"), NoBias: c.learned("b") == nil, DType: c.dtype,
		}
		if p.Stride == nil {
			p.Stride = c.list(t, "strides")
		}
		p.Padding, p.Mask = c.around(t), c.mask()
		return applied(place(p, g), in), map[string]string{"w": "l.W", "b": "l.B"}
	}
}

// around is padding as convolutions read it: one pair of numbers is that of every axis.
func (c goldenCase) around(t *testing.T) layers.Padding {
	t.Helper()
	if pair := c.list(t, "padding"); len(pair) == 2 {
		return layers.Pads{{pair[0], pair[1]}}
	}
	return c.padding(t)
}

func (c goldenCase) mask() *tensor.Dense {
	if m, ok := c.Inputs["mask"]; ok {
		return m.Dense()
	}
	return nil
}

func convTranspose(place func(p layers.ConvTranspose, g *graph.Graph) layers.Synapse) goldenLayer {
	return func(t *testing.T, c goldenCase, g *graph.Graph, in map[string]*graph.Node) (map[string]*graph.Node, map[string]string) {
		c.known(t, "in_channels", "out_channels", "kernel_size", "stride", "padding", "pads", "bias", "rhs_dilation", "groups",
			"precision", "output_padding")
		p := layers.ConvTranspose{
			In: int(c.Number("in_channels", 0)), Out: int(c.Number("out_channels", 0)), Kernel: c.list(t, "kernel_size"),
			Stride: c.list(t, "stride"), KernelDilation: c.list(t, "rhs_dilation"), Groups: int(c.Number("groups", 1)),
			Padding: c.around(t), Mask: c.mask(), W: c.learned("w"), B: c.learned("b"), NoBias: c.learned("b") == nil, DType: c.dtype,
		}
		if more := c.list(t, "output_padding"); more != nil { // padding is that of the convolution that is undone
			p.Padding = layers.Undo{Of: c.list(t, "padding"), More: more}
		}
		return applied(place(p, g), in), map[string]string{"w": "l.W", "b": "l.B"}
	}
}

// nested reports whether a param is a list of lists.
func (c goldenCase) nested(name string) bool {
	l, _ := c.Params[name].([]any)
	if len(l) == 0 {
		return false
	}
	_, ok := l[0].([]any)
	return ok
}

// list returns a param that is a number or a list of numbers, nil if it is neither.
func (c goldenCase) list(t *testing.T, name string) []int {
	t.Helper()
	switch v := c.Params[name].(type) {
	case float64:
		return []int{int(v)}
	case []any:
		if !c.nested(name) {
			return whole(t, v)
		}
	}
	return nil
}

func whole(t *testing.T, v []any) []int {
	t.Helper()
	list := make([]int, len(v))
	for i, e := range v {
		require.IsType(t, 0.0, e)
		list[i] = int(e.(float64))
	}
	return list
}

// padding reads the param padding: a rule, numbers around each axis, or pairs.
func (c goldenCase) padding(t *testing.T) layers.Padding {
	t.Helper()
	switch v := c.Params["padding"].(type) {
	case nil:
		return nil
	case string:
		rules := map[string]layers.Padding{"SAME": layers.Same, "VALID": layers.Valid}
		require.Contains(t, rules, v)
		return rules[v]
	}
	if !c.nested("padding") {
		return layers.Around(c.list(t, "padding"))
	}
	var pads layers.Pads
	for _, e := range c.Params["padding"].([]any) {
		pair := whole(t, e.([]any))
		require.Len(t, pair, 2)
		pads = append(pads, [2]int{pair[0], pair[1]})
	}
	return pads
}
