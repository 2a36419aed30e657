package layers_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/autodiff/gradtest"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/surrogate"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// over runs placed neurons over a sequence from the zero state.
func over[S any](xs *graph.Node, n layers.Stepper[S]) (zs *graph.Node, last S) {
	var s S
	return graph.Loop(xs, s, n.Step)
}

// The equations of Bellec and others, written out for one neuron.
func TestALIFByHand(t *testing.T) {
	t.Parallel()
	g := graph.New()
	p := layers.AdaptiveLeaky(1, layers.Const(20), layers.Const(100), layers.Const(0.4))
	p.DType = f64
	x := numbers(random(0.8, 60, 1))
	for i := range x {
		x[i] += 0.2
	}
	zs, last := over(g.Values(f64, x, 60, 1), p.In(g, "n", 1))
	require.NoError(t, g.Err())
	var v, a, z, spikes float64
	alpha, rho := math.Exp(-1./20), math.Exp(-1./100)
	got := values(t, zs)
	for i := range x {
		v = alpha*v + x[i] - z
		a = rho*a + z
		z = 0
		if v >= 1+0.4*a {
			z = 1
		}
		spikes += z
		require.Equal(t, z, got[i], "step %d", i)
	}
	assert.Greater(t, spikes, 3.0)
	assert.InDelta(t, v, values(t, last.LIF.V)[0], 1e-12)
	assert.InDelta(t, a, values(t, last.A)[0], 1e-12)
}

// Without adaptation an ALIF is the LIF, with each reset and timing.
func TestALIFIsLIF(t *testing.T) {
	t.Parallel()
	for _, reset := range []layers.Reset{layers.Soft, layers.Hard, layers.NoReset} {
		for _, timing := range []layers.Timing{layers.AtSpike, layers.BeforeInput, layers.AfterInput} {
			g := graph.New()
			p := layers.LIF{N: 3, VTh: layers.Const(1), VReset: layers.Const(-0.1), Reset: reset, Timing: timing, TauRef: layers.Const(2), Input: layers.Unscaled, DType: f64}
			x := g.Values(f64, numbers(random(0.7, 30, 2, 3)), 30, 2, 3)
			a, _ := over(x, p.In(g, "lif", 1))
			b, _ := over(x, layers.ALIF{LIF: p, Beta: layers.Const(0)}.In(g, "alif", 1))
			c, _ := over(x, layers.AdLIF{LIF: p, A: layers.Const(0), B: layers.Const(0)}.In(g, "adlif", 1))
			want := values(t, a)
			assert.Contains(t, want, 1.0)
			assert.Equal(t, want, values(t, b), "%v %v", reset, timing)
			assert.Equal(t, want, values(t, c), "%v %v", reset, timing)
		}
	}
}

// The equations of Baronig and others, written out for one neuron: hard reset to rest.
func TestAdLIFByHand(t *testing.T) {
	t.Parallel()
	g := graph.New()
	p := layers.AdLIF{
		LIF: layers.LIF{N: 1, VTh: layers.Const(1), VReset: layers.Const(0), Reset: layers.Hard, Tau: layers.Const(10), DType: f64},
		A:   layers.Const(1.5), B: layers.Const(2), TauW: layers.Const(60),
	}
	x := make([]float64, 80)
	for i := range x {
		x[i] = 3 + math.Sin(float64(i))
	}
	zs, last := over(g.Values(f64, x, 80, 1), p.In(g, "n", 1))
	var u, w, spikes float64
	alpha, beta := math.Exp(-1./10), math.Exp(-1./60)
	got := values(t, zs)
	for i := range x {
		u = alpha*u + (1-alpha)*(x[i]-w)
		z := 0.0
		if u >= 1 {
			z, u = 1, 0
		}
		w = beta*w + (1-beta)*(1.5*u+2*z)
		spikes += z
		require.Equal(t, z, got[i], "step %d", i)
	}
	assert.Greater(t, spikes, 3.0)
	assert.InDelta(t, u, values(t, last.LIF.V)[0], 1e-12)
	assert.InDelta(t, w, values(t, last.W)[0], 1e-12)
}

// Neurons that adapt tire: of constant input the second half has fewer spikes.
func TestAdaptationTires(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]func(g *graph.Graph, xs *graph.Node) *graph.Node{
		"alif": func(g *graph.Graph, xs *graph.Node) *graph.Node {
			p := layers.AdaptiveLeaky(1, nil, nil, layers.Const(0.1))
			p.DType = f64
			zs, _ := over(xs.Scale(0.3), p.In(g, "n", 1))
			return zs
		},
		"adlif": func(g *graph.Graph, xs *graph.Node) *graph.Node {
			zs, _ := over(xs.Scale(3), layers.AdLIF{LIF: layers.LIF{N: 1, VTh: layers.Const(1), VReset: layers.Const(0), DType: f64}, B: layers.Const(12)}.In(g, "n", 1))
			return zs
		},
	} {
		g := graph.New()
		zs := run(g, g.Const(f64, 1, 200, 1))
		early, late := values(t, zs.Narrow(0, 0, 50).Sum())[0], values(t, zs.Narrow(0, 150, 50).Sum())[0]
		assert.Greater(t, early, late+2, name)
		assert.Positive(t, late, name)
	}
}

// A surrogate that is 0 but at the threshold takes spikes for constants, as differences do while
// none comes or goes: the rest of the equations is checked by them.
func TestAdaptiveGradients(t *testing.T) {
	t.Parallel()
	learned := layers.Train(layers.Uniform{Lo: 0.3, Hi: 0.7})
	lif := layers.LIF{Shape: []int{2, 2}, Tau: learned, VTh: layers.Const(0.4), VReset: layers.Const(0), Spike: surrogate.ReluGrad{Alpha: 1, Width: 1e-9}, DType: f64}
	for name, run := range map[string]func(g *graph.Graph, xs *graph.Node) *graph.Node{
		"alif": func(g *graph.Graph, xs *graph.Node) *graph.Node {
			_, s := over(xs, layers.ALIF{LIF: lif, TauA: learned}.In(g, "n", 0.2))
			return graph.Stack(0, s.LIF.V, s.A)
		},
		"adlif": func(g *graph.Graph, xs *graph.Node) *graph.Node {
			_, s := over(xs, layers.AdLIF{LIF: lif, A: learned, TauW: learned}.In(g, "n", 0.2))
			return graph.Stack(0, s.LIF.V, s.W)
		},
		"share": func(g *graph.Graph, xs *graph.Node) *graph.Node {
			_, s := over(xs, layers.AdLIF{LIF: lif, RhoW: learned.Through(layers.Sigmoid)}.In(g, "n", 0.2))
			return graph.Stack(0, s.LIF.V, s.W)
		},
	} {
		gradtest.Check(t, gradtest.Case{
			Name: name, Inputs: []gradtest.Input{{Shape: []int{4, 2, 2, 2}}},
			Build: func(g *graph.Graph, xs []*graph.Node) *graph.Node { return run(g, xs[0]) },
		})
	}
}

// Spikes give gradients to the constants of adaptation.
func TestAdaptationLearns(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := g.Const(f64, 0.4, 50, 2)
	p := layers.AdaptiveLeaky(2, nil, layers.Train(nil), layers.Train(layers.Const(0.2)))
	p.DType = f64
	zs, _ := over(x, p.In(g, "alif", 1))
	q := layers.AdLIF{LIF: layers.LIF{N: 2, VTh: layers.Const(0.2), VReset: layers.Const(0), DType: f64}, A: layers.Train(nil), B: layers.Train(nil), TauW: layers.Train(nil)}
	ys, _ := over(x, q.In(g, "adlif", 1))
	require.NoError(t, g.Err())
	require.Len(t, g.Trained(), 5)
	for i, gr := range autodiff.Grad(zs.Sum().Add(ys.Sum()), g.Trained()...) {
		assert.NotZero(t, values(t, gr)[0], g.Trained()[i].ParamName())
	}
}

func TestPLIF(t *testing.T) {
	t.Parallel()
	g := graph.New()
	p := layers.PLIF(2, 4)
	p.DType = f64
	c := p.In(g, "n", 1)
	zs, last := over(g.Const(f64, 1.2, 7, 2), c)
	require.NoError(t, g.Err())
	require.Len(t, g.Trained(), 1)
	var v float64
	got := values(t, zs)
	for i := range 7 {
		v += (1.2 - v) / 4
		z := 0.0
		if v >= 1 {
			z, v = 1, 0
		}
		require.Equal(t, z, got[2*i])
	}
	assert.InDelta(t, v, values(t, last.V)[0], 1e-12)
	assert.NotZero(t, values(t, autodiff.Grad(zs.Sum(), g.Trained()...)[0])[0])
	assert.InDelta(t, math.Log(3), values(t, g.Trained()[0])[0], 1e-12, "the logit of 1 - 1/4")
}

// Recur closes the loop around adaptive neurons as around others.
func TestAdaptiveRecurrent(t *testing.T) {
	t.Parallel()
	g := graph.New()
	back := layers.Dense{In: 3, Out: 3, NoBias: true, NoSelf: true}.Place(g, "back")
	x := g.Input("x", graph.Float32, 6, 2, 3)
	a, sa := over(x, layers.Recur(layers.AdaptiveLeaky(3, nil, nil, nil).In(g, "alif", 1), back))
	b, sb := over(x, layers.Recur(layers.AdLIF{LIF: layers.LIF{N: 3}}.In(g, "adlif", 1), back))
	c, _ := over(x, layers.Recur(layers.PLIF(3, 2).In(g, "plif", 1), back))
	require.NoError(t, g.Err())
	for _, y := range []*graph.Node{a, b, c} {
		assert.Equal(t, graph.Shape{6, 2, 3}, y.Shape())
	}
	assert.Equal(t, graph.Shape{2, 3}, sa.Neuron.A.Shape())
	assert.Equal(t, graph.Shape{2, 3}, sb.Neuron.W.Shape())
}

func TestAdaptiveFaults(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := g.Input("x", graph.Float32, 6, 2, 3)
	one := layers.Const(1)
	over(x, layers.ALIF{}.In(g, "a", 1))
	layers.ALIF{LIF: layers.LIF{N: 3, Timing: layers.Refunded}}.In(g, "b", 1)
	layers.ALIF{LIF: layers.LIF{N: 3}, TauA: layers.Const(-1)}.In(g, "c", 1)
	layers.ALIF{LIF: layers.LIF{N: 3}, TauA: one, DecayA: one}.In(g, "d", 1)
	layers.AdLIF{LIF: layers.LIF{N: 3}, RhoW: layers.Const(2)}.In(g, "e", 1)
	over(x, layers.AdLIF{LIF: layers.LIF{N: 2}}.In(g, "f", 1))
	over(x, layers.ALIF{LIF: layers.LIF{N: 2}}.In(g, "h", 1))
	over(x, layers.AdLIF{}.In(g, "i", 1))
	faults(t, g, "a: N: |[0]", "b: Timing: |Refunded", "c: TauA: |-1", "d: DecayA: |TauA is given too", "e: RhoW: |2|[0, 1]",
		"f: |[... 2]", "h: |[... 2]", "i: N: |[0]")
}
