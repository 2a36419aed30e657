package nir_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/train/nir"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What cannot be expressed is an error with the node's name and the reason.
func TestNetRefuses(t *testing.T) {
	t.Parallel()
	one := []float64{1}
	lif := func() params {
		return params{"tau": array(one), "r": array(one), "v_leak": array(one), "v_threshold": array(one)}
	}
	with := func(k string, a nir.Array) params {
		p := lif()
		p[k] = a
		return p
	}
	without := func(k string) params {
		p := lif()
		delete(p, k)
		return p
	}
	for says, g := range map[string]*nir.Graph{
		`type "Hodgkin" is none of`:       chain([]int64{1}, []int64{1}, node("Hodgkin", nil)),
		`it has no tau`:                   chain([]int64{1}, []int64{1}, node("LIF", without("tau"))),
		`refractory is no parameter`:      chain([]int64{1}, []int64{1}, node("LIF", with("refractory", array(one)))),
		`tau is -1, want > 0`:             chain([]int64{1}, []int64{1}, node("LIF", with("tau", array([]float64{-1})))),
		`r is not finite`:                 chain([]int64{1}, []int64{1}, node("LIF", with("r", array([]float64{math.NaN()})))),
		`r is of shape [2], its input`:    chain([]int64{3}, []int64{3}, node("LIF", with("r", array([]float64{1, 1})))),
		`r is of shape [], and []string`:  chain([]int64{1}, []int64{1}, node("LIF", with("r", text("1")))),
		`its weight is [1 2], its input`:  chain([]int64{1}, []int64{1}, node("Linear", params{"weight": array([]float64{1, 1}, 1, 2)})),
		`its shape is [2], what comes in`: chain([]int64{1}, []int64{2}, node("LIF", lif())),
		`more than 268435456 numbers`:     chain([]int64{1 << 29}, []int64{1 << 29}, node("LIF", lif())),
		`its padding is same and its stride`: chain([]int64{1, 4}, []int64{1, 4}, node("Conv1d", params{"weight": array(one, 1, 1, 1), "stride": ints(2),
			"padding": text("same"), "dilation": ints(1), "groups": ints(1), "bias": array(one)})),
		`delay is 1e+09 s`: chain([]int64{1}, []int64{1}, node("Delay", params{"delay": array([]float64{1e9})})),
	} {
		_, err := g.Net(nir.Options{Dt: 1})
		require.ErrorIs(t, err, nir.ErrUnsupported, says)
		assert.ErrorContains(t, err, says)
		assert.Regexp(t, `node "(n|output|input)"`, err.Error())
	}
}

func TestNetRefusesTopologies(t *testing.T) {
	t.Parallel()
	linear := func(name string) nir.Node {
		return nir.Node{Name: name, Type: "Linear", Params: params{"weight": array([]float64{1}, 1, 1)}}
	}
	change := func(f func(g *nir.Graph)) *nir.Graph {
		g := chain([]int64{1}, []int64{1}, linear("a"), linear("b"))
		f(g)
		return g
	}
	edge := func(from, to string) func(*nir.Graph) {
		return func(g *nir.Graph) { g.Edges = append(g.Edges, nir.Edge{From: from, To: to}) }
	}
	for says, g := range map[string]*nir.Graph{
		"the cycle a → b has no neuron":               change(edge("b", "a")),
		`leads to "c"`:                                change(edge("a", "c")),
		"is there twice":                              change(edge("a", "b")),
		"two of that name":                            change(func(g *nir.Graph) { g.Nodes = append(g.Nodes, linear("a")) }),
		"nothing reaches it":                          change(func(g *nir.Graph) { g.Nodes = append(g.Nodes, linear("c")) }),
		"no Input, and 2 nodes that nothing leads to": {Nodes: []nir.Node{linear("a"), linear("b")}},
		"no Input, and 0 nodes that nothing leads to": {Nodes: []nir.Node{linear("a")}, Edges: []nir.Edge{{From: "a", To: "a"}}},
		"no Output, and 2 nodes that lead nowhere":    {Nodes: []nir.Node{linear("a"), linear("b"), linear("c")}, Edges: []nir.Edge{{From: "a", To: "b"}, {From: "a", To: "c"}}},
		"shape of its first node is not told":         {Nodes: []nir.Node{{Name: "p", Type: "SumPool2d"}}},
		"a second Input": change(func(g *nir.Graph) {
			g.Nodes = append(g.Nodes, nir.Node{Name: "more", Type: "Input", Params: params{"shape": ints(1)}})
		}),
	} {
		_, err := g.Net(nir.Options{Dt: 1})
		assert.ErrorIs(t, err, nir.ErrUnsupported, says)
		assert.ErrorContains(t, err, says)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	g := chain([]int64{1}, []int64{1}, node("LI", params{"tau": array([]float64{0.001}), "r": array([]float64{1}), "v_leak": array([]float64{0})}))
	for says, o := range map[string]nir.Options{
		"Dt is 0":             {},
		"Dt is -1":            {Dt: -1},
		`Train names "beta"`:  {Dt: 1, Train: []string{"beta"}},
		"shorter than a step": {Dt: 2, Euler: true},
	} {
		_, err := g.Net(o)
		assert.ErrorContains(t, err, says)
	}
}

// Faults of a step are recorded on the graph; an invalid input passes.
func TestStepFaults(t *testing.T) {
	t.Parallel()
	g := chain([]int64{2}, []int64{2}, node("Scale", params{"scale": array([]float64{1, 1})}))
	net, err := g.Net(nir.Options{Dt: 1})
	require.NoError(t, err)
	for says, step := range map[string]func(gr *graph.Graph, c nir.Cell){
		"the input is nil":      func(gr *graph.Graph, c nir.Cell) { c.Step(nil, net.Init(gr, 1)) },
		"the state has 0 nodes": func(gr *graph.Graph, c nir.Cell) { c.Step(gr.Input("x", graph.Float32, 1, 2), nir.State{}) },
		"want [B [2]...]":       func(gr *graph.Graph, c nir.Cell) { c.Step(gr.Input("x", graph.Float32, 1, 3), net.Init(gr, 1)) },
	} {
		gr := graph.New()
		step(gr, net.In(gr, "net"))
		assert.ErrorContains(t, gr.Err(), says)
	}
	gr := graph.New()
	y, _ := net.In(gr, "net").Step(gr.Fail(assert.AnError), net.Init(gr, 1))
	assert.False(t, y.Valid())
	assert.ErrorIs(t, gr.Err(), assert.AnError)
	assert.NotContains(t, gr.Err().Error(), "\n", "no second fault")
}
