package model_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/cli/config"
	"github.com/spikegraph/spikegraph/internal/cli/model"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/losses"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/spikegraph/spikegraph/surrogate"
	"github.com/spikegraph/spikegraph/train"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const recurrent = `
seed = 7
[data]
set = "spike_task"
samples = 60
test_samples = 20
steps = 12
seed = 3
batch = 20
[[layer]]
type = "dense"
name = "fc1"
out = 16
w = { init = "normal", std = 0.08 }
no_bias = true
[[layer]]
type = "leaky"
name = "hidden"
decay = { value = 0.9, train = true, shared = true, through = "unit" }
spike = { type = "inv_square_grad", alpha = 25 }
[layer.recurrent]
type = "dense"
name = "back"
no_bias = true
no_self = true
[[layer]]
type = "dense"
name = "fc2"
out = 20
[[layer]]
type = "leaky_integrator"
name = "out"
tau = 20
[loss]
type = "mean_cross_entropy"
label_smoothing = 0.1
[optimizer]
type = "adamw"
lr = { type = "cosine_annealing_lr", lr = 1e-2, t_max = 4 }
beta2 = 0.99
[train]
epochs = 2
clip_norm = 1.0
truncate = 5
`

type state struct {
	Hidden layers.RecurrentState[layers.LIFState]
	Out    layers.LeakyIntegratorState
}

// byHand is the model of the file as a Go program has it.
func byHand(t *testing.T) *graph.Store {
	t.Helper()
	net := func(g *graph.Graph, _ bool) train.Step[state] {
		fc1 := layers.Dense{In: 700, Out: 16, W: layers.Normal{Std: 0.08}, NoBias: true}.Place(g, "fc1")
		lif := layers.Leaky(16, layers.Train(layers.Const(0.9)).Shared().Through(layers.Unit))
		lif.Spike = surrogate.InvSquareGrad{Alpha: 25}
		neurons := lif.In(g, "hidden", 1)
		hidden := layers.Recur(neurons, layers.Dense{In: 16, Out: 16, NoBias: true, NoSelf: true}.Place(g, "back"))
		fc2 := layers.Dense{In: 16, Out: 20}.Place(g, "fc2")
		out := layers.LeakyIntegrator{N: 20, Tau: layers.Const(20)}.In(g, "out", 1)
		return func(x *graph.Node, s state) (v *graph.Node, next state) {
			z, h := hidden.Step(fc1.Apply(x), s.Hidden)
			v, o := out.Step(fc2.Apply(z), s.Out)
			return v, state{h, o}
		}
	}
	opt := optim.NewAdamW(0)
	opt.LR, opt.Beta2 = optim.CosineAnnealingLR{LR: 1e-2, TMax: 4}, 0.99
	trainer := &train.BPTT[state]{
		Net: net, Optimizer: opt, Seed: 7, ClipNorm: 1, Truncate: 5, Rates: true,
		Loss: func(out, y *graph.Node) *graph.Node {
			return losses.MeanCrossEntropy(out, y, losses.CEOptions{LabelSmoothing: 0.1})
		},
	}
	src, err := datasets.SpikeTask(60, 12, 3)
	require.NoError(t, err)
	_, err = trainer.Fit(t.Context(), train.FromSource(src, datasets.BatchOptions{
		Size: 20, Shuffle: true, Seed: 7, Layout: datasets.TimeFirst,
	}), train.FitOptions{Epochs: 2})
	require.NoError(t, err)
	return trainer.Store
}

func open(t *testing.T, text string) *model.Model {
	t.Helper()
	file := filepath.Join(t.TempDir(), "net.toml")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	m, err := model.Read(file, model.Changes{})
	require.NoError(t, err)
	require.NoError(t, m.Open(t.Context(), io.Discard))
	return m
}

// A file trains to the same bits as the Go program that says the same.
func TestSameAsGo(t *testing.T) {
	t.Parallel()
	m := open(t, recurrent)
	_, err := m.Trainer.Fit(t.Context(), m.Data.Training(m.Parts.Train), m.Fit)
	require.NoError(t, err)
	want := byHand(t)
	var names []string
	for _, p := range want.Params() {
		names = append(names, p.Name)
		got := m.Trainer.Store.Get(p.Name)
		require.NotNil(t, got, p.Name)
		assert.Equal(t, p.Value.Data(), got.Value.Data(), p.Name)
	}
	assert.Contains(t, names, "hidden.Decay")
	assert.Len(t, m.Trainer.Store.Params(), len(names))
}

// images is a file on the small images, shown for two steps, with the given layers before a dense one.
func images(layout, layers string) string {
	return "[data]\nset = \"fashion_small\"\nlimit = 4\nbatch = 4\nvalidation = \"none\"\nlayout = \"" + layout + "\"\n" + layers +
		"[[layer]]\ntype = \"flatten\"\n[[layer]]\ntype = \"dense\"\nout = 10\n[train]\nsteps = 2\n"
}

// Every layer can be named, finds its sizes, and takes a step of training.
func TestEveryLayer(t *testing.T) {
	t.Parallel()
	flat := map[string]string{
		"dense": "out = 5", "all_to_all": "out = 5", "one_to_one": "", "masked_linear": "out = 5",
		"jit_linear": "out = 5\np = 0.1", "layer_norm": "", "group_norm": "groups = 2", "prelu": "", "rrelu": "",
		"activation": `func = "tanh"`, "flatten": "", "dropout": "keep = 0.5", "lif": "", "leaky": "decay = 0.9",
		"integrate_and_fire": "", "plif": "", "alif": "", "adaptive_leaky": "", "adlif": "", "leaky_integrator": "",
		"izhikevich": `method = "euler"`, "theta": "tau = 100", "double_exponential": "rise = 5",
		"delay": "max = 2", "delayed_dense": "out = 5\nmax = 2", "rnn": "n = 5", "gru": "n = 5", "lstm": "n = 5",
		"reservoir": "n = 20", "nvar": "delay = 1", "liquid": "",
		"nir":  fmt.Sprintf("file = %q", scaleFile(t)),
		"skip": "[[layer.layers]]\ntype = \"dense\"\nout = 784\n[[layer.layers]]\ntype = \"lif\"",
	}
	shaped := map[string]string{
		"conv2d": "out = 2\nkernel = [3]", "conv_transpose2d": "out = 2\nkernel = [3]", "conv_lstm": "out = 2\nkernel = [3]",
		"max_pool": "kernel = [2, 2, 1]", "min_pool": "kernel = [2, 2, 1]", "avg_pool": "kernel = [2, 2, 1]",
		"max_pool2d": "kernel = [2]", "avg_pool2d": "kernel = [2]\npadding = { low = [1, 1], high = [0, 0] }",
		"adaptive_avg_pool2d": "target = [4]", "adaptive_max_pool2d": "target = [4]",
	}
	// kinds that need one axis of places, or three, differ from those of two in nothing that is here
	alike := []string{"conv1d", "conv3d", "conv_transpose1d", "conv_transpose3d", "max_pool1d", "max_pool3d", "avg_pool1d",
		"avg_pool3d", "adaptive_avg_pool1d", "adaptive_avg_pool3d", "adaptive_max_pool1d", "adaptive_max_pool3d"}
	for _, k := range model.LayerKinds() {
		layout, rest, ok := "flat", "", false
		if rest, ok = flat[k.Name]; !ok {
			layout = "kept"
			rest, ok = shaped[k.Name]
		}
		if !ok {
			assert.Contains(t, alike, k.Name, "a layer without an example")
			continue
		}
		t.Run(k.Name, func(t *testing.T) {
			t.Parallel()
			m := open(t, images(layout, fmt.Sprintf("[[layer]]\ntype = %q\n%s\n", k.Name, rest)))
			_, err := m.Trainer.Fit(t.Context(), m.Data.Training(m.Parts.Train), m.Fit)
			require.NoError(t, err)
		})
	}
}

// Every loss of classes can be named, and its loss is finite.
func TestEveryLoss(t *testing.T) {
	t.Parallel()
	numbers := []string{"mean_squared_error", "mean_absolute_error", "van_rossum"} // their targets are no classes
	for _, k := range model.LossKinds() {
		t.Run(k.Name, func(t *testing.T) {
			t.Parallel()
			m := open(t, images("flat", "")+"[loss]\nscale = 2\ntype = \""+k.Name+"\"\n")
			_, err := m.Trainer.Fit(t.Context(), m.Data.Training(m.Parts.Train), m.Fit)
			for _, n := range numbers {
				if n == k.Name {
					require.Error(t, err)
					return
				}
			}
			require.NoError(t, err)
		})
	}
}

// Every optimizer and encoder can be named.
func TestEveryOptimizerAndEncoder(t *testing.T) {
	t.Parallel()
	for _, k := range model.Optimizers {
		m := open(t, images("flat", "")+"[optimizer]\nclip_value = 1\ntype = \""+k.Name+"\"\n")
		_, err := m.Trainer.Fit(t.Context(), m.Data.Training(m.Parts.Train), m.Fit)
		require.NoError(t, err, k.Name)
	}
	more := map[string]string{"latency": "period = 5\n", "weighted_phase": "phases = 5\nsteps = 5\n", "population": "steps = 5\nneurons = 3\n", "delta": ""}
	for _, k := range model.Encoders {
		rest, ok := more[k.Name]
		if !ok {
			rest = "steps = 5\n"
		}
		text := images("flat", "") + "[data.encode]\ntype = \"" + k.Name + "\"\n" + rest
		text = strings.Replace(text, "steps = 2", "", 1)
		if k.Name == "delta" { // it takes sequences
			_, err := model.Read(write(t, text), model.Changes{})
			require.NoError(t, err)
			continue
		}
		m := open(t, text)
		_, err := m.Trainer.Fit(t.Context(), m.Data.Training(m.Parts.Train), m.Fit)
		require.NoError(t, err, k.Name)
	}
}

func write(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "net.toml")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	return file
}

// Every set that needs no files can be opened and learned, with the loss that its targets take.
func TestEverySet(t *testing.T) {
	t.Parallel()
	for _, k := range model.Sets() {
		if k.Files != "" || k.FromTable {
			continue
		}
		t.Run(k.Name, func(t *testing.T) {
			t.Parallel()
			text := "[data]\nset = \"" + k.Name + "\"\nbatch = 8\nlimit = 16\n[[layer]]\ntype = \"dense\"\nout = %d\n[loss]\ntype = %q\n[train]\nsteps = %d\n"
			out, loss, steps := 20, "mean_cross_entropy", 0
			if k.Name == "fashion_small" {
				steps = 2
			}
			if k.Name == "spike_task" { // the default takes a while
				text = strings.Replace(text, "batch", "samples = 20\ntest_samples = 20\nsteps = 10\nbatch", 1)
			}
			if targets, ok := map[string]int{"mackey_glass": 1, "lorenz": 3, "rossler": 3, "henon": 2, "narma": 1, "memory": 5, "parity": 1}[k.Name]; ok {
				out, loss = targets, "mean_squared_error"
			}
			m := open(t, fmt.Sprintf(text, out, loss, steps))
			_, err := m.Trainer.Fit(t.Context(), m.Data.Training(m.Parts.Train), m.Fit)
			require.NoError(t, err)
		})
	}
}

// The error of a series is that of each step against its own target.
func TestStepError(t *testing.T) {
	t.Parallel()
	text := "[data]\nset = \"henon\"\nsamples = 3\ntest_samples = 1\nsteps = 4\n[[layer]]\ntype = \"dense\"\nout = 2\n" +
		"w = { value = 0, fix = true }\nb = 0\n[loss]\ntype = \"mean_squared_error\"\n[train]\nepochs = 1\n"
	m := open(t, text)
	got, err := m.Trainer.Evaluate(t.Context(), m.Data.Ordered(m.Parts.Train))
	require.NoError(t, err)
	s, err := datasets.NewHenon().Series(17)
	require.NoError(t, err)
	want := 0.0
	for _, v := range s.Slice(1, 13).Values { // the targets of 12 steps
		want += v * v / 24
	}
	assert.InDelta(t, want, got.Loss, 1e-6)
}

// Names of layers are their own.
func TestNames(t *testing.T) {
	t.Parallel()
	twice := "[[layer]]\ntype = \"dense\"\nname = \"a\"\nout = 3\n"
	_, err := model.Read(write(t, images("flat", twice+twice)), model.Changes{})
	require.ErrorIs(t, err, config.ErrConfig)
	assert.ErrorContains(t, err, `net.toml:13: layer[1].name: "a": want a name that no other layer has`)
	m := open(t, images("flat", "[[layer]]\ntype = \"lif\"\n"))
	var names []string
	for _, l := range m.Layers {
		names = append(names, l.Name+l.In+l.Out)
	}
	assert.Equal(t, []string{"lif1[784][784]", "flatten1[784][784]", "dense1[784][10]"}, names)
}

func Example() {
	dir, _ := os.MkdirTemp("", "spikegraph")
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "net.toml")
	_ = os.WriteFile(file, []byte(recurrent), 0o644)
	m, err := model.Read(file, model.Changes{Epochs: 1})
	if err == nil {
		err = m.Open(context.Background(), nil)
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, l := range m.Layers {
		fmt.Println(l.Name, l.Type, l.In, l.Out)
	}
	// Output:
	// fc1 dense [700] [16]
	// hidden leaky [16] [16]
	// fc2 dense [16] [20]
	// out leaky_integrator [20] [20]
}
