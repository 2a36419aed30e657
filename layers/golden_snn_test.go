package layers_test

import (
	"strings"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/golden"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/surrogate"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

func TestGoldenSNN(t *testing.T) {
	golden.Run(t, "snn", func(t *testing.T, c goldenCase) {
		for name, o := range map[string]graph.LoopOptions{"loop": {}, "unrolled": {Unroll: true}} {
			t.Run(name, func(t *testing.T) { runSNN(t, c, o) })
		}
	})
}

// snnState is the state of a net of two layers of neurons.
type snnState struct {
	Syn1, Syn2 layers.LeakyIntegratorState
	Hidden     layers.RecurrentState[layers.LIFState]
	Out        layers.LIFState
}

// snnTrace is what a step of the net gives.
type snnTrace struct{ U1, S1, U2, S2 *graph.Node }

// runSNN builds the net of a case and compares its traces, its loss and every gradient.
func runSNN(t *testing.T, c goldenCase, o graph.LoopOptions) {
	c.Known(t, "neuron", "beta", "threshold", "reset", "reset_delay", "alpha_syn", "surrogate", "surrogate_parameter",
		"tau", "decay_input", "v_threshold", "v_reset", "detach_reset")
	g := graph.New()
	x := g.Input("x", graph.Float64, c.Inputs["x"].Shape...)
	step := c.net(t, g)
	ys, _ := graph.Loop(x, snnState{}, step, o)
	loss := c.loss(g, ys)
	outs := map[string]*graph.Node{"U1": ys.U1, "S1": ys.S1, "U2": ys.U2, "S2": ys.S2, "loss": loss}

	for name := range c.Grads {
		var wrt []*graph.Node
		if wrt = parameters(g, name); name == "x" {
			wrt = []*graph.Node{x}
		}
		require.NotEmpty(t, wrt, "nothing is called %s", name)
		gs := autodiff.Grad(loss, wrt...)
		for _, more := range gs[1:] { // each layer learns one of its own, the reference one for both
			gs[0] = gs[0].Add(more)
		}
		outs["grad "+name] = gs[0]
	}
	want := map[string]golden.Array{}
	for k, a := range c.Outputs {
		want[k] = a
	}
	for k, a := range c.Grads {
		want["grad "+k] = a
	}
	var names []string
	var nodes []*graph.Node
	for k := range want {
		require.Contains(t, outs, k)
		names, nodes = append(names, k), append(nodes, outs[k])
	}
	for i, r := range run(t, g, nodes, c.Inputs["x"].Dense()) {
		c.compare(t, names[i], want[names[i]], r)
	}
}

// parameters returns the nodes that a golden file calls name.
func parameters(g *graph.Graph, name string) (ns []*graph.Node) {
	called := map[string][]string{
		"W1": {"fc1.W"}, "b1": {"fc1.B"}, "W2": {"fc2.W"}, "b2": {"fc2.B"}, "V": {"rec.W"}, "bV": {"rec.B"},
		"beta": {"hidden.Decay", "out.Decay"}, "threshold": {"hidden.VTh", "out.VTh"}, "alpha_syn": {"syn1.Decay", "syn2.Decay"},
	}[name]
	for _, n := range g.Trained() {
		for _, k := range called {
			if n.ParamName() == k {
				ns = append(ns, n)
			}
		}
	}
	return ns
}

// net returns the step of the case's net.
func (c goldenCase) net(t *testing.T, g *graph.Graph) func(*graph.Node, snnState) (snnTrace, snnState) {
	t.Helper()
	const f64 = graph.Float64
	neuron := c.snnNeuron(t)
	cell := func(name, like string) layers.LIFCell {
		p := neuron
		p.N = c.Inputs[like].Shape[0]
		if name == "out" && c.Params["neuron"] == "RLeaky, Leaky" && p.Reset == layers.Hard {
			p.Timing = layers.BeforeInput
		}
		return p.In(g, name, 1)
	}
	hidden, out := cell("hidden", "b1"), cell("out", "b2")
	fc1, fc2 := c.dense(g, "fc1", "W1", "b1"), c.dense(g, "fc2", "W2", "b2")
	back, recurrent := c.back(g)
	rec := layers.Recur(hidden, back)

	_, learned := c.Inputs["alpha_syn"]
	synaptic := learned || c.Params["alpha_syn"] != nil
	var syn1, syn2 layers.LeakyIntegratorCell
	if synaptic {
		p := layers.LeakyIntegrator{Decay: c.constant("alpha_syn"), Input: layers.Unscaled, DType: f64}
		p.N = c.Inputs["b1"].Shape[0]
		syn1 = p.In(g, "syn1", 1)
		p.N = c.Inputs["b2"].Shape[0]
		syn2 = p.In(g, "syn2", 1)
	}
	unused := func(n **graph.Node) { *n = (*n).Else(g.Const(f64, 0)) }
	return func(x *graph.Node, s snnState) (y snnTrace, _ snnState) {
		i := fc1.Apply(x)
		if synaptic {
			i, s.Syn1 = syn1.Step(i, s.Syn1)
		}
		if recurrent {
			y.S1, s.Hidden = rec.Step(i, s.Hidden)
		} else {
			y.S1, s.Hidden.Neuron = hidden.Step(i, s.Hidden.Neuron)
			unused(&s.Hidden.Z)
		}
		i = fc2.Apply(y.S1)
		if synaptic {
			i, s.Syn2 = syn2.Step(i, s.Syn2)
		} else {
			unused(&s.Syn1.V)
			unused(&s.Syn2.V)
		}
		y.S2, s.Out = out.Step(i, s.Out)
		y.U1, y.U2 = s.Hidden.Neuron.V, s.Out.V
		return y, s
	}
}

func (c goldenCase) dense(g *graph.Graph, name, w, b string) layers.DenseCell {
	p := layers.Dense{In: c.Inputs[w].Shape[0], Out: c.Inputs[w].Shape[1], W: layers.Values(c.Inputs[w].Data), DType: graph.Float64}
	if a, ok := c.Inputs[b]; ok {
		p.B = layers.Values(a.Data)
	} else {
		p.NoBias = true
	}
	return p.Place(g, name)
}

// back returns the recurrent synapse of the case, and whether there is one.
func (c goldenCase) back(g *graph.Graph) (layers.Synapse, bool) {
	v, ok := c.Inputs["V"]
	switch {
	case !ok:
		return nil, false
	case len(v.Shape) == 1:
		return layers.OneToOne{N: v.Shape[0], W: layers.Values(v.Data), DType: graph.Float64}.Place(g, "rec"), true
	}
	return c.dense(g, "rec", "V", "bV"), true
}

// constant returns a constant of the case: given, or learned from the value among the inputs.
func (c goldenCase) constant(name string) layers.Param {
	a, ok := c.Inputs[name]
	switch {
	case ok && len(a.Shape) == 0 && name == "threshold":
		return layers.Train(layers.Const(a.Data[0])).Shared()
	case ok && len(a.Shape) == 0:
		return layers.Train(layers.Const(a.Data[0])).Shared().Through(layers.Unit)
	case ok:
		return layers.Train(layers.Values(a.Data))
	}
	return layers.Const(c.Number(name, 0))
}

// snnNeuron returns the neurons of the case.
func (c goldenCase) snnNeuron(t *testing.T) layers.LIF {
	t.Helper()
	p := layers.LIF{DType: graph.Float64, VReset: layers.Const(0), Spike: c.surrogate(t)}
	switch c.Params["neuron"] {
	case "Leaky", "Synaptic", "RLeaky, Leaky":
		p.Decay, p.VTh, p.Input, p.Timing, p.Detach = c.constant("beta"), c.constant("threshold"), layers.Unscaled, layers.AfterInput, true
		p.Reset = map[any]layers.Reset{"subtract": layers.Soft, "zero": layers.Hard, "none": layers.NoReset}[c.Params["reset"]]
		require.Contains(t, []any{"subtract", "zero", "none"}, c.Params["reset"])
		if p.Reset == layers.Hard && c.Params["neuron"] != "RLeaky, Leaky" {
			p.Timing = layers.BeforeInput
		}
		if !c.Flag("reset_delay", false) {
			p.Timing, p.Detach = layers.Refunded, false
		}
	case "LIFNode", "IFNode":
		p.VTh, p.Detach = layers.Const(c.Number("v_threshold", 1)), c.Flag("detach_reset", false)
		p.Input, p.Decay = layers.Unscaled, layers.Const(1)
		if tau, ok := c.Params["tau"].(float64); ok {
			p.Decay = layers.Const(1 - 1/tau)
		}
		if c.Flag("decay_input", false) {
			p.Input = layers.Scaled
		}
		if v, ok := c.Params["v_reset"].(float64); ok {
			p.Reset, p.VReset, p.VRest = layers.Hard, layers.Const(v), layers.Const(v)
			if c.Params["neuron"] == "IFNode" {
				p.VRest = layers.Const(0)
				p.V0 = layers.Const(v)
			}
		}
	default:
		t.Fatalf("unknown neuron %v", c.Params["neuron"])
	}
	return p
}

func (c goldenCase) surrogate(t *testing.T) graph.Surrogate {
	t.Helper()
	a := c.Number("surrogate_parameter", 0)
	switch c.Params["surrogate"] {
	case "atan":
		return surrogate.Arctan{Alpha: a}
	case "fast_sigmoid":
		return surrogate.InvSquareGrad{Alpha: a}
	case "sigmoid":
		return surrogate.Sigmoid{Alpha: a}
	}
	name, _ := c.Params["surrogate"].(string)
	for _, k := range surrogate.All() {
		if strings.EqualFold(strings.ReplaceAll(k.Name, "_", ""), strings.ReplaceAll(name, "_", "")) {
			params := map[string]float64{}
			if _, ok := c.Params["surrogate_parameter"].(float64); ok {
				require.NotEmpty(t, k.Params, name)
				params[k.Params[0]] = a
			}
			s, err := k.New(params)
			require.NoError(t, err)
			return s
		}
	}
	t.Fatalf("unknown surrogate %v", c.Params["surrogate"])
	return nil
}

// loss returns mean_b CE(sum_t S2, targets) + 1/2 mean (U2 - 0.3)².
func (c goldenCase) loss(g *graph.Graph, ys snnTrace) *graph.Node {
	targets := g.Values(graph.Int32, c.Inputs["targets"].Data, c.Inputs["targets"].Shape...)
	logp := ys.S2.Sum(0).LogSoftmax(-1)
	ce := logp.Mul(targets.OneHot(logp.Dim(-1), graph.Float64)).Sum(-1).Mean().Neg()
	return ce.Add(ys.U2.Shift(-0.3).Square().Mean().Scale(0.5))
}

// run compiles and runs nodes of a graph.
func run(t *testing.T, g *graph.Graph, outs []*graph.Node, in ...*tensor.Dense) []*tensor.Dense {
	t.Helper()
	p, err := g.Compile(outs...)
	require.NoError(t, err)
	res, err := p.Run(in...)
	require.NoError(t, err)
	return res
}
