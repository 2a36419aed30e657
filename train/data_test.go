package train_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/train"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// order returns the samples of an epoch as they come.
func order(t *testing.T, d train.Data, epoch int) (index []int) {
	t.Helper()
	for b, err := range d.Epoch(t.Context(), epoch) {
		require.NoError(t, err)
		index = append(index, b.Index...)
	}
	return index
}

func TestFromSource(t *testing.T) {
	t.Parallel()
	d := blobData(30, 8)
	assert.Equal(t, 4, d.Batches)
	assert.EqualValues(t, 3, d.Seed)
	assert.Len(t, order(t, d, 0), 30)
	assert.Equal(t, order(t, d, 1), order(t, d, 1))
	assert.NotEqual(t, order(t, d, 0), order(t, d, 1), "epochs are shuffled each")
	full := train.FromSource(blobs(30, 1), datasets.BatchOptions{Size: 8, DropLast: true})
	assert.Equal(t, 3, full.Batches)
	assert.Len(t, order(t, full, 0), 24)
	assert.Zero(t, train.FromSource(blobs(30, 1), datasets.BatchOptions{}).Batches)
}

// The error of the data is that of Fit.
func TestFitReturnsTheErrorOfData(t *testing.T) {
	t.Parallel()
	_, err := blobTrainer().Fit(t.Context(), train.FromSource(blobs(4, 1), datasets.BatchOptions{}), train.FitOptions{Epochs: 1})
	assert.ErrorIs(t, err, datasets.ErrOption)
}

func TestFromBatchesMayBeLeft(t *testing.T) {
	t.Parallel()
	d := train.FromBatches(datasets.Batch{Number: 0}, datasets.Batch{Number: 1})
	assert.Equal(t, 2, d.Batches)
	n := 0
	for b, err := range d.Epoch(t.Context(), 5) {
		require.NoError(t, err)
		assert.Zero(t, b.Number)
		n++
		break
	}
	assert.Equal(t, 1, n)
}
