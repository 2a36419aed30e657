package layers_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
)

var goldenLinear = map[string]goldenLayer{
	"Dense":  goldenDense,
	"Linear": goldenDense,
	"Identity": func(_ *testing.T, _ goldenCase, _ *graph.Graph, in map[string]*graph.Node) (map[string]*graph.Node, map[string]string) {
		return applied(layers.Straight{}, in), nil
	},
	"AllToAll": func(t *testing.T, c goldenCase, g *graph.Graph, in map[string]*graph.Node) (map[string]*graph.Node, map[string]string) {
		c.known(t, "include_self", "num_pre", "num_post")
		x, y, w := c.Inputs["x"].Shape, graph.Shape(c.Outputs["y"].Shape), c.Inputs["W"].Shape
		out := int(c.Number("num_post", 1))
		if len(w) == 2 {
			out = w[1]
		} else if len(y) > 0 {
			out = max(out, y[len(y)-1])
		}
		no := c.Params["include_self"] == false
		d := layers.AllToAll{In: x[len(x)-1], Out: out, W: c.shared("W"), NoSelf: no, DType: c.dtype}.Place(g, "l").Apply(in["x"])
		if y.Size() < d.Shape().Size() || len(y) < d.Rank() { // the reference leaves one number for all of them
			d = d.Narrow(-1, 0, 1).Reshape(y...)
		}
		return map[string]*graph.Node{"y": d}, map[string]string{"W": "l.W"}
	},
	"OneToOne": func(t *testing.T, c goldenCase, g *graph.Graph, in map[string]*graph.Node) (map[string]*graph.Node, map[string]string) {
		c.known(t, "num")
		return applied(layers.OneToOne{N: in["x"].Dim(-1), W: c.shared("W"), DType: c.dtype}.Place(g, "l"), in), map[string]string{"W": "l.W"}
	},
	"MaskedLinear": func(t *testing.T, c goldenCase, g *graph.Graph, in map[string]*graph.Node) (map[string]*graph.Node, map[string]string) {
		c.known(t)
		m := c.Inputs["mask"]
		return applied(layers.MaskedLinear{
			In: m.Shape[0], Out: m.Shape[1], W: c.shared("W"), Mask: layers.Values(m.Data), DType: c.dtype,
		}.Place(g, "l"), in), map[string]string{"W": "l.W"}
	},
	"CSRLinear":      goldenCSR(false),
	"EventCSRLinear": goldenCSR(true),
}

func goldenDense(t *testing.T, c goldenCase, g *graph.Graph, in map[string]*graph.Node) (map[string]*graph.Node, map[string]string) {
	c.known(t, "num_in", "num_out", "bias")
	w := c.Inputs["W"].Shape
	p := layers.Dense{In: w[0], Out: w[1], W: c.learned("W"), B: c.learned("b"), NoBias: c.learned("b") == nil, DType: c.dtype}
	return applied(p.Place(g, "l"), in), map[string]string{"W": "l.W", "b": "l.B"}
}

func goldenCSR(event bool) goldenLayer {
	return func(t *testing.T, c goldenCase, g *graph.Graph, in map[string]*graph.Node) (map[string]*graph.Node, map[string]string) {
		c.known(t, "shape", "transpose")
		shape := c.Params["shape"].([]any)
		m := layers.CSR{Out: int(shape[1].(float64)), Start: ints(c.Inputs["indptr"].Data), Post: ints(c.Inputs["indices"].Data)}
		w := c.shared("data")
		return applied(layers.CSRLinear{
			M: m, W: w, Event: event, Transposed: c.Params["transpose"] == false, DType: c.dtype,
		}.Place(g, "l"), in), map[string]string{"data": "l.W"}
	}
}

// applied is the output y of a layer that has no state.
func applied(l layers.Synapse, in map[string]*graph.Node) map[string]*graph.Node {
	return map[string]*graph.Node{"y": l.Apply(in["x"])}
}

func ints(x []float64) []int32 {
	v := make([]int32, len(x))
	for i, a := range x {
		v[i] = int32(a)
	}
	return v
}
