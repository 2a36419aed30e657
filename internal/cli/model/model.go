package model

import (
	"context"
	"fmt"
	"io"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/cli/config"
	"github.com/spikegraph/spikegraph/train"
)

// Model is what a file describes.
type Model struct {
	File    *config.File
	Data    *Data
	Layers  []*Layer
	Dt      float64 // ms of a step
	Parts   Parts   // set by Open
	Trainer *train.BPTT[State]
	Fit     train.FitOptions // without hooks and progress; validation is set by Open
	Readout *Readout         // what is fitted in place of training by gradients; nil: nothing
}

// Changes are what the command line changes in a file; zero values change nothing.
type Changes struct {
	Epochs     int
	Seed       *uint64
	Checkpoint string // directory
	Workers    int
}

// Read reads a file. The error lists every fault that can be told without data and wraps
// config.ErrConfig.
func Read(path string, c Changes) (*Model, error) {
	f := config.Read(path)
	if f.Faulty() { // what follows would only be missing keys
		return nil, f.Err()
	}
	m := &Model{File: f}
	root := f.Root
	seed := root.Seed("seed", 1)
	if c.Seed != nil {
		seed = *c.Seed
	}
	if m.Dt = root.Float("dt", 1); m.Dt <= 0 {
		root.Wrong("dt", "ms of a step, above 0")
	}
	m.Data = readData(root, seed)
	m.Layers = readLayers(root.Tables("layer"), map[string]int{})
	if !root.Has("layer") {
		root.Fault("", "there are no layers: want one or more [[layer]]")
	}
	if root.OneOf("dtype", "float32", "float32", "float64") == "float64" && m.Data != nil {
		m.Data.DType = graph.Float64
		for _, l := range m.Layers {
			l.precise(graph.Float64)
		}
	}
	m.readTrainer(root, seed, c)
	m.readFit(root.Table("train"), c)
	m.Readout = m.readReadout(root, c)
	if err := f.Err(); err != nil {
		return nil, err
	}
	return m, nil
}

// readTrainer reads what the trainer needs.
func (m *Model) readTrainer(root *config.Table, seed uint64, c Changes) {
	t := root.Table("train")
	loss, ignore := readLoss(root)
	m.Trainer = &train.BPTT[State]{
		Net: m.net, Init: m.start, Loss: loss, Ignore: ignore, Optimizer: readOptimizer(root),
		Store: graph.NewStore(seed), Seed: seed, Model: m.describe(root),
		Steps: t.Count("steps", 0, 0), Truncate: t.Count("truncate", 0, 0), Segment: t.Count("segment", 0, 0),
		Chunks:     train.Chunks{K: t.Count("chunk", 0, 0), Stride: t.Count("chunk_stride", 0, 0), Whole: t.Bool("chunk_whole", true)},
		Accumulate: t.Count("accumulate", 0, 0), ClipNorm: t.Float("clip_norm", 0), Rates: t.Bool("rates", true),
		Options: graph.Options{Workers: t.Count("workers", 0, 0), Disable: t.Strings("disable_passes")},
	}
	if c.Workers > 0 {
		m.Trainer.Options.Workers = c.Workers
	}
	if m.Trainer.Chunks.K == 0 {
		m.Trainer.Chunks = train.Chunks{}
	}
}

// readFit reads how long to train, and what is written.
func (m *Model) readFit(t *config.Table, c Changes) {
	m.Fit = train.FitOptions{
		Epochs: t.Count("epochs", 1, 1), Updates: t.Count("updates", 0, 0),
		ValidateEvery: t.Count("validate_every", 0, 0),
	}
	if c.Epochs > 0 {
		m.Fit.Epochs = c.Epochs
	}
	if mon := t.Table("monitor"); mon != nil {
		m.Fit.Monitor = train.Monitor{
			Metric: mon.String("metric", "loss"), Higher: mon.Bool("higher", false), MinDelta: mon.Float("min_delta", 0),
			Patience: mon.Count("patience", 0, 0), Restore: mon.Bool("restore", false),
		}
	}
	cp := t.Table("checkpoint")
	check := train.Checkpoint{
		Dir: cp.String("dir", c.Checkpoint), Every: cp.Count("every", 0, 0), Background: cp.Bool("background", true),
		KeepLast: cp.Count("keep_last", 3, 0), KeepEvery: cp.Count("keep_every", 0, 0), KeepBest: cp.Count("keep_best", 0, 0),
	}
	if c.Checkpoint != "" {
		check.Dir = c.Checkpoint
	}
	if check.Dir != "" {
		m.Fit.Checkpoint = check
	} else if cp != nil {
		cp.Fault("", "the key dir is missing: want a directory")
	}
}

// describe returns what must be equal for a run to be resumed.
func (m *Model) describe(root *config.Table) string {
	text := fmt.Sprintf("dt %v", m.Dt)
	if m.Data != nil && m.Data.DType == graph.Float64 {
		text += "; float64"
	}
	for _, t := range root.Tables("layer") {
		text += "; " + t.Values()
	}
	return text + "; loss " + root.Table("loss").Values() + "; optimizer " + root.Table("optimizer").Values()
}

// Settings are what a file says, in rows of a name and a text: for each layer, and for the rest.
func (m *Model) Settings() [][2]string {
	root := m.File.Root
	rows := [][2]string{{"data", root.Table("data").Text()}}
	for _, l := range m.Layers {
		rows = append(rows, [2]string{l.Name + " " + l.In + " to " + l.Out, l.at.Text()})
	}
	for _, name := range []string{"loss", "optimizer", "readout", "train"} {
		if t := root.Table(name); t != nil {
			rows = append(rows, [2]string{name, t.Text()})
		}
	}
	return append(rows, [2]string{"seed", fmt.Sprint(m.Trainer.Seed)}, [2]string{"step", fmt.Sprintf("%v ms", m.Dt)})
}

// Open opens the data and finds the sizes that the file leaves out. Faults of layers wrap
// config.ErrConfig. bar is where downloads are shown, if it is a terminal.
func (m *Model) Open(ctx context.Context, bar io.Writer) (err error) {
	if m.Parts, err = m.Data.open(ctx, bar); err != nil {
		return err
	}
	if m.File.Faulty() {
		return m.File.Err()
	}
	b, err := m.Data.sample(ctx, m.Parts.Train)
	if err != nil {
		return err
	}
	if err := m.size(b.X.Shape()); err != nil {
		return err
	}
	if m.Parts.Valid != nil {
		m.Fit.Validation = m.Data.Ordered(m.Parts.Valid)
	}
	return nil
}

// size finds the sizes of all layers for a batch of one sample.
func (m *Model) size(x []int) error {
	if m.Trainer.Steps == 0 {
		if len(x) < 3 {
			m.File.Root.Fault("train", "samples are %v, without time: want steps, for how many each is shown, or data.encode",
				graph.Shape(x[1:]))
			return m.File.Err()
		}
		x = x[1:]
	}
	ok := true
	for _, l := range m.Layers {
		if x, ok = l.size(m.Data.DType, x, m.Dt); !ok {
			break
		}
	}
	return m.File.Err()
}

// net places the network in a graph.
func (m *Model) net(g *graph.Graph, training bool) train.Step[State] {
	var cells []cell
	for _, l := range m.Layers {
		cells = append(cells, l.place(g, m.Dt, training))
	}
	return func(x *graph.Node, s State) (*graph.Node, State) {
		next := make(State, len(cells))
		for i, c := range cells {
			x, next[i] = c.step(x, s[i])
		}
		return x, next
	}
}

// start returns the state at rest.
func (m *Model) start(*graph.Graph, int) State {
	s := make(State, len(m.Layers))
	for i, l := range m.Layers {
		s[i] = make([]*graph.Node, l.nodes)
	}
	return s
}

// Part returns a part of the data: "train", "valid" or "test".
func (m *Model) Part(name string) (datasets.Source, error) {
	src, ok := map[string]datasets.Source{"train": m.Parts.Train, "valid": m.Parts.Valid, "test": m.Parts.Test}[name]
	switch {
	case !ok:
		return nil, fmt.Errorf("there is no part %q: want train, valid or test", name)
	case src == nil:
		return nil, fmt.Errorf("the data have no part %q", name)
	}
	return src, nil
}

// Place puts the parameters in the trainer's store, with their initial values.
func (m *Model) Place(ctx context.Context) error {
	b, err := m.Data.sample(ctx, m.Parts.Train)
	if err != nil {
		return err
	}
	_, err = m.Trainer.Predict(ctx, b.X)
	return err
}
