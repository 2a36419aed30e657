package optim

import "github.com/spikegraph/spikegraph/graph"

// L2 adds the gradient of ½·Decay·‖θ‖² to each gradient, g ← g + Decay·θ: what torch calls
// weight_decay in all optimizers but AdamW. The WeightDecay of rules is another thing: it passes
// by slots and, but for AdamW, LARS, Adan and Lion, by the rate.
type L2 struct {
	Decay float64 // at least 0
}

// Validate implements Transform.
func (l L2) Validate() error { return settings("L2", atLeast("Decay", l.Decay, 0)) }

// Apply implements Transform.
func (l L2) Apply(params, grads []*graph.Node) []*graph.Node {
	out := make([]*graph.Node, len(grads))
	for i, g := range grads {
		out[i] = g.Add(params[i].Scale(l.Decay))
	}
	return out
}

// L1 adds the gradient of Decay·Σ|θ| to each gradient, g ← g + Decay·sign(θ).
type L1 struct {
	Decay float64 // at least 0
}

// Validate implements Transform.
func (l L1) Validate() error { return settings("L1", atLeast("Decay", l.Decay, 0)) }

// Apply implements Transform.
func (l L1) Apply(params, grads []*graph.Node) []*graph.Node {
	out := make([]*graph.Node, len(grads))
	for i, g := range grads {
		out[i] = g.Add(params[i].Sign().Scale(l.Decay))
	}
	return out
}
