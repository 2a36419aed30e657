package nir_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/train/nir"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// node is a node named "n" of the given type.
func node(kind string, p params) nir.Node { return nir.Node{Name: "n", Type: kind, Params: p} }

// With dt = 1 ms and tau = 2 ms, constant input 1 and r = 3: the solution of tau dv/dt = v_leak - v + r
// from v_leak is v_leak + 3(1 - e^(-t/2)).
func TestMembranesFollowTheirEquations(t *testing.T) {
	t.Parallel()
	const steps = 6
	ones := make([]float64, steps)
	for i := range ones {
		ones[i] = 1
	}
	li := params{"tau": array([]float64{0.002}), "r": array([]float64{3}), "v_leak": array([]float64{0.5})}
	cuba := params{"tau_mem": array([]float64{0.002}), "tau_syn": array([]float64{0.004}), "r": array([]float64{3}),
		"v_leak": array([]float64{0.5}), "w_in": array([]float64{2})}
	with := func(p params, more params) params {
		all := params{}
		for _, m := range []params{p, more} {
			for k, v := range m {
				all[k] = v
			}
		}
		return all
	}
	for name, c := range map[string]struct {
		n     nir.Node
		euler bool
		want  func(step int) float64
	}{
		"LI":        {node("LI", li), false, func(k int) float64 { return 0.5 + 3*(1-math.Exp(-float64(k)/2)) }},
		"LI, Euler": {node("LI", li), true, func(k int) float64 { return 0.5 + 3*(1-math.Pow(0.5, float64(k))) }},
		"I":         {node("I", params{"r": array([]float64{3})}), false, func(k int) float64 { return 0.003 * float64(k) }},
		"CubaLI": {node("CubaLI", cuba), false, func(k int) float64 {
			i, v := 0.0, 0.5
			for range k {
				i += (2 - i) * (1 - math.Exp(-0.25))
				v += (0.5 + 3*i - v) * (1 - math.Exp(-0.5))
			}
			return v
		}},
		// v passes 1 in the first step, 0.5 + 3(1 - e^-0.5) = 1.68, is reset to 0.2, passes it again.
		"LIF": {node("LIF", with(li, params{"v_threshold": array([]float64{1.5}), "v_reset": array([]float64{-3})})), false, func(k int) float64 {
			v := 0.5
			z := 0.0
			for range k {
				z = 0
				if v = 0.5 + (v-0.5)*math.Exp(-0.5) + 3*(1-math.Exp(-0.5)); v >= 1.5 {
					v, z = -3, 1
				}
			}
			return z
		}},
		"IF": {node("IF", params{"r": array([]float64{1000}), "v_threshold": array([]float64{2})}), false, func(k int) float64 {
			return float64((k + 1) % 2) // every other step: 1, 2 and a spike
		}},
		"CubaLIF": {node("CubaLIF", with(cuba, params{"v_threshold": array([]float64{2})})), false, func(k int) float64 {
			i, v, z := 0.0, 0.5, 0.0
			for range k {
				z = 0
				i += (2 - i) * (1 - math.Exp(-0.25))
				if v += (0.5 + 3*i - v) * (1 - math.Exp(-0.5)); v >= 2 {
					v, z = 0, 1
				}
			}
			return z
		}},
	} {
		got := run(t, chain([]int64{1}, []int64{1}, c.n), nir.Options{Dt: 1, Euler: c.euler}, ones, steps, 1, 1).Float64s()
		for k, v := range got {
			assert.InDeltaf(t, c.want(k+1), v, 1e-12, "%s, step %d", name, k+1)
		}
	}
}

// One step of what has no memory.
func TestConnections(t *testing.T) {
	t.Parallel()
	two := params{"stride": ints(1), "padding": ints(0), "dilation": ints(1), "groups": ints(1), "bias": array([]float64{10})}
	plus := func(p params, k string, v nir.Array) params {
		c := params{k: v}
		for k, v := range p {
			if _, ok := c[k]; !ok {
				c[k] = v
			}
		}
		return c
	}
	for name, c := range map[string]struct {
		n       nir.Node
		in, out []int64
		x, want []float64
	}{
		"Linear": {node("Linear", params{"weight": array([]float64{1, 2, 3, 4, 5, 6}, 2, 3)}), []int64{3}, []int64{2}, []float64{1, 0, -1}, []float64{-2, -2}},
		"Affine": {node("Affine", params{"weight": array([]float64{1, 2}, 1, 2), "bias": array([]float64{0.5})}), []int64{2}, []int64{1}, []float64{3, 4}, []float64{11.5}},
		"Scale":  {node("Scale", params{"scale": array([]float64{2, 3})}), []int64{2}, []int64{2}, []float64{5, 7}, []float64{10, 21}},
		"Conv1d": {node("Conv1d", plus(two, "weight", array([]float64{1, 2, 3, 4}, 1, 2, 2))), []int64{2, 3}, []int64{1, 2},
			[]float64{1, 2, 3, 4, 5, 6}, []float64{10 + 1 + 4 + 12 + 20, 10 + 2 + 6 + 15 + 24}},
		"Conv1d, same": {node("Conv1d", plus(plus(two, "weight", array([]float64{1, 2, 3, 4}, 1, 1, 4)), "padding", text("same"))), []int64{1, 3}, []int64{1, 3},
			[]float64{1, 1, 1}, []float64{10 + 2 + 3 + 4, 10 + 1 + 2 + 3, 10 + 1 + 2}},
		"Conv1d, two groups, stride, dilation": {node("Conv1d", params{"weight": array([]float64{1, 2, 3, 4}, 2, 1, 2), "stride": ints(2), "padding": text("valid"),
			"dilation": ints(2), "groups": ints(2), "bias": array([]float64{0, 0})}), []int64{2, 5}, []int64{2, 2},
			[]float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, []float64{1 + 6, 3 + 10, 18 + 32, 24 + 40}},
		"Conv2d": {node("Conv2d", params{"weight": array([]float64{1, 2, 3, 4}, 1, 1, 2, 2), "stride": ints(1, 2), "padding": ints(0, 1), "dilation": ints(1, 1),
			"groups": ints(1), "bias": array([]float64{0}), "input_shape": ints(2, 2)}), []int64{1, 2, 2}, []int64{1, 1, 2}, []float64{1, 2, 3, 4}, []float64{2 + 12, 2 + 12}},
		"SumPool2d": {node("SumPool2d", params{"kernel_size": ints(2, 2), "stride": ints(2, 2), "padding": ints(0, 0)}), []int64{1, 2, 4}, []int64{1, 1, 2},
			[]float64{1, 2, 3, 4, 5, 6, 7, 8}, []float64{14, 22}},
		"AvgPool2d counts padding": {node("AvgPool2d", params{"kernel_size": ints(2, 2), "stride": ints(2, 2), "padding": ints(1, 1)}), []int64{1, 2, 2}, []int64{1, 2, 2},
			[]float64{4, 8, 12, 16}, []float64{1, 2, 3, 4}},
		"Flatten":   {node("Flatten", params{"start_dim": ints(1), "end_dim": ints(-1), "input_type": ints(1, 2, 2)}), []int64{1, 2, 2}, []int64{1, 4}, []float64{1, 2, 3, 4}, []float64{1, 2, 3, 4}},
		"Threshold": {node("Threshold", params{"threshold": array([]float64{1, 2})}), []int64{2}, []int64{2}, []float64{1, 1.9}, []float64{1, 0}},
	} {
		shape := []int{1, 1}
		for _, d := range c.in {
			shape = append(shape, int(d))
		}
		got := run(t, chain(c.in, c.out, c.n), nir.Options{Dt: 1}, c.x, shape...)
		assert.InDeltaSlice(t, c.want, got.Float64s(), 1e-12, name)
	}
}

func TestDelayWaitsWholeSteps(t *testing.T) {
	t.Parallel()
	g := chain([]int64{3}, []int64{3}, node("Delay", params{"delay": array([]float64{0, 0.001, 0.0029})}))
	got := run(t, g, nir.Options{Dt: 1}, []float64{1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4}, 4, 1, 3)
	assert.Equal(t, []float64{1, 0, 0, 2, 1, 0, 3, 2, 0, 4, 3, 1}, got.Float64s())
}

// A recurrent connection in a sub-graph brings the spike of the step before, and nothing in the first:
// the neuron fires at 1, is then held down by -5 until it has recovered.
func TestRecurrenceTakesOneStep(t *testing.T) {
	t.Parallel()
	inner := chain([]int64{1}, []int64{1}, nir.Node{Name: "if", Type: "IF", Params: params{"r": array([]float64{1000}), "v_threshold": array([]float64{1})}})
	inner.Version = ""
	inner.Nodes = append(inner.Nodes, nir.Node{Name: "w", Type: "Affine", Params: params{"weight": array([]float64{-5}, 1, 1), "bias": array([]float64{0.25})}})
	inner.Edges = append(inner.Edges, nir.Edge{From: "if", To: "w"}, nir.Edge{From: "w", To: "if"})
	g := chain([]int64{1}, []int64{1}, nir.Node{Name: "rec", Type: "NIRGraph", Graph: inner})
	xs := []float64{1, 1, 1, 1, 1, 1}
	v, z := 0.0, 0.0
	var want []float64
	for range xs {
		v += 1 - 5*z + 0.25
		z = 0
		if v >= 1 {
			v, z = 0, 1
		}
		want = append(want, z)
	}
	assert.Contains(t, want, 0.0)
	assert.Equal(t, want, run(t, g, nir.Options{Dt: 1}, xs, 6, 1, 1).Float64s())
	b, err := g.Encode()
	require.NoError(t, err)
	again, err := nir.Decode(b)
	require.NoError(t, err)
	assert.Equal(t, want, run(t, again, nir.Options{Dt: 1}, xs, 6, 1, 1).Float64s())
}

// Of two populations that excite each other, what leads on arrives in the same step, what leads back
// in the next.
func TestFeedbackWaitsFeedForwardDoesNot(t *testing.T) {
	t.Parallel()
	neuron := params{"r": array([]float64{1000}), "v_threshold": array([]float64{1})}
	g := chain([]int64{1}, []int64{1},
		nir.Node{Name: "a", Type: "IF", Params: neuron},
		nir.Node{Name: "on", Type: "Linear", Params: params{"weight": array([]float64{1}, 1, 1)}},
		nir.Node{Name: "b", Type: "IF", Params: neuron})
	g.Nodes = append(g.Nodes, nir.Node{Name: "back", Type: "Linear", Params: params{"weight": array([]float64{1}, 1, 1)}})
	g.Edges = append(g.Edges, nir.Edge{From: "b", To: "back"}, nir.Edge{From: "back", To: "a"})
	assert.Equal(t, []float64{1, 1, 1}, run(t, g, nir.Options{Dt: 1}, []float64{1, 0, 0}, 3, 1, 1).Float64s())
}
