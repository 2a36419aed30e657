package optim

import "github.com/spikegraph/spikegraph/graph"

// Lion moves every element by the same amount, in the direction of a mix of gradient and momentum
// (Chen et al. 2023, algorithm 2, doi:10.48550/arXiv.2302.06675):
//
//	u = sign(β1·m + (1-β1)·g)
//	θ ← (1-η·ω)·θ - η·u
//	m ← β2·m + (1-β2)·g
//
// Both mixes are computed as m + (1-β)·(g-m), so that one kernel makes them of one difference.
type Lion struct {
	LR          Schedule // η; a third to a tenth of what Adam takes
	Beta1       float64  // β1, in [0, 1); 0.9
	Beta2       float64  // β2, in [0, 1); 0.99
	WeightDecay float64  // ω, at least 0; multiplied by η
}

// NewLion returns Lion of a constant rate, with the defaults of the fields.
func NewLion(lr float64) Lion { return Lion{LR: Constant(lr), Beta1: 0.9, Beta2: 0.99} }

// Validate implements Rule.
func (o Lion) Validate() error {
	return settings("Lion", scheduled("LR", o.LR), memory("Beta1", o.Beta1), memory("Beta2", o.Beta2),
		atLeast("WeightDecay", o.WeightDecay, 0))
}

// Next implements Rule.
func (o Lion) Next(p *Param) *graph.Node {
	m := p.Slot("m")
	off := p.Grad.Sub(m)
	u := m.Add(off.Scale(1 - o.Beta1)).Sign()
	p.Set(m, m.Add(off.Scale(1-o.Beta2)))
	rate, theta := p.Rate(o.LR), p.Theta
	if o.WeightDecay != 0 {
		theta = theta.Mul(p.Scalar(rate.Scale(-o.WeightDecay).Shift(1)))
	}
	return theta.Sub(p.Scalar(rate).Mul(u))
}

// Update implements Optimizer.
func (o Lion) Update(g *graph.Graph, params, grads []*graph.Node) {
	Chain{Rule: o}.Update(g, params, grads)
}
