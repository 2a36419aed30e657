// Package random composes draws of graph.Uniform, graph.Normal and graph.Variates to further
// distributions.
//
//	rate := g.Param("rate", graph.Var{Shape: []int{100}})
//	intervals := random.Exponential(rate.Reciprocal(), 64, 100)
//
// Parameters are nodes of one float type, and broadcast: to the size that is given, or, where none
// is, to one another. Draws are of their type; counts are Int32. Gradients pass to location, scale and
// whatever else a draw is a smooth function of, as the doc comment says (reparameterization); a draw
// that takes rejection or is a count has none.
//
// A parameter out of its domain, NaN among them, is a fault of building if it is a constant, and
// otherwise an error of the run that names it and its value. Like all draws of graph these
// depend on the store's seed, the clock, the step of the loop and their place in the order of the
// graph's draws, and not on workers. Graphs are built by one goroutine.
package random
