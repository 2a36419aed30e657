package surrogate_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/surrogate"
	"github.com/stretchr/testify/assert"
)

// Each old name is the same node as the new one, or, for two inputs, has the same numbers.
func TestOldNames(t *testing.T) {
	x := graph.New().Const(graph.Float32, 1, 3)
	assert.Same(t, x.Spike(surrogate.NewInvSquareGrad()), surrogate.SpikeWithSigmoidGrad(x, 100))
	assert.Same(t, x.Spike(surrogate.NewReluGrad()), surrogate.SpikeWithLinearGrad(x, 0.3))
	assert.Same(t, x.Spike(surrogate.GaussianGrad{Sigma: 0.4, Alpha: 0.7}), surrogate.SpikeWithGaussianGrad(x, 0.4, 0.7))
	assert.Same(t, x.Spike(surrogate.NewMultiGaussianGrad()), surrogate.SpikeWithMGGrad(x, 0.15, 6, 0.5, 0.5))

	y := eval(t, places, func(x *graph.Node) []*graph.Node {
		old := x.Shift(-0.5)
		var out []*graph.Node
		for _, z := range nodes(
			surrogate.Spike2WithSigmoidGrad(x, old, 20), surrogate.InvSquareGrad2(x, old, 20),
			surrogate.Spike2WithLinearGrad(x, old, 10), surrogate.ReluGrad2(x, old, 10, 1),
		) {
			out = append(out, z, autodiff.VectorGrad(z, x)[0])
		}
		return out
	})
	assert.Equal(t, y[2:4], y[0:2])
	assert.Equal(t, y[6:8], y[4:6])
	assert.NotEqual(t, y[0:2], y[4:6])
}
