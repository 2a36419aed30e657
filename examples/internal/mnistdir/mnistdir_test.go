package mnistdir_test

import (
	"context"
	"testing"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/examples/internal/mnistdir"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The readers of both sets find what was written.
func TestNew(t *testing.T) {
	dir := mnistdir.New(t, 30, 20)
	known, held, err := datasets.FashionSmall()
	require.NoError(t, err)
	for _, open := range []func(context.Context, datasets.OpenOptions) (train, test *datasets.Images, err error){
		datasets.OpenMNIST, datasets.OpenFashionMNIST,
	} {
		train, test, err := open(context.Background(), datasets.OpenOptions{Dir: dir})
		require.NoError(t, err)
		assert.Equal(t, known.Pixels[:30*28*28], train.Pixels)
		assert.Equal(t, known.Labels[:30], train.Labels)
		assert.Equal(t, held.Pixels[:20*28*28], test.Pixels)
		assert.Equal(t, held.Labels[:20], test.Labels)
	}
}
