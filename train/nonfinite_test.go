package train_test

import (
	"math"
	"path/filepath"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/losses"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// firing returns a trainer whose hidden spikes hide a potential that is NaN.
func firing() *train.BPTT[layers.LIFState] {
	return &train.BPTT[layers.LIFState]{
		Net: func(g *graph.Graph, _ bool) train.Step[layers.LIFState] {
			in, hidden := layers.Dense{In: 1, Out: 3}.Place(g, "in"), layers.Leaky(3, layers.Const(0.9)).In(g, "hidden", 1)
			out := layers.Dense{In: 3, Out: 2}.Place(g, "out")
			return func(x *graph.Node, s layers.LIFState) (*graph.Node, layers.LIFState) {
				z, s := hidden.Step(in.Apply(x), s)
				return out.Apply(z), s
			}
		},
		Loss: func(out, target *graph.Node) *graph.Node {
			return losses.RateCrossEntropy(out, target, losses.CEOptions{})
		},
		Optimizer: optim.NewAdam(0.01),
	}
}

func TestParametersThatAreNotFinite(t *testing.T) {
	t.Parallel()
	batch := sequences(4, 3, 1, 1)
	batch.Y = tensorOf([]int32{0, 1, 0}, 3)
	data := train.FromBatches(batch)
	for name, bad := range map[string]float64{"NaN": math.NaN(), "+Inf": math.Inf(1)} {
		t.Run(name, func(t *testing.T) {
			b := firing()
			_, err := b.Fit(t.Context(), data, train.FitOptions{Epochs: 1})
			require.NoError(t, err)
			_, err = b.Predict(t.Context(), batch.X)
			require.NoError(t, err)
			b.Store.Get("in.W").Value.Float32s()[1] = float32(bad)
			refused := func(err error) {
				t.Helper()
				assert.ErrorIs(t, err, graph.ErrNonFinite)
				assert.ErrorContains(t, err, `element [0 1] of the parameter "in.W" is `+name)
			}
			_, err = b.Fit(t.Context(), data, train.FitOptions{Epochs: 2})
			refused(err)
			_, err = b.Evaluate(t.Context(), data)
			refused(err)
			_, err = b.Predict(t.Context(), sequences(5, 3, 1, 1).X)
			refused(err)
			path := filepath.Join(t.TempDir(), "w.safetensors")
			require.NoError(t, train.SaveWeights(path, b.Store), "what there is can be looked at")
			to := graph.NewStore(1)
			refused(train.LoadWeights(path, to, checkpoint.Rules{}))
			assert.Empty(t, to.Params())
		})
	}
}

func TestPredictionThatIsNaN(t *testing.T) {
	t.Parallel()
	b := firing()
	x := sequences(4, 3, 1, 1).X
	_, err := b.Predict(t.Context(), x)
	require.NoError(t, err)
	b.Store.Get("out.B").Value.Float32s()[1] = float32(math.NaN())
	_, err = b.Predict(t.Context(), x)
	assert.ErrorIs(t, err, graph.ErrNonFinite)
	assert.ErrorContains(t, err, "train: Predict: element [0 0 1] of the output is NaN")
	assert.ErrorContains(t, err, "the first such value: out: ")
	b.Store.Get("out.B").Value.Float32s()[1] = float32(math.Inf(-1))
	_, err = b.Predict(t.Context(), x)
	assert.NoError(t, err, "a class that is impossible")
}
