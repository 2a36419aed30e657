package optim

import "github.com/spikegraph/spikegraph/graph"

// LARS gives every tensor a rate in proportion to its own norm (You, Gitman, Ginsburg 2017,
// algorithm 1, doi:10.48550/arXiv.1708.03888). Norms are those of the whole tensor:
//
//	r = c·‖θ‖/(‖g‖+ω·‖θ‖+ε);  where ‖θ‖ or ‖g‖ is 0, r = max(1, r)
//	m ← γ·m + η·r·(g+ω·θ)
//	θ ← θ - m
//
// The paper does not say what r is where a norm is 0. As in other implementations a tensor of zeros, as biases begin, takes a whole first step η·g
// without c, while a tensor of ones takes c·η. At the rates that LARS is used with, of 1 to 30, that may be large enough for training to run away:
// warm the rate up, or set biases and scales apart, to which the paper's authors apply neither r nor decay:
//
//	optim.Chain{Rule: optim.NewLARS(8), Groups: []optim.Group{{Match: optim.Suffix(".B"), Rule: optim.NewMomentum(0.05)}}}
type LARS struct {
	LR          Schedule // η
	Momentum    float64  // γ, in [0, 1); 0.9
	WeightDecay float64  // ω, at least 0; 1e-4
	Trust       float64  // c, above 0; 1e-3
	Eps         float64  // ε, at least 0; 1e-5
}

// NewLARS returns LARS of a constant rate, with the defaults of the fields.
func NewLARS(lr float64) LARS {
	return LARS{LR: Constant(lr), Momentum: 0.9, WeightDecay: 1e-4, Trust: 1e-3, Eps: 1e-5}
}

// Validate implements Rule.
func (o LARS) Validate() error {
	return settings("LARS", scheduled("LR", o.LR), memory("Momentum", o.Momentum), atLeast("WeightDecay", o.WeightDecay, 0),
		above("Trust", o.Trust, 0), atLeast("Eps", o.Eps, 0))
}

// Next implements Rule.
func (o LARS) Next(p *Param) *graph.Node {
	g := p.Grad
	if o.WeightDecay != 0 {
		g = g.Add(p.Theta.Scale(o.WeightDecay))
	}
	slot := p.Slot("m")
	m := slot.Scale(o.Momentum).Add(p.Scalar(p.Rate(o.LR).Mul(o.ratio(p))).Mul(g))
	p.Set(slot, m)
	return p.Theta.Sub(m)
}

// ratio returns r, a Float64 scalar.
func (o LARS) ratio(p *Param) *graph.Node {
	theta, g := Norm(p.Theta), Norm(p.Grad)
	zero, one := theta.Like(0), theta.Like(1)
	below := g.Add(theta.Scale(o.WeightDecay)).Shift(o.Eps)
	r := theta.Scale(o.Trust).Div(below.Gt(zero).Select(below, one))
	return theta.Eq(zero).Or(g.Eq(zero)).Select(r.Max(one), r)
}

// Update implements Optimizer.
func (o LARS) Update(g *graph.Graph, params, grads []*graph.Node) {
	Chain{Rule: o}.Update(g, params, grads)
}
