package layers_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/golden"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// A goldenLayer builds the layer of a case. in are the inputs of the case that are nodes; outs are
// what the case calls its outputs, and params the store's names of what it differentiates by.
type goldenLayer func(t *testing.T, c goldenCase, g *graph.Graph, in map[string]*graph.Node) (outs map[string]*graph.Node, params map[string]string)

// goldenLayers are the layers by the name that a case has for them.
var goldenLayers = []map[string]goldenLayer{
	goldenLinear, goldenNorms, goldenActivations, goldenActivationLayers, goldenShapes, goldenAdaptive, goldenCells, goldenConv, goldenPooling,
}

// asNodes are the inputs of a case that are inputs of the program; the others are parameters.
var asNodes = []string{"x", "h", "c"}

// single are the functions whose constant the reference rounds to float32 (0.17 becomes
// 0.17000000178813934), whatever the type of x: their numbers are good to that.
var single = map[string]bool{"prelu": true, "celu": true, "hard_sigmoid": true}

func TestGoldenLayers(t *testing.T) {
	all := map[string]goldenLayer{}
	for _, m := range goldenLayers {
		maps.Copy(all, m)
	}
	golden.Run(t, "layers", func(t *testing.T, c goldenCase) {
		for _, key := range []string{"layer", "cell", "function"} {
			if name, ok := c.Params[key].(string); ok {
				build := all[name]
				require.NotNil(t, build, "unknown %s %s", key, name)
				if single[name] {
					c.Tolerance.Rtol = max(c.Tolerance.Rtol, 1e-7)
				}
				for _, d := range c.dtypes(t) {
					t.Run(d.String(), func(t *testing.T) { c.in(d).runLayer(t, build) })
				}
				return
			}
		}
		t.Fatalf("the case names no layer: %v", c.Params)
	})
}

// dtypes returns the types of numbers that the case is to be met with: the one it names, or both.
func (c goldenCase) dtypes(t *testing.T) []graph.DType {
	t.Helper()
	all := []graph.DType{graph.Float64, graph.Float32}
	name, ok := c.Params["dtype"].(string)
	if !ok {
		return all
	}
	for _, d := range all {
		if strings.EqualFold(d.String(), name) {
			return []graph.DType{d}
		}
	}
	t.Fatalf("unknown dtype %s", name)
	return nil
}

// runLayer compares outputs and gradients of a layer.
func (c goldenCase) runLayer(t *testing.T, build goldenLayer) {
	t.Helper()
	g := graph.New()
	for name, param := range map[string]string{"running_mean": "l.Mean", "running_var": "l.Variance"} {
		if a, ok := c.Inputs[name]; ok {
			require.NoError(t, g.Store().Put(param, c.tensor(a), false))
		}
	}
	in := map[string]*graph.Node{}
	var args []*tensor.Dense
	for _, name := range asNodes {
		if a, ok := c.Inputs[name]; ok {
			in[name], args = g.Input(name, c.dtype, a.Shape...), append(args, c.tensor(a))
		}
	}
	outs, params := build(t, c, g, in)
	require.NoError(t, g.Err())
	var names []string
	var nodes []*graph.Node
	var want []golden.Array
	for name, a := range c.Outputs {
		require.Contains(t, outs, name)
		require.Equal(t, graph.Shape(a.Shape), outs[name].Shape(), name)
		names, nodes, want = append(names, name), append(nodes, outs[name]), append(want, a)
	}
	for name, a := range c.Grads {
		wrt := in[name]
		if wrt == nil {
			require.Contains(t, params, name, "what is %s?", name)
			wrt = parameter(t, g, params[name])
		}
		cot := c.Inputs["cotangent"]
		gs := autodiff.VJP([]*graph.Node{outs["y"]}, []*graph.Node{g.Values(c.dtype, cot.Data, cot.Shape...)}, wrt)
		names, nodes, want = append(names, "grad "+name), append(nodes, gs[0]), append(want, a)
	}
	results := run(t, g, nodes, args...)
	for i, n := range nodes {
		if p := n.ParamName(); p != "" { // what the run made of it
			results[i] = g.Store().Get(p).Value
		}
	}
	for i, r := range results {
		c.compare(t, names[i], want[i], r)
	}
}

// parameter returns the trained parameter of that name.
func parameter(t *testing.T, g *graph.Graph, name string) *graph.Node {
	t.Helper()
	for _, n := range g.Trained() {
		if n.ParamName() == name {
			return n
		}
	}
	t.Fatalf("no parameter is called %s", name)
	return nil
}

// learned returns an input of the case as a parameter to learn, nil where it is missing.
func (c goldenCase) learned(name string) layers.Param {
	a, ok := c.Inputs[name]
	if !ok {
		return nil
	}
	if len(a.Shape) == 0 {
		return layers.Train(layers.Const(a.Data[0])).Shared()
	}
	return layers.Train(layers.Values(a.Data))
}

// shared is learned where one number, in whatever shape, stands for a whole matrix.
func (c goldenCase) shared(name string) layers.Param {
	if a, ok := c.Inputs[name]; ok && len(a.Data) == 1 {
		return layers.Train(layers.Const(a.Data[0])).Shared()
	}
	return c.learned(name)
}
