package nir_test

import (
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

	value := func(name string) *tensor.Dense { return g.Store().Get(name).Value }
	a, err := nir.NewConv2d("conv", conv, value("conv.W"), value("conv.B"))
	require.NoError(t, err)
	b, err := nir.NewLIF("lif", lif, dt)
	require.NoError(t, err)
	flat := nir.Node{Name: "flat", Type: "Flatten", Params: params{"start_dim": ints(0), "end_dim": ints(-1), "input_type": ints(3, 2, 2)}}
	c, err := nir.NewAffine("fc", value("fc.W"), value("fc.B"))
	require.NoError(t, err)
	d, err := nir.NewLI("out", out, dt)
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
	n, err := nir.NewLIF("n", p, 1)
	require.NoError(t, err)
	assert.Equal(t, "IF", n.Type)
	assert.Equal(t, []float64{1000}, n.Params["r"].Data, "1 a step of 1 ms")
	got := run(t, chain([]int64{1}, []int64{1}, n), nir.Options{Dt: 1}, []float64{0.5, 0.5, 0.5, 0.5}, 4, 1, 1)
	assert.Equal(t, []float64{0, 1, 0, 1}, got.Float64s())
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
		"Reset other than Hard":     {N: 2},
		"TauRef":                    with(func(p *layers.LIF) { p.TauRef = layers.Const(2) }),
		"Timing other than AtSpike": with(func(p *layers.LIF) { p.Timing = layers.AfterInput }),
		"V0":                        with(func(p *layers.LIF) { p.V0 = layers.Const(1) }),
		"give Tau in place":         with(func(p *layers.LIF) { p.Decay = layers.Train(nil) }),
		"Unscaled with Decay 1":     with(func(p *layers.LIF) { p.Input = layers.Unscaled }),
		"tau is layers.Uniform":     with(func(p *layers.LIF) { p.Tau = layers.Uniform{Lo: 1, Hi: 2} }),
		"3 values for shape [2]":    with(func(p *layers.LIF) { p.VTh = layers.Values{1, 2, 3} }),
	} {
		_, err := nir.NewLIF("n", p, 1)
		assert.ErrorIs(t, err, nir.ErrUnsupported, says)
		assert.ErrorContains(t, err, says)
		assert.ErrorContains(t, err, `node "n"`)
	}
	_, err := nir.NewLIF("n", hard, 1)
	require.NoError(t, err)
	w := tensor.New(tensor.WithShape(3, 1, 1), tensor.WithBacking([]float32{1, 2, 3}))
	for says, p := range map[string]layers.Conv1d{
		"InputDilation":      {In: 1, Out: 1, Kernel: []int{3}, InputDilation: []int{2}},
		"Same with a stride": {In: 1, Out: 1, Kernel: []int{3}, Stride: []int{2}},
		"Padding [[1 2]]":    {In: 1, Out: 1, Kernel: []int{3}, Padding: layers.Pads{{1, 2}}},
	} {
		_, err := nir.NewConv1d("n", p, w, nil)
		assert.ErrorContains(t, err, says)
	}
	_, err = nir.NewAffine("n", w, nil)
	assert.ErrorContains(t, err, "want 2 axes")
}
