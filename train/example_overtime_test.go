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

// A network whose currents are normalized over time and batch (tdBN): it is given over all of time,
// layer by layer.
func ExampleOverTime() {
	const steps = 8
	trainer := train.BPTT[struct{}]{
		OverTime: func(g *graph.Graph, training bool) train.OverTime {
			fc1 := layers.Dense{In: 784, Out: 100}.Place(g, "fc1")
			norm := layers.ThresholdBatchNorm(100, 1, 1, training).Place(g, "norm")
			hidden := layers.Leaky(100, layers.Const(0.5)).In(g, "hidden", 1)
			fc2 := layers.Dense{In: 100, Out: 10}.Place(g, "fc2")
			return func(x *graph.Node) *graph.Node {
				x = x.BroadcastTo(steps, x.Dim(0), 784) // an image is shown for so long
				z, _ := graph.Loop(norm.Apply(fc1.Apply(x)), layers.LIFState{}, hidden.Step)
				return fc2.Apply(z)
			}
		},
		Loss: func(y, labels *graph.Node) *graph.Node {
			return losses.MeanCrossEntropy(y, labels, losses.CEOptions{})
		},
		Optimizer: optim.NewAdam(3e-3),
		Steps:     steps,
	}
	images, test, _ := datasets.FashionSmall()
	data := train.FromSource(images, datasets.BatchOptions{Size: 100, Shuffle: true})
	if _, err := trainer.Fit(context.Background(), data, train.FitOptions{Epochs: 2}); err != nil {
		log.Fatal(err)
	}
	scores, _ := trainer.Evaluate(context.Background(), train.FromSource(test, datasets.BatchOptions{Size: 500}))
	accuracy, _ := scores.Metric("accuracy")
	fmt.Println("above 78 %:", accuracy > 0.78)
	// Output: above 78 %: true
}
