package train_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/spikegraph/spikegraph/train"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// split cuts a batch of sequences [T B 1] into batches of the given numbers of samples.
func split(b datasets.Batch, sizes ...int) []datasets.Batch {
	var out []datasets.Batch
	from := 0
	steps, all := b.X.Shape()[0], b.X.Shape()[1]
	cut := func(x []float32, from, n int) []float32 {
		var y []float32
		for t := range steps {
			y = append(y, x[t*all+from:t*all+from+n]...)
		}
		return y
	}
	for _, n := range sizes {
		out = append(out, datasets.Batch{
			X: tensorOf(cut(b.X.Float32s(), from, n), steps, n, 1),
			Y: tensorOf(cut(b.Y.Float32s(), from, n), steps, n, 1),
		})
		from += n
	}
	return out
}

func TestAccumulationEqualsTheBigBatch(t *testing.T) {
	t.Parallel()
	for name, sizes := range map[string][]int{"equal": {4, 4, 4}, "unequal": {6, 1, 5}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, clip := range []float64{0, 0.01} {
				one, many := recallTrainer(), recallTrainer()
				one.Optimizer, many.Optimizer = optim.NewMomentum(0.1), optim.NewMomentum(0.1)
				one.ClipNorm, many.ClipNorm = clip, clip
				many.Accumulate = 3
				big := sequences(8, 12, 1, 1)
				fitted(t, one, train.FromBatches(big), train.FitOptions{Epochs: 5})
				h := fitted(t, many, train.FromBatches(split(big, sizes...)...), train.FitOptions{Epochs: 5})
				assert.Equal(t, 5, h.Epochs[4].Updates)
				for _, p := range one.Store.Params() {
					if p.Trained {
						assert.InDeltaSlice(t, p.Value.Float32s(), many.Store.Get(p.Name).Value.Float32s(), 1e-5, p.Name)
					}
				}
			}
		})
	}
}

// What is left at the end of an epoch is an update too.
func TestAccumulationEndsWithTheEpoch(t *testing.T) {
	t.Parallel()
	b := recallTrainer()
	b.Accumulate = 4
	batches := split(sequences(5, 6, 1, 1), 1, 1, 1, 1, 1, 1)
	h := fitted(t, b, train.FromBatches(batches...), train.FitOptions{Epochs: 2})
	var updates []int
	for _, r := range h.Batches {
		updates = append(updates, r.Updates)
	}
	assert.Equal(t, []int{0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3}, updates)
	assert.Equal(t, 2, h.Epochs[0].Updates)
	assert.Equal(t, 4, h.Epochs[1].Updates)
	assert.Equal(t, []float64{0}, b.Store.Get("train.samples").Value.Float64s())
}

// Every batch draws its own random numbers, though only updates move the clock.
func TestAccumulationMovesTheClock(t *testing.T) {
	t.Parallel()
	b := blobTrainer()
	b.Optimizer, b.Accumulate = optim.NewSGD(0), 4
	batch := firstBatch(t, blobData(32, 32))
	h := fitted(t, b, train.FromBatches(batch, batch, batch), train.FitOptions{Epochs: 1})
	require.Len(t, h.Batches, 3)
	assert.NotEqual(t, h.Batches[0].Loss, h.Batches[1].Loss)
	assert.NotEqual(t, h.Batches[1].Loss, h.Batches[2].Loss)
}
