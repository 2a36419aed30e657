package train_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/spikegraph/spikegraph/train"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestChunksOfWholeSequenceAreFullBPTT(t *testing.T) {
	t.Parallel()
	data := train.FromBatches(sequences(10, 4, 2, 1), sequences(10, 4, 2, 2), sequences(7, 3, 2, 3))
	full := recallTrainer()
	want := fitted(t, full, data, train.FitOptions{Epochs: 3})
	for _, k := range []int{10, 11, 100} {
		b := recallTrainer()
		b.Chunks.K = k
		got := fitted(t, b, data, train.FitOptions{Epochs: 3})
		assert.Equal(t, weights(full.Store), weights(b.Store), k)
		assert.Equal(t, want.Batches, got.Batches, k)
	}
}

// leaky is v' = 0.5 v + w x: everything about its gradients can be written down.
func leaky(g *graph.Graph, _ bool) train.Step[rnnState] {
	w := g.Param("w", graph.Var{Shape: []int{1}, Init: gauss(1)})
	return func(x *graph.Node, s rnnState) (*graph.Node, rnnState) {
		v := s.H.Else(x.Like(0)).Scale(0.5).Add(x.Mul(w))
		return v, rnnState{v}
	}
}

// With a rate of zero, updates change nothing: losses of the chunks are those of the whole
// sequence, whatever the overlap, because the state is handed on.
func TestChunksHandTheStateOn(t *testing.T) {
	t.Parallel()
	batch := sequences(11, 3, 1, 4)
	run := func(c train.Chunks) train.Batch {
		b := &train.BPTT[rnnState]{Net: leaky, Loss: meanSquare, Optimizer: optim.NewSGD(0), Seed: 1, Chunks: c}
		return fitted(t, b, train.FromBatches(batch), train.FitOptions{Epochs: 1}).Batches[0]
	}
	want := run(train.Chunks{})
	require.Positive(t, want.Loss)
	for _, c := range []struct {
		k, stride, updates int
	}{{1, 0, 11}, {3, 0, 4}, {4, 2, 6}, {5, 5, 3}, {8, 3, 4}, {11, 1, 11}, {6, 1, 11}} {
		got := run(train.Chunks{K: c.k, Stride: c.stride})
		assert.InEpsilon(t, want.Loss, got.Loss, 1e-5, "%+v", c)
		assert.Equal(t, c.updates, got.Updates, "%+v", c)
	}
}

// Williams and Peng's gradient of one chunk: the errors of Stride new steps, through K steps.
func TestChunkGradients(t *testing.T) {
	t.Parallel()
	const steps, k, stride = 8, 4, 2
	batch := sequences(steps, 2, 1, 4)
	b := &train.BPTT[rnnState]{Net: leaky, Loss: meanSquare, Optimizer: optim.NewSGD(0), Seed: 1,
		Chunks: train.Chunks{K: k, Stride: stride}}
	got := fitted(t, b, train.FromBatches(batch), train.FitOptions{Epochs: 1}).Batches[0].GradNorm
	mean := 0.0
	for n := 0; n < steps; n += stride {
		mean += chunkNorm(t, batch, max(0, n+stride-k), n, n+stride) * stride / steps
	}
	assert.InEpsilon(t, mean, got, 1e-5)
}

// chunkNorm computes the gradient of the loss over [count, to) by a loop of its own, where the state
// at from is a constant.
func chunkNorm(t *testing.T, b datasets.Batch, from, count, to int) float64 {
	g := graph.NewIn(graph.NewStore(1))
	step := leaky(g, true)
	x, y := g.Literal(b.X), g.Literal(b.Y)
	s := rnnState{x.Index(0).Like(0)}
	if from > 0 {
		_, s = graph.Loop(x.Slice(graph.Range{From: 0, To: from}), s, step)
		s.H = s.H.StopGradient()
	}
	out, _ := graph.Loop(x.Slice(graph.Range{From: from, To: to}), s, step)
	loss := meanSquare(out.Slice(graph.Range{From: count - from, To: to - from}), y.Slice(graph.Range{From: count, To: to}))
	prog, err := g.Compile(autodiff.Grad(loss, g.Trained()...)[0].Abs())
	require.NoError(t, err)
	r, err := prog.Run()
	require.NoError(t, err)
	return float64(r[0].Float32s()[0])
}

// A state in slices is handed on too.
func TestChunksWithAStateInSlices(t *testing.T) {
	t.Parallel()
	type deep struct{ Layers []rnnState }
	loss := func(c train.Chunks) float64 {
		b := &train.BPTT[deep]{Loss: meanSquare, Optimizer: optim.NewSGD(0), Seed: 1, Chunks: c,
			Init: func(*graph.Graph, int) deep { return deep{make([]rnnState, 2)} },
			Net: func(g *graph.Graph, training bool) train.Step[deep] {
				step := leaky(g, training)
				return func(x *graph.Node, s deep) (*graph.Node, deep) {
					next := deep{make([]rnnState, 2)}
					for i := range next.Layers {
						x, next.Layers[i] = step(x, s.Layers[i])
					}
					return x, next
				}
			}}
		return fitted(t, b, train.FromBatches(sequences(9, 2, 1, 1)), train.FitOptions{Epochs: 1}).Batches[0].Loss
	}
	assert.InEpsilon(t, loss(train.Chunks{}), loss(train.Chunks{K: 4, Stride: 2}), 1e-5)
}

// What is handed on is not written while it is read: here two values change places.
func TestChunksOfAStateThatChangesPlaces(t *testing.T) {
	t.Parallel()
	type pair struct{ A, B *graph.Node }
	loss := func(c train.Chunks) float64 {
		b := &train.BPTT[pair]{Loss: meanSquare, Optimizer: optim.NewSGD(0), Seed: 1, Chunks: c,
			Net: func(g *graph.Graph, _ bool) train.Step[pair] {
				w := g.Param("w", graph.Var{Shape: []int{1}, Init: gauss(1)})
				return func(x *graph.Node, s pair) (*graph.Node, pair) {
					s.A, s.B = s.A.Else(x.Like(1)), s.B.Else(x.Like(2))
					return s.A.Sub(s.B).Add(x.Mul(w)), pair{s.B.Scale(0.75), s.A.Add(x)}
				}
			}}
		return fitted(t, b, train.FromBatches(sequences(9, 2, 1, 1)), train.FitOptions{Epochs: 1}).Batches[0].Loss
	}
	want := loss(train.Chunks{})
	assert.InEpsilon(t, want, loss(train.Chunks{K: 1}), 1e-5)
	assert.InEpsilon(t, want, loss(train.Chunks{K: 3}), 1e-5)
	assert.InEpsilon(t, want, loss(train.Chunks{K: 4, Stride: 3}), 1e-5)
}

func TestChunksLearn(t *testing.T) {
	t.Parallel()
	b := recallTrainer()
	b.Chunks = train.Chunks{K: 8, Stride: 4}
	fitted(t, b, train.FromBatches(sequences(64, 16, 2, 1)), train.FitOptions{Epochs: 60})
	s, err := b.Evaluate(t.Context(), train.FromBatches(sequences(64, 8, 2, 5)))
	require.NoError(t, err)
	assert.Less(t, s.Loss, 0.05)
}

func TestChunksOfLabels(t *testing.T) {
	t.Parallel()
	batch := sequences(6, 3, 1, 1)
	batch.Y = tensorOf([]int32{0, 1, 1}, 3)
	b := &train.BPTT[rnnState]{Net: rnn(1, 4, 2), Loss: crossEntropy, Optimizer: optim.NewSGD(0.1), Chunks: train.Chunks{K: 2}}
	_, err := b.Fit(t.Context(), train.FromBatches(batch), train.FitOptions{Epochs: 1})
	assert.ErrorIs(t, err, datasets.ErrShape)
	assert.ErrorContains(t, err, "or Chunks.Whole")
	b.Chunks.Whole = true
	assert.Equal(t, 3, fitted(t, b, train.FromBatches(batch), train.FitOptions{Epochs: 1}).Batches[0].Updates)
}
