package optim

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// SM3 is Adagrad that keeps, in place of an accumulator for each element, one for each row, column
// and so on of the tensor (Anil, Gupta, Koren, Singer 2019, algorithm SM3-II,
// doi:10.48550/arXiv.1901.11150). With μ_i for axis i, broadcast along the others:
//
//	ν = min_i μ_i;  if β > 0: ν ← β·ν;  ν ← ν + (1-β)·g²
//	μ_i ← max of ν over the other axes;  if β > 0: not below μ_i
//	u = g/√(ν+ε);  if γ > 0: u ← (1-γ)·u + γ·b, b ← u
//	θ ← (1-ω)·θ - η·u
//
// β = 0 is the paper's rule; β > 0 forgets.
type SM3 struct {
	LR          Schedule // η
	Beta        float64  // β, in [0, 1); 0
	Momentum    float64  // γ, in [0, 1); 0
	Eps         float64  // ε, at least 0; 1e-30
	WeightDecay float64  // ω, in [0, 1]; not multiplied by η
}

// NewSM3 returns SM3 of a constant rate, with the defaults of the fields.
func NewSM3(lr float64) SM3 { return SM3{LR: Constant(lr), Eps: 1e-30} }

// Validate implements Rule.
func (o SM3) Validate() error {
	return settings("SM3", scheduled("LR", o.LR), memory("Beta", o.Beta), memory("Momentum", o.Momentum),
		atLeast("Eps", o.Eps, 0), fraction("WeightDecay", o.WeightDecay))
}

// Next implements Rule.
func (o SM3) Next(p *Param) *graph.Node {
	nu := o.accumulate(p)
	u := p.Grad.Div(nu.Shift(o.Eps).Sqrt())
	if o.Momentum > 0 {
		u = p.Average("mbuffer", o.Momentum, u)
	}
	return decayed(p.Theta, o.WeightDecay).Sub(p.Scalar(p.Rate(o.LR)).Mul(u))
}

// accumulate returns ν and moves μ_i.
func (o SM3) accumulate(p *Param) *graph.Node {
	mu := accumulators(p)
	nu := mu[0]
	for _, m := range mu[1:] {
		nu = nu.Min(m)
	}
	if o.Beta > 0 {
		nu = nu.Scale(o.Beta)
	}
	nu = nu.Add(p.Grad.Square().Scale(1 - o.Beta))
	for i, m := range mu {
		next := maxOverOthers(nu, i).Reshape(m.Shape()...)
		if o.Beta > 0 {
			next = m.Max(next)
		}
		p.Set(m, next)
	}
	return nu
}

// maxOverOthers returns the maximum over all axes but one.
func maxOverOthers(x *graph.Node, axis int) *graph.Node {
	var others []int
	for a := range x.Rank() {
		if a != axis {
			others = append(others, a)
		}
	}
	if len(others) == 0 {
		return x
	}
	return x.ReduceMax(others...)
}

// accumulators returns μ_i, of extent 1 along the axes other than i. A scalar has one.
func accumulators(p *Param) []*graph.Node {
	shape := p.Theta.Shape()
	if len(shape) == 0 {
		return []*graph.Node{p.Slot("m0")}
	}
	mu := make([]*graph.Node, len(shape))
	for i, n := range shape {
		own := make([]int, len(shape))
		for j := range own {
			own[j] = 1
		}
		own[i] = n
		mu[i] = p.SlotOf(fmt.Sprintf("m%d", i), own...)
	}
	return mu
}

// Update implements Optimizer.
func (o SM3) Update(g *graph.Graph, params, grads []*graph.Node) {
	Chain{Rule: o}.Update(g, params, grads)
}
