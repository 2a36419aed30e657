package layers_test

import (
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/golden"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/require"
)

// models runs a golden neuron, by the name of its model.
var models = map[string]func(*testing.T, goldenCase){"lif": goldenLIF, "izhikevich": goldenIzhikevich}

func TestGoldenNeurons(t *testing.T) {
	golden.Run(t, "neurons", func(t *testing.T, c goldenCase) {
		name, _ := c.Params["model"].(string)
		require.Contains(t, models, name, "unknown model")
		run := models[name]
		run(t, c)
	})
}

// goldenLIF holds a neuron of constant current to the reference.
func goldenLIF(t *testing.T, c goldenCase) {
	c.Known(t, "model", "equations", "method", "dt", "steps", "stride", "V_rest", "V_reset", "V_th", "R", "tau", "held_steps")
	dt := c.Number("dt", 0)
	p := layers.LIF{
		N: c.Inputs["I"].Shape[0], DType: f64, Reset: layers.Hard,
		VRest: layers.Const(c.Number("V_rest", 0)), VReset: layers.Const(c.Number("V_reset", 0)),
		VTh: layers.Const(c.Number("V_th", 0)), R: layers.Const(c.Number("R", 1)),
		V0: layers.Values(c.Inputs["V0"].Data), TauRef: layers.Const(dt * c.Number("held_steps", 0)),
	}
	c.advance(t, &p, dt/c.Number("tau", 0))
	g := graph.New()
	cell := p.In(g, "lif", dt)
	goldenNeuron(t, c, g, cell, layers.LIFState{V: cell.V0}, func(s layers.LIFState) map[string]*graph.Node {
		return map[string]*graph.Node{"V": s.V}
	})
}

// goldenIzhikevich does the same, the equations being those of 2003.
func goldenIzhikevich(t *testing.T, c goldenCase) {
	c.Known(t, "model", "equations", "method", "dt", "steps", "stride", "V_th", "a", "b", "c", "d", "held_steps")
	methods := map[string]layers.Integration{"exp_auto": layers.ExponentialEuler, "euler": layers.Euler, "rk4": layers.RungeKutta4}
	name, _ := c.Params["method"].(string)
	require.Contains(t, methods, name)
	at := func(name string) layers.Param { return layers.Const(c.Number(name, math.NaN())) }
	dt, g := c.Number("dt", 0), graph.New()
	cell := layers.Izhikevich{
		N: c.Inputs["I"].Shape[0], DType: f64, Method: methods[name], VTh: at("V_th"), A: at("a"), B: at("b"), VReset: at("c"), D: at("d"),
		V0: layers.Values(c.Inputs["V0"].Data), U0: layers.Values(c.Inputs["u0"].Data), TauRef: layers.Const(dt * c.Number("held_steps", 0)),
	}.In(g, "izhikevich", dt)
	goldenNeuron(t, c, g, cell, layers.IzhikevichState{V: cell.V0, U: cell.U0}, func(s layers.IzhikevichState) map[string]*graph.Node {
		return map[string]*graph.Node{"V": s.V, "u": s.U}
	})
}

// goldenNeuron compares what shown gives of the state after every stride steps, and which neurons
// fire in which steps.
func goldenNeuron[S any](t *testing.T, c goldenCase, g *graph.Graph, cell layers.Stepper[S], s S, shown func(S) map[string]*graph.Node) {
	t.Helper()
	n, steps, stride := c.Inputs["I"].Shape[0], int(c.Number("steps", 0)), int(c.Number("stride", 0))
	current, first := g.Values(f64, c.Inputs["I"].Data, n), shown(s)
	names := slices.Sorted(maps.Keys(first))
	type trace struct {
		Z     *graph.Node
		Shown []*graph.Node
	}
	ys, _ := graph.Loop(struct{}{}, s, func(_ struct{}, s S) (trace, S) {
		z, s := cell.Step(current, s)
		y := trace{Z: z}
		for _, name := range names {
			y.Shown = append(y.Shown, shown(s)[name])
		}
		return y, s
	}, graph.LoopOptions{Steps: steps})
	out := []*graph.Node{ys.Z}
	for i, name := range names {
		at := ys.Shown[i].Slice(graph.Range{From: stride - 1, To: steps, Step: stride})
		out = append(out, graph.Concat(0, first[name].Unsqueeze(0), at))
	}
	r := run(t, g, out)
	for i, name := range names {
		c.compare(t, name, c.Outputs[name], r[i+1])
	}
	var step, neuron []float64
	for i, z := range numbers(r[0]) {
		if z == 1 {
			step, neuron = append(step, float64(i/n)), append(neuron, float64(i%n))
		}
	}
	require.Equal(t, c.Outputs["spike_step"].Data, step)
	require.Equal(t, c.Outputs["spike_neuron"].Data, neuron)
}

// advance makes p take the steps of a method, h = dt/tau. The equation is linear: every one-step
// method leaves a share of V - VRest - R·I that is a function of h alone.
func (c goldenCase) advance(t *testing.T, p *layers.LIF, h float64) {
	t.Helper()
	switch c.Params["method"] {
	case "exp_euler", "exp_auto":
		p.Tau = layers.Const(c.Number("tau", 0))
	case "euler":
		p.Decay = layers.Const(1 - h)
	case "rk4":
		p.Decay = layers.Const(1 - h + h*h/2 - h*h*h/6 + h*h*h*h/24)
	default:
		t.Fatalf("unknown method %v", c.Params["method"])
	}
}
