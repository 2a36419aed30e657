package train_test

import (
	"math"
	"strconv"
	"testing"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/spikegraph/spikegraph/train"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestInTimeIsExactWhereTheorySaysSo(t *testing.T) {
	t.Parallel()
	eProp, ottt := train.InTime{Trace: train.EProp}, train.InTime{Trace: train.OTTT, Decay: 0.8}
	for _, c := range []struct {
		name  string
		net   network
		o     train.InTime
		exact bool
	}{
		{"leaky", leakyNet, eProp, true},
		{"spiking", spikingNet, eProp, true},
		{"synaptic current, refractory", synapticNet, eProp, true},
		{"adaptive", adaptiveNet, eProp, true},
		{"stateless", statelessNet, eProp, true},
		{"stateless, presynaptic", statelessNet, ottt, true},
		{"leaky, presynaptic", chargeNet, ottt, true},
		{"leaky, presynaptic, another decay", chargeNet, train.InTime{Trace: train.OTTT, Decay: 0.7}, false},
		{"deep", deepNet, eProp, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			worst := apart(t, c.net, c.o)
			assert.Equal(t, c.exact, worst < 1e-12, "%v: largest difference %v", c.name, worst)
		})
	}
}

// apart returns the largest difference between a gradient and that of BPTT.
func apart(t *testing.T, net network, o train.InTime) (worst float64) {
	t.Helper()
	return apartOn(t, net, o, noisy(12, 5))
}

// apartOn returns it for a batch.
func apartOn(t *testing.T, net network, o train.InTime, data datasets.Batch) (worst float64) {
	t.Helper()
	want, loss := gradientsOn(t, net, train.InTime{}, data)
	got, online := gradientsOn(t, net, o, data)
	assert.InDelta(t, loss, online, 1e-12)
	require.NotEmpty(t, want)
	for name, w := range want {
		require.Len(t, got[name], len(w), name)
		assert.NotZero(t, norm(w), name)
		for i := range w {
			worst = max(worst, math.Abs(w[i]-got[name][i]))
		}
	}
	return worst
}

// Weights of few connections are traced as those of all, each by itself.
func TestInTimeTracesSparseWeights(t *testing.T) {
	t.Parallel()
	for name, net := range sparse {
		assert.Less(t, apart(t, net, train.InTime{Trace: train.EProp}), 1e-12, name)
		if name != "spiking" {
			assert.Less(t, apart(t, net, train.InTime{Trace: train.OTTT, Decay: 0.8}), 1e-12, name)
		}
		assert.Greater(t, apart(t, net, train.InTime{Trace: train.OTTT}), 1e-6, "%s: without traces", name)
	}
}

func TestInTimePointsTheWayOfBPTT(t *testing.T) {
	t.Parallel()
	for name, net := range map[string]network{"deep": deepNet, "recurrent": recurrentNet, "sparse": sparseNet} {
		want, _ := gradients(t, net, train.InTime{})
		none, _ := gradients(t, net, train.InTime{Trace: train.OTTT}) // only what a step tells of itself
		for _, o := range []train.InTime{{Trace: train.EProp}, {Trace: train.OTTT, Decay: math.Exp(-0.2)}} {
			got, _ := gradients(t, net, o)
			for _, part := range []string{"fc1.W", ""} { // hidden weights, and all
				c, c0 := cosine(want, got, part), cosine(want, none, part)
				t.Logf("%s, %v, %q: cosine %.3f, without traces %.3f", name, o.Trace, part, c, c0)
				assert.Greater(t, c, 0.5)
				assert.Greater(t, c, c0)
			}
		}
	}
}

// memoryOf returns the bytes that a training program works in, beside inputs and results.
func memoryOf(t *testing.T, steps int, o train.InTime) int {
	t.Helper()
	b := &train.BPTT[layered]{Net: func(g *graph.Graph, _ bool) train.Step[layered] { return deepNet(g) },
		Loss: meanSquare, Optimizer: optim.NewAdam(0.01), InTime: o, Rates: true}
	n, err := train.ProgramMemory(b, noisy(steps, 2))
	require.NoError(t, err)
	return n
}

func TestInTimeMemoryDoesNotGrowWithSteps(t *testing.T) {
	t.Parallel()
	for _, o := range []train.InTime{{Trace: train.EProp}, {Trace: train.OTTT, Decay: 0.8}} {
		long := memoryOf(t, 1000, o)
		t.Logf("%v: %d bytes, BPTT of 1000 steps %d", o.Trace, long, memoryOf(t, 1000, train.InTime{}))
		assert.Equal(t, memoryOf(t, 10, o), long, "%v", o.Trace)
	}
	assert.Greater(t, 10*memoryOf(t, 4000, train.InTime{}), 18*memoryOf(t, 2000, train.InTime{}), "BPTT's grows")
}

func TestInTimeLearns(t *testing.T) {
	t.Parallel()
	for _, o := range []train.InTime{{Trace: train.EProp}, {Trace: train.OTTT, Decay: 0.9}} {
		b := blobTrainer()
		b.InTime, b.Accumulate = o, 2
		h := fitted(t, b, blobData(128, 8), train.FitOptions{Epochs: 12,
			Validation: train.FromSource(blobs(64, 2), datasets.BatchOptions{Size: 50})})
		e, _ := h.Last()
		accuracy, _ := e.Validation.Metric("accuracy")
		assert.Greater(t, accuracy, 0.95, "%v", o.Trace)
		require.Len(t, e.Rates, 2)
	}
}

// The class of a sequence is told at its first steps and asked for at the last, where the input is 0:
// without a trace no weight learns anything.
func TestInTimeLearnsToRemember(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		o      train.InTime
		learns bool
	}{
		{train.InTime{Trace: train.EProp}, true},
		{train.InTime{Trace: train.OTTT, Decay: 0.9}, true},
		{train.InTime{Trace: train.OTTT}, false},
	} {
		h := fitted(t, recallInTime(c.o), train.FromBatches(cues(12, 16)), train.FitOptions{Epochs: 200})
		e, _ := h.Last()
		assert.Equal(t, c.learns, e.Loss < 0.02*h.Epochs[0].Loss, "%+v: loss %v, at first %v", c.o, e.Loss, h.Epochs[0].Loss)
	}
}

// cues are sequences that show their class at the first 3 steps; it is asked for at the last 3.
func cues(steps, batch int) datasets.Batch {
	x, y := make([]float32, steps*batch*2), make([]float32, steps*batch*3)
	for i := range batch {
		for s := range steps {
			at := s*batch + i
			if s < 3 {
				x[at*2+i%2] = 1
			}
			if s >= steps-3 {
				y[at*3+i%2], y[at*3+2] = 1, 1 // the class, and that it counts
			}
		}
	}
	return datasets.Batch{X: tensorOf(x, steps, batch, 2), Y: tensorOf(y, steps, batch, 3)}
}

// recallInTime is a leaky readout for cues.
func recallInTime(o train.InTime) *train.BPTT[layers.LeakyIntegratorState] {
	return &train.BPTT[layers.LeakyIntegratorState]{
		Net: func(g *graph.Graph, _ bool) train.Step[layers.LeakyIntegratorState] {
			fc := layers.Dense{In: 2, Out: 2, NoBias: true}.Place(g, "fc")
			out := layers.LeakyIntegrator{N: 2, Decay: layers.Const(0.9)}.In(g, "out", 1)
			return func(x *graph.Node, s layers.LeakyIntegratorState) (*graph.Node, layers.LeakyIntegratorState) {
				return out.Step(fc.Apply(x), s)
			}
		},
		Init: func(g *graph.Graph, batch int) layers.LeakyIntegratorState {
			return layers.LeakyIntegratorState{V: g.Const(graph.Float32, 0.1, batch, 2)}
		},
		Loss: func(out, target *graph.Node) *graph.Node {
			return out.Sub(target.Narrow(-1, 0, 2)).Square().Mul(target.Narrow(-1, 2, 1)).Mean()
		},
		Optimizer: optim.NewAdam(0.1), InTime: o,
	}
}

// A constant current: what is computed from it stands outside of the loop over steps.
func TestInTimeOfAConstantCurrent(t *testing.T) {
	t.Parallel()
	for name, net := range map[string]network{"stateless": statelessNet, "spiking": spikingNet, "leaky": leakyNet} {
		gradient := func(o train.InTime) map[string][]float64 {
			b := &train.BPTT[layered]{Net: func(g *graph.Graph, _ bool) train.Step[layered] { return net(g) }, Steps: 7,
				Loss:      func(out, target *graph.Node) *graph.Node { return out.Sub(target).Square().Mean() },
				Optimizer: keep{}, InTime: o}
			data := noisy(1, 5)
			require.NoError(t, data.X.Reshape(5, 3))
			require.NoError(t, data.Y.Reshape(5, 4))
			fitted(t, b, train.FromBatches(data), train.FitOptions{Updates: 1})
			return trainedGradients(b.Store)
		}
		want := gradient(train.InTime{})
		got := gradient(train.InTime{Trace: train.EProp})
		for p, w := range want {
			assert.NotZero(t, norm(w), "%s, %s", name, p)
			assert.InDeltaSlice(t, w, got[p], 1e-12, "%s, %s", name, p)
		}
	}
}

func TestInTimeFaults(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*train.BPTT[lifState]){
		"no such trace":       func(b *train.BPTT[lifState]) { b.InTime.Trace = 7 },
		"decay of 1":          func(b *train.BPTT[lifState]) { b.InTime = train.InTime{Trace: train.OTTT, Decay: 1} },
		"decay without trace": func(b *train.BPTT[lifState]) { b.InTime.Decay = 0.5 },
		"truncated":           func(b *train.BPTT[lifState]) { b.InTime.Trace, b.Truncate = train.EProp, 2 },
	} {
		b := blobTrainer()
		change(b)
		_, err := b.Fit(t.Context(), blobData(8, 4), train.FitOptions{Epochs: 1})
		require.ErrorIs(t, err, train.ErrSettings, name)
		assert.ErrorContains(t, err, "InTime", name)
	}
	bad := blobTrainer()
	bad.InTime.Trace = train.EProp
	bad.Loss = func(out, _ *graph.Node) *graph.Node { return out }
	_, err := bad.Fit(t.Context(), blobData(8, 4), train.FitOptions{Epochs: 1})
	require.ErrorIs(t, err, graph.ErrShape)
	assert.ErrorContains(t, err, "the loss")
	other, calls := recallTrainer(), 0
	other.InTime.Trace = train.EProp
	other.Net = func(g *graph.Graph, _ bool) train.Step[rnnState] {
		calls++
		n := calls
		return func(x *graph.Node, s rnnState) (*graph.Node, rnnState) {
			for i := range n {
				x = x.Mul(g.Param("w"+strconv.Itoa(i), graph.Var{Shape: []int{1}, Init: gauss(1)}))
			}
			return x, s
		}
	}
	_, err = other.Fit(t.Context(), train.FromBatches(sequences(4, 2, 1, 1)), train.FitOptions{Epochs: 1})
	require.ErrorIs(t, err, graph.ErrValue)
	assert.ErrorContains(t, err, "another network")
	assert.Equal(t, "Trace(7)", train.Trace(7).String())
}
