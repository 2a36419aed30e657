package nir

import (
	"strings"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
)

// msPerSecond is between NIR's unit of time and ours.
const msPerSecond = 1000

// fieldOf is where a layer keeps a parameter: synapses have a name of their own.
func fieldOf(synapse bool, field string) string {
	if synapse {
		return "synapse." + field
	}
	return field
}

// decay sets Tau, in ms, or by Options.Euler Decay, 1 - dt/tau.
func (b *builder) decay(m *layers.LeakyIntegrator, param string, synapse bool) {
	if !b.o.Euler {
		m.Tau = b.constant(param, fieldOf(synapse, "Tau"),
			func(s float64) float64 { return s * msPerSecond }, func(ms float64) float64 { return ms / msPerSecond })
		return
	}
	dt := b.o.Dt / msPerSecond
	m.Decay = b.constant(param, fieldOf(synapse, "Decay"),
		func(tau float64) float64 { return 1 - dt/tau }, func(d float64) float64 { return dt / (1 - d) })
	for _, tau := range b.node.Params[param].Floats() {
		if tau > 0 && tau < dt {
			b.fail("%s is %v s, shorter than a step: 1 - dt/tau is no decay", param, tau)
			break
		}
	}
}

// membrane returns the potential of a node with or without leak.
func (b *builder) membrane() layers.LeakyIntegrator {
	m := layers.LeakyIntegrator{Shape: b.in, V0: b.o.V0, DType: b.o.DType}
	switch {
	case b.node.Type == "I" || b.node.Type == "IF":
		dt := b.o.Dt / msPerSecond
		m.Decay, m.Input, m.VRest = layers.Const(1), layers.Unscaled, layers.Const(0)
		m.R = b.constant("r", "R", func(r float64) float64 { return r * dt }, func(r float64) float64 { return r / dt })
		return m
	case b.cuba():
		b.decay(&m, "tau_mem", false)
	default:
		b.decay(&m, "tau", false)
	}
	m.R = b.constant("r", "R", same, same)
	m.VRest = b.constant("v_leak", "VRest", same, same)
	return m
}

// cuba reports whether the node has a synaptic current.
func (b *builder) cuba() bool { return strings.HasPrefix(b.node.Type, "Cuba") }

// synapse returns how the synaptic current is placed; without one, x is passed on.
func (b *builder) synapse() func(g *graph.Graph, name string) stepFunc {
	if !b.cuba() {
		return passing
	}
	syn := layers.LeakyIntegrator{Shape: b.in, DType: b.o.DType}
	syn.R = b.constant("w_in", fieldOf(true, "R"), same, same)
	b.decay(&syn, "tau_syn", true)
	return func(g *graph.Graph, name string) stepFunc {
		c := syn.In(g, name+".synapse", b.o.Dt)
		return func(x *graph.Node, m Memory) (*graph.Node, Memory) {
			x, m.Synapse = c.Step(x, m.Synapse)
			return x, m
		}
	}
}

// leaky builds LI, I and CubaLI.
func leaky(b *builder) ([]int, part) {
	synapse, m := b.synapse(), b.membrane()
	return b.in, part{place: func(g *graph.Graph, name string) stepFunc {
		current, c := synapse(g, name), m.In(g, name, b.o.Dt)
		return func(x *graph.Node, mem Memory) (*graph.Node, Memory) {
			x, mem = current(x, mem)
			x, mem.Membrane = c.Step(x, mem.Membrane)
			return x, mem
		}
	}}
}

// firing builds LIF, IF and CubaLIF.
func firing(b *builder) ([]int, part) {
	synapse, m := b.synapse(), b.membrane()
	lif := layers.LIF{
		Shape: b.in, VRest: m.VRest, V0: m.V0, R: m.R, Tau: m.Tau, Decay: m.Decay, Input: m.Input,
		Spike: b.o.Spike, DType: b.o.DType, Reset: layers.Hard,
		VTh:    b.constant("v_threshold", "VTh", same, same),
		VReset: b.constant("v_reset", "VReset", same, same),
	}
	if b.o.Subtract {
		lif.Reset = layers.Soft
	}
	return b.in, part{place: func(g *graph.Graph, name string) stepFunc {
		current, c := synapse(g, name), lif.In(g, name, b.o.Dt)
		return func(x *graph.Node, mem Memory) (*graph.Node, Memory) {
			x, mem = current(x, mem)
			x, mem.Neuron = c.Step(x, mem.Neuron)
			return x, mem
		}
	}}
}

// threshold builds Threshold: a spike where x >= threshold, without memory.
func threshold(b *builder) ([]int, part) {
	v, shape := b.fits("threshold"), b.in
	if len(v) == 1 {
		shape = nil
	}
	return b.in, part{place: func(g *graph.Graph, name string) stepFunc {
		at := g.Values(b.o.DType, v, shape...)
		return apply(g, name, func(x *graph.Node) *graph.Node { return x.Sub(at).Spike(b.o.Spike).Mark() })
	}}
}

// delay builds Delay, whole steps of dt.
func delay(b *builder) ([]int, part) {
	v := b.fits("delay")
	d := layers.Delay{Shape: b.in, DType: b.o.DType}
	ms := make([]float64, len(v))
	for i, s := range v {
		steps := s * msPerSecond / b.o.Dt
		if s < 0 || steps > mostSteps {
			b.fail("delay is %v s, want 0 to %d steps", s, mostSteps)
			break
		}
		ms[i] = float64(int(steps+0.5)) * b.o.Dt
		d.Max = max(d.Max, ms[i])
	}
	d.D = literal(ms)
	return b.in, part{place: func(g *graph.Graph, name string) stepFunc {
		c := d.In(g, name, b.o.Dt)
		return func(x *graph.Node, m Memory) (*graph.Node, Memory) {
			x, m.Line = c.Step(x, m.Line)
			return x, m
		}
	}}
}

// mostSteps bounds delays, and so the memory that a file can ask for.
const mostSteps = 1 << 16
