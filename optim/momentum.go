package optim

import "github.com/spikegraph/spikegraph/graph"

// Momentum is gradient descent with a velocity (Polyak 1964, doi:10.1016/0041-5553(64)90137-5):
//
//	v ← γ·v - η·g
//	θ ← (1-ω)·θ + v
//
// The rate is in the velocity: a change of η acts on later gradients only.
type Momentum struct {
	LR          Schedule // η
	Momentum    float64  // γ, in [0, 1); 0.9
	WeightDecay float64  // ω, in [0, 1]; not multiplied by η
}

// NewMomentum returns Momentum of a constant rate, with the defaults of the fields.
func NewMomentum(lr float64) Momentum { return Momentum{LR: Constant(lr), Momentum: 0.9} }

// Validate implements Rule.
func (o Momentum) Validate() error {
	return settings("Momentum", scheduled("LR", o.LR), memory("Momentum", o.Momentum), fraction("WeightDecay", o.WeightDecay))
}

// Next implements Rule.
func (o Momentum) Next(p *Param) *graph.Node {
	_, v := velocity(p, o.LR, o.Momentum)
	return decayed(p.Theta, o.WeightDecay).Add(v)
}

// velocity moves the slot v ← γ·v - η·g, and returns also the push η·g.
func velocity(p *Param, lr Schedule, momentum float64) (push, v *graph.Node) {
	slot := p.Slot("v")
	push = p.Scalar(p.Rate(lr)).Mul(p.Grad)
	v = slot.Scale(momentum).Sub(push)
	p.Set(slot, v)
	return push, v
}

// Update implements Optimizer.
func (o Momentum) Update(g *graph.Graph, params, grads []*graph.Node) {
	Chain{Rule: o}.Update(g, params, grads)
}
