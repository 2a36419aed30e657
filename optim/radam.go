package optim

import "github.com/spikegraph/spikegraph/graph"

// RAdam is Adam with its adaptive rate scaled by how much is known of the second moment, and
// momentum alone while that is too little (Liu et al. 2020, algorithm 2,
// doi:10.48550/arXiv.1908.03265):
//
//	m, v as in Adam;  ρ∞ = 2/(1-β2) - 1;  ρ = ρ∞ - 2·t·β2^t/(1-β2^t)
//	ρ > Threshold:  r = √( (ρ-4)(ρ-2)ρ∞ / ((ρ∞-4)(ρ∞-2)ρ) )
//	                θ ← (1-ω)·θ - η·r·√(1-β2^t)/(1-β1^t) · m/(√v+ε)
//	else:           θ ← (1-ω)·θ - η/(1-β1^t) · m
//
// The paper has no ε and the threshold 4, where r begins to exist; torch.optim.RAdam has this ε and
// the threshold 5.
type RAdam struct {
	LR          Schedule // η
	Beta1       float64  // β1, in [0, 1); 0.9
	Beta2       float64  // β2, in [0, 1); 0.999
	Eps         float64  // ε, at least 0; 1e-8
	Threshold   float64  // at least 4; 4
	WeightDecay float64  // ω, in [0, 1]; not multiplied by η
}

// NewRAdam returns RAdam of a constant rate, with the defaults of the fields.
func NewRAdam(lr float64) RAdam {
	return RAdam{LR: Constant(lr), Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, Threshold: 4}
}

// Validate implements Rule.
func (o RAdam) Validate() error {
	return settings("RAdam", scheduled("LR", o.LR), memory("Beta1", o.Beta1), memory("Beta2", o.Beta2),
		atLeast("Eps", o.Eps, 0), atLeast("Threshold", o.Threshold, 4), fraction("WeightDecay", o.WeightDecay))
}

// Next implements Rule.
func (o RAdam) Next(p *Param) *graph.Node {
	m := p.Average("m", o.Beta1, p.Grad)
	v := p.Average("v", o.Beta2, p.Grad.Square())
	plain := p.Rate(o.LR).Div(p.Unbias(o.Beta1))
	known, r := o.rectification(p)
	adaptive := p.Scalar(plain.Mul(r).Mul(p.Unbias(o.Beta2).Sqrt()))
	step := known.Select(adaptive.Mul(m).Div(v.Sqrt().Shift(o.Eps)), p.Scalar(plain).Mul(m))
	return decayed(p.Theta, o.WeightDecay).Sub(step)
}

// rectification returns whether ρ is above the threshold, and r, which is 0 where it does not exist.
func (o RAdam) rectification(p *Param) (known, r *graph.Node) {
	limit := 2/(1-o.Beta2) - 1
	rho := p.Count().Mul(p.Power(o.Beta2)).Div(p.Unbias(o.Beta2)).Scale(-2).Shift(limit)
	known = rho.Gt(rho.Like(o.Threshold))
	if limit <= 4 { // then so is ρ, which grows to it
		return known, rho.Like(0)
	}
	safe := rho.Max(rho.Like(4))
	scale := limit / ((limit - 4) * (limit - 2))
	return known, safe.Shift(-4).Mul(safe.Shift(-2)).Div(safe).Scale(scale).Sqrt()
}

// Update implements Optimizer.
func (o RAdam) Update(g *graph.Graph, params, grads []*graph.Node) {
	Chain{Rule: o}.Update(g, params, grads)
}
