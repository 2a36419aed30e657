package losses_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/losses"
	"github.com/stretchr/testify/require"
)

// Targets are probabilities, which suit every loss of pairs.
func TestGradientsOfPairs(t *testing.T) {
	y := []float64{0.2, 0.5, 0.3, 0.1, 0.7, 0.2}
	positive := []float64{0.35, 0.61, 0.17, 0.82, 0.44, 0.29}
	for name, f := range pairLosses {
		t.Run(name, func(t *testing.T) {
			x := wave(6, 0)
			if name == "BinaryCrossEntropy" || name == "MeanSquaredLogError" {
				x = positive
			}
			checkGradient(t, x, []int{2, 3}, func(x *graph.Node) *graph.Node {
				return f(x, floats(x.Graph(), y, 2, 3))
			})
			checkGradient(t, y, []int{2, 3}, func(y *graph.Node) *graph.Node {
				return f(floats(y.Graph(), x, 2, 3), y)
			})
		})
	}
}

func TestGradientsOfClasses(t *testing.T) {
	ids := []float64{2, 0}
	for name, f := range idLosses {
		t.Run(name, func(t *testing.T) {
			checkGradient(t, wave(6, 1), []int{2, 3}, func(x *graph.Node) *graph.Node { return f(x, ints(x.Graph(), ids, 2)) })
		})
	}
	for name, f := range trainLosses {
		t.Run(name, func(t *testing.T) {
			checkGradient(t, wave(24, 1), []int{4, 2, 3}, func(x *graph.Node) *graph.Node { return f(x, ints(x.Graph(), ids, 2)) })
		})
	}
}

func TestGradientsOfOne(t *testing.T) {
	for name, f := range alone {
		t.Run(name, func(t *testing.T) { checkGradient(t, wave(24, 2), []int{4, 2, 3}, f) })
	}
	t.Run("SpikeRateBounds active", func(t *testing.T) {
		for _, o := range []losses.RateBounds{
			{Lower: 0.3, LowerWeight: 2},
			{Upper: 0.01, UpperWeight: 3},
			{Upper: 0.01, UpperWeight: 3, Linear: true},
		} {
			checkGradient(t, wave(24, 2), []int{4, 2, 3}, func(x *graph.Node) *graph.Node { return losses.SpikeRateBounds(x, o) })
		}
	})
	t.Run("RateMSE", func(t *testing.T) {
		checkGradient(t, wave(24, 2), []int{4, 2, 3}, func(x *graph.Node) *graph.Node {
			return losses.RateMSE(x, floats(x.Graph(), wave(6, 0), 2, 3), losses.None)
		})
	})
}

func TestGradientOfEverySetting(t *testing.T) {
	for _, c := range []struct {
		ids []float64
		o   losses.CEOptions
	}{
		{[]float64{1, 0, 2}, losses.CEOptions{Weight: []float64{0.5, 2, 1}, LabelSmoothing: 0.2}},
		{[]float64{1, -100, 2}, losses.CEOptions{Weight: []float64{0.5, 2, 1}, MeanOver: losses.OverSamples, Ignore: []int{-100}}},
		{[]float64{1, -100, 2}, losses.CEOptions{Reduction: losses.None, LabelSmoothing: 0.3, Ignore: []int{-100, 1}}},
	} {
		checkGradient(t, wave(9, 1), []int{3, 3}, func(x *graph.Node) *graph.Node {
			return losses.CrossEntropy(x, ints(x.Graph(), c.ids, 3), c.o)
		})
	}
	squared := losses.HingeOptions{Margin: 0.7, Squared: true, Reduction: losses.None}
	for _, f := range []func(x, ids *graph.Node, o losses.HingeOptions) *graph.Node{losses.MulticlassHinge, losses.MultiMargin} {
		checkGradient(t, wave(6, 1), []int{2, 3}, func(x *graph.Node) *graph.Node {
			return f(x, ints(x.Graph(), []float64{2, 0}, 2), squared)
		})
	}
}

// A network that has learned its targets gets no loss and no push.
func TestZeroAtTheTarget(t *testing.T) {
	atTarget := map[string]bool{"L1": true, "L2": true, "Huber": true, "LogCoshLoss": true, "MeanAbsoluteError": true,
		"MeanSquaredError": true, "MeanSquaredLogError": true, "VanRossum": true}
	for name := range atTarget {
		require.Contains(t, pairLosses, name)
		g := graph.New()
		x := floats(g, []float64{0.2, 0.5, 0.3, 0.1, 0.7, 0.2}, 2, 3)
		y := floats(g, []float64{0.2, 0.5, 0.3, 0.1, 0.7, 0.2}, 2, 3)
		v := values(t, pairLosses[name](x, y).Sum(), gradOf(pairLosses[name](x, y).Sum(), x))
		require.InDelta(t, 0, v[0][0], 1e-15, name)
		require.InDeltaSlice(t, make([]float64, 6), v[1], 1e-15, name)
	}
}
