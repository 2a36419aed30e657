// Command quickstart trains a spiking network on real images: 5,000 pictures of clothes that are
// embedded in the module. It takes well under a minute on two cores.
//
//	go run ./examples/quickstart
//
// It prints its progress and the accuracy on 1,000 other pictures, and writes quickstart-curve.png
// (how it learned), quickstart-raster.png (the spikes of the hidden neurons for three pictures)
// and quickstart.safetensors (the weights), which it reads back.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/examples/internal/program"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/losses"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/spikegraph/spikegraph/surrogate"
	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/spikegraph/spikegraph/train/probe"
	"github.com/spikegraph/spikegraph/train/report"
)

// steps is how long a picture is shown.
const steps = 20

// state is what the network carries from one step to the next.
type state struct {
	Hidden layers.LIFState
	Out    layers.LeakyIntegratorState
}

// net places the layers and returns a step of the network: pixels [B 784] as currents into 256
// spiking neurons, whose spikes drive one membrane for each class [B 10].
func net(g *graph.Graph, _ bool) train.Step[state] {
	hidden := layers.Leaky(256, layers.Const(0.9))
	hidden.Spike = surrogate.Arctan{Alpha: 2}
	fc1 := layers.Dense{In: 784, Out: 256}.Place(g, "fc1")
	lif := hidden.In(g, "hidden", 1)
	fc2 := layers.Dense{In: 256, Out: 10}.Place(g, "fc2")
	out := layers.LeakyIntegrator{N: 10, Decay: layers.Const(0.9)}.In(g, "out", 1)
	return func(x *graph.Node, s state) (*graph.Node, state) {
		var z, v *graph.Node
		z, s.Hidden = lif.Step(fc1.Apply(x), s.Hidden)
		v, s.Out = out.Step(fc2.Apply(z), s.Out)
		return v, s
	}
}

// trainer returns the network with what it learns by.
func trainer(store *graph.Store) *train.BPTT[state] {
	return &train.BPTT[state]{
		Net:   net,
		Steps: steps,
		Loss: func(v, labels *graph.Node) *graph.Node {
			return losses.MeanCrossEntropy(v.Scale(10), labels, losses.CEOptions{})
		},
		Optimizer: optim.NewAdam(2e-3),
		Store:     store,
		Rates:     true,
	}
}

func main() {
	epochs := flag.Int("epochs", 8, "passes over the training images")
	out := flag.String("out", ".", "directory for pictures and weights, made if there is none")
	seed := flag.Uint64("seed", 1, "of initial weights and the order of images")
	program.Main(func(ctx context.Context) error { return run(ctx, *epochs, *out, *seed) })
}

func run(ctx context.Context, epochs int, out string, seed uint64) error {
	if err := (program.Files{Out: out}).Ready(); err != nil {
		return err
	}
	images, test, err := datasets.FashionSmall()
	if err != nil {
		return err
	}
	data := train.FromSource(images, datasets.BatchOptions{Size: 128, Shuffle: true, Seed: seed, Prefetch: 1})
	held := train.FromSource(test, datasets.BatchOptions{Size: 250})

	t := trainer(graph.NewStore(seed))
	start := time.Now()
	history, err := t.Fit(ctx, data, train.FitOptions{Epochs: epochs, Validation: held, Progress: os.Stdout})
	if err != nil && !(errors.Is(err, context.Canceled) && len(history.Epochs) > 0) {
		return err
	}
	scores, err := t.Evaluate(context.WithoutCancel(ctx), held)
	if err != nil {
		return err
	}
	accuracy, _ := scores.Metric("accuracy")
	rate, _ := scores.Rate("hidden")
	fmt.Printf("test accuracy %.1f %% after %d epochs in %.1f s; a hidden neuron fires in %.1f %% of steps\n",
		100*accuracy, len(history.Epochs), time.Since(start).Seconds(), 100*rate)

	if err := report.Curves(history).Save(filepath.Join(out, "quickstart-curve.png")); err != nil {
		return err
	}
	if err := raster(filepath.Join(out, "quickstart-raster.png"), t, test); err != nil {
		return err
	}
	return reload(ctx, filepath.Join(out, "quickstart.safetensors"), t.Store, held, accuracy)
}

// reload writes the weights, reads them into a new model, and compares.
func reload(ctx context.Context, path string, store *graph.Store, held train.Data, want float64) error {
	if err := train.SaveWeights(path, store); err != nil {
		return err
	}
	fresh := graph.NewStore(0)
	if err := train.LoadWeights(path, fresh, checkpoint.Rules{}); err != nil {
		return err
	}
	scores, err := trainer(fresh).Evaluate(context.WithoutCancel(ctx), held)
	if err != nil {
		return err
	}
	got, _ := scores.Metric("accuracy")
	fmt.Printf("read back from %s: test accuracy %.1f %%\n", path, 100*got)
	if got != want {
		return fmt.Errorf("the weights read back give another accuracy: %v, not %v", got, want)
	}
	return nil
}

// raster draws the spikes of the hidden layer for the first pictures of three classes.
func raster(path string, t *train.BPTT[state], test *datasets.Images) error {
	var shown []int
	for _, class := range []int32{0, 1, 9} {
		for i, l := range test.Labels {
			if l == class {
				shown = append(shown, i)
				break
			}
		}
	}
	view, err := datasets.Select(test, shown)
	if err != nil {
		return err
	}
	p := &probe.Probe[state]{Trainer: t, Watch: []probe.Watch{{Name: "hidden"}}}
	for b, err := range datasets.Batches(context.Background(), view, datasets.BatchOptions{Size: len(shown)}) {
		if err != nil {
			return err
		}
		r, err := p.Run(context.Background(), b.X)
		if err != nil {
			return err
		}
		var f report.Figure
		for i, k := range shown {
			panel, err := report.RasterOf(report.Axes{Title: test.Classes[test.Labels[k]]}, r.Trace("hidden"), i)
			if err != nil {
				return err
			}
			f.Panels = append(f.Panels, panel)
		}
		f.Width, f.Height = 80, 110
		return f.Save(path)
	}
	return nil
}
