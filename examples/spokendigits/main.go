// Command spokendigits trains a recurrent spiking network on recordings of spoken digits, and tests
// it on the voices of people it has not heard.
//
//	go run ./examples/spokendigits -dir fsdd.tar.gz
//	go run ./examples/spokendigits -dir recordings -held lucas -omit theo,yweweler  # choose settings
//
// The recordings are those of the Free Spoken Digit Dataset (Jackson and others, doi:10.5281/
// zenodo.1342401), as its archive or a directory with files DIGIT_SPEAKER_TAKE.wav. How loud they
// are in each channel of a model cochlea is the current into the first spiking neurons. While
// training, a recording is never heard twice in the same way: it begins later, is slowed down or
// sped up, moved along the cochlea, as by a longer or shorter vocal tract, coloured as by another
// microphone, with noise, and parts of it are lost.
//
// Four people are few to learn from, and how well a voice is understood depends on whose it is: see
// the accuracy that is printed for each speaker held back. The settings were chosen with -omit, on
// speakers held back from the four, and not by the speakers of the test. With -held NAME, for each of
// the six in turn, every voice is once the unknown one:
//
//	for who in george jackson lucas nicolas theo yweweler; do
//		go run ./examples/spokendigits -dir fsdd.tar.gz -held $who
//	done
package main

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
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
	held   string
	omit   string
	epochs int
	hidden int
	steps  int
	batch  int
	rate   float64
	seed   uint64
	files  program.Files
}

// What the network hears, and looks for.
const (
	dt       = 10 // length of a step, ms
	channels = 64 // of the cochlea
	past1    = 9  // steps that a neuron of the first layer sees at once
	sounds   = 16 // patterns that the first layer looks for
	places1  = 16 // places along the cochlea where it does
	past2    = 5  // steps that a neuron of the second layer sees at once
	parts    = 32 // patterns that the second layer looks for
	places2  = 8  // places where it does
)

// state is what the network carries from one step to the next.
type state struct {
	Heard  *graph.Node // the last steps of what was heard, the latest first, [B 64 past1]
	Sounds layers.LIFState
	Spikes *graph.Node // the last steps of the spikes of the first layer, [B 16 past2*16]
	Parts  layers.LIFState
	Hidden layers.RecurrentState[layers.ALIFState]
	Mask   layers.DropoutState
	Out    layers.LeakyIntegratorState
}

func main() {
	var c config
	flag.StringVar(&c.dir, "dir", "", "archive or directory with the recordings")
	flag.StringVar(&c.held, "held", "theo,yweweler", "speakers that are heard in the test alone")
	flag.StringVar(&c.omit, "omit", "", "speakers that are not heard at all: to choose settings without the test, -held lucas -omit theo,yweweler")
	flag.IntVar(&c.epochs, "epochs", 24, "passes over the recordings")
	flag.IntVar(&c.hidden, "hidden", 128, "recurrent neurons")
	flag.IntVar(&c.steps, "steps", 80, "steps of 10 ms that are heard of a recording")
	flag.IntVar(&c.batch, "batch", 32, "recordings in a batch")
	flag.Float64Var(&c.rate, "rate", 4e-3, "learning rate of the first update, falling to zero by a cosine")
	flag.Uint64Var(&c.seed, "seed", 1, "of weights, the order of recordings, and how they vary")
	c.files.Flags(flag.CommandLine)
	program.Main(func(ctx context.Context) error { return run(ctx, c) })
}

// net returns the function that places the network in a graph: currents [B 64] to membranes [B 10].
// Two layers of neurons look for patterns over neighbouring places and the last steps, with a delay
// for each of these: a pattern is the same all along the cochlea, as a voice is higher or lower. The
// neurons behind them are connected to themselves, and tire.
func net(c config) func(g *graph.Graph, training bool) train.Step[state] {
	return func(g *graph.Graph, training bool) train.Step[state] {
		conv1 := layers.Conv1d{In: past1, Out: sounds, Kernel: []int{9}, Stride: []int{2}, W: layers.KaimingUniform()}.Place(g, "conv1")
		pool := layers.MaxPool1d{Kernel: []int{2}, Stride: []int{2}}.Place(g, "pool")
		norm1, first := layer(g, "first", places1, sounds)
		conv2 := layers.Conv1d{In: past2 * sounds, Out: parts, Kernel: []int{5}, Stride: []int{2}, W: layers.KaimingUniform()}.Place(g, "conv2")
		norm2, second := layer(g, "second", places2, parts)
		fc1 := layers.Dense{In: places2 * parts, Out: c.hidden, W: layers.KaimingNormal()}.Place(g, "fc1")
		back := layers.Dense{In: c.hidden, Out: c.hidden, NoBias: true, NoSelf: true, W: layers.NewOrthogonal()}.Place(g, "back")
		hidden := layers.Recur(neurons(c.hidden).In(g, "hidden", dt), back)
		drop := layers.Dropout{Keep: 0.8, Training: training}.Place(g, "drop")
		fc2 := layers.Dense{In: c.hidden, Out: 10, NoBias: true}.Place(g, "fc2")
		out := layers.LeakyIntegrator{N: 10, Decay: layers.Const(0.95)}.In(g, "out", dt)
		return func(x *graph.Node, s state) (*graph.Node, state) {
			var z, v *graph.Node
			s.Heard = remember(x.Unsqueeze(-1), s.Heard, past1)
			z, s.Sounds = first.Step(norm1.Apply(pool.Apply(conv1.Apply(s.Heard))), s.Sounds)
			s.Spikes = remember(z, s.Spikes, past2)
			z, s.Parts = second.Step(norm2.Apply(conv2.Apply(s.Spikes)), s.Parts)
			z, s.Hidden = hidden.Step(fc1.Apply(z.Reshape(x.Dim(0), places2*parts)), s.Hidden)
			z, s.Mask = drop.Step(z, s.Mask)
			v, s.Out = out.Step(fc2.Apply(z), s.Out)
			return v, s
		}
	}
}

// layer returns neurons for each pattern at each place, and what makes their currents alike for
// loud and faint sounds.
func layer(g *graph.Graph, name string, shape ...int) (layers.LayerNormCell, layers.LIFCell) {
	p := neurons(0).LIF
	p.Shape = shape
	return layers.LayerNorm{Shape: shape}.Place(g, name+".norm"), p.In(g, name, dt)
}

// remember returns the last n steps with x [B P C] as the latest: [B P n*C], of line the steps before.
func remember(x, line *graph.Node, n int) *graph.Node {
	batch, places, c := x.Dim(0), x.Dim(1), x.Dim(2)
	line = line.Else(x.Graph().Const(x.DType(), 0, batch, places, n*c))
	return graph.Concat(-1, x, line.Narrow(-1, 0, (n-1)*c))
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
	if c.steps < 1 {
		return fmt.Errorf("spokendigits: -steps is %d, want at least 1", c.steps)
	}
	if err := c.files.Ready(); err != nil {
		return err
	}
	known, held, err := load(c)
	if err != nil {
		return err
	}
	start := time.Now()
	voices, err := hear(known)
	if err != nil {
		return err
	}
	others, err := hear(held)
	if err != nil {
		return err
	}
	fmt.Printf("%d recordings to learn from, %d of %s, heard in %.1f s\n", len(known), len(held), c.held, time.Since(start).Seconds())
	data := varied(heard{Samples: voices, steps: c.steps, seed: c.seed, vary: true},
		datasets.BatchOptions{Size: c.batch, Shuffle: true, Seed: c.seed, Layout: datasets.TimeFirst, Prefetch: 2})
	unknown := heard{Samples: others, steps: c.steps}
	test := train.FromSource(unknown, datasets.BatchOptions{Size: 100, Layout: datasets.TimeFirst, Prefetch: 1})
	t := trainer(c, data.Batches*c.epochs)
	history, err := t.Fit(ctx, data, train.FitOptions{Epochs: c.epochs, ValidateEvery: 5, Validation: test, Progress: os.Stdout})
	if err != nil {
		return err
	}
	if err := each(ctx, t, unknown, held); err != nil {
		return err
	}
	scores, err := t.Evaluate(ctx, test)
	if err != nil {
		return err
	}
	return c.files.Finish(program.Run{Name: "spokendigits", History: history, Test: &scores, Store: t.Store, Start: start})
}

// each prints the accuracy for each speaker of the test.
func each(ctx context.Context, t *train.BPTT[state], unknown heard, held []datasets.SpokenDigit) error {
	by := map[string][]int{}
	for i, d := range held {
		by[d.Speaker] = append(by[d.Speaker], i)
	}
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
