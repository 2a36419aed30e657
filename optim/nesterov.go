package optim

import "github.com/spikegraph/spikegraph/graph"

// Nesterov is gradient descent with Nesterov's accelerated gradient, in the form that takes the
// gradient at θ and not ahead of it (Nesterov 1983; Sutskever et al. 2013, ICML 28(3), eqs. 3-4):
//
//	v ← γ·v - η·g
//	θ ← (1-ω)·θ + γ·v - η·g
type Nesterov struct {
	LR          Schedule // η
	Momentum    float64  // γ, in [0, 1); 0.9
	WeightDecay float64  // ω, in [0, 1]; not multiplied by η
}

// NewNesterov returns Nesterov of a constant rate, with the defaults of the fields.
func NewNesterov(lr float64) Nesterov { return Nesterov{LR: Constant(lr), Momentum: 0.9} }

// Validate implements Rule.
func (o Nesterov) Validate() error {
	return settings("Nesterov", scheduled("LR", o.LR), memory("Momentum", o.Momentum), fraction("WeightDecay", o.WeightDecay))
}

// Next implements Rule.
func (o Nesterov) Next(p *Param) *graph.Node {
	push, v := velocity(p, o.LR, o.Momentum)
	return decayed(p.Theta, o.WeightDecay).Add(v.Scale(o.Momentum)).Sub(push)
}

// Update implements Optimizer.
func (o Nesterov) Update(g *graph.Graph, params, grads []*graph.Node) {
	Chain{Rule: o}.Update(g, params, grads)
}
