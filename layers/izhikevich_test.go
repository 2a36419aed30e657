package layers_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/autodiff/gradtest"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/surrogate"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var methods = []layers.Integration{layers.ExponentialEuler, layers.Euler, layers.RungeKutta4}

// Every field in its place: the equations of the book, by Euler's method, as plain code.
func TestIzhikevichByHand(t *testing.T) {
	t.Parallel()
	const dt, steps = 0.05, 4000
	p := layers.Izhikevich{
		N: 1, C: layers.Const(250), K: layers.Const(2.5), VRest: layers.Const(-60), VT: layers.Const(-36), VTh: layers.Const(28),
		VReset: layers.Const(-63), VU: layers.Const(-58), R: layers.Const(2), A: layers.Const(0.03), B: layers.Const(-2),
		D: layers.Const(150), V0: layers.Const(-55), Method: layers.Euler, DType: f64,
	}
	g := graph.New()
	zs, last := over(g.Const(f64, 400, steps, 1), p.In(g, "n", dt))
	v, u := -55.0, -2*(-55+58.0)
	got, spikes := values(t, zs), 0.0
	for i := range steps {
		v, u = v+dt*(2.5*(v+60)*(v+36)-u+2*400)/250, u+dt*0.03*(-2*(v+58)-u)
		z := 0.0
		if v >= 28 {
			z, v, u = 1, -63, u+150
		}
		require.Equal(t, z, got[i], "step %d", i)
		spikes += z
	}
	assert.Greater(t, spikes, 5.0)
	assert.InDelta(t, v, values(t, last.V)[0], 1e-6)
	assert.InDelta(t, u, values(t, last.U)[0], 1e-6)
}

// At a zero of both equations a neuron stays, by every method: 0.04·V² + 5·V + 140 = 0.2·V at -70.
func TestIzhikevichRests(t *testing.T) {
	t.Parallel()
	for _, m := range methods {
		g := graph.New()
		zs, last := over(g.Const(f64, 0, 2000, 2), layers.Izhikevich{N: 2, Method: m, DType: f64}.In(g, "n", 0.1))
		assert.NotContains(t, values(t, zs), 1.0)
		assert.InDelta(t, -70, values(t, last.V)[0], 1e-9)
		assert.InDelta(t, -14, values(t, last.U)[0], 1e-9)
	}
}

// Where an equation does not depend on its own variable, (e^z - 1)/z is 1 and not 0/0, and has a
// derivative: V in the middle of VRest and VT, U with A 0.
func TestExponentialEulerAtZero(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := g.Values(f64, []float64{3}, 1)
	_, s := layers.Izhikevich{
		N: 1, VRest: layers.Const(-60), VT: layers.Const(-40), V0: layers.Const(-50), U0: layers.Const(1), A: layers.Const(0), DType: f64,
	}.In(g, "n", 0.5).Step(x, layers.IzhikevichState{})
	assert.InDelta(t, -50+0.5*(0.04*-100-1+3), values(t, s.V)[0], 1e-12)
	assert.Equal(t, []float64{1}, values(t, s.U))
	assert.InDelta(t, 0.5, values(t, autodiff.Grad(s.V.Sum(), x)[0])[0], 1e-6, "the spike's share is as small")
}

// As in TestAdaptiveGradients, spikes are taken for constants; two neurons of four fire at once.
func TestIzhikevichGradients(t *testing.T) {
	t.Parallel()
	one := func(v float64) layers.Param { return layers.Train(layers.Const(v)) }
	for _, m := range methods {
		p := layers.Izhikevich{
			Shape: []int{2, 2}, Method: m, C: one(1.3), K: one(0.7), VRest: one(-1), VT: one(0.5), VTh: layers.Const(5), VReset: one(-0.8),
			VU: one(0.3), R: one(0.9), A: one(0.5), B: one(0.6), D: one(0.7), V0: layers.Train(layers.Values{-0.5, 0.2, 4.5, 4.8}),
			U0: layers.Train(layers.Values{0.1, 0.2, -0.3, 0.4}), DType: f64, Spike: surrogate.ReluGrad{Alpha: 1, Width: 1e-9},
		}
		gradtest.Check(t, gradtest.Case{
			Name: "izhikevich", Inputs: []gradtest.Input{{Shape: []int{4, 2, 2, 2}}},
			Build: func(g *graph.Graph, xs []*graph.Node) *graph.Node {
				_, s := over(xs[0], p.In(g, "n", 0.3))
				return graph.Stack(0, s.V, s.U)
			},
		})
	}
}

// Spikes give gradients to every constant.
func TestIzhikevichLearns(t *testing.T) {
	t.Parallel()
	g := graph.New()
	all := layers.Train(nil)
	p := layers.Izhikevich{N: 2, C: all, K: all, VRest: all, VT: all, VTh: all, VReset: all, VU: all, R: all, A: all, B: all, D: all, V0: all, DType: f64}
	zs, _ := over(g.Const(f64, 12, 100, 2), p.In(g, "n", 0.5))
	assert.Contains(t, values(t, zs), 1.0)
	require.Len(t, g.Trained(), 12)
	for i, d := range autodiff.Grad(zs.Sum(), g.Trained()...) {
		assert.NotZero(t, values(t, d)[0], g.Trained()[i].ParamName())
	}
}

func TestIzhikevichFaults(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := g.Input("x", graph.Float32, 6, 2, 3)
	over(x, layers.Izhikevich{}.In(g, "a", 1))
	layers.Izhikevich{N: 3}.In(g, "b", -1)
	layers.Izhikevich{N: 3, C: layers.Const(0)}.In(g, "c", 1)
	layers.Izhikevich{N: 3, A: layers.Const(-0.1)}.In(g, "d", 1)
	layers.Izhikevich{N: 3, Method: 3}.In(g, "e", 1)
	layers.Izhikevich{N: 3, TauRef: layers.Train(nil)}.In(g, "f", 1)
	over(x, layers.Izhikevich{N: 2}.In(g, "h", 1))
	faults(t, g, "a: N: |[0]", "b: dt: |-1 ms", "c: C: |0|> 0", "d: A: |-0.1", "e: Method: |Integration(3)", "f: TauRef: |trained", "h: |[... 2]")
}
