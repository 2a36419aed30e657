package layers_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff/gradtest"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// cells run a sequence [T ... 3] through a recurrent cell of four neurons that learns its start.
func cells() map[string]func(g *graph.Graph, xs *graph.Node) *graph.Node {
	h0 := layers.Train(layers.Uniform{Lo: -0.5, Hi: 0.5})
	return map[string]func(g *graph.Graph, xs *graph.Node) *graph.Node{
		"rnn": func(g *graph.Graph, xs *graph.Node) *graph.Node {
			ys, _ := graph.Loop(xs, layers.RNNState{}, layers.RNN{In: 3, N: 4, Activation: "tanh", H0: h0, DType: f64}.Place(g, "cell").Step)
			return ys
		},
		"gru": func(g *graph.Graph, xs *graph.Node) *graph.Node {
			ys, _ := graph.Loop(xs, layers.GRUState{}, layers.GRU{In: 3, N: 4, H0: h0, DType: f64}.Place(g, "cell").Step)
			return ys
		},
		"lstm": func(g *graph.Graph, xs *graph.Node) *graph.Node {
			ys, _ := graph.Loop(xs, layers.LSTMState{}, layers.LSTM{In: 3, N: 4, H0: h0, C0: h0, Activation: "soft_sign", DType: f64}.Place(g, "cell").Step)
			return ys
		},
		"no bias": func(g *graph.Graph, xs *graph.Node) *graph.Node {
			ys, _ := graph.Loop(xs, layers.LSTMState{}, layers.LSTM{In: 3, N: 4, NoBias: true, DType: f64}.Place(g, "cell").Step)
			return ys
		},
	}
}

func TestCellGradients(t *testing.T) {
	t.Parallel()
	for name, f := range cells() {
		for _, shape := range [][]int{{3, 3}, {3, 2, 3}, {2, 2, 2, 3}} {
			gradtest.Check(t, gradtest.Case{
				Name: name, Inputs: []gradtest.Input{{Shape: shape}},
				Build: func(g *graph.Graph, xs []*graph.Node) *graph.Node {
					y := f(g, xs[0])
					assert.Equal(t, append(graph.Shape(shape[:len(shape)-1:len(shape)-1]), 4), y.Shape())
					return y
				},
			})
		}
	}
}

func TestConvLSTMGradients(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]layers.ConvLSTM{
		"one axis":   {Size: []int{4}, In: 2, Out: 2, Kernel: []int{3}, Groups: 2, H0: layers.Train(layers.Uniform{Lo: -0.5, Hi: 0.5})},
		"two axes":   {Size: []int{2, 3}, In: 1, Out: 2, Kernel: []int{2, 3}, KernelDilation: []int{2, 1}, Padding: layers.Pads{{2, 0}, {0, 2}}},
		"three axes": {Size: []int{2, 2, 2}, In: 1, Out: 1, Kernel: []int{2}, NoBias: true},
	} {
		p.DType = f64
		for _, lead := range [][]int{{2}, {2, 2}, {2, 1, 2}} {
			gradtest.Check(t, gradtest.Case{
				Name: name, Inputs: []gradtest.Input{{Shape: append(append(lead[:len(lead):len(lead)], p.Size...), p.In)}},
				Build: func(g *graph.Graph, xs []*graph.Node) *graph.Node {
					ys, _ := graph.Loop(xs[0], layers.LSTMState{}, p.Place(g, "cell").Step)
					return ys
				},
			})
		}
	}
}

// A scalar LSTM and GRU, by hand.
func TestCellsByHand(t *testing.T) {
	t.Parallel()
	s := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	g := graph.New()
	x := g.Const(f64, 0.5, 1)
	h0, c0 := g.Const(f64, -0.3, 1), g.Const(f64, 0.8, 1)
	lstm := layers.LSTM{In: 1, N: 1, Wi: layers.Values{1, 2, 3, 4}, Wh: layers.Values{-1, 0.5, 2, 1}, B: layers.Values{0.1, 0.2, 0.3, 0.4}, DType: f64}
	h, next := lstm.Place(g, "lstm").Step(x, layers.LSTMState{H: h0, C: c0})
	c := s(1.5-0.6+0.3+1)*0.8 + s(0.5+0.3+0.1)*math.Tanh(1-0.15+0.2)
	assert.InDelta(t, c, values(t, next.C)[0], 1e-14)
	assert.InDelta(t, s(2-0.3+0.4)*math.Tanh(c), values(t, h)[0], 1e-14)

	gru := layers.GRU{In: 1, N: 1, Wi: layers.Values{1, 2, 3}, Wh: layers.Values{-1, 0.5, 2}, NoBias: true, DType: f64}
	h, _ = gru.Place(g, "gru").Step(x, layers.GRUState{H: h0})
	z, r := s(0.5+0.3), s(1-0.15)
	assert.InDelta(t, (1-z)*-0.3+z*math.Tanh(1.5+2*r*-0.3), values(t, h)[0], 1e-14)
}

func TestCellFaults(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := g.Input("x", graph.Float32, 5, 2, 3)
	layers.RNN{N: 4}.Place(g, "a").Step(x, layers.RNNState{})
	layers.GRU{In: 3, N: 4, Activation: "tan"}.Place(g, "b").Step(x, layers.GRUState{})
	layers.LSTM{In: 3, N: 4, Wi: layers.Values{1}}.Place(g, "c").Step(x, layers.LSTMState{})
	layers.GRU{In: 3, N: 4, Wh: layers.Values{1}}.Place(g, "d").Step(x, layers.GRUState{})
	layers.RNN{In: 3, N: 4, NoBias: true, B: layers.Const(1)}.Place(g, "e")
	layers.LSTM{In: 4, N: 4}.Place(g, "f").Step(x, layers.LSTMState{})
	layers.ConvLSTM{In: 3, Out: 1}.Place(g, "h").Step(x, layers.LSTMState{})
	layers.ConvLSTM{Size: []int{2}, In: 3, Kernel: []int{3}}.Place(g, "i").Step(x, layers.LSTMState{})
	layers.ConvLSTM{Size: []int{2}, In: 3, Out: 1, Kernel: []int{3, 3}}.Place(g, "j").Step(x, layers.LSTMState{})
	layers.ConvLSTM{Size: []int{2}, In: 3, Out: 2, Kernel: []int{3}, Groups: 2}.Place(g, "k").Step(x, layers.LSTMState{})
	layers.ConvLSTM{Size: []int{2}, In: 2, Out: 2, Kernel: []int{3}}.Place(g, "l").Step(x, layers.LSTMState{})
	layers.ConvLSTM{Size: []int{2}, In: 2, Out: 2, Kernel: []int{3}, NoBias: true, Bh: layers.Const(1)}.Place(g, "m")
	layers.ConvLSTM{Size: []int{2}, In: 2, Out: 2, Kernel: []int{3}, Wx: layers.Values{1}}.Place(g, "n").Step(g.Input("y", graph.Float32, 2, 2), layers.LSTMState{})
	size := layers.ConvLSTM{Size: []int{2}, In: 3, Out: 3, Kernel: []int{3}}
	size.Padding = layers.Valid
	size.Place(g, "o")
	size.Padding, size.KernelDilation = nil, []int{-2}
	size.Place(g, "p")
	size.KernelDilation, size.Groups = nil, -1
	size.Place(g, "q")
	faults(t, g, "a: In, N: |0 to 4", "b: Activation: |tan", "c: |c.Wi", "d: |d.Wh", "e: B: |NoBias", "f: |[... 4]",
		"h: Size: |[]", "i: In, Out: |3 to 0", "j: Kernel: |2 numbers for 1 axes", "k: Groups: |2 groups of 3 and 2", "l: |[... 2 2]", "m: Bx, Bh: |NoBias", "n: |n.Wx",
		"o: Padding: |0 zeros along axis 0, want 2", "p: KernelDilation: |-2", "q: Groups: |-1 groups")
	require.Error(t, g.Err())
}
