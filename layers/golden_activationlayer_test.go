package layers_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
)

// goldenActivationLayers are the activations under the names that BrainPy's layers have, with their
// defaults.
var goldenActivationLayers = map[string]goldenLayer{
	"Hardtanh":   goldenActivations["hard_tanh"],
	"ELU":        goldenActivations["elu"],
	"CELU":       goldenActivations["celu"],
	"LeakyReLU":  goldenActivations["leaky_relu"],
	"RReLU":      goldenActivations["rrelu"],
	"Softplus":   goldenActivations["softplus"],
	"Softshrink": goldenActivations["soft_shrink"],
	"Hardshrink": goldenActivations["hard_shrink"],
	"Softmax2d":  goldenActivations["softmax2d"],
	"Threshold":  goldenActivations["threshold"],
	"GELU": function(func(c goldenCase, x *graph.Node) *graph.Node {
		if c.Flag("approximate", false) {
			return layers.GeluTanh(x)
		}
		return layers.Gelu(x)
	}, "approximate"),
	"GLU":        function(func(c goldenCase, x *graph.Node) *graph.Node { return layers.Glu(x, int(c.Number("dim", -1))) }, "dim"),
	"Softmax":    function(func(c goldenCase, x *graph.Node) *graph.Node { return layers.Softmax(x, c.dim()...) }, "dim"),
	"Softmin":    function(func(c goldenCase, x *graph.Node) *graph.Node { return layers.Softmin(x, c.dim()...) }, "dim"),
	"LogSoftmax": function(func(c goldenCase, x *graph.Node) *graph.Node { return layers.LogSoftmax(x, c.dim()...) }, "dim"),
	"PReLU": func(t *testing.T, c goldenCase, g *graph.Graph, in map[string]*graph.Node) (map[string]*graph.Node, map[string]string) {
		c.known(t, "num_parameters", "init")
		p := layers.PReLU{N: int(c.Number("num_parameters", 1)), A: layers.Const(c.Number("init", 0.25)), DType: c.dtype}
		if a, ok := c.Inputs["a"]; ok {
			p.N, p.A = len(a.Data), layers.Values(a.Data)
		}
		return applied(p.Place(g, "l"), in), map[string]string{"a": "l.A"}
	},
	"Activation": func(t *testing.T, c goldenCase, g *graph.Graph, in map[string]*graph.Node) (map[string]*graph.Node, map[string]string) {
		name, _ := c.Params["activate_fun"].(string)
		build := goldenActivations[name]
		if build == nil {
			t.Fatalf("unknown activation %q", name)
		}
		delete(c.Params, "activate_fun")
		return build(t, c, g, in)
	},
}

func init() {
	for layer, name := range map[string]layers.Activation{
		"ReLU": "relu", "ReLU6": "relu6", "SELU": "selu", "SiLU": "silu", "Mish": "mish", "Hardswish": "hard_silu",
		"Hardsigmoid": "hard_sigmoid", "Sigmoid": "sigmoid", "Tanh": "tanh", "LogSigmoid": "log_sigmoid",
		"Softsign": "soft_sign", "Tanhshrink": "tanh_shrink",
	} {
		goldenActivationLayers[layer] = function(func(_ goldenCase, x *graph.Node) *graph.Node { return name.Apply(x) }, "inplace")
	}
}

// dim returns the axis of a layer's case; none, which is all of them, where it has none.
func (c goldenCase) dim() []int {
	if d, ok := c.Params["dim"].(float64); ok {
		return []int{int(d)}
	}
	return nil
}

// goldenShapes are layers that compute nothing, or in evaluation nothing.
var goldenShapes = map[string]goldenLayer{
	"Flatten": func(t *testing.T, c goldenCase, _ *graph.Graph, in map[string]*graph.Node) (map[string]*graph.Node, map[string]string) {
		c.known(t)
		if c.Params["mode"] == "non-batching" {
			return applied(layers.Flatten(0), in), nil
		}
		return applied(layers.Flatten(1), in), nil
	},
	"Dropout": func(t *testing.T, c goldenCase, g *graph.Graph, in map[string]*graph.Node) (map[string]*graph.Node, map[string]string) {
		c.known(t, "prob", "fit")
		return applied(layers.Dropout{Keep: c.Number("prob", 1), Training: c.Flag("fit", false)}.Place(g, "l"), in), nil
	},
}
