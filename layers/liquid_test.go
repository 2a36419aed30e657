package layers_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The wiring of a large column follows the law of distance, and signs follow the neuron before.
func TestLiquidWiring(t *testing.T) {
	t.Parallel()
	p := layers.NewLiquid(4)
	p.Shape, p.Neuron.DType = [3]int{10, 9, 8}, f64
	const n = 720
	g := graph.NewIn(graph.NewStore(2))
	p.In(g, "lsm", 1)
	require.NoError(t, g.Err())
	w, inhibitory := unlisted(t, g, "lsm.W", n), weights(t, g, "lsm.Inhibitory")
	assert.Equal(t, 144, howMany(inhibitory, 1))
	at := func(i int) [3]float64 { return [3]float64{float64(i / 72), float64(i / 8 % 9), float64(i % 8)} }
	type kind struct {
		from, to float64
		d2       float64
	}
	pairs, connected, size := map[kind]float64{}, map[kind]float64{}, map[kind]float64{}
	for i := range n {
		require.Zero(t, w[i*n+i])
		for j := range n {
			a, b := at(i), at(j)
			k := kind{inhibitory[i], inhibitory[j], (a[0]-b[0])*(a[0]-b[0]) + (a[1]-b[1])*(a[1]-b[1]) + (a[2]-b[2])*(a[2]-b[2])}
			pairs[k]++
			if v := w[i*n+j]; v != 0 {
				connected[k]++
				size[kind{from: k.from, to: k.to}] += math.Abs(v)
				connected[kind{from: k.from, to: k.to, d2: -1}]++
				require.Equal(t, inhibitory[i] == 1, v < 0, "Dale")
			}
		}
	}
	for _, c := range []struct{ from, to, share, weight float64 }{{0, 0, 0.3, 15}, {0, 1, 0.2, 3}, {1, 0, 0.4, 4.75}, {1, 1, 0.1, 6.08}} {
		for _, d2 := range []float64{1, 2, 5} {
			k := kind{c.from, c.to, d2}
			want := c.share * math.Exp(-d2/4)
			assert.InDelta(t, want, connected[k]/pairs[k], 4*math.Sqrt(want/pairs[k]), "%+v", k)
		}
		drawn := connected[kind{c.from, c.to, -1}]
		assert.InDelta(t, c.weight, size[kind{from: c.from, to: c.to}]/drawn, 4*c.weight/math.Sqrt(drawn), "mean size")
	}
}

// A spike of an input travels: input current, spike, current of the next neuron. By hand.
func TestLiquidStep(t *testing.T) {
	t.Parallel()
	for _, inhibitory := range []float64{0, 1} {
		p := layers.Liquid{
			Inputs: 1, Shape: [3]int{2, 1, 1}, Inhibitory: inhibitory, Lambda: 1e9, InDensity: 1, TauE: 3, TauI: 6,
			Connect: layers.LiquidPairs{EE: 1, II: 1}, Weight: layers.LiquidPairs{EE: 2, II: 2},
			Win: layers.Values{40, 0}, Background: layers.Const(1),
			Neuron: layers.LIF{VTh: layers.Const(10), VReset: layers.Const(0), Reset: layers.Hard, Tau: layers.Const(30), DType: f64},
		}
		const dt = 1.
		g := graph.NewIn(graph.NewStore(1))
		c := p.In(g, "lsm", dt)
		spikes := make([]float64, 40)
		spikes[0], spikes[1], spikes[2] = 1, 1, 1
		type trace struct{ Z, V *graph.Node }
		ys, _ := graph.Loop(g.Values(f64, spikes, 40, 1), layers.LiquidState{}, func(x *graph.Node, s layers.LiquidState) (trace, layers.LiquidState) {
			z, s := c.Step(x, s)
			return trace{z, s.Neuron.V}, s
		})
		z, v := values(t, ys.Z), values(t, ys.V)
		w := unlisted(t, g, "lsm.W", 2)
		tau, sign := 3., 1.
		if inhibitory == 1 {
			tau, sign = 6, -1
		}
		require.Positive(t, sign*w[1])
		held := [2]int{}
		ref := [2]int{int(3 - inhibitory), int(3 - inhibitory)}
		var in, pot, current [2]float64
		fired := 0
		for i := range spikes {
			in[0] = in[0]*math.Exp(-dt/3) + spikes[i]
			var fire [2]float64
			for j := range 2 {
				total := 1 + current[1-j]*w[(1-j)*2+j]
				if j == 0 {
					total += 40 * in[0]
				}
				if held[j] > 0 {
					held[j]--
				} else {
					pot[j] = pot[j]*math.Exp(-dt/30) + total*(1-math.Exp(-dt/30))
				}
				if pot[j] >= 10 {
					fire[j], pot[j], held[j] = 1, 0, ref[j]
					fired++
				}
			}
			for j := range 2 {
				current[j] = current[j]*math.Exp(-dt/tau) + fire[j]
				require.Equal(t, fire[j], z[i*2+j], "neuron %d, step %d", j, i)
				require.InDelta(t, pot[j], v[i*2+j], 1e-10, "neuron %d, step %d", j, i)
			}
		}
		assert.Positive(t, fired)
	}
}

// The paper's column answers spike trains with spikes, neither dead nor at every step, and what it
// does depends on the input, which gradients can reach.
func TestLiquidAnswers(t *testing.T) {
	t.Parallel()
	g := graph.NewIn(graph.NewStore(1))
	p := layers.NewLiquid(8)
	c := p.In(g, "lsm", 1)
	xs := g.Const(graph.Float32, 0.04, 400, 2, 8).Bernoulli().Cast(graph.Float32)
	zs, last := graph.Loop(xs, layers.LiquidState{}, c.Step)
	require.NoError(t, g.Err())
	assert.Empty(t, g.Trained())
	z := values(t, zs.Mean(0))
	rate := 0.
	for _, v := range z {
		rate += v / float64(len(z))
	}
	assert.Greater(t, rate, 0.005, "spikes a step")
	assert.Less(t, rate, 0.2)
	assert.NotEqual(t, z[:135], z[135:], "another input, another answer")
	dx := values(t, autodiff.Grad(last.Trace.Sum(), xs)[0])
	assert.NotEqual(t, len(dx), howMany(dx, 0))
}

func TestLiquidRefuses(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*layers.Liquid){
		"Inputs, Shape: shapes|0 inputs": func(p *layers.Liquid) { p.Inputs = 0 },
		"Inputs, Shape: shapes|[3 0 3]":  func(p *layers.Liquid) { p.Shape = [3]int{3, 0, 3} },
		"Neuron: shapes|N 4":             func(p *layers.Liquid) { p.Neuron.N = 4 },
		"Connect: value|1.5":             func(p *layers.Liquid) { p.Connect.IE = 1.5 },
		"Weight: value|-1":               func(p *layers.Liquid) { p.Weight.II = -1 },
		"Inhibitory: value|-0.1":         func(p *layers.Liquid) { p.Inhibitory = -0.1 },
		"Lambda: value|0":                func(p *layers.Liquid) { p.Lambda = 0 },
		"InDensity: value|0":             func(p *layers.Liquid) { p.InDensity = 0 },
		"TauE: value|0":                  func(p *layers.Liquid) { p.TauE = 0 },
		"TauI: value|-6":                 func(p *layers.Liquid) { p.TauI = -6 },
		"Tau: value|-1":                  func(p *layers.Liquid) { p.Neuron.Tau = layers.Const(-1) },
	} {
		g := graph.New()
		p := layers.NewLiquid(3)
		change(&p)
		c := p.In(g, "lsm", 1)
		faults(t, g, "liquid_test.go|lsm: |"+want)
		z, _ := c.Step(g.Const(graph.Float32, 0, 3), layers.LiquidState{})
		assert.False(t, z.Valid() && want != "Tau: value|-1")
	}
	g := graph.New()
	layers.NewLiquid(3).In(g, "lsm", 0)
	faults(t, g, "lsm: dt: ")
}
