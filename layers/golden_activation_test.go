package layers_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
)

// goldenActivations are the functions of the golden files, which give every constant.
var goldenActivations = map[string]goldenLayer{
	"leaky_relu":  function(func(c goldenCase, x *graph.Node) *graph.Node { return x.LeakyRelu(c.Number("negative_slope", 0.01)) }, "negative_slope"),
	"elu":         function(func(c goldenCase, x *graph.Node) *graph.Node { return x.Elu(c.Number("alpha", 1)) }, "alpha"),
	"celu":        function(func(c goldenCase, x *graph.Node) *graph.Node { return layers.Celu(x, c.Number("alpha", 1)) }, "alpha"),
	"soft_shrink": function(func(c goldenCase, x *graph.Node) *graph.Node { return layers.SoftShrink(x, c.Number("lambd", 0.5)) }, "lambd"),
	"hard_shrink": function(func(c goldenCase, x *graph.Node) *graph.Node { return layers.HardShrink(x, c.Number("lambd", 0.5)) }, "lambd"),
	"softmax":     function(func(c goldenCase, x *graph.Node) *graph.Node { return layers.Softmax(x, c.axis()...) }, "axis"),
	"softmin":     function(func(c goldenCase, x *graph.Node) *graph.Node { return layers.Softmin(x, c.axis()...) }, "axis"),
	"log_softmax": function(func(c goldenCase, x *graph.Node) *graph.Node { return layers.LogSoftmax(x, c.axis()...) }, "axis"),
	"softmax2d":   function(func(_ goldenCase, x *graph.Node) *graph.Node { return layers.Softmax2d(x) }),
	"glu":         function(func(c goldenCase, x *graph.Node) *graph.Node { return layers.Glu(x, int(c.Number("axis", -1))) }, "axis"),
	"threshold": function(func(c goldenCase, x *graph.Node) *graph.Node {
		return layers.Threshold(x, c.Number("threshold", 0), c.Number("value", 0))
	}, "threshold", "value"),
	"hard_tanh": function(func(c goldenCase, x *graph.Node) *graph.Node {
		return layers.HardTanh(x, c.Number("min_val", -1), c.Number("max_val", 1))
	}, "min_val", "max_val"),
	"softplus": function(func(c goldenCase, x *graph.Node) *graph.Node {
		return layers.SoftplusOf(x, c.Number("beta", 1), c.Number("threshold", 20))
	}, "beta", "threshold"),
	"gelu": function(func(c goldenCase, x *graph.Node) *graph.Node {
		if c.Params["approximate"] == false {
			return layers.Gelu(x)
		}
		return layers.GeluTanh(x)
	}, "approximate"),
	"normalize": function(func(c goldenCase, x *graph.Node) *graph.Node {
		eps := c.Number("epsilon", 1e-5)
		if m, ok := c.Inputs["mean"]; ok {
			v := c.Inputs["variance"]
			return layers.Standardize(x, x.Graph().Values(c.dtype, m.Data, m.Shape...), x.Graph().Values(c.dtype, v.Data, v.Shape...), eps)
		}
		return layers.Normalize(x, eps, c.axis()...)
	}, "axis", "epsilon"),
	"rrelu": function(func(c goldenCase, x *graph.Node) *graph.Node { // drawn: the bounds are one
		return layers.RRelu(x, c.Number("lower", 1./8), c.Number("upper", 1./3))
	}, "lower", "upper"),
	"one_hot": function(func(c goldenCase, x *graph.Node) *graph.Node {
		return layers.OneHot(x.Cast(graph.Int32), int(c.Number("num_classes", 0)), int(c.Number("axis", -1)), c.dtype)
	}, "num_classes", "axis"),
	"prelu": func(t *testing.T, c goldenCase, g *graph.Graph, in map[string]*graph.Node) (map[string]*graph.Node, map[string]string) {
		c.known(t, "a")
		p := layers.PReLU{N: 1, A: layers.Const(c.Number("a", 0.25)), DType: c.dtype}
		if a, ok := c.Inputs["a"]; ok {
			p.N, p.A = len(a.Data), layers.Values(a.Data)
		}
		return applied(p.Place(g, "l"), in), map[string]string{"a": "l.A"}
	},
}

// Those without constants are found by name.
func init() {
	for _, name := range layers.Activation("").Names() {
		if goldenActivations[string(name)] == nil {
			goldenActivations[string(name)] = function(func(_ goldenCase, x *graph.Node) *graph.Node { return name.Apply(x) })
		}
	}
}

func function(f func(c goldenCase, x *graph.Node) *graph.Node, params ...string) goldenLayer {
	return func(t *testing.T, c goldenCase, _ *graph.Graph, in map[string]*graph.Node) (map[string]*graph.Node, map[string]string) {
		c.known(t, params...)
		return map[string]*graph.Node{"y": f(c, in["x"])}, nil
	}
}

// axis returns the axis of the case; none where the case says null.
func (c goldenCase) axis() []int {
	v, said := c.Params["axis"]
	switch a := v.(type) {
	case float64:
		return []int{int(a)}
	case []any:
		var axes []int
		for _, n := range a {
			axes = append(axes, int(n.(float64)))
		}
		return axes
	}
	if said {
		return nil
	}
	return []int{-1}
}
