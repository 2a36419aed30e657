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

// spikesAt returns the steps in which a neuron of constant input fires, and its phase in the end.
func spikesAt(t *testing.T, p layers.Theta, x, dt float64, steps int) (at []int, phase float64) {
	t.Helper()
	p.N, p.DType = 1, f64
	g := graph.New()
	zs, last := over(g.Const(f64, x, steps, 1), p.In(g, "n", dt))
	for i, z := range values(t, zs) {
		if z == 1 {
			at = append(at, i)
		}
	}
	return at, values(t, last.Phase)[0]
}

// With J > 0 the phase is 2·atan(√J·tan(√J·t/Tau + c)), and so it fires where that is an odd multiple
// of π/2: at the right steps, however long they are.
func TestThetaFiresAtTheRightTimes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ tau, r, x, phase, dt float64 }{
		{10, 1, 2.5, -math.Pi, 0.1}, {10, 1, 2.5, 0.3, 3}, {7, 2, 0.04, 1, 0.5}, {1000, math.Pi * math.Pi, 9876.5, 0, 0.1},
		{1000, math.Pi * math.Pi, 397, 3, 0.1}, {10, 1, 1e-5, 0, 4}, {10, 1, 9, -2, 10},
	} {
		const steps = 3000
		w := math.Sqrt(c.r*c.x) / c.tau
		phase := math.Atan(math.Tan(c.phase/2) / math.Sqrt(c.r*c.x))
		var want []int
		for k := 0; ; k++ {
			step := int(math.Ceil(((math.Pi/2+math.Pi*float64(k))-phase)/w/c.dt - 1e-9))
			if step > steps {
				break
			}
			want = append(want, step-1)
		}
		p := layers.Theta{Tau: layers.Const(c.tau), R: layers.Const(c.r), Phase0: layers.Const(c.phase)}
		got, _ := spikesAt(t, p, c.x, c.dt, steps)
		require.NotEmpty(t, want)
		assert.Equal(t, want, got, "%+v", c)
	}
}

// Of the paper's neurons √x is the rate in Hz; without its π² the rate is √x/π.
func TestThetaRate(t *testing.T) {
	t.Parallel()
	for _, x := range []float64{25, 900, 1e4} {
		at, _ := spikesAt(t, layers.Theta{}, x, 0.1, 20000)
		assert.InDelta(t, 2*math.Sqrt(x), len(at), 1, "in 2 s")
		at, _ = spikesAt(t, layers.Theta{R: layers.Const(1)}, x, 0.1, 20000)
		assert.InDelta(t, 2*math.Sqrt(x)/math.Pi, len(at), 1)
	}
}

// With J < 0 a neuron below the threshold goes to where it rests; one above it fires once, and then does.
func TestThetaRests(t *testing.T) {
	t.Parallel()
	for _, J := range []float64{-0.01, -0.5, -1, -30, -1e30} {
		rest := -math.Acos(max(-1, (1+J)/(1-J)))
		for from, spikes := range map[float64]int{rest: 0, -rest - 1e-3: 0, -rest + 1e-3: 1, -3.1: 0} {
			if from >= math.Pi || from < -math.Pi || J < -100 && spikes == 1 {
				continue
			}
			at, phase := spikesAt(t, layers.Theta{Tau: layers.Const(1), R: layers.Const(1), Phase0: layers.Const(from)}, J, 0.5, 600)
			assert.Len(t, at, spikes, "J %v from %v", J, from)
			assert.InDelta(t, rest, phase, 1e-7, "J %v from %v", J, from)
		}
	}
	_, phase := spikesAt(t, layers.Theta{}, 0, 1, 100)
	assert.Zero(t, phase)
	at, phase := spikesAt(t, layers.Theta{Tau: layers.Const(1), Phase0: layers.Const(1)}, 0, 0.25, 40)
	assert.Len(t, at, 1, "dV/dt = V²")
	assert.InDelta(t, 2*math.Atan(1/(1/math.Tan(0.5)-10)), phase, 1e-12)
}

// So strong a current that a neuron turns more than once in a step makes it fire in every step.
func TestThetaTurnsOften(t *testing.T) {
	t.Parallel()
	for _, turns := range []float64{1.01, 1.3, 2.2, 3.7, 1000.1} {
		x := math.Pow(math.Pi*turns, 2)
		p := layers.Theta{Tau: layers.Const(1), R: layers.Const(1), Phase0: layers.Const(-1)}
		at, phase := spikesAt(t, p, x, 1, 50)
		assert.Len(t, at, 50, "%v turns a step", turns)
		v := math.Sqrt(x) * math.Tan(50*math.Sqrt(x)+math.Atan(math.Tan(-0.5)/math.Sqrt(x)))
		assert.InDelta(t, math.Tan(phase/2)/v, 1, 1e-4, "%v turns a step", turns)
	}
}

func TestThetaIsHeld(t *testing.T) {
	t.Parallel()
	p := layers.Theta{Tau: layers.Const(1), R: layers.Const(1), Phase0: layers.Const(-math.Pi)}
	free, _ := spikesAt(t, p, 1, 0.01, 2000)
	p.TauRef = layers.Const(2)
	held, _ := spikesAt(t, p, 1, 0.01, 2000)
	assert.Len(t, free, 6, "a turn takes π")
	assert.Len(t, held, 4, "and 2 more")
	assert.InDelta(t, 514, held[1]-held[0], 1)
}

// The derivatives of the phase, over steps in which two neurons of four fire, with J of both signs and
// around 0.
func TestThetaGradients(t *testing.T) {
	t.Parallel()
	p := layers.Theta{
		Shape: []int{2, 2}, Tau: layers.Train(layers.Values{0.9, 1.2, 1.4, 0.8}), R: layers.Train(layers.Const(0.9)),
		Phase0: layers.Train(layers.Values{-0.5, 0.2, 2.5, 2.7}), DType: f64, Spike: surrogate.ReluGrad{Alpha: 1, Width: 1e-9},
	}
	for _, scale := range []float64{1, 1e-3, 30} {
		gradtest.Check(t, gradtest.Case{
			Name: "theta", Inputs: []gradtest.Input{{Shape: []int{4, 2, 2, 2}}},
			Build: func(g *graph.Graph, xs []*graph.Node) *graph.Node {
				_, s := over(xs[0].Scale(scale), p.In(g, "n", 0.3))
				return s.Phase.Sin()
			},
		})
	}
}

// Spikes give gradients to every constant, and finite ones at every current.
func TestThetaLearns(t *testing.T) {
	t.Parallel()
	all := layers.Train(nil)
	for _, x := range []float64{-1e30, -5, 0, 1e-9, 50, 400, 1e6} {
		g := graph.New()
		zs, _ := over(g.Const(f64, x, 500, 2), layers.Theta{N: 2, Tau: all, R: all, Phase0: all, DType: f64}.In(g, "n", 0.5))
		require.Len(t, g.Trained(), 3)
		for i, d := range autodiff.Grad(zs.Sum(), g.Trained()...) {
			v := values(t, d)[0]
			assert.False(t, math.IsNaN(v) || math.IsInf(v, 0), "%s at %v: %v", g.Trained()[i].ParamName(), x, v)
			if x == 400 {
				assert.NotZero(t, v, g.Trained()[i].ParamName())
			}
		}
	}
}

func TestThetaFaults(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := g.Input("x", graph.Float32, 6, 2, 3)
	over(x, layers.Theta{}.In(g, "a", 1))
	over(x, layers.Theta{N: 3}.In(g, "b", -1))
	layers.Theta{N: 3, Tau: layers.Const(0)}.In(g, "c", 1)
	layers.Theta{N: 3, TauRef: layers.Train(nil)}.In(g, "d", 1)
	over(x, layers.Theta{N: 2}.In(g, "e", 1))
	faults(t, g, "a: N: |[0]", "b: dt: |-1 ms", "c: Tau: |0|> 0", "d: TauRef: |trained", "e: |[... 2]")
}
