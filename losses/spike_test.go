package losses_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/losses"
	"github.com/stretchr/testify/assert"
)

// Each way of reading spikes over time is the cross entropy of what it says it takes as logits.
func TestSpikeCrossEntropies(t *testing.T) {
	g := graph.New()
	x := floats(g, wave(24, 0), 4, 2, 3)
	ids := ints(g, []float64{1, 2}, 2)
	soft := floats(g, []float64{0.2, 0.3, 0.5, 0, 0, 1}, 2, 3)
	for _, o := range []losses.CEOptions{{}, {Reduction: losses.Sum}, {Reduction: losses.None}, {LabelSmoothing: 0.1, Weight: []float64{1, 2, 3}}} {
		for _, y := range []*graph.Node{ids, soft} {
			steps := losses.CrossEntropy(x.Index(0), y, o)
			for i := 1; i < 4; i++ {
				steps = steps.Add(losses.CrossEntropy(x.Index(i), y, o))
			}
			v := values(t,
				losses.RateCrossEntropy(x, y, o), steps.Scale(0.25),
				losses.CountCrossEntropy(x, y, o), losses.CrossEntropy(x.Sum(0), y, o),
				losses.LastCrossEntropy(x, y, o), losses.CrossEntropy(x.Index(3), y, o),
				losses.MaxCrossEntropy(x, y, o), losses.CrossEntropy(x.ReduceMax(0), y, o),
				losses.MeanCrossEntropy(x, y, o), losses.CrossEntropy(x.Mean(0), y, o))
			for i := 0; i < len(v); i += 2 {
				assert.InDeltaSlice(t, v[i+1], v[i], 1e-14)
			}
		}
	}
}

func TestRateCrossEntropyIgnores(t *testing.T) {
	g := graph.New()
	x := floats(g, wave(24, 0), 4, 2, 3)
	o := losses.CEOptions{Ignore: []int{-1}}
	one := x.Narrow(1, 0, 1)
	v := values(t, losses.RateCrossEntropy(x, ints(g, []float64{1, -1}, 2), o),
		losses.RateCrossEntropy(one, ints(g, []float64{1}, 1), losses.CEOptions{}))
	assert.InDelta(t, v[1][0], v[0][0], 1e-15)
}

func TestRateMSE(t *testing.T) {
	g := graph.New()
	z := floats(g, []float64{1, 0, 1, 1, 0, 0, 1, 0}, 4, 1, 2) // rates 3/4 and 1/4
	r := losses.TargetRates(ints(g, []float64{0}, 1), 2, 0.8, 0.1, graph.Float64)
	v := values(t, r, losses.RateMSE(z, r, losses.None), losses.RateMSE(z, r, losses.Mean))
	assert.InDeltaSlice(t, []float64{0.8, 0.1}, v[0], 1e-15)
	assert.InDeltaSlice(t, []float64{0.0025, 0.0225}, v[1], 1e-15)
	assert.InDelta(t, 0.0125, v[2][0], 1e-15)

	g = graph.New()
	isFault(t, losses.RateMSE(g.Const(graph.Float32, 1, 4, 1, 2), g.Const(graph.Float32, 1, 2), losses.Mean), graph.ErrShape, "RateMSE")
}

func TestSpikeRateBoundsByHand(t *testing.T) {
	g := graph.New()
	// Two samples of two neurons over four steps: rates 3/4, 1/4 and 0, 1/4.
	z := floats(g, []float64{
		1, 0, 0, 0,
		1, 1, 0, 0,
		0, 0, 0, 1,
		1, 0, 0, 0,
	}, 4, 2, 2)
	lower := losses.RateBounds{Lower: 0.5, LowerWeight: 2}
	assert.InDelta(t, 2*(0.0625+0.25+0.0625)/4, value(t, losses.SpikeRateBounds(z, lower)), 1e-15)
	upper := losses.RateBounds{Upper: 0.25, UpperWeight: 3}
	assert.InDelta(t, 3*0.0625/2, value(t, losses.SpikeRateBounds(z, upper)), 1e-15)
	upper.Linear = true
	assert.InDelta(t, 3*0.25/2, value(t, losses.SpikeRateBounds(z, upper)), 1e-15)
	assert.Zero(t, value(t, losses.SpikeRateBounds(z, losses.RateBounds{})))

	v := values(t, losses.SpikeL1(z), losses.SpikeL2(z))
	assert.InDelta(t, 5.0/16, v[0][0], 1e-15)
	assert.InDelta(t, (9+1+0+1)/16.0/4, v[1][0], 1e-15)
}

// A spike too many costs ½ as the step goes to zero; equal trains cost nothing; the same spikes
// apart cost ½ each, less what overlaps: 1 - e^(-Δ/τ).
func TestVanRossum(t *testing.T) {
	const steps, dt, tau = 6000, 0.05, 10
	train := func(at ...int) []float64 {
		z := make([]float64, steps)
		for _, i := range at {
			z[i] = 1
		}
		return z
	}
	for name, c := range map[string]struct {
		a, b []float64
		want float64
	}{
		"equal":   {train(10, 400), train(10, 400), 0},
		"extra":   {train(10), train(), 0.5},
		"shifted": {train(10), train(210), 1 - math.Exp(-1)},
		"far":     {train(10), train(3000), 1},
	} {
		g := graph.New()
		d := losses.VanRossum(floats(g, c.a, steps, 1), floats(g, c.b, steps, 1), tau, dt, losses.None)
		assert.InDelta(t, c.want, values(t, d)[0][0], 0.006, name)
	}
}
