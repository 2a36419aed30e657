// Command fashionmnist trains a 784-hidden-10 spiking network on the full Fashion-MNIST.
//
//	go run ./examples/fashionmnist                    # downloads the set to the user's cache
//	go run ./examples/fashionmnist -dir DIR -epochs 10
//	go run ./examples/fashionmnist -readout spikes    # the benchmark job J1
//
// With -readout membrane, the default, the classes are ten membranes that do not fire, and the loss
// is the cross entropy of their mean over time. With -readout spikes they are ten neurons, whose
// spikes of each step are the logits of that step; the class is the one with the most spikes.
package main

import (
	"context"
	"flag"
	"fmt"
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
	dir     string
	epochs  int
	hidden  int
	steps   int
	batch   int
	limit   int
	readout string
	rate    float64
	seed    uint64
	files   program.Files
}

// state is what the network carries from one step to the next; one of Fire and Out is used.
type state struct {
	Hidden, Fire layers.LIFState
	Out          layers.LeakyIntegratorState
}

func main() {
	var c config
	flag.StringVar(&c.dir, "dir", "", "directory with the set's four files (default: download once to the user's cache)")
	flag.IntVar(&c.epochs, "epochs", 1, "passes over the training images")
	flag.IntVar(&c.hidden, "hidden", 1000, "hidden neurons")
	flag.IntVar(&c.steps, "steps", 25, "steps that an image is shown")
	flag.IntVar(&c.batch, "batch", 128, "images in a batch")
	flag.IntVar(&c.limit, "limit", 0, "use only so many training images (0: all)")
	flag.StringVar(&c.readout, "readout", "membrane", "membrane or spikes")
	flag.Float64Var(&c.rate, "rate", 0, "learning rate (0: 2e-3 falling to zero by a cosine; with -readout spikes a constant 5e-4)")
	flag.Uint64Var(&c.seed, "seed", 1, "of weights and the order of images")
	c.files.Flags(flag.CommandLine)
	program.Main(func(ctx context.Context) error { return run(ctx, c) })
}

// net returns the function that places the network in a graph.
func net(c config) func(g *graph.Graph, training bool) train.Step[state] {
	return func(g *graph.Graph, _ bool) train.Step[state] {
		neuron := layers.Leaky(c.hidden, layers.Const(0.95))
		neuron.Spike = surrogate.Arctan{Alpha: 2}
		fc1, hidden := linear(784, c.hidden).Place(g, "fc1"), neuron.In(g, "hidden", 1)
		fc2 := linear(c.hidden, 10).Place(g, "fc2")
		neuron.N = 10
		if c.readout == "spikes" {
			fire := neuron.In(g, "out", 1)
			return func(x *graph.Node, s state) (z *graph.Node, next state) {
				z, s.Hidden = hidden.Step(fc1.Apply(x), s.Hidden)
				z, s.Fire = fire.Step(fc2.Apply(z), s.Fire)
				return z, s
			}
		}
		out := layers.LeakyIntegrator{N: 10, Decay: layers.Const(0.95)}.In(g, "out", 1)
		return func(x *graph.Node, s state) (v *graph.Node, next state) {
			z, h := hidden.Step(fc1.Apply(x), s.Hidden)
			v, s.Out = out.Step(fc2.Apply(z), s.Out)
			s.Hidden = h
			return v, s
		}
	}
}

// linear returns a layer with weights and biases uniform in ±1/√in.
func linear(in, out int) layers.Dense {
	a := 1 / math.Sqrt(float64(in))
	u := layers.Uniform{Lo: -a, Hi: a}
	return layers.Dense{In: in, Out: out, W: u, B: u}
}

// loss returns what is minimized for the read-out.
func loss(c config) func(out, labels *graph.Node) *graph.Node {
	if c.readout == "spikes" {
		return func(z, labels *graph.Node) *graph.Node {
			return losses.RateCrossEntropy(z, labels, losses.CEOptions{})
		}
	}
	return func(v, labels *graph.Node) *graph.Node { // 10: membranes are a few tenths high
		return losses.MeanCrossEntropy(v.Scale(10), labels, losses.CEOptions{})
	}
}

// optimizer returns Adam with its rate over the updates of the whole run.
func optimizer(c config, updates int) optim.Adam {
	opt := optim.NewAdam(c.rate)
	opt.EpsCorrected = true
	switch {
	case c.rate > 0:
	case c.readout == "spikes":
		opt.LR = optim.Constant(5e-4)
	default:
		opt.LR = optim.EpochsOf{Updates: 1, Of: optim.CosineAnnealingLR{LR: 2e-3, TMax: updates}}
	}
	return opt
}

func run(ctx context.Context, c config) error {
	if c.readout != "spikes" && c.readout != "membrane" {
		return fmt.Errorf("fashionmnist: -readout is %q, want membrane or spikes", c.readout)
	}
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
	updates := max(1, src.Len()/c.batch) * c.epochs
	t := &train.BPTT[state]{Net: net(c), Loss: loss(c), Optimizer: optimizer(c, updates), Steps: c.steps, Seed: c.seed, Rates: true}
	data := train.FromSource(src, datasets.BatchOptions{Size: c.batch, Shuffle: true, Seed: c.seed, DropLast: src.Len() >= c.batch, Prefetch: 2})
	held := train.FromSource(test, datasets.BatchOptions{Size: 500, Prefetch: 1})
	start := time.Now()
	history, err := t.Fit(ctx, data, train.FitOptions{Epochs: c.epochs, Validation: held, Progress: os.Stdout})
	if err != nil {
		return err
	}
	return c.files.Finish(program.Run{Name: "fashionmnist", History: history, Test: program.Validated(history), Store: t.Store, Start: start})
}
