package train_test

import (
	"context"
	"testing"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/losses"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/spikegraph/spikegraph/train"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// normedState is the state of the nets below in their form by steps.
type normedState struct {
	Hidden layers.LIFState
	Out    layers.LeakyIntegratorState
}

// parts are the layers of a net from in inputs by normed spiking neurons to membranes.
type parts struct {
	fc, read layers.DenseCell
	norm     layers.BatchNormCell
	hidden   layers.LIFCell
	out      layers.LeakyIntegratorCell
}

// placed places the layers, with a norm before the neurons.
func placed(g *graph.Graph, in, hidden, out int, norm layers.BatchNorm) parts {
	norm.Momentum = layers.Const(0.9)
	return parts{
		fc: layers.Dense{In: in, Out: hidden}.Place(g, "fc"), norm: norm.Place(g, "norm"),
		hidden: layers.Leaky(hidden, layers.Const(0.8)).In(g, "hidden", 1),
		read:   layers.Dense{In: hidden, Out: out}.Place(g, "read"),
		out:    layers.LeakyIntegrator{N: out, Decay: layers.Const(0.8)}.In(g, "out", 1),
	}
}

// overTime is the net with tdBN.
func overTime(in, hidden, out int) func(g *graph.Graph, training bool) train.OverTime {
	return func(g *graph.Graph, training bool) train.OverTime {
		p := placed(g, in, hidden, out, layers.ThresholdBatchNorm(hidden, 1, 1, training))
		return func(x *graph.Node) *graph.Node {
			z, _ := graph.Loop(p.norm.Apply(p.fc.Apply(x)), layers.LIFState{}, p.hidden.Step)
			v, _ := graph.Loop(p.read.Apply(z), layers.LeakyIntegratorState{}, p.out.Step)
			return v
		}
	}
}

// byStep is the net with a norm whose statistics are of each step.
func byStep(in, hidden, out int) func(g *graph.Graph, training bool) train.Step[normedState] {
	return func(g *graph.Graph, training bool) train.Step[normedState] {
		p := placed(g, in, hidden, out, layers.BatchNorm{N: hidden, Training: training})
		return func(x *graph.Node, s normedState) (v *graph.Node, next normedState) {
			z, h := p.hidden.Step(p.norm.Apply(p.fc.Apply(x)), s.Hidden)
			v, o := p.out.Step(p.read.Apply(z), s.Out)
			return v, normedState{h, o}
		}
	}
}

// normedTrainers are trainers of both nets for sequences [T B 2] with labels.
func normedTrainers() map[string]func() *train.BPTT[normedState] {
	base := func() *train.BPTT[normedState] {
		return &train.BPTT[normedState]{Optimizer: optim.NewAdam(0.01), Seed: 4, Rates: true,
			Loss: func(v, y *graph.Node) *graph.Node { return losses.MeanCrossEntropy(v, y, losses.CEOptions{}) }}
	}
	return map[string]func() *train.BPTT[normedState]{
		"over time": func() *train.BPTT[normedState] {
			b := base()
			b.OverTime = overTime(2, 24, 2)
			return b
		},
		"by step": func() *train.BPTT[normedState] {
			b := base()
			b.Net = byStep(2, 24, 2)
			return b
		},
	}
}

// drifting are n samples of two classes as sequences of six steps: what tells the classes apart is
// small beside an offset and a scale, which a norm takes away.
func drifting(n, size int, seed uint64) train.Data {
	src := blobs(n, seed)
	x := make([]float32, 0, 6*len(src.X))
	for i := range n {
		for k := range 6 {
			x = append(x, 40+8*src.X[2*i]*float32(k%3), 90+8*src.X[2*i+1]*float32((k+1)%3))
		}
	}
	s := &datasets.Samples{Shape: []int{6, 2}, X: x, Labels: src.Labels, Classes: 2}
	return train.FromSource(s, datasets.BatchOptions{Size: size, Shuffle: true, Seed: 3, Layout: datasets.TimeFirst})
}

// Norms train inside the trainer, and what was learned of the averages holds in evaluation, for each
// sample whatever stands beside it.
func TestNormsTrain(t *testing.T) {
	t.Parallel()
	for name, trainer := range normedTrainers() {
		b := trainer()
		h := fitted(t, b, drifting(256, 32, 1), train.FitOptions{Epochs: 20, Validation: drifting(100, 30, 2)})
		e, _ := h.Last()
		accuracy, _ := e.Validation.Metric("accuracy")
		assert.Greater(t, accuracy, 0.95, name)
		rate, ok := e.Rate("hidden")
		assert.True(t, ok && rate > 0 && rate < 1, "%s: rate %v", name, rate)
		mean := b.Store.Get("norm.Mean").Value.Float32s()
		assert.NotEqual(t, make([]float32, 24), mean, name)

		batch := firstBatch(t, drifting(30, 30, 5))
		all, err := b.Predict(t.Context(), batch.X)
		require.NoError(t, err)
		x := make([]float32, 0, 12)
		for k := range 6 {
			x = append(x, batch.X.Float32s()[(k*30+7)*2:][:2]...)
		}
		one, err := b.Predict(t.Context(), tensorOf(x, 6, 1, 2))
		require.NoError(t, err)
		for k := range 6 {
			assert.InDeltaSlice(t, all.Float32s()[(k*30+7)*2:][:2], one.Float32s()[2*k:][:2], 1e-4, name)
		}
		assert.Equal(t, mean, b.Store.Get("norm.Mean").Value.Float32s(), "%s: evaluation moved the averages", name)
	}
}

// In evaluation both forms are one network, and of what one learned the other makes the same.
func TestFormsAgree(t *testing.T) {
	t.Parallel()
	over := &train.BPTT[normedState]{OverTime: overTime(2, 24, 2), Seed: 4}
	step := &train.BPTT[normedState]{Store: graph.NewStore(4)}
	step.Net = func(g *graph.Graph, training bool) train.Step[normedState] {
		p := placed(g, 2, 24, 2, layers.ThresholdBatchNorm(24, 1, 1, training))
		return func(x *graph.Node, s normedState) (v *graph.Node, next normedState) {
			z, h := p.hidden.Step(p.norm.Apply(p.fc.Apply(x)), s.Hidden)
			v, o := p.out.Step(p.read.Apply(z), s.Out)
			return v, normedState{h, o}
		}
	}
	batch := firstBatch(t, drifting(30, 30, 5))
	a, err := over.Predict(t.Context(), batch.X)
	require.NoError(t, err)
	b, err := step.Predict(t.Context(), batch.X)
	require.NoError(t, err)
	assert.InDeltaSlice(t, a.Float32s(), b.Float32s(), 1e-4)
}

// The averages after a run are those of the equations: of the whole batch over time once, or of each
// step's batch in turn.
func TestNormsFollow(t *testing.T) {
	t.Parallel()
	for name, trainer := range normedTrainers() {
		b := trainer()
		b.Optimizer = optim.NewSGD(0)
		batch := firstBatch(t, drifting(30, 30, 5))
		fitted(t, b, train.FromBatches(batch), train.FitOptions{Epochs: 1})
		w := b.Store.Get("fc.W").Value.Float32s()
		populations := 1
		if name == "by step" {
			populations = 6
		}
		for j := range 24 {
			mean := 0.0
			xs := batch.X.Float32s()
			n := len(xs) / 2 / populations
			for k := range populations {
				sum := 0.0
				for i := range n {
					at := 2 * (k*n + i)
					sum += float64(xs[at])*float64(w[j]) + float64(xs[at+1])*float64(w[24+j])
				}
				mean = 0.9*mean + 0.1*sum/float64(n)
			}
			assert.InDelta(t, mean, b.Store.Get("norm.Mean").Value.Float32s()[j], 1e-3, "%s, feature %d", name, j)
		}
	}
}

// Batches large enough to be split over workers give the same bits on any number of them.
func TestNormsGiveTheSameBitsOnAllWorkers(t *testing.T) {
	t.Parallel()
	for name, trainer := range normedTrainers() {
		var want map[string]any
		var loss float64
		for _, workers := range []int{1, 2, 3, 8} {
			b := trainer()
			b.Options.Workers = workers
			h := fitted(t, b, drifting(1024, 512, 1), train.FitOptions{Epochs: 2})
			if want == nil {
				want, loss = weights(b.Store), h.Epochs[1].Loss
				require.Contains(t, want, "norm.Variance")
			}
			assert.Equal(t, want, weights(b.Store), "%s: %d workers", name, workers)
			assert.Equal(t, loss, h.Epochs[1].Loss, "%s: %d workers", name, workers)
		}
	}
}

// A run that is interrupted, and one whose updates are of several batches, resume bit for bit: the
// averages are in the checkpoint.
func TestNormsResume(t *testing.T) {
	t.Parallel()
	for name, trainer := range normedTrainers() {
		for _, accumulate := range []int{1, 2} {
			make := func() *train.BPTT[normedState] {
				b := trainer()
				b.Accumulate = accumulate
				return b
			}
			whole := make()
			want := timeless(fitted(t, whole, drifting(40, 8, 1), train.FitOptions{Epochs: 2}))
			o := train.FitOptions{Epochs: 2, Checkpoint: train.Checkpoint{Dir: t.TempDir(), Resume: true}}
			ctx, cancel := context.WithCancel(t.Context())
			o.Hooks.OnBatch = func(r train.Batch) error {
				if r.Epoch == 1 && r.Batch == 1 {
					cancel()
				}
				return nil
			}
			_, err := make().Fit(ctx, drifting(40, 8, 1), o)
			require.ErrorIs(t, err, context.Canceled)
			o.Hooks.OnBatch = nil
			again := make()
			assert.Equal(t, want, timeless(fitted(t, again, drifting(40, 8, 1), o)), name)
			assert.Equal(t, weights(whole.Store), weights(again.Store), name)
		}
	}
}

// A constant input is given to the net as it is, and the net says for how many steps.
func TestOverTimeOfAConstant(t *testing.T) {
	t.Parallel()
	b := &train.BPTT[struct{}]{Loss: crossEntropy, Optimizer: optim.NewAdam(0.01), Seed: 4, Steps: 5}
	b.OverTime = func(g *graph.Graph, training bool) train.OverTime {
		p := placed(g, 2, 24, 2, layers.ThresholdBatchNorm(24, 1, 1, training))
		return func(x *graph.Node) *graph.Node {
			current := p.norm.Apply(p.fc.Apply(x))
			z, _ := graph.Loop([]*graph.Node{}, layers.LIFState{}, func(_ []*graph.Node, s layers.LIFState) (*graph.Node, layers.LIFState) {
				return p.hidden.Step(current, s)
			}, graph.LoopOptions{Graph: g, Steps: 5})
			return p.read.Apply(z)
		}
	}
	h := fitted(t, b, blobData(128, 16), train.FitOptions{Epochs: 12, Validation: blobData(33, 10)})
	e, _ := h.Last()
	accuracy, _ := e.Validation.Metric("accuracy")
	assert.Greater(t, accuracy, 0.95)
	assert.Equal(t, 33, e.Validation.Samples)
}

func TestOverTimeSettings(t *testing.T) {
	t.Parallel()
	net := overTime(2, 4, 2)
	for says, change := range map[string]func(b *train.BPTT[normedState]){
		"Net is a function, expected unset with OverTime": func(b *train.BPTT[normedState]) { b.Net = byStep(2, 4, 2) },
		"Init is a function, expected unset with OverTime": func(b *train.BPTT[normedState]) {
			b.Init = func(*graph.Graph, int) normedState { return normedState{} }
		},
		"Truncate is 2, expected unset with OverTime: its loops":    func(b *train.BPTT[normedState]) { b.Truncate = 2 },
		"Segment is 2, expected unset with OverTime: its loops":     func(b *train.BPTT[normedState]) { b.Segment = 2 },
		"Chunks.K is 3, expected unset with OverTime":               func(b *train.BPTT[normedState]) { b.Chunks = train.Chunks{K: 3} },
		"InTime.Trace is EProp, expected unset with OverTime":       func(b *train.BPTT[normedState]) { b.InTime.Trace = train.EProp },
		"InTime.Trace is OTTT, expected unset with OverTime":        func(b *train.BPTT[normedState]) { b.InTime.Trace = train.OTTT },
		"Net is <nil>, expected a function, or OverTime one":        func(b *train.BPTT[normedState]) { b.OverTime = nil },
		"field OverTime: value out of its domain: the network is":   func(b *train.BPTT[normedState]) { b.OverTime = func(*graph.Graph, bool) train.OverTime { return nil } },
		"it returns Float32[8], want outputs [T B ...]":             func(b *train.BPTT[normedState]) { b.OverTime = flat },
		"OverTime in the step of a loop; apply it to the stacked s": func(b *train.BPTT[normedState]) { b.OverTime, b.Net = nil, inStep },
	} {
		t.Run(says, func(t *testing.T) {
			b := &train.BPTT[normedState]{OverTime: net, Loss: crossEntropy, Optimizer: optim.NewSGD(0.1)}
			change(b)
			_, err := b.Fit(t.Context(), drifting(16, 8, 1), train.FitOptions{Epochs: 1})
			assert.ErrorContains(t, err, says)
		})
	}
	b := &train.BPTT[normedState]{OverTime: net, Loss: crossEntropy}
	_, err := b.Predict(t.Context(), tensor.New(tensor.WithShape(3), tensor.WithBacking(make([]float32, 3))))
	assert.ErrorContains(t, err, "want sequences [T B ...]")
}

// flat returns outputs without time.
func flat(g *graph.Graph, _ bool) train.OverTime {
	w := g.Param("w", graph.Var{Shape: []int{2}, Init: gauss(1)})
	return func(x *graph.Node) *graph.Node { return x.Mul(w).Sum(0, 2) }
}

// inStep applies a norm over time where there is none.
func inStep(g *graph.Graph, training bool) train.Step[normedState] {
	p := placed(g, 2, 4, 2, layers.ThresholdBatchNorm(4, 1, 1, training))
	return func(x *graph.Node, s normedState) (*graph.Node, normedState) {
		z, h := p.hidden.Step(p.norm.Apply(p.fc.Apply(x)), s.Hidden)
		v, o := p.out.Step(p.read.Apply(z), s.Out)
		return v, normedState{h, o}
	}
}

// Norms by step go with whatever splits time: the averages move on from part to part.
func TestNormsByStepInPartsOfTime(t *testing.T) {
	t.Parallel()
	run := func(change func(b *train.BPTT[normedState])) []float32 {
		b := normedTrainers()["by step"]()
		b.Optimizer = optim.NewSGD(0)
		change(b)
		fitted(t, b, drifting(16, 8, 1), train.FitOptions{Epochs: 1})
		return b.Store.Get("norm.Mean").Value.Float32s()
	}
	want := run(func(*train.BPTT[normedState]) {})
	for name, change := range map[string]func(b *train.BPTT[normedState]){
		"truncated": func(b *train.BPTT[normedState]) { b.Truncate = 4 },
		"segments":  func(b *train.BPTT[normedState]) { b.Segment = 4 },
		"chunks":    func(b *train.BPTT[normedState]) { b.Chunks = train.Chunks{K: 3, Whole: true} },
		"e-prop":    func(b *train.BPTT[normedState]) { b.InTime = train.InTime{Trace: train.EProp, Whole: true} },
		"OTTT":      func(b *train.BPTT[normedState]) { b.InTime = train.InTime{Trace: train.OTTT, Decay: 0.8, Whole: true} },
	} {
		assert.InDeltaSlice(t, want, run(change), 1e-4, name)
	}
}

// Under a bound on memory the steps are computed again, and the averages move once for each all the same.
func TestNormsByStepInLittleMemory(t *testing.T) {
	t.Parallel()
	run := func(bound int) (*train.BPTT[normedState], int) {
		b := normedTrainers()["by step"]()
		b.Options.MaxMemory = bound
		batch := sequencesOf(60, 32)
		used, err := train.ProgramMemory(b, batch)
		require.NoError(t, err)
		fitted(t, b, train.FromBatches(batch, batch), train.FitOptions{Epochs: 2})
		return b, used
	}
	free, used := run(0)
	bound, less := run(used * 9 / 10)
	assert.Less(t, less, used)
	assert.Equal(t, weights(free.Store), weights(bound.Store))
}

// sequencesOf is a batch of so many steps.
func sequencesOf(steps, batch int) datasets.Batch {
	b := sequences(steps, 2*batch, 1, 3)
	y := make([]int32, batch)
	for i := range y {
		y[i] = int32(i % 2)
	}
	return datasets.Batch{X: tensorOf(b.X.Float32s(), steps, batch, 2), Y: tensorOf(y, batch)}
}

// Norms of images stand in both forms, with places between batch and channels.
func TestNormsOfImagesTrain(t *testing.T) {
	t.Parallel()
	place := func(g *graph.Graph, training bool) (conv layers.ConvCell, norm layers.BatchNormCell, fc layers.DenseCell) {
		return layers.Conv2d{In: 1, Out: 4, Kernel: []int{2}}.Place(g, "conv"),
			layers.BatchNorm2d(4, training).Place(g, "norm"), layers.Dense{In: 16, Out: 2}.Place(g, "fc")
	}
	forms := map[string]*train.BPTT[struct{}]{
		"over time": {OverTime: func(g *graph.Graph, training bool) train.OverTime {
			conv, norm, fc := place(g, training)
			return func(x *graph.Node) *graph.Node { // [T B 4]
				steps, batch := x.Dim(0), x.Dim(1)
				x = conv.Apply(x.Reshape(steps*batch, 2, 2, 1)).Reshape(steps, batch, 2, 2, 4)
				return fc.Apply(norm.Apply(x).Flatten(2, -1))
			}
		}},
		"by step": {Net: func(g *graph.Graph, training bool) train.Step[struct{}] {
			conv, norm, fc := place(g, training)
			return func(x *graph.Node, s struct{}) (*graph.Node, struct{}) {
				return fc.Apply(norm.Apply(conv.Apply(x.Reshape(-1, 2, 2, 1))).Flatten(1, -1)), s
			}
		}},
	}
	for name, b := range forms {
		b.Loss, b.Optimizer, b.Seed = crossEntropy, optim.NewAdam(0.01), 3
		batch := datasets.Batch{X: sequences(3, 10*4, 1, 3).X, Y: tensorOf([]int32{0, 1, 0, 1, 0, 1, 0, 1, 0, 1}, 10)}
		batch.X = tensorOf(batch.X.Float32s(), 3, 10, 4)
		h := fitted(t, b, train.FromBatches(batch), train.FitOptions{Epochs: 30})
		assert.Less(t, h.Epochs[29].Loss, h.Epochs[0].Loss, name)
		for _, v := range b.Store.Get("norm.Variance").Value.Float32s() {
			assert.NotEqual(t, float32(1), v, name)
		}
		_, err := b.Predict(t.Context(), batch.X)
		assert.NoError(t, err, name)
	}
}
