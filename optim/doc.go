// Package optim turns gradients into updates: optimizers, learning-rate schedules and what is done
// to gradients before, all written as equations on graph nodes.
//
// An optimizer adds its update to the graph whose loss it lowers. Forward pass, gradients and update
// are then one program; the compiler fuses the update of a parameter and writes it in place.
//
//	opt := optim.NewAdam(1e-3)
//	opt.Beta2 = 0.95
//	opt.LR = optim.ExponentialDecay{LR: 1e-3, Steps: 100, Decay: 0.96}
//	opt.Update(g, params, autodiff.Grad(loss, params...))
//	prog, err := g.Compile(loss) // every run is one update
//
// Three kinds of value matter. A Rule is the published equation of one parameter: Adam, SGD, Lion
// and the others, one file each; a new one is a type with the methods Validate and Next. A Schedule
// is the rate over time. A Chain is a rule with what goes around it: transforms of gradients,
// groups of parameters with rules of their own, accumulation over several runs.
//
// Conventions. η is the rate, θ a parameter, g its gradient, t = 1, 2, 3, … the number of the
// update. Bias corrections count updates, not epochs. Rates, powers of decay constants and bias
// corrections are computed as Float64 scalars, whatever the type of the parameters, and rounded to
// it once: in Float32 1 - 0.999^t has four digits at t = 1, and counters beyond 2^24 do not exist.
// They are a handful of scalar operations a run. Everything of the size of a parameter is in the
// parameter's type, and is one elementwise expression wherever the rule allows it.
//
// State is in the graph's store, under names that begin with "optim.": slots
// ("optim.hidden.W.m"), the number of updates ("optim.step") and of epochs ("optim.epoch"). Saving
// the store saves it all: a run that is continued equals one that was not interrupted, bit for bit.
// Slots of one rule mean nothing to another: to go on with another rule, copy the weights alone.
//
// A graph takes one call of Update, which also advances the graph's random clock by one.
//
// Errors. Settings out of their domain and gradients that do not fit are faults of the graph, which
// Compile returns: they name rule and field. Building an update is for one goroutine, like all
// building; the values of this package are not changed by it and may be shared.
package optim
