package optim

import "github.com/spikegraph/spikegraph/graph"

// Adagrad divides the rate by the root of the sum of all squared gradients (Duchi, Hazan, Singer
// 2011, JMLR 12:2121, fig. 1, the diagonal form):
//
//	c ← c + g²
//	θ ← (1-ω)·θ - η·g/√(c+ε)
type Adagrad struct {
	LR          Schedule // η
	Eps         float64  // ε, at least 0; 1e-6
	WeightDecay float64  // ω, in [0, 1]; not multiplied by η
}

// NewAdagrad returns Adagrad of a constant rate, with the defaults of the fields.
func NewAdagrad(lr float64) Adagrad { return Adagrad{LR: Constant(lr), Eps: 1e-6} }

// Validate implements Rule.
func (o Adagrad) Validate() error {
	return settings("Adagrad", scheduled("LR", o.LR), atLeast("Eps", o.Eps, 0), fraction("WeightDecay", o.WeightDecay))
}

// Next implements Rule.
func (o Adagrad) Next(p *Param) *graph.Node {
	cache := p.Slot("cache")
	c := cache.Add(p.Grad.Square())
	p.Set(cache, c)
	step := p.Scalar(p.Rate(o.LR)).Mul(p.Grad).Div(c.Shift(o.Eps).Sqrt())
	return decayed(p.Theta, o.WeightDecay).Sub(step)
}

// Update implements Optimizer.
func (o Adagrad) Update(g *graph.Graph, params, grads []*graph.Node) {
	Chain{Rule: o}.Update(g, params, grads)
}
