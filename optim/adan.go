package optim

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// Adan estimates the gradient ahead from running means of the gradient and of its change (Xie et al.
// 2022, algorithm 1, doi:10.48550/arXiv.2208.06677):
//
//	d = g - g_prev, 0 at t = 1
//	m ← (1-β1)·m + β1·g
//	v ← (1-β2)·v + β2·d
//	n ← (1-β3)·n + β3·(g+(1-β2)·d)²
//	c_k = 1/(1-(1-β_k)^t);  u = η·(c1·m + (1-β2)·c2·v) / (√(c3·n)+ε)
//	θ ← (θ-u)/(1+ω·η),  without the proximal step (1-ω·η)·θ - u
type Adan struct {
	LR          Schedule   // η
	Betas       [3]float64 // β1, β2, β3: weights of the new value, in (0, 1); 0.02, 0.08, 0.01
	Eps         float64    // ε, at least 0; 1e-8
	WeightDecay float64    // ω, at least 0; 0.02
	NoProx      bool       // decay as AdamW does, not by the proximal step
}

// NewAdan returns Adan of a constant rate, with the defaults of the fields.
func NewAdan(lr float64) Adan {
	return Adan{LR: Constant(lr), Betas: [3]float64{0.02, 0.08, 0.01}, Eps: 1e-8, WeightDecay: 0.02}
}

// Validate implements Rule.
func (o Adan) Validate() error {
	faults := []error{scheduled("LR", o.LR), atLeast("Eps", o.Eps, 0), atLeast("WeightDecay", o.WeightDecay, 0)}
	for i, b := range o.Betas {
		if !(b > 0 && b < 1) { // with 0 the average stays 0 and its correction is infinite
			faults = append(faults, refused(fmt.Sprintf("Betas[%d]", i), b, "a number in (0, 1)"))
		}
	}
	return settings("Adan", faults...)
}

// Next implements Rule.
func (o Adan) Next(p *Param) *graph.Node {
	k1, k2, k3 := 1-o.Betas[0], 1-o.Betas[1], 1-o.Betas[2] // what is kept
	d := o.change(p)
	m := p.Average("m", k1, p.Grad)
	v := p.Average("v", k2, d)
	n := p.Average("n", k3, p.Grad.Add(d.Scale(k2)).Square())

	rate := p.Rate(o.LR)
	ahead := m.Mul(p.Scalar(rate.Div(p.Unbias(k1))))
	ahead = ahead.Add(v.Mul(p.Scalar(rate.Scale(k2).Div(p.Unbias(k2)))))
	u := ahead.Div(n.Mul(p.Scalar(p.Unbias(k3).Reciprocal())).Sqrt().Shift(o.Eps))
	switch {
	case o.WeightDecay == 0:
		return p.Theta.Sub(u)
	case o.NoProx:
		return p.Theta.Mul(p.Scalar(rate.Scale(-o.WeightDecay).Shift(1))).Sub(u)
	}
	return p.Theta.Sub(u).Mul(p.Scalar(rate.Scale(o.WeightDecay).Shift(1).Reciprocal()))
}

// change returns d, and keeps the gradient for the next update.
func (o Adan) change(p *Param) *graph.Node {
	before := p.Slot("prev_grad")
	p.Set(before, p.Grad)
	t := p.Count()
	return t.Gt(t.Like(1)).Select(p.Grad.Sub(before), p.Grad.Like(0))
}

// Update implements Optimizer.
func (o Adan) Update(g *graph.Graph, params, grads []*graph.Node) {
	Chain{Rule: o}.Update(g, params, grads)
}
