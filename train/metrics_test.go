package train_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/spikegraph/spikegraph/train"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAccuracy(t *testing.T) {
	t.Parallel()
	g := graph.New()
	out := g.Values(graph.Float32, []float64{ // [T B C] = [2 3 2]
		1, 0 /**/, 0, 1 /**/, 1, 1,
		1, 0 /**/, 0, 0 /**/, 1, 1,
	}, 2, 3, 2)
	sample := g.Values(graph.Int32, []float64{0, 0, 0}, 3)
	step := g.Values(graph.Int32, []float64{0, 1, 0, 1, 0, 1}, 2, 3)
	prog, err := g.Compile(train.Accuracy(out, sample), train.Accuracy(out, step))
	require.NoError(t, err)
	r, err := prog.Run()
	require.NoError(t, err)
	assert.InDelta(t, 2.0/3, r[0].Float32s()[0], 1e-6, "of equal sums the first")
	assert.InDelta(t, 4.0/6, r[1].Float32s()[0], 1e-6)

	train.Accuracy(out, g.Values(graph.Int32, []float64{0, 0}, 2))
	assert.ErrorIs(t, g.Err(), graph.ErrShape)
	bad := train.Accuracy(train.Accuracy(out, nil), sample)
	assert.False(t, bad.Valid())
	assert.ErrorIs(t, g.Err(), graph.ErrDType)
}

// identity is a net that returns its input.
func identity(*graph.Graph, bool) train.Step[struct{}] {
	return func(x *graph.Node, s struct{}) (*graph.Node, struct{}) { return x, s }
}

// mean is a loss that does not look at the target.
func mean(out, _ *graph.Node) *graph.Node { return out.Mean() }

func TestIgnoredLabels(t *testing.T) {
	t.Parallel()
	b := &train.BPTT[struct{}]{Net: identity, Loss: mean, Steps: 1, Ignore: []int{-1, 9}}
	accuracy := func(labels ...int32) float64 {
		x := tensorOf([]float32{1, 0, 1, 0, 1, 0, 1, 0}, 4, 2)
		s, err := b.Evaluate(t.Context(), train.FromBatches(datasets.Batch{X: x, Y: tensorOf(labels, 4)}))
		require.NoError(t, err)
		a, _ := s.Metric("accuracy")
		return a
	}
	assert.Equal(t, 0.5, accuracy(0, -1, 1, 9))
	assert.Equal(t, 0.0, accuracy(-1, -1, 9, 9), "nothing counts")
	assert.Equal(t, 0.75, accuracy(0, 0, 1, 0))
}

// Marks of a step are rates; those of a loop within it are not, and names are unique.
func TestRatesOfMarks(t *testing.T) {
	t.Parallel()
	b := &train.BPTT[struct{}]{Loss: mean, Rates: true,
		Net: func(g *graph.Graph, _ bool) train.Step[struct{}] {
			return func(x *graph.Node, s struct{}) (*graph.Node, struct{}) {
				x.Scale(2).Mark()
				end := g.Scope("layer")
				x.Ge(x.Like(0.5)).Mark()
				x.Scale(3).Mark()
				graph.Loop(g.Const(graph.Float32, 1, 4), x, func(_, v *graph.Node) (*graph.Node, *graph.Node) {
					return v.Scale(1).Mark(), v
				})
				end()
				return x, s
			}
		}}
	x := tensorOf([]float32{0, 0.25, 0.75, 1}, 2, 1, 2)
	s, err := b.Evaluate(t.Context(), train.FromBatches(datasets.Batch{X: x}))
	require.NoError(t, err)
	assert.Equal(t, []train.Value{{"#1", 1}, {"layer", 0.5}, {"layer#2", 1.5}}, s.Rates)
	assert.Empty(t, s.Metrics)
	assert.Equal(t, 0.5, s.Loss)
	b = &train.BPTT[struct{}]{Net: b.Net, Loss: mean}
	s, err = b.Evaluate(t.Context(), train.FromBatches(datasets.Batch{X: x}))
	require.NoError(t, err)
	assert.Empty(t, s.Rates)
}

func TestEvaluateErrors(t *testing.T) {
	t.Parallel()
	b := &train.BPTT[struct{}]{Net: identity, Steps: 1,
		Loss: func(out, target *graph.Node) *graph.Node {
			defer out.Graph().Scope("readout")()
			return out.Log().Mean()
		}}
	eval := func(batches ...datasets.Batch) error {
		_, err := b.Evaluate(t.Context(), train.FromBatches(batches...))
		return err
	}
	good := datasets.Batch{X: tensorOf([]float32{1, 2}, 1, 2), Y: tensorOf([]int32{0}, 1)}
	require.NoError(t, eval(good))
	zero := datasets.Batch{X: tensorOf([]float32{0, 2}, 1, 2), Y: good.Y}
	err := eval(good, zero)
	assert.ErrorIs(t, err, graph.ErrNonFinite)
	assert.ErrorContains(t, err, "train: Evaluate: batch 1: ")
	assert.ErrorContains(t, err, "readout: ")
	err = eval(good, datasets.Batch{X: good.X})
	assert.ErrorIs(t, err, datasets.ErrShape)
	assert.ErrorContains(t, err, "has each batch a target?")
	assert.ErrorIs(t, eval(datasets.Batch{X: good.X, Y: tensorOf([]int32{5}, 1)}), datasets.ErrLabel)
	assert.ErrorIs(t, eval(datasets.Batch{X: good.X, Y: tensorOf([]float32{float32(math.NaN())}, 1)}), datasets.ErrNotFinite)
	assert.ErrorIs(t, eval(datasets.Batch{X: good.X, Y: tensorOf([]int32{0, 1}, 2)}), graph.ErrShape, "two labels, one sample")
}

// Labels of every step are cut with the chunks.
func TestChunksOfLabelsPerStep(t *testing.T) {
	t.Parallel()
	b := &train.BPTT[rnnState]{Net: rnn(1, 16, 2), Optimizer: optim.NewAdam(0.01), Seed: 1, Chunks: train.Chunks{K: 6},
		Loss: func(out, target *graph.Node) *graph.Node {
			return target.OneHot(2, graph.Float32).Mul(out.LogSoftmax(-1)).Sum(-1).Mean().Neg()
		}}
	batch := sequences(24, 8, 1, 1)
	labels := make([]int32, 24*8)
	for i, y := range batch.Y.Float32s() {
		labels[i] = int32(y)
	}
	batch.Y = tensorOf(labels, 24, 8)
	h := fitted(t, b, train.FromBatches(batch), train.FitOptions{Epochs: 60})
	e, _ := h.Last()
	a, _ := e.Metric("accuracy")
	assert.Greater(t, a, 0.9)
	labels[100] = 7
	_, err := b.Fit(t.Context(), train.FromBatches(batch), train.FitOptions{Epochs: 1})
	assert.ErrorIs(t, err, datasets.ErrLabel)
	assert.ErrorContains(t, err, "steps 12 to 17: ")
	_, err = b.Fit(t.Context(), train.FromBatches(datasets.Batch{X: tensorOf(make([]float32, 4), 4)}), train.FitOptions{Epochs: 1})
	assert.ErrorIs(t, err, datasets.ErrShape)
}

// The network is told what it is placed for.
func TestNetIsToldOfTraining(t *testing.T) {
	t.Parallel()
	b := recallTrainer()
	net := b.Net
	var told []bool
	b.Net = func(g *graph.Graph, training bool) train.Step[rnnState] {
		told = append(told, training)
		return net(g, training)
	}
	data := train.FromBatches(sequences(4, 2, 1, 1))
	fitted(t, b, data, train.FitOptions{Epochs: 2, Validation: data})
	_, err := b.Predict(t.Context(), sequences(4, 2, 1, 1).X)
	require.NoError(t, err)
	assert.Equal(t, []bool{true, false, false}, told, "once for each program")
}
