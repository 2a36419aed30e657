package model

import (
	"reflect"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
)

// State is the state of a network: the nodes of each layer's state.
type State [][]*graph.Node

// cell is a layer placed in a graph, with its state as a list of nodes.
type cell struct {
	nodes int // of the state
	step  func(x *graph.Node, s []*graph.Node) (y *graph.Node, next []*graph.Node)
}

// Step advances the layer by one time step.
func (c cell) Step(x *graph.Node, s []*graph.Node) (y *graph.Node, next []*graph.Node) {
	return c.step(x, s)
}

// stateful makes a cell of a layer with a state S.
func stateful[S any](l layers.Stepper[S]) cell {
	var zero S
	return cell{
		nodes: len(leaves(reflect.ValueOf(&zero).Elem())),
		step: func(x *graph.Node, s []*graph.Node) (*graph.Node, []*graph.Node) {
			var state S
			for i, at := range leaves(reflect.ValueOf(&state).Elem()) {
				*at = s[i]
			}
			y, next := l.Step(x, state)
			var nodes []*graph.Node
			for _, at := range leaves(reflect.ValueOf(&next).Elem()) {
				nodes = append(nodes, *at)
			}
			return y, nodes
		},
	}
}

// stateless makes a cell of a layer without time.
func stateless(l layers.Synapse) cell {
	return cell{step: func(x *graph.Node, s []*graph.Node) (*graph.Node, []*graph.Node) { return l.Apply(x), s }}
}

// synapse is a cell without state as a layer without time.
func (c cell) synapse() layers.Synapse {
	return layers.Func(func(x *graph.Node) *graph.Node {
		y, _ := c.step(x, nil)
		return y
	})
}

// recurrent feeds what the neurons give back to them through a synapse.
func recurrent(neurons, synapse cell) cell {
	r := layers.Recur(neurons, synapse.synapse())
	return cell{
		nodes: 1 + neurons.nodes,
		step: func(x *graph.Node, s []*graph.Node) (*graph.Node, []*graph.Node) {
			y, next := r.Step(x, layers.RecurrentState[[]*graph.Node]{Z: s[0], Neuron: s[1:]})
			return y, append([]*graph.Node{next.Z}, next.Neuron...)
		},
	}
}

// chain is cells one after the other.
func chain(cells []cell) cell {
	all := cell{}
	for _, c := range cells {
		all.nodes += c.nodes
	}
	all.step = func(x *graph.Node, s []*graph.Node) (*graph.Node, []*graph.Node) {
		var next []*graph.Node
		for _, c := range cells {
			var n []*graph.Node
			x, n = c.step(x, s[:c.nodes])
			next, s = append(next, n...), s[c.nodes:]
		}
		return x, next
	}
	return all
}

// leaves returns where the nodes are in a state: a struct of nodes, such structs and slices of them.
func leaves(v reflect.Value) []**graph.Node {
	if n, ok := v.Addr().Interface().(**graph.Node); ok {
		return []**graph.Node{n}
	}
	var at []**graph.Node
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			at = append(at, leaves(v.Field(i))...)
		}
	case reflect.Slice:
		for i := range v.Len() {
			at = append(at, leaves(v.Index(i))...)
		}
	}
	return at
}
