package optim

import "github.com/spikegraph/spikegraph/graph"

// RMSProp divides the gradient by the root of its running mean square (Tieleman, Hinton 2012,
// Neural Networks for Machine Learning, lecture 6.5); not centred:
//
//	c ← ρ·c + (1-ρ)·g²
//	θ ← (1-ω)·θ - η·g/√(c+ε)
type RMSProp struct {
	LR          Schedule // η
	Rho         float64  // ρ, in [0, 1); 0.9
	Eps         float64  // ε, at least 0; 1e-6
	WeightDecay float64  // ω, in [0, 1]; not multiplied by η
}

// NewRMSProp returns RMSProp of a constant rate, with the defaults of the fields.
func NewRMSProp(lr float64) RMSProp { return RMSProp{LR: Constant(lr), Rho: 0.9, Eps: 1e-6} }

// Validate implements Rule.
func (o RMSProp) Validate() error {
	return settings("RMSProp", scheduled("LR", o.LR), memory("Rho", o.Rho),
		atLeast("Eps", o.Eps, 0), fraction("WeightDecay", o.WeightDecay))
}

// Next implements Rule.
func (o RMSProp) Next(p *Param) *graph.Node {
	c := p.Average("cache", o.Rho, p.Grad.Square())
	step := p.Scalar(p.Rate(o.LR)).Mul(p.Grad).Div(c.Shift(o.Eps).Sqrt())
	return decayed(p.Theta, o.WeightDecay).Sub(step)
}

// Update implements Optimizer.
func (o RMSProp) Update(g *graph.Graph, params, grads []*graph.Node) {
	Chain{Rule: o}.Update(g, params, grads)
}
