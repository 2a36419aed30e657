package nir_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/train/nir"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// A network of package layers, written as NIR and read again, gives the same numbers.
func TestOursGoesOutAndComesBack(t *testing.T) {
	t.Parallel()
	const dt, steps = 0.5, 20
	conv := layers.Conv2d{In: 2, Out: 3, Kernel: []int{3, 3}, Stride: []int{2}, Padding: layers.Around{1}, DType: graph.Float64}
	fc := layers.Dense{In: 3 * 2 * 2, Out: 4, DType: graph.Float64}
	lif := layers.LIF{Shape: []int{3, 2, 2}, Tau: layers.Const(5), VTh: layers.Const(0.3), VReset: layers.Const(-0.1), VRest: layers.Const(0.05),
		R: layers.Const(2), Reset: layers.Hard, DType: graph.Float64}
	out := layers.LeakyIntegrator{N: 4, Tau: layers.Values{1, 2, 3, 4}, DType: graph.Float64}
	type state struct {
		Hidden layers.LIFState
		Out    layers.LeakyIntegratorState
	}
	g := graph.NewIn(graph.NewStore(1))
	x := g.Input("x", graph.Float64, steps, 1, 2, 4, 4) // channels first, as NIR has them
	c1, c2, n1, n2 := conv.Place(g, "conv"), fc.Place(g, "fc"), lif.In(g, "lif", dt), out.In(g, "out", dt)
	ys, _ := graph.Loop(x, state{}, func(x *graph.Node, s state) (*graph.Node, state) {
		x = c1.Apply(x.Transpose(0, 2, 3, 1)).Transpose(0, 3, 1, 2)
		x, s.Hidden = n1.Step(x, s.Hidden)
		x, s.Out = n2.Step(c2.Apply(x.Reshape(1, 12)), s.Out)
		return x, s
	})
	prog, err := g.Compile(ys)
	require.NoError(t, err)
	xs := pulses(3, steps, 32)
	want, err := prog.Run(tensor.New(tensor.WithShape(steps, 1, 2, 4, 4), tensor.WithBacking(xs)))
	require.NoError(t, err)

	from := nir.Source{Dt: dt, Store: g.Store()}
	a, err := nir.NewConv2d("conv", conv, []int{4, 4}, from)
	require.NoError(t, err)
	b, err := nir.NewLIF("lif", lif, from)
	require.NoError(t, err)
	flat := nir.NewFlatten("flat", []int{3, 2, 2})
	c, err := nir.NewDense("fc", fc, from)
	require.NoError(t, err)
	d, err := nir.NewLI("out", out, from)
	require.NoError(t, err)
	file, err := nir.Chain([]int{2, 4, 4}, []int{4}, a, b, flat, c, d).Encode()
	require.NoError(t, err)
	read, err := nir.Decode(file)
	require.NoError(t, err)
	got := run(t, read, nir.Options{Dt: dt}, xs, steps, 1, 2, 4, 4)
	assert.NotZero(t, want[0].Float64s()[4*steps-1], "something arrives")
	assert.InDeltaSlice(t, want[0].Float64s(), got.Float64s(), 1e-12)
}

func TestIntegrateAndFireGoesOut(t *testing.T) {
	t.Parallel()
	p := layers.IntegrateAndFire(1)
	p.Reset = layers.Hard
	n, err := nir.NewLIF("n", p, nir.Source{Dt: 1})
	require.NoError(t, err)
	assert.Equal(t, "IF", n.Type)
	assert.Equal(t, []float64{1000}, n.Params["r"].Data, "1 a step of 1 ms")
	got := run(t, chain([]int64{1}, []int64{1}, n), nir.Options{Dt: 1}, []float64{0.5, 0.5, 0.5, 0.5}, 4, 1, 1)
	assert.Equal(t, []float64{0, 1, 0, 1}, got.Float64s())
}

// Constants that are trained, shared, stored as something else, or given as a decay, come out as the step
// has them: the file runs as the layer does.
func TestEveryConstantGoesOut(t *testing.T) {
	t.Parallel()
	const dt, steps = 0.5, 12
	for name, p := range map[string]layers.LIF{
		"Tau":            {Tau: layers.Values{3, 4}},
		"trained":        {Tau: layers.Train(layers.Values{3, 4}), VTh: layers.Train(layers.Const(0.2)).Shared(), R: layers.Train(layers.Const(2)).Through(layers.Exp)},
		"drawn":          {Tau: layers.Uniform{Lo: 3, Hi: 5}},
		"Decay":          {Decay: layers.Const(0.9), VRest: layers.Const(0.1)},
		"trained Decay":  {Decay: layers.Train(layers.Const(0.8)).Through(layers.Unit)},
		"Unscaled":       {Decay: layers.Const(0.9), Input: layers.Unscaled, R: layers.Const(0.3)},
		"Unscaled Tau":   {Tau: layers.Const(3), Input: layers.Unscaled, R: layers.Const(0.3)},
		"nothing decays": {Decay: layers.Const(1), Input: layers.Unscaled, R: layers.Const(0.3)},
	} {
		p.N, p.DType, p.VReset = 2, graph.Float64, layers.Const(-0.2)
		if p.VTh == nil {
			p.VTh = layers.Const(0.2)
		}
		for _, fall := range []struct {
			reset layers.Reset
			when  layers.Timing
		}{
			{layers.Hard, layers.AtSpike}, {layers.Hard, layers.BeforeInput}, {layers.NoReset, layers.AtSpike},
			{layers.Soft, layers.AtSpike}, {layers.Soft, layers.BeforeInput}, {layers.Soft, layers.AfterInput},
		} {
			if strings.Contains(name, "trained") && fall.reset != layers.Hard {
				continue // that is about the constants
			}
			p.Reset, p.Timing = fall.reset, fall.when
			goesOut(t, fmt.Sprint(name, fall), p, dt, steps)
		}
	}
}

// goesOut compares the spikes of neurons with those of their node.
func goesOut(t *testing.T, name string, p layers.LIF, dt float64, steps int) {
	t.Helper()
	g := graph.NewIn(graph.NewStore(3))
	x := g.Input("x", graph.Float64, steps, 1, 2)
	zs, _ := graph.Loop(x, layers.LIFState{}, p.In(g, "n", dt).Step)
	prog, err := g.Compile(zs)
	require.NoError(t, err, name)
	xs := pulses(4, steps, 2)
	want, err := prog.Run(tensor.New(tensor.WithShape(steps, 1, 2), tensor.WithBacking(xs)))
	require.NoError(t, err, name)
	require.Contains(t, want[0].Float64s(), 1.0, "%s: it fires", name)
	for _, euler := range []bool{false, true} {
		n, err := nir.NewLIF("n", p, nir.Source{Dt: dt, Store: g.Store(), Euler: euler})
		require.NoError(t, err, name)
		b, err := nir.Chain([]int{2}, []int{2}, n).Encode()
		require.NoError(t, err, name)
		read, err := nir.Decode(b)
		require.NoError(t, err, name)
		got := run(t, read, nir.Options{Dt: dt, Euler: euler}, xs, steps, 1, 2)
		assert.Equal(t, want[0].Float64s(), got.Float64s(), "%s, Euler: %v", name, euler)
	}
}

// snnTorch's Leaky resets by subtraction, a step late: no node of NIR does, a sub-graph of three does.
func TestLeakyGoesOutAsThreeNodes(t *testing.T) {
	t.Parallel()
	n, err := nir.NewLIF("leaky", layers.Leaky(1, layers.Const(0.9)), nir.Source{Dt: 0.1})
	require.NoError(t, err)
	assert.Equal(t, "NIRGraph", n.Type)
	assert.Equal(t, "LI", n.Graph.Node("v").Type)
	assert.Equal(t, []float64{1}, n.Graph.Node("spike").Params["threshold"].Data)
	assert.InDelta(t, -1, n.Graph.Node("reset").Params["scale"].Floats()[0], 1e-15)
	got := run(t, nir.Chain([]int{1}, []int{1}, n), nir.Options{Dt: 0.1}, []float64{0.6, 0.6, 0.6, 0.6}, 4, 1, 1)
	assert.Equal(t, []float64{0, 1, 0, 1}, got.Float64s(), "0.6, 1.14, 0.626, 1.1634")
}

// Neurons in a sub-graph that feed back to themselves give their spikes on in the same step.
func TestFeedbackAroundASubGraph(t *testing.T) {
	t.Parallel()
	p := layers.LIF{N: 1, Decay: layers.Const(0.5), Input: layers.Unscaled, VTh: layers.Const(1), VReset: layers.Const(0), DType: graph.Float64}
	for _, reset := range []layers.Reset{layers.Hard, layers.Soft} { // the same spikes, but not by the same nodes
		p.Reset = reset
		n, err := nir.NewLIF("n", p, nir.Source{Dt: 1})
		require.NoError(t, err)
		g := nir.Chain([]int{1}, []int{1}, n)
		g.Nodes = append(g.Nodes, nir.Node{Name: "back", Type: "Linear", Params: params{"weight": array([]float64{1.5}, 1, 1)}})
		g.Edges = append(g.Edges, nir.Edge{From: "n", To: "back"}, nir.Edge{From: "back", To: "n"})
		got := run(t, g, nir.Options{Dt: 1}, []float64{1.5, 0, 0, -2, 0}, 5, 1, 1).Float64s()
		assert.Equal(t, []float64{1, 1, 1, 0, 0}, got)
	}
}

// Delays, scales and pools run as ours do.
func TestOtherNodesGoOut(t *testing.T) {
	t.Parallel()
	delay := layers.Delay{N: 3, Max: 2, DType: graph.Float64}
	scale := layers.OneToOne{N: 3, W: layers.Values{1, 2, 3}, DType: graph.Float64}
	self := layers.Dense{In: 3, Out: 3, NoSelf: true, NoBias: true, DType: graph.Float64}
	type state struct{ Line layers.DelayState }
	g := graph.NewIn(graph.NewStore(5))
	x := g.Input("x", graph.Float64, 6, 1, 3)
	d, s, w := delay.In(g, "delay", 1), scale.Place(g, "scale"), self.Place(g, "self")
	ys, _ := graph.Loop(x, state{}, func(x *graph.Node, st state) (*graph.Node, state) {
		x, st.Line = d.Step(x, st.Line)
		return w.Apply(s.Apply(x)), st
	})
	prog, err := g.Compile(ys)
	require.NoError(t, err)
	xs := pulses(5, 6, 3)
	want, err := prog.Run(tensor.New(tensor.WithShape(6, 1, 3), tensor.WithBacking(xs)))
	require.NoError(t, err)
	from := nir.Source{Dt: 1, Store: g.Store()}
	a, err := nir.NewDelay("delay", delay, from)
	require.NoError(t, err)
	b, err := nir.NewScale("scale", scale, from)
	require.NoError(t, err)
	c, err := nir.NewDense("self", self, from)
	require.NoError(t, err)
	assert.Equal(t, "Linear", c.Type)
	got := run(t, nir.Chain([]int{3}, []int{3}, a, b, c), nir.Options{Dt: 1}, xs, 6, 1, 3)
	assert.InDeltaSlice(t, want[0].Float64s(), got.Float64s(), 1e-12)
}

// A pool computes the same from its file, over padding too.
func TestPoolsGoThroughNIR(t *testing.T) {
	t.Parallel()
	for _, p := range []layers.AvgPool2d{
		{Kernel: []int{2}, Stride: []int{2}, Padding: layers.Valid},
		{Kernel: []int{2, 3}, Stride: []int{2, 1}, Padding: layers.Around{1}, CountPadding: true},
	} {
		g := graph.New()
		y := p.Place(g, "pool").Apply(g.Input("x", graph.Float64, 1, 4, 6, 2)).Transpose(0, 3, 1, 2)
		prog, err := g.Compile(y)
		require.NoError(t, err)
		xs := pulses(6, 2, 24)
		last := make([]float64, 48)
		for i := range last { // [4 6 2] of [2 4 6]
			last[i] = xs[i%2*24+i/2]
		}
		want, err := prog.Run(tensor.New(tensor.WithShape(1, 4, 6, 2), tensor.WithBacking(last)))
		require.NoError(t, err)
		n, err := nir.NewAvgPool2d("pool", p)
		require.NoError(t, err)
		got := run(t, nir.Chain([]int{2, 4, 6}, y.Shape()[1:], n), nir.Options{Dt: 1}, xs, 1, 1, 2, 4, 6)
		assert.InDeltaSlice(t, want[0].Float64s(), got.Float64s(), 1e-12)
	}
}

// Numbers that the store keeps as float32 are float32 in the file too.
func TestWeightsKeepTheirType(t *testing.T) {
	t.Parallel()
	g := graph.NewIn(graph.NewStore(1))
	fc := layers.Dense{In: 2, Out: 2, B: layers.Normal{Std: 1}}
	fc.Place(g, "fc")
	n, err := nir.NewDense("fc", fc, nir.Source{Store: g.Store()})
	require.NoError(t, err)
	w := g.Store().Get("fc.W").Value.Float32s()
	assert.Equal(t, []float32{w[0], w[2], w[1], w[3]}, n.Params["weight"].Data)
	assert.Equal(t, g.Store().Get("fc.B").Value.Float32s(), n.Params["bias"].Data)
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	hard := layers.LIF{N: 2, Reset: layers.Hard}
	with := func(f func(p *layers.LIF)) layers.LIF {
		p := hard
		f(&p)
		return p
	}
	for says, p := range map[string]layers.LIF{
		"TauRef: none of its nodes counts":   with(func(p *layers.LIF) { p.TauRef = layers.Const(2) }),
		"Hard with Timing AfterInput: its":   with(func(p *layers.LIF) { p.Timing = layers.AfterInput }),
		"Timing Refunded: none of its nodes": {N: 2, Timing: layers.Refunded},
		"Reset(9)":                           with(func(p *layers.LIF) { p.Reset = 9 }),
		"begins at 20, VTh being 20":         {N: 2, VRest: layers.Const(20), Timing: layers.BeforeInput},
		"begins at 0, VTh being -1":          {N: 2, Decay: layers.Const(1), Input: layers.Unscaled, VTh: layers.Const(-1), Timing: layers.AfterInput},
		"where R is 0":                       {N: 2, R: layers.Const(0)},
		"V0":                                 with(func(p *layers.LIF) { p.V0 = layers.Const(1) }),
		"the store has no n.Tau":             with(func(p *layers.LIF) { p.Tau = layers.Uniform{Lo: 1, Hi: 2} }),
		"a Decay of 0 is no time":            with(func(p *layers.LIF) { p.Decay = layers.Const(0) }),
		"a Decay of 1 is no time":            with(func(p *layers.LIF) { p.Decay = layers.Values{1, 0.5} }),
		"where nothing leaks":                with(func(p *layers.LIF) { p.Decay = layers.Const(1) }),
		"3 values for shape [2]":             with(func(p *layers.LIF) { p.VTh = layers.Values{1, 2, 3} }),
	} {
		_, err := nir.NewLIF("n", p, nir.Source{Dt: 1})
		assert.ErrorIs(t, err, nir.ErrUnsupported, says)
		assert.ErrorContains(t, err, says)
		assert.ErrorContains(t, err, `node "n"`)
	}
	_, err := nir.NewLIF("n", hard, nir.Source{Dt: 1})
	require.NoError(t, err)
	_, err = nir.NewLIF("n", hard, nir.Source{})
	assert.ErrorContains(t, err, "Source.Dt is 0 ms")
	for says, p := range map[string]layers.Conv1d{
		"InputDilation":           {In: 1, Out: 1, Kernel: []int{3}, W: layers.Fix(nil), InputDilation: []int{2}},
		"Same with a stride":      {In: 1, Out: 1, Kernel: []int{3}, W: layers.Fix(nil), Stride: []int{2}},
		"Padding [[1 2]]":         {In: 1, Out: 1, Kernel: []int{3}, W: layers.Fix(nil), Padding: layers.Pads{{1, 2}}},
		"the store has no n.W, n": {In: 1, Out: 1, Kernel: []int{3}},
	} {
		from := nir.Source{}
		if says != "the store has no n.W, n" {
			from.Store = graph.NewStore(1)
			p.Place(graph.NewIn(from.Store), "n")
		}
		_, err := nir.NewConv1d("n", p, []int{5}, from)
		assert.ErrorContains(t, err, says)
	}
	_, err = nir.NewConv2d("n", layers.Conv2d{In: 1, Out: 1, Kernel: []int{3, 3}}, []int{5}, nir.Source{})
	assert.ErrorContains(t, err, "the axes of its input are [5], want 2")
	_, err = nir.NewAvgPool2d("n", layers.AvgPool2d{Kernel: []int{2}, Padding: layers.Around{1}})
	assert.ErrorContains(t, err, "NIR averages over Padding")
	_, err = nir.NewAvgPool2d("n", layers.AvgPool2d{Kernel: []int{2}, Padding: layers.Same, CountPadding: true})
	assert.ErrorContains(t, err, "NIR has no place for Padding Same")
	_, err = nir.NewDense("n", layers.Dense{In: 2, Out: 2}, nir.Source{})
	assert.ErrorContains(t, err, "the store has no n.W, n.B")
}
