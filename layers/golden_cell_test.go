package layers_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/require"
)

var goldenCells = map[string]goldenLayer{
	"RNNCell": func(t *testing.T, c goldenCase, g *graph.Graph, in map[string]*graph.Node) (map[string]*graph.Node, map[string]string) {
		n, m := c.cell(t)
		cell := layers.RNN{
			In: n, N: m, Activation: c.activation(), Wi: c.learned("Wi"), Wh: c.learned("Wh"), B: c.learned("b"), NoBias: c.Params["bias"] == false, DType: c.dtype,
		}.Place(g, "l")
		return stepped(in["x"], layers.RNNState{H: in["h"]}, cell), cellParams
	},
	"GRUCell": func(t *testing.T, c goldenCase, g *graph.Graph, in map[string]*graph.Node) (map[string]*graph.Node, map[string]string) {
		n, m := c.cell(t)
		cell := layers.GRU{
			In: n, N: m, Activation: c.activation(), Wi: c.learned("Wi"), Wh: c.learned("Wh"), B: c.learned("b"), NoBias: c.Params["bias"] == false, DType: c.dtype,
		}.Place(g, "l")
		return stepped(in["x"], layers.GRUState{H: in["h"]}, cell), cellParams
	},
	"LSTMCell": func(t *testing.T, c goldenCase, g *graph.Graph, in map[string]*graph.Node) (map[string]*graph.Node, map[string]string) {
		n, m := c.cell(t)
		cell := layers.LSTM{
			In: n, N: m, Activation: c.activation(), Wi: c.learned("Wi"), Wh: c.learned("Wh"), B: c.learned("b"), NoBias: c.Params["bias"] == false, DType: c.dtype,
		}.Place(g, "l")
		return stepped(in["x"], layers.LSTMState{H: in["h"], C: in["c"]}, cell), cellParams
	},
	"Conv1dLSTMCell": goldenConvLSTM,
	"Conv2dLSTMCell": goldenConvLSTM,
	"Conv3dLSTMCell": goldenConvLSTM,
}

func goldenConvLSTM(t *testing.T, c goldenCase, g *graph.Graph, in map[string]*graph.Node) (map[string]*graph.Node, map[string]string) {
	c.known(t, "input_shape", "in_channels", "out_channels", "kernel_size", "stride", "padding", "lhs_dilation", "rhs_dilation", "groups", "bias")
	for _, name := range []string{"stride", "lhs_dilation"} { // another would change the size
		for _, n := range c.list(t, name) {
			require.Equal(t, 1, n, name)
		}
	}
	cell := layers.ConvLSTM{
		Size: c.list(t, "input_shape"), In: int(c.Number("in_channels", 0)), Out: int(c.Number("out_channels", 0)), Kernel: c.list(t, "kernel_size"),
		Groups: int(c.Number("groups", 1)), KernelDilation: c.list(t, "rhs_dilation"), Padding: c.around(t),
		Wx: c.learned("wx"), Wh: c.learned("wh"), Bx: c.learned("bx"), Bh: c.learned("bh"), NoBias: c.learned("bx") == nil, DType: c.dtype,
	}.Place(g, "l")
	return stepped(in["x"], layers.LSTMState{H: in["h"], C: in["c"]}, cell),
		map[string]string{"wx": "l.Wx", "wh": "l.Wh", "bx": "l.Bx", "bh": "l.Bh"}
}

var cellParams = map[string]string{"Wi": "l.Wi", "Wh": "l.Wh", "b": "l.B"}

// cell returns the inputs and neurons of the case.
func (c goldenCase) cell(t *testing.T) (in, n int) {
	c.known(t, "activation", "bias", "num_in", "num_out")
	return c.Inputs["Wi"].Shape[0], c.Inputs["Wh"].Shape[0]
}

func (c goldenCase) activation() layers.Activation {
	a, _ := c.Params["activation"].(string)
	return layers.Activation(a)
}

// stepped is the output y of a cell over a sequence, and its last state.
func stepped[S any](x *graph.Node, s S, cell layers.Stepper[S]) map[string]*graph.Node {
	y, last := graph.Loop(x, s, cell.Step)
	outs := map[string]*graph.Node{"y": y}
	switch s := any(last).(type) {
	case layers.RNNState:
		outs["h"] = s.H
	case layers.GRUState:
		outs["h"] = s.H
	case layers.LSTMState:
		outs["h"], outs["c"] = s.H, s.C
	}
	return outs
}
