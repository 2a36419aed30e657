package layers_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/golden"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/require"
)

// models runs a golden neuron, by the name of its model.
var models = map[string]func(*testing.T, goldenCase){"lif": goldenLIF}

func TestGoldenNeurons(t *testing.T) {
	golden.Run(t, "neurons", func(t *testing.T, c goldenCase) {
		name, _ := c.Params["model"].(string)
		require.Contains(t, models, name, "unknown model")
		run := models[name]
		run(t, c)
	})
}

// goldenLIF holds a neuron of constant current to the reference: the potential after every stride
// steps, and which neurons fire in which steps.
func goldenLIF(t *testing.T, c goldenCase) {
	c.Known(t, "model", "equations", "method", "dt", "steps", "stride", "V_rest", "V_reset", "V_th", "R", "tau", "held_steps")
	const f64 = graph.Float64
	g := graph.New()
	n, dt := c.Inputs["I"].Shape[0], c.Number("dt", 0)
	p := layers.LIF{
		N: n, DType: f64, Reset: layers.Hard,
		VRest: layers.Const(c.Number("V_rest", 0)), VReset: layers.Const(c.Number("V_reset", 0)),
		VTh: layers.Const(c.Number("V_th", 0)), R: layers.Const(c.Number("R", 1)),
		V0: layers.Values(c.Inputs["V0"].Data), TauRef: layers.Const(dt * c.Number("held_steps", 0)),
	}
	c.advance(t, &p, dt/c.Number("tau", 0))
	cell, current := p.In(g, "lif", dt), g.Values(f64, c.Inputs["I"].Data, n)
	type trace struct{ V, Z *graph.Node }
	ys, _ := graph.Loop(struct{}{}, layers.LIFState{V: cell.V0}, func(_ struct{}, s layers.LIFState) (trace, layers.LIFState) {
		z, s := cell.Step(current, s)
		return trace{s.V, z}, s
	}, graph.LoopOptions{Steps: int(c.Number("steps", 0))})
	steps, stride := int(c.Number("steps", 0)), int(c.Number("stride", 0))
	at := graph.Range{From: stride - 1, To: steps, Step: stride}
	v := graph.Concat(0, cell.V0.Unsqueeze(0), ys.V.Slice(at))
	r := run(t, g, []*graph.Node{v, ys.Z})
	c.compare(t, "V", c.Outputs["V"], r[0])

	var step, neuron []float64
	for i, z := range numbers(r[1]) {
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
