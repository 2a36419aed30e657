// Command sequential trains a recurrent network of adaptive spiking neurons to read the digits of
// MNIST row by row: 28 steps, in each of which one row of 28 pixels is seen.
//
//	go run ./examples/sequential                # downloads the set to the user's cache
//	go run ./examples/sequential -dir DIR -epochs 10
//
// The neurons are those of Bellec and others (2020, doi:10.1038/s41467-020-17236-y): each spike
// raises the neuron's threshold, which falls back within some ten steps, so that what was seen in
// the first rows still counts in the last. The time constants of membranes and thresholds are
// learned, one of each for every neuron.
package main

import (
	"context"
	"flag"
	"os"
	"time"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/examples/internal/program"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/losses"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/spikegraph/spikegraph/surrogate"
	"github.com/spikegraph/spikegraph/train"
)

// config are the flags.
type config struct {
	dir    string
	epochs int
	hidden int
	batch  int
	limit  int
	rate   float64
	seed   uint64
	files  program.Files
}

// state is what the network carries from one row to the next.
type state struct {
	Hidden layers.RecurrentState[layers.ALIFState]
	Out    layers.LeakyIntegratorState
}

func main() {
	var c config
	flag.StringVar(&c.dir, "dir", "", "directory with the set's four files (default: download once to the user's cache)")
	flag.IntVar(&c.epochs, "epochs", 4, "passes over the training images")
	flag.IntVar(&c.hidden, "hidden", 200, "hidden neurons")
	flag.IntVar(&c.batch, "batch", 128, "images in a batch")
	flag.IntVar(&c.limit, "limit", 0, "use only so many training images (0: all)")
	flag.Float64Var(&c.rate, "rate", 3e-3, "learning rate of the first update, falling to zero by a cosine")
	flag.Uint64Var(&c.seed, "seed", 1, "of weights and the order of images")
	c.files.Flags(flag.CommandLine)
	program.Main(func(ctx context.Context) error { return run(ctx, c) })
}

// net returns the function that places the network in a graph: rows [B 28 1] to membranes [B 10].
func net(c config) func(g *graph.Graph, training bool) train.Step[state] {
	return func(g *graph.Graph, _ bool) train.Step[state] {
		fc1 := layers.Dense{In: 28, Out: c.hidden, W: layers.XavierNormal()}.Place(g, "fc1")
		back := layers.Dense{In: c.hidden, Out: c.hidden, NoBias: true, NoSelf: true, W: layers.NewOrthogonal()}.Place(g, "back")
		hidden := layers.Recur(neurons(c.hidden).In(g, "hidden", 1), back)
		fc2 := layers.Dense{In: c.hidden, Out: 10}.Place(g, "fc2")
		out := layers.LeakyIntegrator{N: 10, Decay: layers.Const(0.9)}.In(g, "out", 1)
		return func(x *graph.Node, s state) (*graph.Node, state) {
			var z, v *graph.Node
			z, s.Hidden = hidden.Step(fc1.Apply(x.Squeeze(2)), s.Hidden)
			v, s.Out = out.Step(fc2.Apply(z), s.Out)
			return v, s
		}
	}
}

// neurons returns n adaptive neurons that learn their decays.
func neurons(n int) layers.ALIF {
	p := layers.AdaptiveLeaky(n, nil, nil, layers.Const(0.2))
	p.Decay = layers.Train(layers.Uniform{Lo: 0.6, Hi: 0.95}).Through(layers.Unit)
	p.DecayA = layers.Train(layers.Uniform{Lo: 0.8, Hi: 0.98}).Through(layers.Unit)
	p.Spike = surrogate.Arctan{Alpha: 2}
	return p
}

// trainer returns the network with what it learns by, for so many updates.
func trainer(c config, updates int) *train.BPTT[state] {
	opt := optim.NewAdam(c.rate)
	opt.LR = optim.EpochsOf{Updates: 1, Of: optim.CosineAnnealingLR{LR: c.rate, TMax: updates}}
	return &train.BPTT[state]{
		Net: net(c), Optimizer: opt, Seed: c.seed, Rates: true, ClipNorm: 1,
		Loss: func(v, labels *graph.Node) *graph.Node { // 10: membranes are a few tenths high
			return losses.LastCrossEntropy(v.Scale(10), labels, losses.CEOptions{})
		},
		Metrics: []train.Metric{{Name: "accuracy", Of: func(v, labels *graph.Node) *graph.Node {
			return train.Accuracy(last(v), labels)
		}}},
	}
}

// last returns the membranes [B 10] after the last row, of those of all rows [T B 10].
func last(v *graph.Node) *graph.Node { return v.Index(-1) }

func run(ctx context.Context, c config) error {
	if err := c.files.Ready(); err != nil {
		return err
	}
	images, test, err := datasets.OpenMNIST(ctx, datasets.OpenOptions{Dir: c.dir, Bar: os.Stderr})
	if err != nil {
		return err
	}
	var src datasets.Source = images
	if c.limit != 0 {
		if src, err = datasets.First(images, c.limit); err != nil {
			return err
		}
	}
	rows := datasets.BatchOptions{Size: c.batch, Shuffle: true, Seed: c.seed, Layout: datasets.TimeFirst, Prefetch: 2}
	data := train.FromSource(src, rows)
	held := train.FromSource(test, datasets.BatchOptions{Size: 500, Layout: datasets.TimeFirst, Prefetch: 1})
	t := trainer(c, data.Batches*c.epochs)
	start := time.Now()
	history, err := t.Fit(ctx, data, train.FitOptions{Epochs: c.epochs, Validation: held, Progress: os.Stdout})
	if err != nil {
		return err
	}
	return c.files.Finish(program.Run{Name: "sequential", History: history, Test: program.Validated(history), Store: t.Store, Start: start})
}
