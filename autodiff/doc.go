// Package autodiff differentiates graphs.
//
// Grad adds to a graph the nodes that compute the gradient of a scalar, by one sweep from the
// result back to the inputs (reverse mode). The gradient of a Loop is a loop that walks the other
// way; nested loops and branches are differentiated as they stand. What was added is ordinary
// nodes, so it can be differentiated again.
//
//	w := g.Param("w", graph.Var{Shape: []int{3}})
//	loss := x.Mul(w).Sub(y).Square().Mean()
//	grads := autodiff.Grad(loss, w)
//
// VJP and JVP multiply by the Jacobian from the left and from the right; Jacobian and Hessian are
// built from them. Checkpoint trades memory for computation: a part of a graph is computed again in
// the backward pass.
//
// Subpackage gradtest compares all of these with finite differences, for tests.
//
// Gradients have the type of what they belong to. Where nothing flows, they are zeros. Faults are
// recorded on the graph and reported by its Compile: an unknown length of a loop (While), values of
// different graphs, a loss that is not a scalar, a constant to differentiate by.
package autodiff
