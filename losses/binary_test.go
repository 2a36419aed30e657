package losses_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/losses"
	"github.com/stretchr/testify/assert"
)

// The loss of a certain and right answer is tiny, not zero and not rounding noise.
func TestSigmoidBinaryCrossEntropyIsExact(t *testing.T) {
	g := graph.New()
	x, y := g.Values(graph.Float32, []float64{30, -30, 1e4, -1e4}, 4), g.Values(graph.Float32, []float64{1, 0, 0, 1}, 4)
	v := values(t, losses.SigmoidBinaryCrossEntropy(x, y), gradOf(losses.SigmoidBinaryCrossEntropy(x, y).Sum(), x))
	for i, want := range []float64{math.Exp(-30), math.Exp(-30), 1e4, 1e4} {
		assert.InEpsilon(t, want, v[0][i], 1e-5)
	}
	assert.InDeltaSlice(t, []float64{0, 0, 1, -1}, v[1], 1e-6)
}

func TestBinaryNames(t *testing.T) {
	g := graph.New()
	x, y := floats(g, wave(6, 0), 6), floats(g, []float64{0, 1, 0.5, 1, 0, 0.2}, 6)
	v := values(t, losses.SigmoidBinaryCrossEntropy(x, y), losses.CrossEntropySigmoid(x, y), losses.BinaryLogistic(x, y),
		losses.BinaryCrossEntropy(x.Sigmoid(), y, losses.None))
	for _, w := range v[1:] {
		assert.InDeltaSlice(t, v[0], w, 1e-14)
	}
}

func TestBinaryCrossEntropyAtTheEnds(t *testing.T) {
	for d, worst := range map[graph.DType]float64{graph.Float32: 126 * math.Ln2, graph.Float64: 1022 * math.Ln2} {
		g := graph.New()
		p, y := g.Values(d, []float64{0, 1, 0, 1}, 4), g.Values(d, []float64{0, 1, 1, 0}, 4)
		v := values(t, losses.BinaryCrossEntropy(p, y, losses.None), gradOf(losses.BinaryCrossEntropy(p, y, losses.Sum), p))
		assert.InDeltaSlice(t, []float64{0, 0, worst, worst}, v[0], 1e-4)
		for _, dp := range v[1] {
			assert.False(t, math.IsNaN(dp) || math.IsInf(dp, 0), "%v", v[1])
		}
	}
}

// What is no probability is not taken for the nearest one.
func TestBinaryCrossEntropyOfNoProbability(t *testing.T) {
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		g := graph.New()
		p, y := g.Values(d, []float64{-0.1, 1.5, math.NaN(), 0.5}, 4), g.Values(d, []float64{1, 0, 0, 1}, 4)
		v := values(t, losses.BinaryCrossEntropy(p, y, losses.None))[0]
		for i := range 3 {
			assert.True(t, math.IsNaN(v[i]), "%v element %d is %v", d, i, v[i])
		}
		assert.InDelta(t, math.Ln2, v[3], 1e-6)
	}
}
