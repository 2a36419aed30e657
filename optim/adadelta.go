package optim

import "github.com/spikegraph/spikegraph/graph"

// Adadelta scales the gradient by the size of past steps over that of past gradients, and has no
// learning rate (Zeiler 2012, algorithm 1, doi:10.48550/arXiv.1212.5701):
//
//	c ← ρ·c + (1-ρ)·g²
//	u = g·√(d+ε)/√(c+ε)
//	d ← ρ·d + (1-ρ)·u²
//	θ ← (1-ω)·θ - u
type Adadelta struct {
	Rho         float64 // ρ, in [0, 1); 0.95
	Eps         float64 // ε, above 0, or nothing would ever move; 1e-6
	WeightDecay float64 // ω, in [0, 1]
}

// NewAdadelta returns Adadelta with the defaults of the fields.
func NewAdadelta() Adadelta { return Adadelta{Rho: 0.95, Eps: 1e-6} }

// Validate implements Rule.
func (o Adadelta) Validate() error {
	return settings("Adadelta", memory("Rho", o.Rho), above("Eps", o.Eps, 0), fraction("WeightDecay", o.WeightDecay))
}

// Next implements Rule.
func (o Adadelta) Next(p *Param) *graph.Node {
	c := p.Average("cache", o.Rho, p.Grad.Square())
	u := p.Grad.Mul(p.Slot("delta").Shift(o.Eps).Sqrt()).Div(c.Shift(o.Eps).Sqrt())
	p.Average("delta", o.Rho, u.Square())
	return decayed(p.Theta, o.WeightDecay).Sub(u)
}

// Update implements Optimizer.
func (o Adadelta) Update(g *graph.Graph, params, grads []*graph.Node) {
	Chain{Rule: o}.Update(g, params, grads)
}
