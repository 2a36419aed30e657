// Command convsnn trains a convolutional spiking network on Fashion-MNIST.
//
//	go run ./examples/convsnn                      # downloads the set to the user's cache
//	go run ./examples/convsnn -dir DIR -steps 25   # as long as the benchmark job J3 shows an image
//
// The layers are those of J3: a convolution to 12 channels by windows of 5x5, the largest of each
// 2x2, spiking neurons; the same to 64 channels; one output for each class. Currents are normalized
// over batch and time (tdBN). An image is shown for
// 6 steps where J3 shows it for 25, and the outputs are membranes that do not fire: their mean over
// time are the logits.
package main

import (
	"context"
	"flag"
	"math"
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
	steps  int
	batch  int
	limit  int
	rate   float64
	seed   uint64
	files  program.Files
}

func main() {
	var c config
	flag.StringVar(&c.dir, "dir", "", "directory with the set's four files (default: download once to the user's cache)")
	flag.IntVar(&c.epochs, "epochs", 2, "passes over the training images")
	flag.IntVar(&c.steps, "steps", 6, "steps that an image is shown")
	flag.IntVar(&c.batch, "batch", 32, "images in a batch")
	flag.IntVar(&c.limit, "limit", 0, "use only so many training images (0: all)")
	flag.Float64Var(&c.rate, "rate", 4e-3, "learning rate of the first update, falling to zero by a cosine")
	flag.Uint64Var(&c.seed, "seed", 1, "of weights and the order of images")
	c.files.Flags(flag.CommandLine)
	program.Main(func(ctx context.Context) error { return run(ctx, c) })
}

// net places the layers and returns the network over time: pixels [B 784] to membranes [T B 10]. What
// the first convolution makes of an image is the same in each step, and is computed once.
func net(steps int) func(g *graph.Graph, training bool) train.OverTime {
	return func(g *graph.Graph, training bool) train.OverTime {
		pool := layers.MaxPool2d{Kernel: []int{2}}.Place(g, "pool")
		conv1, one := conv(1, 12).Place(g, "conv1"), neurons(12, 12, 12).In(g, "one", 1)
		conv2, two := conv(12, 64).Place(g, "conv2"), neurons(4, 4, 64).In(g, "two", 1)
		norm1, norm2 := norm(12, training).Place(g, "norm1"), norm(64, training).Place(g, "norm2")
		u := within(1024)
		fc := layers.Dense{In: 1024, Out: 10, W: u, B: u}.Place(g, "fc")
		out := layers.LeakyIntegrator{N: 10, Decay: layers.Const(0.5)}.In(g, "out", 1)
		return func(x *graph.Node) *graph.Node {
			batch := x.Dim(0)
			current := pool.Apply(norm1.Apply(conv1.Apply(x.Reshape(batch, 28, 28, 1))))
			z, _ := graph.Loop(current.BroadcastTo(steps, batch, 12, 12, 12), layers.LIFState{}, one.Step)
			current = pool.Apply(norm2.Apply(conv2.Apply(z.Flatten(0, 1))))
			z, _ = graph.Loop(current.Reshape(steps, batch, 4, 4, 64), layers.LIFState{}, two.Step)
			v, _ := graph.Loop(fc.Apply(z.Reshape(steps, batch, 1024)), layers.LeakyIntegratorState{}, out.Step)
			return v
		}
	}
}

// norm returns the batch norm over time (tdBN) of n channels, for neurons with a threshold of 1.
func norm(n int, training bool) layers.BatchNorm {
	p := layers.ThresholdBatchNorm(n, 1, 1, training)
	p.Momentum = layers.Const(0.9)
	return p
}

// conv returns a convolution by windows of 5x5 that lie within the image.
func conv(in, out int) layers.Conv2d {
	return layers.Conv2d{In: in, Out: out, Kernel: []int{5}, Padding: layers.Valid, W: layers.KaimingUniform(), B: within(25 * in)}
}

// within returns ±1/√n for the weights of neurons with n inputs.
func within(n int) layers.Uniform {
	a := 1 / math.Sqrt(float64(n))
	return layers.Uniform{Lo: -a, Hi: a}
}

// neurons returns those of one layer, along the axes of its image.
func neurons(shape ...int) layers.LIF {
	p := layers.Leaky(0, layers.Const(0.5))
	p.Shape, p.Spike = shape, surrogate.Arctan{Alpha: 2}
	return p
}

// trainer returns the network with what it learns by, for so many updates.
func trainer(c config, updates int) *train.BPTT[struct{}] {
	opt := optim.NewAdam(c.rate)
	opt.LR = optim.EpochsOf{Updates: 1, Of: optim.CosineAnnealingLR{LR: c.rate, TMax: updates}}
	return &train.BPTT[struct{}]{
		OverTime: net(c.steps), Steps: c.steps, Optimizer: opt, Seed: c.seed, Rates: true,
		Loss: func(v, labels *graph.Node) *graph.Node { // 10: membranes are a few tenths high
			return losses.MeanCrossEntropy(v.Scale(10), labels, losses.CEOptions{})
		},
	}
}

func run(ctx context.Context, c config) error {
	if err := c.files.Ready(); err != nil {
		return err
	}
	images, test, err := datasets.OpenFashionMNIST(ctx, datasets.OpenOptions{Dir: c.dir, Bar: os.Stderr})
	if err != nil {
		return err
	}
	var src datasets.Source = images
	if c.limit != 0 {
		if src, err = datasets.First(images, c.limit); err != nil {
			return err
		}
	}
	data := train.FromSource(src, datasets.BatchOptions{Size: c.batch, Shuffle: true, Seed: c.seed, Prefetch: 2})
	held := train.FromSource(test, datasets.BatchOptions{Size: 250, Prefetch: 1})
	t := trainer(c, data.Batches*c.epochs)
	start := time.Now()
	history, err := t.Fit(ctx, data, train.FitOptions{Epochs: c.epochs, Validation: held, Progress: os.Stdout})
	if err != nil {
		return err
	}
	return c.files.Finish(program.Run{Name: "convsnn", History: history, Test: program.Validated(history), Store: t.Store, Start: start})
}
