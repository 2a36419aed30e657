package optim

import "github.com/spikegraph/spikegraph/graph"

// AdamW is Adam with weight decay apart from the gradient and multiplied by the rate (Loshchilov,
// Hutter 2019, algorithm 2, doi:10.48550/arXiv.1711.05101):
//
//	m, v as in Adam
//	θ ← (1-η·ω)·θ - η·√(1-β2^t)/(1-β1^t) · m/(√v+ε)
//
// With AMSGrad the largest v so far takes its place (Reddi, Kale, Kumar 2018, algorithm 2,
// doi:10.48550/arXiv.1904.09237). EpsCorrected is as in Adam, and gives torch.optim.AdamW.
type AdamW struct {
	LR           Schedule // η
	Beta1        float64  // β1, in [0, 1); 0.9
	Beta2        float64  // β2, in [0, 1); 0.999
	Eps          float64  // ε, at least 0; 1e-8
	EpsCorrected bool     // add ε to the corrected root
	WeightDecay  float64  // ω, at least 0; 0.01
	AMSGrad      bool     // divide by the largest v
}

// NewAdamW returns AdamW of a constant rate, with the defaults of the fields.
func NewAdamW(lr float64) AdamW {
	return AdamW{LR: Constant(lr), Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, WeightDecay: 0.01}
}

// Validate implements Rule.
func (o AdamW) Validate() error {
	return settings("AdamW", scheduled("LR", o.LR), memory("Beta1", o.Beta1), memory("Beta2", o.Beta2),
		atLeast("Eps", o.Eps, 0), atLeast("WeightDecay", o.WeightDecay, 0))
}

// Next implements Rule.
func (o AdamW) Next(p *Param) *graph.Node {
	rate, theta := p.Rate(o.LR), p.Theta
	if o.WeightDecay != 0 {
		theta = theta.Mul(p.Scalar(rate.Scale(-o.WeightDecay).Shift(1)))
	}
	m := p.Average("m", o.Beta1, p.Grad)
	v := p.Average("v", o.Beta2, p.Grad.Square())
	if o.AMSGrad {
		slot := p.Slot("vmax")
		v = slot.Max(v)
		p.Set(slot, v)
	}
	return theta.Sub(adaptiveStep(p, rate, m, v,
		Adam{Beta1: o.Beta1, Beta2: o.Beta2, Eps: o.Eps, EpsCorrected: o.EpsCorrected}))
}

// Update implements Optimizer.
func (o AdamW) Update(g *graph.Graph, params, grads []*graph.Node) {
	Chain{Rule: o}.Update(g, params, grads)
}
