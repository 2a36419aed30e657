package layers_test

import (
	"strings"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// synapses are the layers without time, of three neurons.
func synapses(g *graph.Graph) map[string]layers.Synapse {
	m := layers.CSR{Out: 3, Start: []int32{0, 1, 2, 2}, Post: []int32{2, 0}}
	return map[string]layers.Synapse{
		"straight":     layers.Straight{},
		"dense":        layers.Dense{In: 3, Out: 3}.Place(g, "dense"),
		"all":          layers.AllToAll{In: 3, Out: 3}.Place(g, "all"),
		"all one":      layers.AllToAll{In: 3, Out: 3, W: layers.Fix(layers.Const(1)), NoSelf: true}.Place(g, "one"),
		"masked":       layers.MaskedLinear{In: 3, Out: 3}.Place(g, "masked"),
		"csr":          layers.CSRLinear{M: m}.Place(g, "csr"),
		"events":       layers.CSRLinear{M: m, Event: true}.Place(g, "events"),
		"jit":          layers.JITLinear{In: 3, Out: 3, P: 0.5}.Place(g, "jit"),
		"batch":        layers.BatchNorm{N: 3, Training: true}.Place(g, "batch"),
		"running":      layers.BatchNorm{N: 3}.Place(g, "running"),
		"layer norm":   layers.LayerNorm{Shape: []int{3}}.Place(g, "layer"),
		"group":        layers.GroupNorm{Groups: 1, Channels: 3}.Place(g, "group"),
		"dropout":      layers.Dropout{Keep: 0.5, Training: true}.Place(g, "dropout"),
		"prelu":        layers.PReLU{N: 3}.Place(g, "prelu"),
		"rrelu":        layers.NewRReLU(false),
		"activation":   layers.Activation("mish"),
		"normalize":    layers.Activation("normalize"),
		"softmax2d":    layers.Func(layers.Softmax2d),
		"softmax":      layers.Func(func(x *graph.Node) *graph.Node { return layers.Softmax(x) }),
		"sequential":   layers.Sequential{layers.Flatten(1), layers.Residual{Of: layers.Straight{}}},
		"first spike":  layers.Func(func(x *graph.Node) *graph.Node { return layers.FirstSpike(x, 1) }),
		"last":         layers.Func(layers.LastPotential),
		"max":          layers.Func(layers.MaxPotential),
		"dropout over": layers.Func(layers.Dropout{Keep: 0.5, Training: true}.Place(g, "dropped").Over),
	}
}

// steps runs one step of every layer with state, of three neurons, and returns what it gave.
func steps(g *graph.Graph, x *graph.Node) map[string]*graph.Node {
	out := map[string]*graph.Node{}
	out["rnn"], _ = layers.RNN{In: 3, N: 3}.Place(g, "rnn").Step(x, layers.RNNState{})
	out["gru"], _ = layers.GRU{In: 3, N: 3}.Place(g, "gru").Step(x, layers.GRUState{})
	out["lstm"], _ = layers.LSTM{In: 3, N: 3}.Place(g, "lstm").Step(x, layers.LSTMState{})
	out["conv"], _ = layers.ConvLSTM{Size: []int{2}, In: 3, Out: 3, Kernel: []int{3}}.Place(g, "conv").Step(x, layers.LSTMState{})
	out["alif"], _ = layers.ALIF{LIF: layers.LIF{N: 3}}.In(g, "alif", 1).Step(x, layers.ALIFState{})
	out["adlif"], _ = layers.AdLIF{LIF: layers.LIF{N: 3}}.In(g, "adlif", 1).Step(x, layers.AdLIFState{})
	out["izhikevich"], _ = layers.Izhikevich{N: 3}.In(g, "izhikevich", 1).Step(x, layers.IzhikevichState{})
	out["theta"], _ = layers.Theta{N: 3}.In(g, "theta", 1).Step(x, layers.ThetaState{})
	out["double exponential"], _ = layers.DoubleExponential{N: 3}.In(g, "double", 1).Step(x, layers.DoubleExponentialState{})
	out["populated"], _ = layers.Populate(layers.Izhikevich{N: 3}.In(g, "izhikevich", 1), layers.NewSpikingReservoir(3, 3).In(g, "res", 1)).
		Step(x, layers.PopulatedState[layers.IzhikevichState]{})
	out["delay"], _ = layers.Delay{N: 3, Max: 2}.In(g, "delay", 1).Step(x, layers.DelayState{})
	out["delayed"], _ = layers.DelayedDense{In: 3, Out: 3, Max: 2}.Place(g, "delayed", 1).Step(x, layers.DelayState{})
	out["dropped"], _ = layers.Dropout{Keep: 0.5, Training: true}.Place(g, "drop").Step(x, layers.DropoutState{})
	out["then"], _ = layers.Then(layers.Stateless(layers.Straight{}), layers.Skip(layers.Stateless(layers.Straight{}))).Step(x, layers.ChainState[struct{}, struct{}]{})
	return out
}

// An invalid node adds no fault to the one that made it, and nothing panics.
func TestLayersPassInvalidNodes(t *testing.T) {
	t.Parallel()
	g := graph.New()
	bad := g.Input("a", graph.Float32, 2).Add(g.Input("b", graph.Float32, 3))
	for name, l := range synapses(g) {
		assert.False(t, l.Apply(bad).Valid(), name)
	}
	for name, y := range steps(g, bad) {
		assert.False(t, y.Valid(), name)
	}
	ids, count := layers.EventIDs(bad)
	m := layers.CSR{Out: 1, Start: []int32{0, 1}, Post: []int32{0}}.Place(g, "m")
	for _, y := range []*graph.Node{
		ids, count, m.Matrix(bad), m.Before(bad), layers.Glu(bad, 0), layers.OneHot(bad, 2, 0, f64), layers.Normalize(bad, 1),
		layers.Celu(bad, 1), layers.RRelu(bad, 0, 1), layers.SpikeRate(bad, 1),
	} {
		assert.False(t, y.Valid())
	}
	faults(t, g, "Add")
}

// Layers placed in a nil graph do not panic, and who compiles what they give is told.
func TestLayersOfANilGraph(t *testing.T) {
	t.Parallel()
	var none *graph.Graph
	for name := range synapses(none) {
		g := graph.New()
		x := g.Input("x", graph.Float32, 4, 2, 3)
		if y := synapses(none)[name].Apply(x); !y.Valid() {
			_, err := g.Compile(y)
			assert.ErrorContains(t, err, "made in a nil graph", name)
		}
	}
	assert.NotPanics(t, func() {
		for name, y := range steps(none, nil) {
			assert.False(t, y.Valid(), name)
		}
	})
	assert.NotPanics(t, func() { steps(none, graph.New().Input("x", graph.Float32, 4, 2, 3)) })
}

// Layers keep the axes in front, in Float32 as in Float64.
func TestLayersKeepShapes(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := g.Input("x", graph.Float32, 4, 2, 3)
	for name, l := range synapses(g) {
		y := l.Apply(x)
		require.NoError(t, g.Err(), name)
		if !strings.Contains("first spike last max sequential", name) {
			assert.Equal(t, x.Type(), y.Type(), name)
		}
	}
	for name, y := range steps(g, x) {
		require.NoError(t, g.Err(), name)
		assert.Equal(t, x.Type(), y.Type(), name)
	}
}

// Faulty settings are reported once, where they are, and nothing panics over them.
func TestFaultyLayersAreReportedOnce(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := g.Input("x", graph.Float32, 4, 2, 3)
	wrong := layers.Values{1}
	layers.Dense{In: 3, Out: 3, W: wrong}.Place(g, "a").Apply(x)
	layers.AllToAll{In: 3, Out: 3, W: wrong}.Place(g, "b").Apply(x)
	layers.MaskedLinear{In: 3, Out: 3, W: wrong, Func: (*graph.Node).Abs}.Place(g, "c").Apply(x)
	layers.LayerNorm{Shape: []int{3}, Scale: wrong}.Place(g, "d").Apply(x)
	layers.GroupNorm{Groups: 1, Channels: 3, Bias: wrong}.Place(g, "e").Apply(x)
	layers.BatchNorm{N: 3, Training: true, Epsilon: layers.Const(-1)}.Place(g, "f").Apply(x)
	layers.PReLU{N: 3, A: wrong}.Place(g, "h").Apply(x)
	layers.RNN{In: 3, N: 3, Wh: wrong}.Place(g, "i").Step(x, layers.RNNState{})
	layers.GRU{In: 3, N: 3, B: wrong}.Place(g, "j").Step(x, layers.GRUState{})
	layers.LSTM{In: 3, N: 3, C0: wrong}.Place(g, "k").Step(x, layers.LSTMState{})
	layers.ConvLSTM{Size: []int{2}, In: 3, Out: 3, Kernel: []int{3}, Wh: wrong}.Place(g, "l").Step(x, layers.LSTMState{})
	layers.ALIF{LIF: layers.LIF{N: 3}, Beta: wrong}.In(g, "m", 1).Step(x, layers.ALIFState{})
	layers.AdLIF{LIF: layers.LIF{N: 3}, B: wrong}.In(g, "n", 1).Step(x, layers.AdLIFState{})
	layers.Delay{N: 3, Max: 2, D: wrong}.In(g, "o", 1).Step(x, layers.DelayState{})
	layers.DelayedDense{In: 3, Out: 3, Max: 2, W: wrong}.Place(g, "p", 1).Step(x, layers.DelayState{})
	layers.Izhikevich{N: 3, U0: wrong}.In(g, "q", 1).Step(x, layers.IzhikevichState{})
	layers.Populate(layers.LIF{N: 3}.In(g, "neurons", 1), layers.SpikingReservoir{Inputs: 3, N: 3, B: wrong, Density: 1, InDensity: 1}.In(g, "r", 1)).
		Step(x, layers.PopulatedState[layers.LIFState]{})
	faults(t, g, "a.W", "b.W", "c.W", "d.Scale", "e.Bias", "f: Epsilon", "h.A", "i.Wh", "j.B", "k: C0", "l.Wh", "m: Beta", "n: B", "o: D", "p.W", "q: U0", "r: B")
}
