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
	"gorgonia.org/tensor"
)

type lifReservoir = layers.PopulatedState[layers.LIFState]

// spiking returns connections of three neurons, and the neurons, in which everything is given.
func spiking(g *graph.Graph) layers.Populated[layers.LIFState] {
	neurons := layers.LIF{N: 3, VTh: layers.Const(1), VReset: layers.Const(0), Reset: layers.Hard, DType: f64}
	return layers.Populate(neurons.In(g, "neurons", 0.5), layers.SpikingReservoir{
		Inputs: 2, N: 3, Feedback: 1, InDensity: 1, Density: 1, Win: layers.Values{1, 2, 3, -1, 0.5, 0}, Wfb: layers.Values{0.5, -1, 2},
		W: layers.Values{0.01, 0.02, -0.03, 0.04, -0.05, 0.01, 0.02, 0.03, 0.01}, B: layers.Values{0.2, 0.1, 1.5},
		Rise: layers.Const(3), Decay: layers.Const(7), DType: f64,
	}.In(g, "res", 0.5))
}

// The equations as plain code, with currents computed of the rates: r·W.
func TestSpikingReservoirByHand(t *testing.T) {
	t.Parallel()
	const steps = 120
	g := graph.New()
	cell := spiking(g)
	x := numbers(random(1, steps, 2))
	for i := range x {
		x[i] += 1
	}
	type trace struct{ Z, R *graph.Node }
	ys, last := graph.Loop(g.Values(f64, x, steps, 1, 2), lifReservoir{}, func(x *graph.Node, s lifReservoir) (trace, lifReservoir) {
		r, s := cell.Step(x, s)
		s.Y = r.Narrow(1, 1, 1).Scale(0.01)
		return trace{s.Neurons.V, r}, s
	})
	out := run(t, g, []*graph.Node{ys.R, last.Currents.R})
	win, wfb, b := []float64{1, 2, 3, -1, 0.5, 0}, []float64{0.5, -1, 2}, []float64{0.2, 0.1, 1.5}
	w := []float64{0.01, 0.02, -0.03, 0.04, -0.05, 0.01, 0.02, 0.03, 0.01}
	ea, eb := math.Exp(-0.5/3), math.Exp(-0.5/7)
	var v, r, h [3]float64
	current := func(j int) (sum float64) {
		for i := range 3 {
			sum += r[i] * w[3*i+j]
		}
		return sum
	}
	y, spikes := 0.0, 0
	for k := range steps {
		var z [3]float64
		for j := range 3 {
			in := current(j) + y*wfb[j] + x[2*k]*win[j] + x[2*k+1]*win[3+j] + b[j]
			v[j] = in + (v[j]-in)*math.Exp(-0.5/10)
			if v[j] >= 1 {
				z[j], v[j] = 1, 0
				spikes++
			}
		}
		for j := range 3 {
			r[j] = ea*r[j] + h[j]*(eb-ea)/(1./3-1./7)
			h[j] = eb*h[j] + z[j]*1000/21
		}
		y = 0.01 * r[1]
		require.InDeltaSlice(t, r[:], numbers(out[0])[3*k:3*k+3], 1e-10, "step %d", k)
	}
	assert.Greater(t, spikes, 20)
	assert.InDeltaSlice(t, []float64{current(0), current(1), current(2)}, numbers(out[1]), 1e-10)
}

// Weights to a neuron sum to 0, are as many and as strong as the paper's, and are the store's.
func TestSpikingReservoirIsBalanced(t *testing.T) {
	t.Parallel()
	const n = 400
	for _, balanced := range []bool{true, false} {
		g := graph.NewIn(graph.NewStore(3))
		p := layers.NewSpikingReservoir(1, n)
		p.Balanced = balanced
		p.In(g, "res", 0.1)
		require.NoError(t, g.Err())
		w := g.Store().Get("res.W").Value.Float32s()
		kept, squares := 0, 0.0
		for j := range n {
			sum, most := 0.0, 0.0
			for i := range n {
				x := float64(w[i*n+j])
				sum, most, squares = sum+x, max(most, math.Abs(x)), squares+x*x
				if x != 0 {
					kept++
				}
			}
			if balanced {
				require.InDelta(t, 0, sum, 1e-6)
			} else {
				require.Greater(t, math.Abs(sum), 1e-5)
			}
		}
		assert.InDelta(t, 0.1, float64(kept)/(n*n), 0.003)
		assert.InEpsilon(t, 0.04/(0.1*math.Sqrt(n)), math.Sqrt(squares/float64(kept)), 0.03)
		assert.Empty(t, g.Trained())
	}
}

// Balance leaves absent what was not drawn, in training too.
func TestTrainedSpikingReservoirStaysThin(t *testing.T) {
	t.Parallel()
	g := graph.NewIn(graph.NewStore(4))
	p := layers.NewSpikingReservoir(1, 30)
	p.W, p.DType = layers.Train(layers.Normal{Std: 1}), f64
	cell := layers.Populate(layers.LIF{N: 30, VTh: layers.Const(0.2), VReset: layers.Const(0), DType: f64}.In(g, "neurons", 0.5), p.In(g, "res", 0.5))
	rs, _ := over(g.Const(f64, 1, 60, 2, 1), cell)
	require.NoError(t, g.Err())
	require.Len(t, g.Trained(), 1)
	w, mask, dw := weights(t, g, "res.W"), weights(t, g, "res.WMask"), values(t, autodiff.Grad(rs.Square().Mean(), g.Trained()...)[0])
	moved := 0
	for i := range w {
		if mask[i] == 0 {
			require.Zero(t, w[i])
			require.Zero(t, dw[i])
		} else if dw[i] != 0 {
			moved++
		}
	}
	assert.Greater(t, moved, 20)
}

// Spikes are taken for constants, as in TestAdaptiveGradients: what the inputs, the output and the
// currents of earlier spikes do to the potential is checked by differences.
func TestSpikingReservoirGradients(t *testing.T) {
	t.Parallel()
	gradtest.Check(t, gradtest.Case{
		Name: "spiking reservoir", Inputs: []gradtest.Input{{Shape: []int{4, 2, 2}}, {Shape: []int{4, 2, 1}}, {Shape: []int{2, 3}}, {Shape: []int{2, 3}}},
		Build: func(g *graph.Graph, in []*graph.Node) *graph.Node {
			neurons := layers.LIF{N: 3, VTh: layers.Const(100), DType: f64, Spike: surrogate.ReluGrad{Alpha: 1, Width: 1e-9}}
			p := layers.SpikingReservoir{
				Inputs: 2, N: 3, Feedback: 1, InDensity: 1, Density: 1, Win: layers.Train(nil), Wfb: layers.Train(nil), B: layers.Train(layers.Const(0.3)),
				Rise: layers.Train(layers.Const(1)), Decay: layers.Train(layers.Const(2)), DType: f64,
			}
			cell := layers.Populate(neurons.In(g, "neurons", 0.5), p.In(g, "res", 0.5))
			type feed struct{ X, Y *graph.Node }
			s := lifReservoir{Currents: layers.DoubleExponentialState{R: in[2], H: in[3]}, Y: in[1].Index(0)}
			vs, _ := graph.Loop(feed{in[0], in[1]}, s, func(x feed, s lifReservoir) (*graph.Node, lifReservoir) {
				_, s = cell.Step(x.X, s)
				s.Y = x.Y
				return s.Neurons.V, s
			})
			return vs
		},
	})
}

// A step from a given state is the step within a sequence.
func TestSpikingReservoirStepByStepEqualsSequence(t *testing.T) {
	t.Parallel()
	const steps = 40
	xs := random(2, steps, 1, 2)
	whole := graph.New()
	cell := spiking(whole)
	feedback := func(cell layers.Populated[layers.LIFState]) func(*graph.Node, lifReservoir) (*graph.Node, lifReservoir) {
		return func(x *graph.Node, s lifReservoir) (*graph.Node, lifReservoir) {
			r, s := cell.Step(x, s)
			s.Y = r.Narrow(1, 0, 1).Scale(0.01)
			return r, s
		}
	}
	rs, _ := graph.Loop(whole.Literal(xs), lifReservoir{}, feedback(cell))
	want := numbers(run(t, whole, []*graph.Node{rs})[0])

	g := graph.New()
	vector := func(name string, n int) *graph.Node { return g.Input(name, f64, 1, n) }
	in := lifReservoir{
		Neurons: layers.LIFState{V: vector("v", 3)}, Rates: layers.DoubleExponentialState{R: vector("r", 3), H: vector("h", 3)},
		Currents: layers.DoubleExponentialState{R: vector("i", 3), H: vector("j", 3)}, Y: vector("y", 1),
	}
	_, s := feedback(spiking(g))(vector("x", 2), in)
	prog, err := g.Compile(s.Neurons.V, s.Rates.R, s.Rates.H, s.Currents.R, s.Currents.H, s.Y)
	require.NoError(t, err)
	state := []*tensor.Dense{backed(make([]float64, 3), 1, 3)}
	for range 4 {
		state = append(state, backed(make([]float64, 3), 1, 3))
	}
	state = append(state, backed([]float64{0}, 1, 1))
	for i := range steps {
		state, err = prog.Run(append(state, backed(numbers(xs)[2*i:2*i+2], 1, 2))...)
		require.NoError(t, err)
		require.InDeltaSlice(t, want[3*i:3*i+3], numbers(state[1]), 1e-12)
	}
	assert.NotZero(t, want[len(want)-1])
}

func TestSpikingReservoirRefuses(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*layers.SpikingReservoir){
		"In, Out: shapes":                       func(p *layers.SpikingReservoir) { p.Inputs = 0 },
		"N: shapes|[0]":                         func(p *layers.SpikingReservoir) { p.N = 0 },
		"Feedback: value|-1":                    func(p *layers.SpikingReservoir) { p.Feedback = -1 },
		"InDensity: value|0, want":              func(p *layers.SpikingReservoir) { p.InDensity = 0 },
		"Density: value|NaN":                    func(p *layers.SpikingReservoir) { p.Density = math.NaN() },
		"Rise: value|-2":                        func(p *layers.SpikingReservoir) { p.Rise = layers.Const(-2) },
		"B: shapes|2 values":                    func(p *layers.SpikingReservoir) { p.B = layers.Values{1, 2} },
		"W: value|Shared weights cannot be":     func(p *layers.SpikingReservoir) { p.W = layers.Train(nil).Shared() },
		"res.W\": shapes|3 values for shape [5": func(p *layers.SpikingReservoir) { p.W = layers.Values{1, 2, 3} },
	} {
		t.Run(want, func(t *testing.T) {
			g := graph.New()
			p := layers.NewSpikingReservoir(2, 5)
			change(&p)
			cell := layers.Populate(layers.LIF{N: 5}.In(g, "neurons", 1), p.In(g, "res", 1))
			faults(t, g, "spikingreservoir_test.go|res: |"+want)
			over(g.Const(graph.Float32, 0, 3, 2), cell)
			require.NotContains(t, g.Err().Error(), "\n", "it is reported once")
		})
	}
	g := graph.New()
	layers.NewSpikingReservoir(1, 5).In(g, "res", 0)
	faults(t, g, "res: dt: |0 ms")
}

func TestSpikingReservoirRefusesInputs(t *testing.T) {
	t.Parallel()
	g := graph.New()
	c := layers.NewSpikingReservoir(2, 5).In(g, "res", 1)
	cell := layers.Populate(layers.LIF{N: 5}.In(g, "neurons", 1), c)
	r, _ := cell.Step(g.Const(graph.Float32, 0, 3), lifReservoir{})
	assert.False(t, r.Valid())
	cell.Step(nil, lifReservoir{})
	layers.Populate(layers.LIF{N: 4}.In(g, "fewer", 1), c).Step(g.Const(graph.Float32, 0, 2), lifReservoir{})
	faults(t, g, "res: |shapes do not match|[3]", "res: |nil", "fewer: |[... 4]")
}

func TestSpikingReservoirStepDoesNotAllocate(t *testing.T) {
	g := graph.New()
	rs, _ := over(g.Input("x", f64, 20, 1, 2), spiking(g))
	prog, err := g.Compile(rs)
	require.NoError(t, err)
	in := random(1, 20, 1, 2)
	out, err := prog.Run(in)
	require.NoError(t, err)
	assert.Zero(t, testing.AllocsPerRun(10, func() {
		if err := prog.RunInto(out, in); err != nil {
			panic(err)
		}
	}))
}
