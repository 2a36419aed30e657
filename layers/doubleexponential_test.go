package layers_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff/gradtest"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The closed form for one spike at time 0, in Hz: (e^(-t/Decay) - e^(-t/Rise))/(Decay - Rise), or
// t/tau²·e^(-t/tau) where both are equal; its area is 1.
func TestDoubleExponentialPulse(t *testing.T) {
	t.Parallel()
	const dt, steps = 0.5, 800
	for name, tau := range map[string][2]float64{"usual": {2, 20}, "exchanged": {20, 2}, "alpha": {5, 5}, "nearly": {5, 5.000001}, "quick": {0.004, 10}} {
		g := graph.New()
		x := make([]float64, steps)
		x[0] = 1
		rs, _ := over(g.Values(f64, x, steps, 1), layers.DoubleExponential{N: 1, Rise: layers.Const(tau[0]), Decay: layers.Const(tau[1]), DType: f64}.In(g, "s", dt))
		got := values(t, rs)
		require.NoError(t, g.Err())
		area := 0.0
		for i, r := range got {
			at := float64(i) * dt // the spike is at the end of step 0
			want := at / (tau[0] * tau[0]) * math.Exp(-at/tau[0])
			if tau[0] != tau[1] {
				want = (math.Exp(-at/tau[1]) - math.Exp(-at/tau[0])) / (tau[1] - tau[0])
			}
			require.InDelta(t, 1000*want, r, 1e-4, "%s, step %d", name, i)
			area += r * dt / 1000
		}
		if name != "quick" { // whose rise is within a step
			assert.InDelta(t, 1, area, 0.01, name)
		}
	}
}

// The mean of r is the rate of the spikes: one in 4 ms is 250 Hz, but for what
// a sum over steps of half of Rise leaves of the integral. So it is in float32.
func TestDoubleExponentialIsARate(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := make([]float64, 2000)
	for i := 3; i < len(x); i += 4 {
		x[i] = 1
	}
	rs, _ := over(g.Values(graph.Float32, x, 2000, 1), layers.DoubleExponential{N: 1}.In(g, "s", 1))
	assert.InDelta(t, 250, values(t, rs.Narrow(0, 1000, 1000).Mean())[0], 1)
}

func TestDoubleExponentialGradients(t *testing.T) {
	t.Parallel()
	gradtest.Check(t, gradtest.Case{
		Name: "double exponential", Inputs: []gradtest.Input{{Shape: []int{5, 2, 3}}},
		Build: func(g *graph.Graph, xs []*graph.Node) *graph.Node {
			rs, _ := over(xs[0].Scale(0.01), layers.DoubleExponential{
				N: 3, Rise: layers.Train(layers.Values{1, 2, 3}), Decay: layers.Train(layers.Values{2, 1, 4}), DType: f64,
			}.In(g, "s", 0.7))
			return rs
		},
	})
}

func TestDoubleExponentialFaults(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := g.Input("x", graph.Float32, 6, 2, 3)
	over(x, layers.DoubleExponential{}.In(g, "a", 1))
	over(x, layers.DoubleExponential{N: 3}.In(g, "b", 0))
	over(x, layers.DoubleExponential{N: 3, Rise: layers.Const(0)}.In(g, "c", 1))
	over(x, layers.DoubleExponential{N: 3, Decay: layers.Const(math.NaN())}.In(g, "d", 1))
	over(x, layers.DoubleExponential{N: 2}.In(g, "e", 1))
	faults(t, g, "a: N: |[0]", "b: dt: |0 ms", "c: Rise: |0|> 0", "d: Decay: |NaN", "e: |[... 2]")
}
