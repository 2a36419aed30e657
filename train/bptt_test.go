package train_test

import (
	"context"
	"math"
	"strconv"
	"sync"
	"testing"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/spikegraph/spikegraph/train"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

func TestLearnsDelayedRecall(t *testing.T) {
	t.Parallel()
	b := recallTrainer()
	data := train.FromBatches(sequences(16, 16, 2, 1), sequences(16, 16, 2, 2))
	fitted(t, b, data, train.FitOptions{Epochs: 300})
	s, err := b.Evaluate(t.Context(), train.FromBatches(sequences(16, 32, 2, 9)))
	require.NoError(t, err)
	assert.Less(t, s.Loss, 0.03, "always 0.5 is 0.25")
}

func TestLearnsXORInTime(t *testing.T) {
	t.Parallel()
	x, y := make([]float32, 6*4), make([]int32, 4)
	for i := range 4 { // one bit at step 0, the other at step 3
		x[0*4+i], x[3*4+i] = float32(i%2), float32(i/2)
		y[i] = int32(i%2 ^ i/2)
	}
	last := func(out, target *graph.Node) *graph.Node { return crossEntropy(out.Narrow(0, 5, 1), target) }
	b := &train.BPTT[rnnState]{Net: rnn(1, 16, 2), Loss: last, Optimizer: optim.NewAdam(0.01), Seed: 5,
		Metrics: []train.Metric{{Name: "right", Of: func(out, target *graph.Node) *graph.Node {
			return train.Accuracy(out.Narrow(0, 5, 1), target)
		}}}}
	h := fitted(t, b, train.FromBatches(datasets.Batch{X: tensorOf(x, 6, 4, 1), Y: tensorOf(y, 4)}),
		train.FitOptions{Epochs: 400})
	e, _ := h.Last()
	right, ok := e.Metric("right")
	assert.True(t, ok)
	assert.Equal(t, 1.0, right)
	assert.Less(t, e.Loss, 0.1)
}

func TestLearnsWithSpikes(t *testing.T) {
	t.Parallel()
	b := blobTrainer()
	h := fitted(t, b, blobData(128, 16), train.FitOptions{Epochs: 12,
		Validation: train.FromSource(blobs(64, 2), datasets.BatchOptions{Size: 50})})
	require.Len(t, h.Epochs, 12)
	e, _ := h.Last()
	accuracy, ok := e.Validation.Metric("accuracy")
	assert.True(t, ok)
	assert.Greater(t, accuracy, 0.95)
	assert.Equal(t, 64, e.Validation.Samples)
	assert.Less(t, e.Loss, h.Epochs[0].Loss)
	for _, layer := range []string{"hidden", "out"} {
		r, ok := e.Rate(layer)
		assert.True(t, ok, layer)
		assert.Greater(t, r, 0.0, layer)
		assert.Less(t, r, 1.0, layer)
	}
	assert.Equal(t, 12*8, e.Updates)
	assert.Len(t, h.Batches, 12*8)
}

// The rates are the means of the spikes.
func TestRatesAreThoseOfTheOutput(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(b *train.BPTT[lifState]){
		"plain":    func(*train.BPTT[lifState]) {},
		"segments": func(b *train.BPTT[lifState]) { b.Segment = 3 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := blobTrainer()
			change(b)
			batch := firstBatch(t, blobData(32, 32))
			s, err := b.Evaluate(t.Context(), train.FromBatches(batch))
			require.NoError(t, err)
			z, err := b.Predict(t.Context(), batch.X)
			require.NoError(t, err)
			assert.Equal(t, []int{8, 32, 2}, []int(z.Shape()))
			sum := 0.0
			for _, v := range z.Float32s() {
				sum += float64(v)
			}
			require.Positive(t, sum)
			rate, _ := s.Rate("out")
			assert.InDelta(t, sum/(8*32*2), rate, 1e-6)
		})
	}
}

func firstBatch(t *testing.T, d train.Data) datasets.Batch {
	t.Helper()
	for b, err := range d.Epoch(t.Context(), 0) {
		require.NoError(t, err)
		return b
	}
	return datasets.Batch{}
}

func TestEpochScoresAreMeansOverSamples(t *testing.T) {
	t.Parallel()
	b := blobTrainer()
	b.Optimizer = optim.NewSGD(0)
	h := fitted(t, b, blobData(20, 8), train.FitOptions{Epochs: 1}) // batches of 8, 8, 4
	var loss, accuracy, norm float64
	for _, r := range h.Batches {
		a, _ := r.Metric("accuracy")
		loss += r.Loss * float64(r.Samples) / 20
		accuracy += a * float64(r.Samples) / 20
		norm += r.GradNorm * float64(r.Samples) / 20
	}
	e, _ := h.Last()
	assert.Equal(t, 20, e.Samples)
	assert.InDelta(t, loss, e.Loss, 1e-12)
	assert.InDelta(t, norm, e.GradNorm, 1e-12)
	a, _ := e.Metric("accuracy")
	assert.InDelta(t, accuracy, a, 1e-12)
}

// The norm that is reported is that of the update of plain gradient descent, and clipping scales it.
func TestGradientNormAndClipping(t *testing.T) {
	t.Parallel()
	update := func(clip float64) (norm, moved float64) {
		b := recallTrainer()
		b.Optimizer, b.ClipNorm = optim.NewSGD(1), clip
		batch := sequences(6, 4, 1, 1)
		_, err := b.Evaluate(t.Context(), train.FromBatches(batch)) // makes the parameters
		require.NoError(t, err)
		before := weights(b.Store)
		h := fitted(t, b, train.FromBatches(batch), train.FitOptions{Epochs: 1})
		sum := 0.0
		for _, p := range b.Store.Params() {
			if p.Trained {
				for i, w := range p.Value.Float32s() {
					d := float64(w - before[p.Name].([]float32)[i])
					sum += d * d
				}
			}
		}
		return h.Batches[0].GradNorm, math.Sqrt(sum)
	}
	norm, moved := update(0)
	require.Positive(t, norm)
	assert.InEpsilon(t, norm, moved, 1e-4)
	same, moved := update(norm * 2)
	assert.Equal(t, norm, same)
	assert.InEpsilon(t, norm, moved, 1e-4)
	same, moved = update(norm / 4)
	assert.Equal(t, norm, same, "reported before clipping")
	assert.InEpsilon(t, norm/4, moved, 1e-4)
}

// Gradients of the state that stop at every step are those of another function: the loss differs.
func TestTruncateChangesTheGradient(t *testing.T) {
	t.Parallel()
	norm := func(truncate, segment int) float64 {
		b := recallTrainer()
		b.Truncate, b.Segment = truncate, segment
		return fitted(t, b, train.FromBatches(sequences(9, 4, 2, 1)), train.FitOptions{Epochs: 1}).Batches[0].GradNorm
	}
	full := norm(0, 0)
	assert.NotEqual(t, full, norm(1, 0))
	assert.InEpsilon(t, full, norm(9, 0), 1e-6)
	assert.InEpsilon(t, full, norm(0, 4), 1e-5)
}

// The initial state may be trained.
func TestInit(t *testing.T) {
	t.Parallel()
	b := recallTrainer()
	b.Init = func(g *graph.Graph, batch int) rnnState {
		h := g.Param("rnn.H0", graph.Var{Shape: []int{16}, Init: gauss(1)})
		return rnnState{h.BroadcastTo(batch, 16)}
	}
	batch := sequences(4, 3, 1, 1)
	_, err := b.Evaluate(t.Context(), train.FromBatches(batch))
	require.NoError(t, err)
	before := weights(b.Store)["rnn.H0"]
	fitted(t, b, train.FromBatches(batch), train.FitOptions{Epochs: 1})
	assert.NotEqual(t, before, weights(b.Store)["rnn.H0"])
}

func TestPredictIsConcurrent(t *testing.T) {
	t.Parallel()
	b := blobTrainer()
	x := map[int]*tensor.Dense{}
	want := map[int][]float32{}
	for _, n := range []int{1, 3, 8} {
		x[n] = firstBatch(t, blobData(n, n)).X
		fresh := blobTrainer()
		z, err := fresh.Predict(t.Context(), x[n])
		require.NoError(t, err)
		want[n] = z.Float32s()
	}
	var wg sync.WaitGroup
	for range 4 {
		for n := range x {
			wg.Go(func() {
				z, err := b.Predict(t.Context(), x[n])
				if assert.NoError(t, err) {
					assert.Equal(t, want[n], z.Float32s())
				}
				_, err = b.Evaluate(t.Context(), blobData(n, n))
				assert.NoError(t, err)
			})
		}
	}
	wg.Wait()
}

func TestPredictErrors(t *testing.T) {
	t.Parallel()
	b := recallTrainer()
	x := tensorOf(make([]float32, 12), 3, 4, 1)
	x.Float32s()[7] = float32(math.Inf(1))
	_, err := b.Predict(t.Context(), x)
	assert.ErrorIs(t, err, datasets.ErrNotFinite)
	assert.ErrorContains(t, err, "element [1 3 0] of the input is +Inf")
	_, err = b.Predict(t.Context(), nil)
	assert.ErrorIs(t, err, datasets.ErrShape)
	_, err = b.Predict(t.Context(), tensorOf(make([]float32, 12), 3, 2, 2))
	assert.ErrorIs(t, err, graph.ErrShape, "the weights are for one input")
	_, err = b.Predict(t.Context(), tensorOf(make([]int32, 12), 3, 4, 1))
	assert.ErrorIs(t, err, graph.ErrDType)
	_, err = b.Predict(t.Context(), tensorOf(make([]float32, 3), 3))
	assert.ErrorContains(t, err, "want sequences [T B ...]")
	_, err = b.Predict(t.Context(), tensor.New(tensor.WithShape(2, 1, 1), tensor.WithBacking([]string{"a", "b"})))
	assert.ErrorIs(t, err, graph.ErrDType)
	done, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = b.Predict(done, tensorOf(make([]float32, 12), 3, 4, 1))
	assert.ErrorIs(t, err, context.Canceled)
	_, err = (&train.BPTT[rnnState]{}).Predict(t.Context(), x)
	assert.ErrorIs(t, err, train.ErrSettings)
}

// A training step of a shape that was seen allocates what its records need, whatever the size.
func TestStepsAllocateLittle(t *testing.T) {
	b := recallTrainer()
	b.Options.Workers = 1
	batch := sequences(20, 8, 1, 1)
	allocs := func(n int) float64 {
		batches := make([]datasets.Batch, n)
		for i := range batches {
			batches[i] = batch
		}
		d := train.FromBatches(batches...)
		return testing.AllocsPerRun(3, func() { fitted(t, b, d, train.FitOptions{Epochs: 1}) })
	}
	perBatch := (allocs(120) - allocs(20)) / 100
	assert.Less(t, perBatch, 4.0)
}

func BenchmarkFit(b *testing.B) {
	for _, steps := range []int{10, 100} {
		b.Run("T="+strconv.Itoa(steps), func(b *testing.B) {
			b.ReportAllocs()
			tr := recallTrainer()
			batches := make([]datasets.Batch, b.N)
			for i := range batches {
				batches[i] = sequences(steps, 32, 1, 1)
			}
			b.ResetTimer()
			_, err := tr.Fit(b.Context(), train.FromBatches(batches...), train.FitOptions{Epochs: 1})
			require.NoError(b, err)
		})
	}
}
