package train_test

import (
	"context"
	"fmt"
	"log"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/losses"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/spikegraph/spikegraph/train"
)

// The network of the README: images shown for 20 steps to 100 spiking neurons.
func Example_readme() {
	type State struct {
		Hidden layers.LIFState
		Out    layers.LeakyIntegratorState
	}
	trainer := train.BPTT[State]{
		Net: func(g *graph.Graph, training bool) train.Step[State] {
			fc1 := layers.Dense{In: 784, Out: 100}.Place(g, "fc1")
			hidden := layers.Leaky(100, layers.Const(0.9)).In(g, "hidden", 1)
			fc2 := layers.Dense{In: 100, Out: 10}.Place(g, "fc2")
			out := layers.LeakyIntegrator{N: 10, Tau: layers.Const(10)}.In(g, "out", 1)
			return func(x *graph.Node, s State) (*graph.Node, State) { // one time step
				var z, v *graph.Node
				z, s.Hidden = hidden.Step(fc1.Apply(x), s.Hidden)
				v, s.Out = out.Step(fc2.Apply(z), s.Out)
				return v, s
			}
		},
		Loss: func(v, labels *graph.Node) *graph.Node {
			return losses.MeanCrossEntropy(v.Scale(10), labels, losses.CEOptions{})
		},
		Optimizer: optim.NewAdam(3e-3),
		Steps:     20,
	}
	images, test, _ := datasets.FashionSmall()
	data := train.FromSource(images, datasets.BatchOptions{Size: 100, Shuffle: true})
	if _, err := trainer.Fit(context.Background(), data, train.FitOptions{Epochs: 2}); err != nil {
		log.Fatal(err)
	}
	scores, _ := trainer.Evaluate(context.Background(), train.FromSource(test, datasets.BatchOptions{Size: 500}))
	accuracy, _ := scores.Metric("accuracy")
	fmt.Println("above 75 %:", accuracy > 0.75)
	// Output: above 75 %: true
}
