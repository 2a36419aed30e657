package layers

import "github.com/spikegraph/spikegraph/graph"

// A Stepper is a layer with a state S: a LIFCell, or another neuron placed in a graph.
type Stepper[S any] interface {
	Step(x *graph.Node, s S) (y *graph.Node, next S)
}

// A Synapse maps the output of neurons to the current of neurons: a DenseCell, a OneToOneCell.
type Synapse interface {
	Apply(z *graph.Node) *graph.Node
}

// Recurrent feeds the spikes of neurons back to them, one step later. Recur returns one.
type Recurrent[S any] struct {
	Neuron  Stepper[S]
	Synapse Synapse // from the neurons to themselves
}

// Recur connects placed neurons to themselves:
//
//	hidden := layers.LIF{N: 256}.In(g, "hidden", dt)
//	back := layers.Dense{In: 256, Out: 256, NoBias: true}.Place(g, "back")
//	rec := layers.Recur(hidden, back)
func Recur[S any](neuron Stepper[S], synapse Synapse) Recurrent[S] {
	return Recurrent[S]{neuron, synapse}
}

// RecurrentState is the state of the neurons and what they last gave. Of the zero state, that is 0.
type RecurrentState[S any] struct {
	Z      *graph.Node // spikes of the step before, [B N]
	Neuron S
}

// Step advances the neurons by one time step, with the current x + Synapse(z) of the spikes z of
// the step before. x is [... N], z the spikes of this step, of the same shape.
func (r Recurrent[S]) Step(x *graph.Node, s RecurrentState[S]) (z *graph.Node, next RecurrentState[S]) {
	if x.Valid() {
		x = x.Add(r.Synapse.Apply(s.Z.Else(x.Like(0))))
	}
	z, next.Neuron = r.Neuron.Step(x, s.Neuron)
	next.Z = z
	return z, next
}
