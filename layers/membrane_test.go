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

// Of constant current from V0, V(t) = inf + (V0 - inf) e^(-t/tau), inf = VRest + R·x: by hand.
func TestMembraneCharges(t *testing.T) {
	t.Parallel()
	g := graph.New()
	c := layers.LeakyIntegrator{
		N: 2, VRest: layers.Const(-65), V0: layers.Values{-65, -50}, R: layers.Const(3),
		Tau: layers.Values{20, 5}, DType: f64,
	}.In(g, "m", 0.1)
	x := g.Values(f64, []float64{4, -2}, 2)
	vs, _ := graph.Loop(struct{}{}, layers.LeakyIntegratorState{}, func(_ struct{}, s layers.LeakyIntegratorState) (*graph.Node, layers.LeakyIntegratorState) {
		return c.Step(x, s)
	}, graph.LoopOptions{Steps: 500, Graph: g})
	for i, v := range values(t, vs) {
		at := float64(i/2+1) * 0.1
		inf, v0, tau := -65+3*4., -65., 20.
		if i%2 == 1 {
			inf, v0, tau = -65-3*2., -50., 5.
		}
		require.InDelta(t, inf+(v0-inf)*math.Exp(-at/tau), v, 1e-10)
	}
}

func TestMembraneUnscaled(t *testing.T) {
	t.Parallel()
	g := graph.New()
	c := layers.LeakyIntegrator{
		N: 1, Decay: layers.Const(0.5), VRest: layers.Const(2), R: layers.Const(3), Input: layers.Unscaled, DType: f64,
	}.In(g, "m", 1)
	v, s := c.Step(g.Values(f64, []float64{1}, 1), layers.LeakyIntegratorState{})
	w, _ := c.Step(g.Values(f64, []float64{-1}, 1), s)
	assert.Equal(t, []float64{5}, values(t, v))
	assert.Equal(t, []float64{2 + 0.5*3 - 3}, values(t, w))
}

// In float32 the share 1 - e^(-dt/tau) of a slow membrane must not cancel away.
func TestSlowMembraneIsPreciseInFloat32(t *testing.T) {
	t.Parallel()
	g := graph.New()
	c := layers.LeakyIntegrator{N: 1, Tau: layers.Const(1e5)}.In(g, "m", 0.1)
	v, _ := c.Step(g.Const(graph.Float32, 1, 1), layers.LeakyIntegratorState{})
	assert.InEpsilon(t, -math.Expm1(-1e-6), values(t, v)[0], 1e-6)
}

func TestMembraneGradients(t *testing.T) {
	t.Parallel()
	learned := layers.Train(layers.Uniform{Lo: 0.3, Hi: 0.7})
	for name, p := range map[string]layers.LeakyIntegrator{
		"tau":      {Tau: learned, VRest: learned, R: learned, V0: learned},
		"softplus": {Tau: learned.Through(layers.Softplus), R: learned.Shared()},
		"decay":    {Decay: learned.Through(layers.Sigmoid), VRest: learned},
		"unscaled": {Decay: learned, Input: layers.Unscaled, V0: learned},
		"defaults": {},
	} {
		p.Shape, p.DType = []int{2, 3}, f64
		gradtest.Check(t, gradtest.Case{
			Name:   name,
			Inputs: []gradtest.Input{{Shape: []int{4, 2, 2, 3}}},
			Build: func(g *graph.Graph, xs []*graph.Node) *graph.Node {
				c := p.In(g, "m", 0.2)
				vs, _ := graph.Loop(xs[0], layers.LeakyIntegratorState{}, c.Step)
				return vs
			},
		})
	}
}

func TestMembraneShapes(t *testing.T) {
	t.Parallel()
	for _, lead := range [][]int{{}, {5}, {2, 3}} {
		g := graph.New()
		c := layers.LeakyIntegrator{Shape: []int{4, 4, 2}, Tau: layers.Uniform{Lo: 1, Hi: 2}}.In(g, "m", 1)
		shape := append(append([]int{}, lead...), 4, 4, 2)
		v, s := c.Step(g.Input("x", graph.Float32, shape...), layers.LeakyIntegratorState{})
		require.NoError(t, g.Err())
		assert.Equal(t, graph.Shape(shape), v.Shape())
		assert.Equal(t, v, s.V)
	}
}

func TestMembraneFaults(t *testing.T) {
	t.Parallel()
	one := layers.Const(1)
	for name, c := range map[string]struct {
		p    layers.LeakyIntegrator
		dt   float64
		want []string
	}{
		"no neurons":      {layers.LeakyIntegrator{}, 1, []string{"N: |[0]"}},
		"negative":        {layers.LeakyIntegrator{Shape: []int{2, -1}}, 1, []string{"N: |[2 -1]"}},
		"two sizes":       {layers.LeakyIntegrator{N: 3, Shape: []int{2, 2}}, 1, []string{"N: |3|[2 2]"}},
		"time stands":     {layers.LeakyIntegrator{N: 1}, 0, []string{"dt: |0 ms"}},
		"time is unknown": {layers.LeakyIntegrator{N: 1}, math.NaN(), []string{"dt: |NaN"}},
		"negative tau":    {layers.LeakyIntegrator{N: 1, Tau: layers.Const(-3)}, 1, []string{"Tau: |-3|> 0"}},
		"zero tau":        {layers.LeakyIntegrator{N: 1, Tau: layers.Const(0)}, 1, []string{"Tau: |0"}},
		"growth":          {layers.LeakyIntegrator{N: 1, Decay: layers.Const(1.01)}, 1, []string{"Decay: |1.01|[0, 1]"}},
		"tau and decay":   {layers.LeakyIntegrator{N: 1, Tau: one, Decay: layers.Const(0.5)}, 1, []string{"Decay: |Tau is given too"}},
		"deaf":            {layers.LeakyIntegrator{N: 1, Decay: one}, 1, []string{"Decay: |Unscaled"}},
		"no such input":   {layers.LeakyIntegrator{N: 1, Input: 7}, 1, []string{"Input: |Input(7)"}},
		"everything": {
			layers.LeakyIntegrator{N: 1, VRest: layers.Const(math.NaN()), V0: layers.Values{1, 2}, R: layers.Const(math.Inf(1)), Tau: layers.Const(-1)},
			-1, []string{"dt: ", "VRest: ", "V0: ", "R: ", "Tau: "},
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := graph.New()
			cell := c.p.In(g, "leak", c.dt)
			graph.Loop(g.Input("x", graph.Float32, 3, 2, 1), layers.LeakyIntegratorState{}, cell.Step)
			for i := range c.want {
				c.want[i] = "membrane_test.go|leak: |" + c.want[i]
			}
			faults(t, g, c.want...)
		})
	}
}
