package train_test

import (
	"context"
	"fmt"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/losses"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/spikegraph/spikegraph/surrogate"
	"github.com/spikegraph/spikegraph/train"
)

// Images as a constant current into two layers of spiking neurons.
func Example() {
	type state struct{ Hidden, Out layers.LIFState }
	trainer := &train.BPTT[state]{
		Net: func(g *graph.Graph, _ bool) train.Step[state] {
			fc1 := layers.Dense{In: 784, Out: 64}.Place(g, "fc1")
			fc2 := layers.Dense{In: 64, Out: 10}.Place(g, "fc2")
			lif := layers.LIF{VTh: layers.Const(1), VReset: layers.Const(0), Input: layers.Unscaled, Spike: surrogate.NewArctan()}
			lif.N = 64
			hidden := lif.In(g, "hidden", 1)
			lif.N = 10
			out := lif.In(g, "out", 1)
			return func(x *graph.Node, s state) (z *graph.Node, next state) {
				z, next.Hidden = hidden.Step(fc1.Apply(x), s.Hidden)
				z, next.Out = out.Step(fc2.Apply(z), s.Out)
				return z, next
			}
		},
		Loss: func(out, labels *graph.Node) *graph.Node {
			return losses.RateCrossEntropy(out, labels, losses.CEOptions{})
		},
		Optimizer: optim.NewAdam(2e-3),
		Steps:     8,
	}
	images, held, err := datasets.FashionSmall()
	if err != nil {
		fmt.Println(err)
		return
	}
	batches := datasets.BatchOptions{Size: 100, Shuffle: true}
	ctx := context.Background()
	history, err := trainer.Fit(ctx, train.FromSource(images, batches), train.FitOptions{Epochs: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	scores, err := trainer.Evaluate(ctx, train.FromSource(held, batches))
	accuracy, _ := scores.Metric("accuracy")
	fmt.Println(len(history.Batches), "batches,", scores.Samples, "images held out, more than 65 % right:", accuracy > 0.65, err)
	// Output:
	// 100 batches, 1000 images held out, more than 65 % right: true <nil>
}

// A long sequence in chunks of 8 steps, each an update.
func ExampleChunks() {
	trainer := recallTrainer()
	trainer.Chunks = train.Chunks{K: 8}
	history, err := trainer.Fit(context.Background(), train.FromBatches(sequences(64, 4, 2, 1)),
		train.FitOptions{Epochs: 3})
	e, _ := history.Last()
	fmt.Println(e.Batches, "batch of", e.Samples, "sequences in the last epoch,", e.Updates, "updates in all", err)
	// Output:
	// 1 batch of 4 sequences in the last epoch, 24 updates in all <nil>
}
