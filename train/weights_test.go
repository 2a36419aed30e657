package train_test

import (
	"path/filepath"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func weightStore(seed uint64, n int) *graph.Store {
	s := graph.NewStore(seed)
	g := graph.NewIn(s)
	g.Param("fc.W", graph.Var{Shape: []int{n, 2}})
	g.Param("fc.Pre", graph.Var{DType: graph.Int32, Shape: []int{2}, Fixed: true})
	s.Get("fc.Pre").Value.Int32s()[1] = int32(seed)
	g.Param("optim.step", graph.Var{DType: graph.Int32, Shape: []int{}, Fixed: true})
	for i := range s.Get("fc.W").Value.Float32s() {
		s.Get("fc.W").Value.Float32s()[i] = float32(seed) + float32(i)
	}
	return s
}

func TestWeights(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.safetensors")
	from := weightStore(5, 3)
	require.NoError(t, train.SaveWeights(path, from))
	t.Run("into a model", func(t *testing.T) {
		to := weightStore(9, 3)
		require.NoError(t, train.LoadWeights(path, to, checkpoint.Rules{}))
		assert.Equal(t, from.Get("fc.W").Value.Float32s(), to.Get("fc.W").Value.Float32s())
		assert.Equal(t, []int32{0, 5}, to.Get("fc.Pre").Value.Int32s(), "what is fixed belongs to the model too")
	})
	t.Run("into an empty store", func(t *testing.T) {
		to := graph.NewStore(1)
		require.NoError(t, train.LoadWeights(path, to, checkpoint.Rules{}))
		require.Len(t, to.Params(), 2)
		assert.True(t, to.Get("fc.W").Trained)
		assert.Equal(t, from.Get("fc.W").Value.Float32s(), to.Get("fc.W").Value.Float32s())
	})
	t.Run("renamed", func(t *testing.T) {
		to := graph.NewStore(1)
		g := graph.NewIn(to)
		g.Param("hidden.W", graph.Var{Shape: []int{3, 2}})
		g.Param("hidden.Pre", graph.Var{DType: graph.Int32, Shape: []int{2}, Fixed: true})
		require.NoError(t, train.LoadWeights(path, to, checkpoint.Rules{Rename: []checkpoint.Rename{{From: "fc.*", To: "hidden.*"}}}))
		assert.Equal(t, from.Get("fc.W").Value.Float32s(), to.Get("hidden.W").Value.Float32s())
	})
	t.Run("of another model", func(t *testing.T) {
		to := weightStore(9, 4)
		before := append([]float32(nil), to.Get("fc.W").Value.Float32s()...)
		err := train.LoadWeights(path, to, checkpoint.Rules{})
		require.ErrorIs(t, err, checkpoint.ErrMismatch)
		assert.ErrorContains(t, err, "fc.W")
		assert.Equal(t, before, to.Get("fc.W").Value.Float32s())
	})
	t.Run("no file", func(t *testing.T) {
		assert.ErrorContains(t, train.LoadWeights(path+"x", graph.NewStore(1), checkpoint.Rules{}), "train: loading weights")
	})
}
