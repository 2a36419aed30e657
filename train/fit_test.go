package train_test

import (
	"context"
	"errors"
	"iter"
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/spikegraph/spikegraph/train"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFitUpdates(t *testing.T) {
	t.Parallel()
	b := blobTrainer()
	h := fitted(t, b, blobData(40, 8), train.FitOptions{Updates: 7}) // epochs of 5
	assert.Len(t, h.Batches, 7)
	require.Len(t, h.Epochs, 2)
	assert.False(t, h.Epochs[0].Partial)
	assert.True(t, h.Epochs[1].Partial)
	assert.Equal(t, 2, h.Epochs[1].Batches)
	assert.Equal(t, 7, h.Epochs[1].Updates)
}

func TestFitTailOfHistory(t *testing.T) {
	t.Parallel()
	h := fitted(t, blobTrainer(), blobData(40, 4), train.FitOptions{Epochs: 3, Tail: 4})
	require.Len(t, h.Batches, 4)
	for i, r := range h.Batches {
		assert.Equal(t, 6+i, r.Batch)
		assert.Equal(t, 2, r.Epoch)
	}
}

func TestFitStopsWithTheContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	b := blobTrainer()
	h, err := b.Fit(ctx, blobData(40, 4), train.FitOptions{Epochs: 3, Hooks: train.Hooks{
		OnBatch: func(r train.Batch) error {
			if r.Epoch == 1 && r.Batch == 4 {
				cancel()
			}
			return nil
		}}})
	assert.ErrorIs(t, err, context.Canceled)
	assert.ErrorContains(t, err, "train: stopped in epoch 1 before batch 5")
	assert.Len(t, h.Batches, 15)
	assert.Len(t, h.Epochs, 1)
}

func TestFitHooks(t *testing.T) {
	t.Parallel()
	boom := errors.New("boom")
	_, err := blobTrainer().Fit(t.Context(), blobData(8, 4), train.FitOptions{Epochs: 3,
		Hooks: train.Hooks{OnEpoch: func(train.Epoch) error { return boom }}})
	assert.ErrorIs(t, err, boom)

	h := fitted(t, blobTrainer(), blobData(8, 4), train.FitOptions{Epochs: 3,
		Hooks: train.Hooks{OnBatch: func(r train.Batch) error {
			if r.Updates == 3 {
				return train.ErrStop
			}
			return nil
		}}})
	assert.Len(t, h.Batches, 3)
	assert.Equal(t, "by a hook", h.Stopped)
	e, _ := h.Last()
	assert.True(t, e.Partial)

	b := blobTrainer()
	_, err = b.Fit(t.Context(), blobData(8, 4), train.FitOptions{Epochs: 1, Hooks: train.Hooks{
		OnEpoch: func(train.Epoch) error {
			_, err := b.Predict(t.Context(), firstBatch(t, blobData(8, 4)).X)
			assert.NoError(t, err)
			_, err = b.Fit(t.Context(), blobData(8, 4), train.FitOptions{Epochs: 1})
			assert.ErrorContains(t, err, "running already")
			return nil
		}}})
	assert.NoError(t, err)
}

func TestFitStopsEarly(t *testing.T) {
	t.Parallel()
	b := blobTrainer()
	b.Optimizer = optim.NewSGD(0)
	b.Net = spiking(2, 12, 2, 0) // no noise, no learning: no epoch is better than the first
	o := train.FitOptions{Epochs: 20, Monitor: train.Monitor{Patience: 3},
		Validation: blobData(8, 4)}
	h := fitted(t, b, blobData(8, 4), o)
	assert.Len(t, h.Epochs, 4)
	assert.Equal(t, "early, 3 epochs after the best", h.Stopped)
	best, ok := h.Best()
	assert.True(t, ok)
	assert.Equal(t, 0, best.Epoch)

	o.ValidateEvery = 2 // the number is seen at epochs 1, 3, 5, 7
	h = fitted(t, b, blobData(8, 4), o)
	assert.Len(t, h.Epochs, 8)
	assert.Nil(t, h.Epochs[6].Validation)
	assert.NotNil(t, h.Epochs[7].Validation)

	o.Monitor.Metric = "beauty"
	batches := 0
	o.Hooks.OnBatch = func(train.Batch) error { batches++; return nil }
	_, err := b.Fit(t.Context(), blobData(8, 4), o)
	assert.ErrorIs(t, err, train.ErrSettings)
	assert.ErrorContains(t, err, `Monitor.Metric is "beauty", there is the loss and ["accuracy"]`)
	b.Metrics = []train.Metric{{Name: "right", Of: train.Accuracy}}
	_, err = b.Fit(t.Context(), blobData(8, 4), o)
	assert.ErrorContains(t, err, `Monitor.Metric is "beauty", there is the loss and ["right"]`)
	assert.Zero(t, batches, "refused before anything is trained")
}

// The best epoch is what is left in the store.
func TestFitRestoresTheBest(t *testing.T) {
	t.Parallel()
	b := blobTrainer()
	b.Optimizer = optim.NewSGD(0)
	n := 0
	best := map[string]any{}
	loss := []float64{5, 3, 4, 4, 4}
	b.Metrics = []train.Metric{}
	b.Loss = func(out, target *graph.Node) *graph.Node { // as much as the parameter says
		return crossEntropy(out, target).Scale(0).Add(out.Graph().Param("level", graph.Var{Shape: []int{}, Init: gauss(1)}))
	}
	b.Store = graph.NewStore(1)
	require.NoError(t, b.Store.Put("level", tensorOf([]float32{9}, 1), true))
	h := fitted(t, b, blobData(4, 4), train.FitOptions{Epochs: 5,
		Checkpoint: train.Checkpoint{Dir: t.TempDir()}, Monitor: train.Monitor{Restore: true},
		Hooks: train.Hooks{
			OnBatch: func(train.Batch) error {
				b.Store.Get("level").Value.Float32s()[0] = float32(loss[min(n, 4)])
				n++
				return nil
			},
			OnEpoch: func(e train.Epoch) error {
				if e.Best {
					best = weights(b.Store)
				}
				return nil
			}}})
	e, _ := h.Best()
	assert.Equal(t, 2, e.Epoch) // loss[1] is seen in the epoch after
	assert.Equal(t, best, weights(b.Store))
}

func TestFitSettings(t *testing.T) {
	t.Parallel()
	b := &train.BPTT[rnnState]{Steps: -1, Truncate: 1, Segment: 1, Accumulate: -1, ClipNorm: math.NaN(),
		Chunks: train.Chunks{K: 1, Stride: 2}}
	_, err := b.Fit(t.Context(), train.Data{}, train.FitOptions{Tail: -1, ValidateEvery: -1, LogEvery: -1,
		Monitor: train.Monitor{MinDelta: -1, Patience: -1, Restore: true}, Checkpoint: train.Checkpoint{Every: -1}})
	require.ErrorIs(t, err, train.ErrSettings)
	for _, field := range []string{"Net", "Loss", "Optimizer", "Steps", "Segment", "Accumulate", "ClipNorm", "Chunks",
		"Data.Epoch", "Epochs", "Tail", "ValidateEvery", "LogEvery", "Monitor.MinDelta", "Monitor.Patience",
		"Monitor.Restore", "Checkpoint.Every", "Checkpoint.Dir"} {
		assert.ErrorContains(t, err, ": "+field+" is ")
	}
	for _, b := range []*train.BPTT[rnnState]{
		{Steps: 3, Chunks: train.Chunks{K: 2}}, {Accumulate: 2, Chunks: train.Chunks{K: 2}},
	} {
		_, err := b.Evaluate(t.Context(), train.Data{})
		assert.ErrorContains(t, err, "Chunks.K is 2")
	}
}

func TestFitEmptyData(t *testing.T) {
	t.Parallel()
	_, err := blobTrainer().Fit(t.Context(), train.FromBatches(), train.FitOptions{Epochs: 1})
	assert.ErrorIs(t, err, datasets.ErrEmpty)
	_, err = blobTrainer().Evaluate(t.Context(), train.FromBatches())
	assert.ErrorIs(t, err, datasets.ErrEmpty)
	_, err = blobTrainer().Evaluate(t.Context(), train.Data{})
	assert.ErrorIs(t, err, train.ErrSettings)
	_, err = blobTrainer().Fit(t.Context(), train.FromSource(nil, datasets.BatchOptions{Size: 4}), train.FitOptions{Epochs: 1})
	assert.ErrorIs(t, err, datasets.ErrEmpty)
	_, err = blobTrainer().Predict(t.Context(), tensorOf([]float32{}, 0, 2))
	assert.ErrorIs(t, err, datasets.ErrEmpty)
	assert.ErrorContains(t, err, "the input has shape [0 2]")
	none := train.Data{Epoch: func(context.Context, int) iter.Seq2[datasets.Batch, error] { return nil }}
	_, err = blobTrainer().Fit(t.Context(), none, train.FitOptions{Epochs: 1})
	assert.ErrorContains(t, err, "Data.Epoch(0) returned nil, want batches")
	_, err = blobTrainer().Evaluate(t.Context(), none)
	assert.ErrorIs(t, err, train.ErrSettings)
	once := blobData(8, 4)
	all := once.Epoch
	once.Epoch = func(ctx context.Context, n int) iter.Seq2[datasets.Batch, error] {
		if n > 0 {
			return train.FromBatches().Epoch(ctx, 0)
		}
		return all(ctx, n)
	}
	h, err := blobTrainer().Fit(t.Context(), once, train.FitOptions{Epochs: 3})
	assert.ErrorIs(t, err, datasets.ErrEmpty, "an exhausted source")
	assert.Len(t, h.Epochs, 1)
}

func TestFitRefusesBadBatches(t *testing.T) {
	t.Parallel()
	x := func() datasets.Batch {
		return datasets.Batch{X: tensorOf([]float32{1, 0, 0, 1}, 2, 2), Y: tensorOf([]int32{0, 1}, 2)}
	}
	nan, label, low, shape, view, none := x(), x(), x(), x(), x(), x()
	nan.X.Float32s()[3] = float32(math.NaN())
	label.Y.Int32s()[1] = 2
	low.Y.Int32s()[0] = -100
	shape.X = tensorOf(make([]float32, 6), 2, 3)
	require.NoError(t, view.X.T())
	none.X = nil
	for name, c := range map[string]struct {
		batch datasets.Batch
		is    error
		text  string
	}{
		"nan":   {nan, datasets.ErrNotFinite, "epoch 0, batch 1, update 2: not a finite number: element [1 1] of the input is NaN"},
		"label": {label, datasets.ErrLabel, "label 2 at [1] of the target, expected 0 to 1"},
		"low":   {low, datasets.ErrLabel, "label -100 at [0]"},
		"shape": {shape, graph.ErrShape, "Float32[2 3]"},
		"view":  {view, graph.ErrValue, "clone it"},
		"none":  {none, datasets.ErrShape, "the input is nil"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := blobTrainer()
			good := fitted(t, blobTrainer(), train.FromBatches(x()), train.FitOptions{Epochs: 1})
			h, err := b.Fit(t.Context(), train.FromBatches(x(), c.batch), train.FitOptions{Epochs: 1})
			assert.ErrorIs(t, err, c.is)
			assert.ErrorContains(t, err, c.text)
			assert.Equal(t, good.Batches, h.Batches)
		})
	}
	b := blobTrainer()
	b.Loss = func(out, _ *graph.Node) *graph.Node { return out.Mean() }
	b.Ignore = []int{-100}
	s, err := b.Evaluate(t.Context(), train.FromBatches(low))
	require.NoError(t, err)
	a, _ := s.Metric("accuracy")
	assert.Contains(t, []float64{0, 1}, a, "of one sample")
}

// A loss that is not finite leaves parameters as they were and names where it came about.
func TestFitStopsAtNaN(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(x *graph.Node) *graph.Node // of the hidden state: 0/0 or 1/0 from the second batch on
		text  string
	}{
		"loss":     {func(x *graph.Node) *graph.Node { return x.Add(x.Sub(x).Log()) }, "the loss is +Inf: not finite; the first such value: poison: "},
		"gradient": {func(x *graph.Node) *graph.Node { return x.Add(x.Sub(x).Sqrt()) }, "the squared norm of the gradient of "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := recallTrainer()
			var before map[string]any
			bad := false
			net := b.Net
			b.Net = func(g *graph.Graph, training bool) train.Step[rnnState] {
				step := net(g, training)
				return func(x *graph.Node, s rnnState) (*graph.Node, rnnState) {
					y, next := step(x, s)
					if bad {
						end := g.Scope("poison")
						y = c.spoil(y)
						end()
					}
					return y, next
				}
			}
			h, err := b.Fit(t.Context(), train.FromBatches(sequences(4, 2, 1, 1), sequences(4, 3, 1, 2)),
				train.FitOptions{Epochs: 1, Hooks: train.Hooks{OnBatch: func(train.Batch) error {
					bad = true // another shape: another program
					before = weights(b.Store)
					return nil
				}}})
			require.ErrorIs(t, err, graph.ErrNonFinite)
			assert.ErrorContains(t, err, "epoch 0, batch 1, update 2: ")
			assert.ErrorContains(t, err, c.text)
			assert.Len(t, h.Batches, 1)
			assert.Equal(t, before, weights(b.Store))
		})
	}
}

func TestFitModelFaults(t *testing.T) {
	t.Parallel()
	fit := func(change func(b *train.BPTT[rnnState])) error {
		b := recallTrainer()
		change(b)
		_, err := b.Fit(t.Context(), train.FromBatches(sequences(4, 2, 1, 1)), train.FitOptions{Epochs: 1})
		return err
	}
	err := fit(func(b *train.BPTT[rnnState]) {
		b.Loss = func(out, target *graph.Node) *graph.Node { return out.Sub(target) }
	})
	assert.ErrorIs(t, err, graph.ErrShape)
	assert.ErrorContains(t, err, "want a float scalar")
	err = fit(func(b *train.BPTT[rnnState]) {
		b.Metrics = []train.Metric{{Name: "m", Of: func(out, _ *graph.Node) *graph.Node { return out }}}
	})
	assert.ErrorContains(t, err, `metric "m"`)
	err = fit(func(b *train.BPTT[rnnState]) { b.Loss = func(_, _ *graph.Node) *graph.Node { return nil } })
	assert.ErrorContains(t, err, "the loss: value out of its domain: it is nil")
	err = fit(func(b *train.BPTT[rnnState]) {
		b.Metrics = []train.Metric{{Name: "m", Of: func(_, _ *graph.Node) *graph.Node { return nil }}}
	})
	assert.ErrorContains(t, err, `metric "m": value out of its domain: it is nil`)
	err = fit(func(b *train.BPTT[rnnState]) {
		b.Metrics = []train.Metric{{Name: "m", Of: mean}, {Name: "m", Of: mean}, {Name: "loss", Of: mean}}
	})
	assert.ErrorContains(t, err, `Metrics[1]: value out of its domain: the name "m" is taken`)
	assert.ErrorContains(t, err, `Metrics[2]: value out of its domain: the name "loss" is taken`)
	err = fit(func(b *train.BPTT[rnnState]) { b.Metrics = []train.Metric{{}} })
	assert.ErrorContains(t, err, "Metrics[0]")
	err = fit(func(b *train.BPTT[rnnState]) {
		b.Metrics = []train.Metric{{Name: "accuracy", Of: train.Accuracy}}
	})
	assert.ErrorIs(t, err, graph.ErrDType)
	err = fit(func(b *train.BPTT[rnnState]) {
		b.Net = func(*graph.Graph, bool) train.Step[rnnState] { return nil }
	})
	assert.ErrorContains(t, err, "the step is nil")
	err = fit(func(b *train.BPTT[rnnState]) {
		b.Net = func(*graph.Graph, bool) train.Step[rnnState] {
			return func(x *graph.Node, s rnnState) (*graph.Node, rnnState) { return x, rnnState{x} }
		}
		b.Init = func(g *graph.Graph, n int) rnnState { return rnnState{g.Const(graph.Float32, 0, n, 1)} }
	})
	assert.ErrorContains(t, err, "no parameters to train")
}

// The order of epochs is told to schedules.
func TestFitTellsSchedulesTheEpoch(t *testing.T) {
	t.Parallel()
	b := blobTrainer()
	fitted(t, b, blobData(8, 4), train.FitOptions{Epochs: 3})
	assert.Equal(t, []int32{2}, b.Store.Get("optim.epoch").Value.Int32s())
}
