// Package gradtest checks derivatives against differences: the tests of every op, loss and layer
// use it.
//
//	gradtest.Check(t, gradtest.Case{
//		Name:   "log",
//		Inputs: []gradtest.Input{{Shape: []int{2, 3}, Lo: 0.2, Hi: 5}},
//		Build:  func(g *graph.Graph, xs []*graph.Node) *graph.Node { return xs[0].Log() },
//	})
//
// For a function y of some inputs, and of the parameters that building it places, Check draws a
// point x, directions v and weights u, and compares, in float64,
//
//	uᵀ(Jv) from reverse mode, (uᵀJ)v
//	Jv     from forward mode
//	Jv     from differences, (8(y₁-y₋₁) - (y₂-y₋₂)) / 12h with yₖ = y(x + khv)
//
// and for the second order the same of the gradient, wᵀ∇(uᵀy). It then compares everything with
// the same program compiled without its passes.
//
// Nothing passes for lack of anything to check: a derivative that is zero everywhere is a failure
// unless it is declared to be zero.
package gradtest
