package nir

import (
	"slices"

	"github.com/spikegraph/spikegraph/layers"
)

// NewLIF returns the node of a layers.LIF, which gives the same spikes.
//
// With Reset Hard it is a LIF, or IF where it has Decay 1: NIR's neurons are set to v_reset by a spike. NIR has no node
// with a soft reset, but it is linear, so it goes out as a sub-graph: an LI (or I) named v, a Threshold named spike and a
// Scale named reset, which brings the spikes of the step before back to v,
//
//	reset = -k (VTh - VReset) / gain,  k = decay for Timing AtSpike and BeforeInput, 1 for AfterInput,
//
// where gain is by how much an input of 1 raises v in a step. With NoReset the sub-graph has no reset.
//
// Errors: ErrUnsupported, with the field that NIR has no place for and why: a hard reset after the input multiplies two
// signals, Refunded tests a second potential, and no node counts the steps of TauRef.
func NewLIF(name string, p layers.LIF, from Source) (Node, error) {
	if p.TauRef != nil && p.TauRef != layers.Param(layers.Const(0)) {
		return Node{}, unsupported(name, "NIR has no place for TauRef: none of its nodes counts the steps of a refractory period")
	}
	m := layers.LeakyIntegrator{
		N: p.N, Shape: p.Shape, VRest: p.VRest, V0: p.V0, R: p.R, Tau: p.Tau, Decay: p.Decay, Input: p.Input,
	}
	n, err := NewLI(name, m, from)
	if err != nil {
		return n, err
	}
	shape := n.Params["r"].Shape
	th, err := from.constant(name, "VTh", p.VTh, 20, shape)
	if err != nil {
		return n, err
	}
	reset, err := from.constant(name, "VReset", p.VReset, -5, shape)
	if err != nil {
		return n, err
	}
	late := p.Timing == layers.AfterInput
	switch {
	case p.Reset == layers.NoReset:
		return apart(name, n, th, nil), nil
	case p.Timing == layers.Refunded:
		return n, unsupported(name, "NIR has no place for Timing Refunded: none of its nodes tests a second potential")
	case p.Reset == layers.Soft:
		back, err := from.feedback(name, m, n, th, reset, p.Timing)
		return apart(name, n, th, back), err
	case p.Reset != layers.Hard:
		return n, unsupported(name, "NIR has no place for Reset(%d)", p.Reset)
	case late:
		return n, unsupported(name, "NIR has no place for Reset Hard with Timing AfterInput: "+
			"its neurons are set to v_reset before the input of the next step, and none of its nodes multiplies two signals")
	}
	n.Type += "F"
	n.Params["v_threshold"], n.Params["v_reset"] = Array{slices.Clone(shape), th}, Array{slices.Clone(shape), reset}
	return n, nil
}

// feedback returns by how much a spike is to lower the input of the next step, for a membrane that stands in n.
func (s Source) feedback(name string, m layers.LeakyIntegrator, n Node, th, reset []float64, when layers.Timing) ([]float64, error) {
	shape := n.Params["r"].Shape
	_, share, err := s.memory(name, m, shape)
	if err != nil {
		return nil, err
	}
	rest := make([]float64, len(th))
	if share != nil {
		rest = n.Params["v_leak"].Floats()
	}
	out := make([]float64, len(th))
	for i, r := range n.Params["r"].Floats() {
		gain, decay := r*s.Dt/msPerSecond, 1.0
		if share != nil {
			gain, decay = r*share[i], 1-share[i]
		}
		switch {
		case gain == 0:
			return nil, unsupported(name, "NIR has no place for a soft reset where R is 0: it goes through the input")
		case when != layers.AtSpike && rest[i] >= th[i]:
			return nil, unsupported(name, "NIR has no place for a reset that waits a step where the potential begins at %v, VTh being %v: "+
				"a file has no spikes from before the first step", rest[i], th[i])
		case when == layers.AfterInput:
			decay = 1
		}
		out[i] = -decay * (th[i] - reset[i]) / gain
	}
	return out, nil
}

// apart returns a neuron as a sub-graph of its membrane n and its threshold; a spike adds back to the next input.
func apart(name string, n Node, th, back []float64) Node {
	shape := n.Params["r"].Shape
	fire := Node{Name: "spike", Type: "Threshold", Params: map[string]Array{"threshold": {slices.Clone(shape), th}}}
	n.Name = "v"
	g := Chain(shape, shape, n, fire)
	if back != nil {
		g.Nodes = append(g.Nodes, Node{Name: "reset", Type: "Scale", Params: map[string]Array{"scale": {slices.Clone(shape), back}}})
		g.Edges = append(g.Edges, Edge{"spike", "reset"}, Edge{"reset", "v"})
	}
	return Node{Name: name, Type: graphType, Graph: g}
}
