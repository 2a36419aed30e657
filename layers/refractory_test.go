package layers_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// intervals returns the steps from each spike to the next under a current that makes a neuron fire
// in every step that it is not held.
func intervals(t *testing.T, ref layers.Param, dt float64, timing layers.Timing) []int {
	t.Helper()
	g := graph.New()
	c := layers.LIF{
		N: 1, VTh: layers.Const(1), VReset: layers.Const(0), Reset: layers.Hard, Timing: timing,
		Decay: layers.Const(1), Input: layers.Unscaled, TauRef: ref, DType: f64,
	}.In(g, "n", dt)
	zs, _ := graph.Loop(g.Const(f64, 1.5, 300, 1), layers.LIFState{}, stepper(c))
	var at []int
	last := -1
	for i, z := range values(t, zs) {
		if z == 1 {
			if last >= 0 {
				at = append(at, i-last)
			}
			last = i
		}
	}
	return at
}

// After a spike at t, the potential is held in all steps with t' - t <= TauRef: the next spike comes
// in the step after these.
func TestHeldSteps(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		tauRef, dt float64
		held       int
	}{
		{0, 0.1, 0}, {0.09, 0.1, 0}, {0.1, 0.1, 1}, {5, 0.1, 50}, {0.3, 0.1, 3}, {0.7, 0.1, 7}, {1.95, 0.1, 19}, {2, 1, 2}, {2.5, 1, 2},
	} {
		for _, ref := range []layers.Param{
			layers.Const(c.tauRef), layers.Values{c.tauRef}, layers.Uniform{Lo: c.tauRef, Hi: c.tauRef}, layers.Fix(layers.Const(c.tauRef)).Shared(),
		} {
			for _, timing := range []layers.Timing{layers.AtSpike, layers.BeforeInput} {
				got := intervals(t, ref, c.dt, timing)
				require.NotEmpty(t, got)
				for _, n := range got {
					require.Equal(t, c.held+1, n, "TauRef %v, dt %v as %T, %v", c.tauRef, c.dt, ref, timing)
				}
			}
		}
	}
}

func TestHeldPotentialIsHeldExactly(t *testing.T) {
	t.Parallel()
	g := graph.New()
	c := layers.LIF{N: 1, TauRef: layers.Const(2), Reset: layers.Hard, VReset: layers.Const(-5.3)}.In(g, "n", 1)
	x := g.Values(graph.Float32, []float64{1000}, 1)
	_, s := c.Step(x, layers.LIFState{})
	assert.Zero(t, values(t, autodiff.Grad(s.Held.Sum(), x)[0])[0], "a count has no gradient")
	for _, left := range []float64{2, 1, 0} {
		assert.Equal(t, float64(float32(-5.3)), values(t, s.V)[0])
		assert.Equal(t, left, values(t, s.Held)[0])
		_, s = c.Step(g.Const(graph.Float32, 10, 1), s)
	}
	assert.Greater(t, values(t, s.V)[0], -5.)
}

func TestRefractoryFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		p    layers.Param
		want string
	}{
		"negative":        {layers.Const(-2), "-2"},
		"negative, drawn": {layers.Uniform{Lo: -2, Hi: -1}, "want >= 0"},
		"trained":         {layers.Train(layers.Const(2)), "cannot be trained"},
		"too few":         {layers.Values{1}, "1 values"},
		"nothing":         {layers.Fix(nil), "nil"},
	} {
		g := graph.New()
		layers.LIF{N: 2, TauRef: c.p}.In(g, "n", 1)
		t.Run(name, func(t *testing.T) { faults(t, g, "n: |TauRef|"+c.want) })
	}
}
