package optim

import "github.com/spikegraph/spikegraph/graph"

// SGD is stochastic gradient descent (Robbins, Monro 1951, doi:10.1214/aoms/1177729586):
//
//	θ ← (1-ω)·θ - η·g
type SGD struct {
	LR          Schedule // η
	WeightDecay float64  // ω, in [0, 1]; not multiplied by η
}

// NewSGD returns SGD of a constant rate without weight decay.
func NewSGD(lr float64) SGD { return SGD{LR: Constant(lr)} }

// Validate implements Rule.
func (o SGD) Validate() error {
	return settings("SGD", scheduled("LR", o.LR), fraction("WeightDecay", o.WeightDecay))
}

// Next implements Rule.
func (o SGD) Next(p *Param) *graph.Node {
	return decayed(p.Theta, o.WeightDecay).Sub(p.Scalar(p.Rate(o.LR)).Mul(p.Grad))
}

// Update implements Optimizer.
func (o SGD) Update(g *graph.Graph, params, grads []*graph.Node) {
	Chain{Rule: o}.Update(g, params, grads)
}
