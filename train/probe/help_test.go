package probe_test

import (
	"math/rand/v2"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/losses"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/spikegraph/spikegraph/train"
	"gorgonia.org/tensor"
)

// state is that of two layers.
type state struct {
	Hidden layers.LIFState
	Out    layers.LeakyIntegratorState
}

// trainer is a spiking net of 3 inputs, 5 hidden neurons, 2 outputs.
func trainer(steps int) *train.BPTT[state] {
	return &train.BPTT[state]{
		Net: func(g *graph.Graph, _ bool) train.Step[state] {
			fc1 := layers.Dense{In: 3, Out: 5}.Place(g, "fc1")
			hidden := layers.Leaky(5, layers.Const(0.9)).In(g, "hidden", 1)
			fc2 := layers.Dense{In: 5, Out: 2}.Place(g, "fc2")
			out := layers.LeakyIntegrator{N: 2, Decay: layers.Const(0.8)}.In(g, "out", 1)
			return func(x *graph.Node, s state) (*graph.Node, state) {
				var z, v *graph.Node
				z, s.Hidden = hidden.Step(fc1.Apply(x), s.Hidden)
				v, s.Out = out.Step(fc2.Apply(z), s.Out)
				return v, s
			}
		},
		Loss: func(out, target *graph.Node) *graph.Node {
			return losses.MeanCrossEntropy(out, target, losses.CEOptions{})
		},
		Optimizer: optim.NewSGD(0),
		Store:     graph.NewStore(4),
		Steps:     steps,
	}
}

// input is a random tensor.
func input(shape ...int) *tensor.Dense {
	r := rand.New(rand.NewPCG(1, 2))
	x := make([]float32, graph.Shape(shape).Size())
	for i := range x {
		x[i] = 2 * r.Float32()
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(x))
}
