package layers

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// Sequential is layers without time one after the other: the output of each is the input of the
// next. None is the identity.
type Sequential []Synapse

// Apply returns the output of the last layer for x.
func (s Sequential) Apply(x *graph.Node) *graph.Node {
	for _, l := range s {
		x = l.Apply(x)
	}
	return x
}

// Func makes a layer of a function of nodes: Func(layers.Mish).
type Func func(x *graph.Node) *graph.Node

// Apply returns f(x).
func (f Func) Apply(x *graph.Node) *graph.Node { return f(x) }

// Flatten joins the axes of x into one, except for that many in front: Flatten(1) makes [B H·W·C]
// of [B H W C], Flatten(2) keeps time and batch, Flatten(0) leaves one axis. What has no axis more
// than those gets one of extent 1.
type Flatten int

// Apply returns x with its last axes joined.
func (f Flatten) Apply(x *graph.Node) *graph.Node {
	if !x.Valid() {
		return x
	}
	n := int(f)
	if n < 0 || n > x.Rank() {
		return x.Graph().Fail(fmt.Errorf("Flatten(%d): %w: %v has not so many axes", n, graph.ErrShape, x.Type()))
	}
	shape := x.Shape()
	return x.Reshape(append(shape[:n:n], shape[n:].Size())...)
}

// Residual adds the input of a layer to its output, y = x + Of(x), or, through a shortcut,
// y = Shortcut(x) + Of(x) (He, Zhang, Ren, Sun 2016, eq. 1 and 2, doi:10.1109/CVPR.2016.90).
type Residual struct {
	Of       Synapse
	Shortcut Synapse // a Dense or Conv where the shapes differ; Straight if nil
}

// Apply returns the sum, of Of's output shape.
func (r Residual) Apply(x *graph.Node) *graph.Node {
	way := x
	if r.Shortcut != nil {
		way = r.Shortcut.Apply(x)
	}
	return way.Add(r.Of.Apply(x))
}

// Chain is two layers with state one after the other. Then returns one.
type Chain[A, B any] struct {
	First  Stepper[A]
	Second Stepper[B]
}

// ChainState is the state of both layers; the zero state is that of each.
type ChainState[A, B any] struct {
	First  A
	Second B
}

// Then connects the output of first to the input of second, in the same time step. Layers without
// time join in by Stateless:
//
//	net := layers.Then(layers.Then(layers.Stateless(fc1), hidden), layers.Then(layers.Stateless(fc2), out))
func Then[A, B any](first Stepper[A], second Stepper[B]) Chain[A, B] {
	return Chain[A, B]{first, second}
}

// Step advances both layers by one time step and returns the output of the second.
func (c Chain[A, B]) Step(x *graph.Node, s ChainState[A, B]) (y *graph.Node, next ChainState[A, B]) {
	x, next.First = c.First.Step(x, s.First)
	y, next.Second = c.Second.Step(x, s.Second)
	return y, next
}

// Timeless is a layer without time in the form of one with a state, which is empty. Stateless
// returns one.
type Timeless struct{ Synapse Synapse }

// Stateless makes a layer without time one that Then and Skip take.
func Stateless(l Synapse) Timeless { return Timeless{l} }

// Step returns the layer's output for x.
func (t Timeless) Step(x *graph.Node, s struct{}) (y *graph.Node, next struct{}) {
	return t.Synapse.Apply(x), s
}

// Skipped adds the input of a layer with state to its output. Skip returns one.
type Skipped[S any] struct{ Of Stepper[S] }

// Skip returns the layer whose output is x + y, y that of l: around a synapse and its neurons a
// spike-element-wise residual block (Fang, Yu, Chen, Huang, Masquelier, Tian 2021, with
// addition, arXiv:2102.04159). The sum of spikes counts them, and is no longer 0 or 1.
func Skip[S any](l Stepper[S]) Skipped[S] { return Skipped[S]{l} }

// Step advances the layer and returns x + y.
func (r Skipped[S]) Step(x *graph.Node, s S) (y *graph.Node, next S) {
	y, next = r.Of.Step(x, s)
	return x.Add(y), next
}
