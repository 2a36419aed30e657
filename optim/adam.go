package optim

import "github.com/spikegraph/spikegraph/graph"

// Adam divides a running mean of gradients by the root of their running mean square (Kingma, Ba
// 2015, algorithm 1 in the form of the end of section 2, doi:10.48550/arXiv.1412.6980):
//
//	m ← β1·m + (1-β1)·g
//	v ← β2·v + (1-β2)·g²
//	θ ← (1-ω)·θ - η·√(1-β2^t)/(1-β1^t) · m/(√v+ε)
//
// In algorithm 1 itself, and in torch.optim.Adam, ε is added after the bias correction:
//
//	θ ← (1-ω)·θ - η/(1-β1^t) · m/(√v/√(1-β2^t)+ε)
//
// EpsCorrected chooses that. Torch's weight_decay is the transform L2, not WeightDecay.
type Adam struct {
	LR           Schedule // η
	Beta1        float64  // β1, in [0, 1); 0.9
	Beta2        float64  // β2, in [0, 1); 0.999
	Eps          float64  // ε, at least 0; 1e-8
	EpsCorrected bool     // add ε to the corrected root
	WeightDecay  float64  // ω, in [0, 1]; not multiplied by η
}

// NewAdam returns Adam of a constant rate, with the defaults of the fields.
func NewAdam(lr float64) Adam {
	return Adam{LR: Constant(lr), Beta1: 0.9, Beta2: 0.999, Eps: 1e-8}
}

// Validate implements Rule.
func (o Adam) Validate() error {
	return settings("Adam", scheduled("LR", o.LR), memory("Beta1", o.Beta1), memory("Beta2", o.Beta2),
		atLeast("Eps", o.Eps, 0), fraction("WeightDecay", o.WeightDecay))
}

// Next implements Rule.
func (o Adam) Next(p *Param) *graph.Node {
	m := p.Average("m", o.Beta1, p.Grad)
	v := p.Average("v", o.Beta2, p.Grad.Square())
	step := adaptiveStep(p, p.Rate(o.LR), m, v, o)
	return decayed(p.Theta, o.WeightDecay).Sub(step)
}

// adaptiveStep returns what Adam subtracts, of the moments m and v and the settings o.
func adaptiveStep(p *Param, rate, m, v *graph.Node, o Adam) *graph.Node {
	c1, c2 := p.Unbias(o.Beta1), p.Unbias(o.Beta2).Sqrt()
	if o.EpsCorrected {
		root := v.Sqrt().Mul(p.Scalar(c2.Reciprocal())).Shift(o.Eps)
		return p.Scalar(rate.Div(c1)).Mul(m).Div(root)
	}
	return p.Scalar(rate.Mul(c2).Div(c1)).Mul(m).Div(v.Sqrt().Shift(o.Eps))
}

// Update implements Optimizer.
func (o Adam) Update(g *graph.Graph, params, grads []*graph.Node) {
	Chain{Rule: o}.Update(g, params, grads)
}
