package optim

import "github.com/spikegraph/spikegraph/graph"

// An Optimizer adds the update of a training step to a graph. Every rule is one, and so is Chain.
type Optimizer interface {
	// Update registers in g the new value of every parameter, of the optimizer's slots and
	// counters, and of the random clock. params are parameters of g; grads are their gradients in
	// the same order and of the same types. A parameter whose gradient is nil is left as it is.
	Update(g *graph.Graph, params, grads []*graph.Node)
}

// A Rule is the equation by which an optimizer moves one parameter.
type Rule interface {
	// Validate returns what is wrong with the settings, nil if nothing is.
	Validate() error
	// Next returns the parameter's value after the update, of its type, and sets the rule's slots.
	Next(p *Param) *graph.Node
}

// A Transform changes gradients before a rule sees them.
type Transform interface {
	// Validate returns what is wrong with the settings, nil if nothing is.
	Validate() error
	// Apply returns the gradients to use instead of grads, which belong to params. There is at
	// least one, and none is nil.
	Apply(params, grads []*graph.Node) []*graph.Node
}
