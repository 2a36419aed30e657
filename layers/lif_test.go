package layers_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// By hand: from rest, V(t) = 25 (1 - e^(-t/10)) first reaches 20 at t = 10 ln 5 = 16.09 ms, and
// falls from there by 25 to just above -5.
func TestLIFFiresWhenTheMembraneSays(t *testing.T) {
	t.Parallel()
	g := graph.New()
	c := layers.LIF{N: 1, DType: f64}.In(g, "lif", 0.1)
	x := g.Values(f64, []float64{25}, 1)
	type trace struct{ U, Z, V *graph.Node }
	ys, _ := graph.Loop(struct{}{}, layers.LIFState{}, func(_ struct{}, s layers.LIFState) (trace, layers.LIFState) {
		u, z, s := c.Fire(x, s)
		return trace{u, z, s.V}, s
	}, graph.LoopOptions{Steps: 170, Graph: g})
	u, z, v := values(t, ys.U), values(t, ys.Z), values(t, ys.V)
	for i := range 160 {
		require.InDelta(t, 25*(1-math.Exp(-float64(i+1)*0.1/10)), v[i], 1e-10)
		require.Zero(t, z[i])
		require.Equal(t, u[i], v[i])
	}
	assert.Equal(t, 1., z[160])
	assert.InDelta(t, 25*(1-math.Exp(-1.61)), u[160], 1e-10, "the potential that fired")
	assert.InDelta(t, u[160]-25, v[160], 1e-10, "and what is left of it")
}

func TestLIFFiresOnReachingThreshold(t *testing.T) {
	t.Parallel()
	for _, timing := range []layers.Timing{layers.AtSpike, layers.BeforeInput, layers.AfterInput, layers.Refunded} {
		g := graph.New()
		p := layers.IntegrateAndFire(2)
		p.Timing, p.DType = timing, f64
		z, s := p.In(g, "if", 1).Step(g.Values(f64, []float64{1, math.Nextafter(1, 0)}, 2), layers.LIFState{})
		assert.Equal(t, []float64{1, 0}, values(t, z), timing)
		_, s = p.In(g, "if", 1).Step(g.Values(f64, []float64{0, 0}, 2), s)
		assert.Zero(t, values(t, s.V)[0], timing, "reset at the latest now")
	}
}

func TestRestStaysAtRest(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]layers.LIF{
		"defaults":   {},
		"drawn":      {VRest: layers.Uniform{Lo: -70, Hi: -60}, VTh: layers.Const(-50), VReset: layers.Const(-70), Tau: layers.Uniform{Lo: 5, Hi: 20}, TauRef: layers.Const(2)},
		"hard":       {VRest: layers.Const(-65), VTh: layers.Const(-50), Reset: layers.Hard},
		"next step":  {Timing: layers.AfterInput, VRest: layers.Const(-65), VTh: layers.Const(-50)},
		"no leak":    {Decay: layers.Const(1), Input: layers.Unscaled, V0: layers.Const(3)},
		"set before": {VRest: layers.Const(7.3), V0: layers.Const(7.3)},
	} {
		t.Run(name, func(t *testing.T) {
			g := graph.New()
			p.N = 5
			c := p.In(g, "n", 0.1)
			zs, last := graph.Loop(g.Const(graph.Float32, 0, 200, 3, 5), layers.LIFState{}, stepper(c))
			assert.Zero(t, values(t, zs.Sum())[0])
			assert.Equal(t, values(t, c.V0.BroadcastTo(3, 5)), values(t, last.V))
		})
	}
}

// The potential after one step, and its derivatives, of each reset: by hand, with the surrogate
// 1/(1 + 100|u|)² and U = 0.5·V + x in place of a sum over time.
func TestResets(t *testing.T) {
	t.Parallel()
	const x, vth, vreset = 1.01, 1., -0.2
	slope := 1 / math.Pow(1+100*(x-vth), 2)
	for name, c := range map[string]struct {
		reset           layers.Reset
		detach          bool
		v, dx, dth, dre float64 // V, and its derivatives by x, VTh, VReset
	}{
		"soft":           {layers.Soft, false, x - 1.2, 1 - 1.2*slope, -1 + 1.2*slope, 1},
		"soft, detached": {layers.Soft, true, x - 1.2, 1, -1, 1},
		"hard":           {layers.Hard, false, vreset, (vreset - x) * slope, -(vreset - x) * slope, 1},
		"hard, detached": {layers.Hard, true, vreset, 0, 0, 1},
		"none":           {layers.NoReset, false, x, 1, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			g := graph.New()
			cell := layers.LIF{
				N: 1, Decay: layers.Const(0.5), Input: layers.Unscaled, Reset: c.reset, Detach: c.detach, DType: f64,
				VTh: layers.Train(layers.Const(vth)), VReset: layers.Train(layers.Const(vreset)),
			}.In(g, "n", 1)
			in := g.Values(f64, []float64{x}, 1)
			z, s := cell.Step(in, layers.LIFState{})
			ds := autodiff.Grad(s.V.Sum(), in, cell.VTh, cell.VReset)
			assert.Equal(t, []float64{1}, values(t, z))
			for i, want := range []float64{c.v, c.dx, c.dth, c.dre} {
				assert.InDelta(t, want, values(t, append([]*graph.Node{s.V}, ds...)[i])[0], 1e-12, i)
			}
			dz := autodiff.Grad(z.Sum(), in)
			assert.InDelta(t, slope, values(t, dz[0])[0], 1e-12, "the spike itself keeps its gradient")
		})
	}
}

// Two steps of x = 1.5 and 0.2 with decay 0.5, threshold 1 and reset to 0, by hand.
func TestTimings(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		timing layers.Timing
		reset  layers.Reset
		want   [2]float64
	}{
		"soft at spike":     {layers.AtSpike, layers.Soft, [2]float64{0.5, 0.25 + 0.2}},
		"soft before input": {layers.BeforeInput, layers.Soft, [2]float64{1.5, 0.5*0.5 + 0.2}},
		"soft after input":  {layers.AfterInput, layers.Soft, [2]float64{1.5, 0.75 + 0.2 - 1}},
		"soft refunded":     {layers.Refunded, layers.Soft, [2]float64{0.5, 0.25 + 0.2}},
		"hard at spike":     {layers.AtSpike, layers.Hard, [2]float64{0, 0.2}},
		"hard before input": {layers.BeforeInput, layers.Hard, [2]float64{1.5, 0.2}},
		"hard after input":  {layers.AfterInput, layers.Hard, [2]float64{1.5, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			g := graph.New()
			p := layers.LIF{N: 1, Decay: layers.Const(0.5), Input: layers.Unscaled, VTh: layers.Const(1), VReset: layers.Const(0), DType: f64}
			p.Timing, p.Reset = c.timing, c.reset
			cell := p.In(g, "n", 1)
			_, s := cell.Step(g.Values(f64, []float64{1.5}, 1), layers.LIFState{})
			_, last := cell.Step(g.Values(f64, []float64{0.2}, 1), s)
			assert.InDelta(t, c.want[0], values(t, s.V)[0], 1e-15)
			assert.InDelta(t, c.want[1], values(t, last.V)[0], 1e-15)
		})
	}
}

// A reset of the next step passes gradient unless it is detached: V2 = 0.5·V1 + x - z(V1).
func TestLateResetGradient(t *testing.T) {
	t.Parallel()
	slope := 1 / math.Pow(1+100*0.01, 2)
	for detach, want := range map[bool]float64{true: 0.5, false: 0.5 - slope} {
		g := graph.New()
		p := layers.Leaky(1, layers.Const(0.5))
		p.Spike, p.Detach, p.DType = nil, detach, f64
		cell := p.In(g, "n", 1)
		x := g.Values(f64, []float64{1.01}, 1)
		_, s := cell.Step(x, layers.LIFState{})
		_, s = cell.Step(x.Like(0), s)
		assert.InDelta(t, want, values(t, autodiff.Grad(s.V.Sum(), x)[0])[0], 1e-12)
	}
}

// busy returns settings under which neurons fire often, one for every reset and timing.
func busy() map[string]layers.LIF {
	all := map[string]layers.LIF{}
	for r, reset := range map[string]layers.Reset{"soft": layers.Soft, "hard": layers.Hard} {
		for w, timing := range map[string]layers.Timing{"at spike": layers.AtSpike, "before": layers.BeforeInput, "after": layers.AfterInput, "refunded": layers.Refunded} {
			for h, ref := range map[string]layers.Param{"": nil, ", held": layers.Values{0, 1, 2, 3}} {
				all[r+" "+w+h] = layers.LIF{
					N: 4, VTh: layers.Const(1), VReset: layers.Const(-0.1), Tau: layers.Const(5), R: layers.Const(4),
					Reset: reset, Timing: timing, TauRef: ref, DType: f64,
				}
			}
		}
	}
	return all
}

func TestStepByStepEqualsTheWhole(t *testing.T) {
	t.Parallel()
	xs := random(1, 20, 3, 4)
	for name, p := range busy() {
		t.Run(name, func(t *testing.T) {
			g := graph.New()
			x := g.Input("x", f64, 20, 3, 4)
			c := p.In(g, "n", 1)
			zs, last := graph.Loop(x, layers.LIFState{}, stepper(c))
			var s layers.LIFState
			var z *graph.Node
			col := make([]*graph.Node, 20)
			for i := range col {
				z, s = c.Step(x.Index(i), s)
				col[i] = z
			}
			r := run(t, g, []*graph.Node{zs, last.V, graph.Stack(0, col...), s.V}, xs)
			assert.Equal(t, numbers(r[0]), numbers(r[2]))
			assert.Equal(t, numbers(r[1]), numbers(r[3]))
			assert.Greater(t, sum(numbers(r[0])), 5., "a net that is silent shows nothing")
		})
	}
}

func sum(x []float64) (s float64) {
	for _, v := range x {
		s += v
	}
	return s
}

func TestBatchMatesAreIndependent(t *testing.T) {
	t.Parallel()
	xs := random(1, 20, 3, 4)
	for name, p := range busy() {
		t.Run(name, func(t *testing.T) {
			spikes := func(x *tensor.Dense, batch int) []float64 {
				g := graph.New()
				zs, _ := graph.Loop(g.Input("x", f64, 20, batch, 4), layers.LIFState{}, stepper(p.In(g, "n", 1)))
				return numbers(run(t, g, []*graph.Node{zs}, x)[0])
			}
			var one []float64
			for i := range 20 {
				one = append(one, numbers(xs)[i*12+4:i*12+8]...)
			}
			all, alone := spikes(xs, 3), spikes(tensor.New(tensor.WithShape(20, 1, 4), tensor.WithBacking(one)), 1)
			for i := range 20 {
				require.Equal(t, alone[i*4:i*4+4], all[i*12+4:i*12+8])
			}
		})
	}
}

func TestLIFShapes(t *testing.T) {
	t.Parallel()
	for _, lead := range [][]int{{}, {5}, {2, 3}} {
		g := graph.New()
		c := layers.LIF{Shape: []int{4, 4, 2}, TauRef: layers.Const(3)}.In(g, "n", 1)
		shape := append(append([]int{}, lead...), 4, 4, 2)
		u, z, s := c.Fire(g.Input("x", graph.Float32, shape...), layers.LIFState{})
		require.NoError(t, g.Err())
		for _, n := range []*graph.Node{u, z, s.V, s.Held} {
			assert.Equal(t, graph.Shape(shape), n.Shape())
			assert.Equal(t, graph.Float32, n.DType())
		}
	}
}

func TestLearnedInitialPotential(t *testing.T) {
	t.Parallel()
	g := graph.New()
	c := layers.LIF{N: 2, Decay: layers.Const(0.5), V0: layers.Train(layers.Values{3, 4}), Reset: layers.NoReset, DType: f64}.In(g, "n", 1)
	_, last := graph.Loop(g.Const(f64, 0, 3, 5, 2), layers.LIFState{}, stepper(c))
	require.Len(t, g.Trained(), 1)
	assert.InDeltaSlice(t, []float64{5. / 8, 5. / 8}, values(t, autodiff.Grad(last.V.Sum(), g.Trained()...)[0]), 1e-12)
	given, _ := c.Step(g.Const(f64, 0, 1, 2), layers.LIFState{V: g.Const(f64, 60, 1, 2)})
	assert.Equal(t, []float64{1, 1}, values(t, given), "a state that is given is used")
}

func TestLIFFaults(t *testing.T) {
	t.Parallel()
	g := graph.New()
	a := layers.LIF{N: 3, VTh: layers.Const(math.NaN()), Tau: layers.Const(-1), Reset: 9, Timing: 9}.In(g, "a", 1)
	b := layers.LIF{N: 4}.In(g, "b", 1)
	z, s := a.Step(g.Input("x", graph.Float32, 2, 3), layers.LIFState{})
	z, _ = a.Step(z, s)
	b.Step(z, layers.LIFState{})
	b.Step(g.Input("one too few", graph.Float32, 2, 3), layers.LIFState{})
	b.Step(g.Input("of one, to be spread", graph.Float32, 2, 1), layers.LIFState{})
	b.Step(g.Input("scalar", graph.Float32), layers.LIFState{})
	b.Step(g.Input("of other type", f64, 4), layers.LIFState{})
	b.Step(nil, layers.LIFState{})
	faults(t, g, "a: |Tau|-1", "a: |VTh|NaN", "a: |Reset(9)", "a: |Timing(9)",
		"b: |Float32[2 3]|[... 4]", "b: |Float32[2 1]", "b: |Float32[]", "b: |Float64[4]", "b: |nil")
	assert.ErrorIs(t, g.Err(), graph.ErrShape)
	assert.ErrorIs(t, g.Err(), graph.ErrValue)
	assert.ErrorIs(t, g.Err(), graph.ErrDType)
}

// A number that is finite, but not in the type of the layer, would be an infinite threshold.
func TestConstantsBeyondFloat32(t *testing.T) {
	t.Parallel()
	g := graph.New()
	layers.LIF{N: 2, VTh: layers.Const(1e39), VReset: layers.Values{0, -1e39}}.In(g, "a", 1)
	faults(t, g, "a: |VTh|1e+39|a finite Float32", "a: |VReset|-1e+39 at element 1")
	g = graph.New()
	layers.LIF{N: 2, VTh: layers.Const(1e39), DType: f64}.In(g, "a", 1)
	assert.NoError(t, g.Err())
}

// A fault inside a loop is reported once, and not again for the state it leaves without a value.
func TestFaultsInALoop(t *testing.T) {
	t.Parallel()
	g := graph.New()
	fc := layers.Dense{In: 3, Out: 4}.Place(g, "fc")
	c := layers.LIF{N: 4}.In(g, "n", 1)
	_, last := graph.Loop(g.Input("x", graph.Float32, 7, 2, 5), layers.LIFState{}, func(x *graph.Node, s layers.LIFState) (*graph.Node, layers.LIFState) {
		return c.Step(fc.Apply(x), s)
	})
	assert.False(t, last.V.Valid())
	faults(t, g, "fc: |[2 5]|[... 3]")
}

func TestInvalidNodesPassSilently(t *testing.T) {
	t.Parallel()
	g := graph.New()
	bad := g.Input("x", graph.Float32, 2).Add(g.Input("y", graph.Float32, 3))
	c := layers.LIF{N: 2, TauRef: layers.Const(2)}.In(g, "n", 1)
	u, z, s := c.Fire(bad, layers.LIFState{})
	v, m := c.LeakyIntegratorCell.Step(bad, layers.LeakyIntegratorState{})
	rz, rs := layers.Recur(c, layers.Dense{In: 2, Out: 2}.Place(g, "d")).Step(bad, layers.RecurrentState[layers.LIFState]{})
	y := layers.Dense{In: 2, Out: 2}.Place(g, "d").Apply(bad)
	o := layers.OneToOne{N: 2}.Place(g, "o").Apply(bad)
	for _, n := range []*graph.Node{u, z, s.V, s.Held, v, m.V, rz, rs.Z, rs.Neuron.V, y, o} {
		assert.False(t, n.Valid())
	}
	z, _ = c.Step(g.Const(graph.Float32, 0, 2), layers.LIFState{V: bad, Held: bad})
	assert.False(t, z.Valid())
	graph.Loop(bad, layers.LIFState{}, stepper(c))
	faults(t, g, "Add")
}
