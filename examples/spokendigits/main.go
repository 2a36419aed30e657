// Command spokendigits trains a recurrent spiking network on recordings of spoken digits, and tests
// it on the voices of people it has not heard.
//
//	go run ./examples/spokendigits -dir fsdd.tar.gz
//	go run ./examples/spokendigits -dir recordings -held george,lucas -cache .
//
// The recordings are those of the Free Spoken Digit Dataset (Jackson and others, doi:10.5281/
// zenodo.1342401), as its archive or a directory with files DIGIT_SPEAKER_TAKE.wav. A model cochlea
// makes spikes of them. While training, a recording is never heard twice in the same way: it is
// slowed down or sped up, moved along the cochlea, as by a longer or shorter vocal tract, and parts
// of it are lost.
//
// Four people are few to learn from, and how well a voice is understood depends on whose it is: see
// the accuracy that is printed for each speaker held back.
package main

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/losses"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/spikegraph/spikegraph/surrogate"
	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/report"
)

// config are the flags.
type config struct {
	dir    string
	held   string
	cache  string
	epochs int
	hidden int
	steps  int
	batch  int
	rate   float64
	seed   uint64
	out    string
	save   string
}

// What the network hears.
const (
	dt       = 8  // length of a step, ms
	channels = 64 // of the cochlea
	past     = 9  // steps that are seen at once
	patterns = 24 // that are looked for
)

// state is what the network carries from one step to the next.
type state struct {
	Past   *graph.Node // the last steps of what was heard, the latest first, [B 64 past]
	Ear    layers.LIFState
	Hidden layers.RecurrentState[layers.ALIFState]
	Mask   layers.DropoutState
	Out    layers.LeakyIntegratorState
}

func main() {
	var c config
	flag.StringVar(&c.dir, "dir", "", "archive or directory with the recordings")
	flag.StringVar(&c.held, "held", "theo,yweweler", "speakers that are heard in the test alone")
	flag.StringVar(&c.cache, "cache", "", "directory to keep the spikes of the cochlea in (default: they are not kept)")
	flag.IntVar(&c.epochs, "epochs", 24, "passes over the recordings")
	flag.IntVar(&c.hidden, "hidden", 128, "recurrent neurons")
	flag.IntVar(&c.steps, "steps", 75, "steps of 8 ms that are heard of a recording")
	flag.IntVar(&c.batch, "batch", 32, "recordings in a batch")
	flag.Float64Var(&c.rate, "rate", 4e-3, "learning rate of the first update, falling to zero by a cosine")
	flag.Uint64Var(&c.seed, "seed", 1, "of weights, the order of recordings, and how they vary")
	flag.StringVar(&c.out, "out", "", "directory for a picture of how it learned (default: none)")
	flag.StringVar(&c.save, "save", "", "file for the trained weights")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, c); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// net returns the function that places the network in a graph: spikes [B 64] to membranes [B 10].
// Neurons of the ear look for patterns over 9 neighbouring channels and the last 9 steps. A pattern
// is the same all along the cochlea, and of 4 neighbouring places the one that has it most counts.
func net(c config) func(g *graph.Graph, training bool) train.Step[state] {
	return func(g *graph.Graph, training bool) train.Step[state] {
		conv := layers.Conv1d{In: past, Out: patterns, Kernel: []int{9}, W: layers.KaimingUniform()}.Place(g, "conv")
		pool := layers.MaxPool1d{Kernel: []int{4}}.Place(g, "pool")
		ear := neurons(0).LIF
		ear.Shape = []int{channels / 4, patterns}
		ears := ear.In(g, "ear", dt)
		in := channels / 4 * patterns
		fc1 := layers.Dense{In: in, Out: c.hidden, W: layers.KaimingNormal()}.Place(g, "fc1")
		back := layers.Dense{In: c.hidden, Out: c.hidden, NoBias: true, NoSelf: true, W: layers.NewOrthogonal()}.Place(g, "back")
		hidden := layers.Recur(neurons(c.hidden).In(g, "hidden", dt), back)
		drop := layers.Dropout{Keep: 0.8, Training: training}.Place(g, "drop")
		fc2 := layers.Dense{In: c.hidden, Out: 10, NoBias: true}.Place(g, "fc2")
		out := layers.LeakyIntegrator{N: 10, Decay: layers.Const(0.95)}.In(g, "out", dt)
		return func(x *graph.Node, s state) (*graph.Node, state) {
			var z, v *graph.Node
			s.Past = remember(x, s.Past)
			z, s.Ear = ears.Step(pool.Apply(conv.Apply(s.Past)), s.Ear)
			z, s.Hidden = hidden.Step(fc1.Apply(z.Reshape(x.Dim(0), in)), s.Hidden)
			z, s.Mask = drop.Step(z, s.Mask)
			v, s.Out = out.Step(fc2.Apply(z), s.Out)
			return v, s
		}
	}
}

// remember returns the last steps with x [B 64] as the latest.
func remember(x, line *graph.Node) *graph.Node {
	x = x.Unsqueeze(-1)
	line = line.Else(x.Like(0).BroadcastTo(x.Dim(0), x.Dim(1), past))
	return graph.Concat(-1, x, line.Narrow(-1, 0, past-1))
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
	opt := optim.NewAdamW(c.rate)
	opt.LR = optim.EpochsOf{Updates: 1, Of: optim.CosineAnnealingLR{LR: c.rate, TMax: updates}}
	return &train.BPTT[state]{
		Net: net(c), Optimizer: opt, Seed: c.seed, Rates: true, ClipNorm: 1,
		Loss: func(v, labels *graph.Node) *graph.Node { // 10: membranes are a few tenths high
			return losses.MeanCrossEntropy(v.Scale(10), labels, losses.CEOptions{LabelSmoothing: 0.1})
		},
	}
}

func run(ctx context.Context, c config) error {
	voices, unknown, by, err := spikes(c)
	if err != nil {
		return err
	}
	fmt.Printf("%d recordings to learn from, %d of %s; a channel fires in %.1f %% of steps\n",
		voices.Len(), unknown.Len(), c.held, 100*voices.Density())
	data := varied(voices, datasets.BatchOptions{Size: c.batch, Shuffle: true, Seed: c.seed, Layout: datasets.TimeFirst, Prefetch: 2})
	held := train.FromSource(unknown, datasets.BatchOptions{Size: 100, Layout: datasets.TimeFirst, Prefetch: 1})
	t := trainer(c, data.Batches*c.epochs)
	start := time.Now()
	history, err := t.Fit(ctx, data, train.FitOptions{Epochs: c.epochs, ValidateEvery: 5, Validation: held, Progress: os.Stdout})
	if err != nil {
		return err
	}
	if err := each(ctx, t, unknown, by); err != nil {
		return err
	}
	scores, err := t.Evaluate(ctx, held)
	if err != nil {
		return err
	}
	accuracy, _ := scores.Metric("accuracy")
	fmt.Printf("test accuracy %.2f %% after %d epochs in %.1f s\n", 100*accuracy, c.epochs, time.Since(start).Seconds())
	if c.out != "" {
		if err := report.Curves(history).Save(filepath.Join(c.out, "spokendigits-curve.png")); err != nil {
			return err
		}
	}
	if c.save != "" {
		return train.SaveWeights(c.save, t.Store)
	}
	return nil
}

// each prints the accuracy for each speaker of the test.
func each(ctx context.Context, t *train.BPTT[state], unknown *datasets.Spikes, by map[string][]int) error {
	for _, name := range slices.Sorted(maps.Keys(by)) {
		one, err := datasets.Select(unknown, by[name])
		if err != nil {
			return err
		}
		scores, err := t.Evaluate(ctx, train.FromSource(one, datasets.BatchOptions{Size: 100, Layout: datasets.TimeFirst}))
		if err != nil {
			return err
		}
		accuracy, _ := scores.Metric("accuracy")
		fmt.Printf("test accuracy of %s: %.1f %%\n", name, 100*accuracy)
	}
	return nil
}

// speakers returns the names of a list.
func speakers(list string) []string { return strings.Split(list, ",") }
