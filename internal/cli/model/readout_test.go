package model_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/offline"
	"github.com/spikegraph/spikegraph/train/online"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// echo is the network of the tests: a reservoir and a readout.
const echo = "seed = 3\ndtype = \"float64\"\n[data]\nset = \"henon\"\nsamples = 3\ntest_samples = 1\nsteps = 40\neval_batch = 3\nbatch = 3\n" +
	"[[layer]]\ntype = \"reservoir\"\nname = \"res\"\nn = 30\nspectral_radius = 0.8\nin_density = 1\n[[layer]]\ntype = \"dense\"\nname = \"out\"\nout = 2\n" +
	"[loss]\ntype = \"mean_squared_error\"\n"

type echoState struct{ Res layers.ReservoirState }

// echoByHand is the same network as a Go program has it.
func echoByHand(g *graph.Graph, _ bool) train.Step[echoState] {
	p := layers.NewReservoir(2, 30)
	p.SpectralRadius, p.InDensity, p.DType = 0.8, 1, graph.Float64
	res := p.Place(g, "res")
	out := layers.Dense{In: 30, Out: 2, DType: graph.Float64}.Place(g, "out")
	return func(x *graph.Node, s echoState) (y *graph.Node, next echoState) {
		y, next.Res = res.Step(x, s.Res)
		return out.Apply(y), next
	}
}

// henonTrial is the training data of echo as one sequence.
func henonTrial(t *testing.T) train.Sequence {
	t.Helper()
	s, err := datasets.NewHenon().Series(4*40 + 1)
	require.NoError(t, err)
	x, y := make([]float64, 40*3*2), make([]float64, 40*3*2)
	for sample := range 3 {
		for step := range 40 {
			for c := range 2 {
				at := (sample*40+step)*2 + c
				to := (step*3+sample)*2 + c
				x[to], y[to] = float64(float32(s.Values[at])), float64(float32(s.Values[at+2]))
			}
		}
	}
	return train.Sequence{X: tensor.New(tensor.WithShape(40, 3, 2), tensor.WithBacking(x)), Y: tensor.New(tensor.WithShape(40, 3, 2), tensor.WithBacking(y))}
}

// A readout that a file describes has the bits of the Go program that says the same.
func TestReadoutSameAsGo(t *testing.T) {
	t.Parallel()
	m := open(t, echo+"[readout]\ntype = \"ridge\"\nalpha = 1e-4\nwashout = 5\nfree_bias = true\n")
	h, err := m.FitReadout(t.Context(), m.Fit)
	require.NoError(t, err)
	assert.Len(t, h.Epochs, 1)
	hand := train.Offline[echoState]{Method: offline.Ridge{Alpha: 1e-4}, FreeBias: true}
	hand.Net, hand.Readouts, hand.Reset, hand.Washout, hand.Seed = echoByHand, []string{"out"}, true, 5, 3
	_, err = hand.Fit(t.Context(), train.Trials(henonTrial(t)))
	require.NoError(t, err)
	for _, p := range hand.Store.Params() {
		got := m.Trainer.Store.Get(p.Name)
		require.NotNil(t, got, p.Name)
		assert.Equal(t, p.Value.Data(), got.Value.Data(), p.Name)
	}
	s, err := m.Trainer.Evaluate(t.Context(), m.Data.Ordered(m.Parts.Test))
	require.NoError(t, err)
	assert.Less(t, s.Loss, 0.3, "the series has a variance of 0.5")
}

func TestOnlineReadoutSameAsGo(t *testing.T) {
	t.Parallel()
	text := echo + "[readout]\ntype = \"rls\"\nforget = 0.99\nevery = 2\n[train]\nepochs = 2\n"
	m := open(t, text)
	m.Data.Batch.Shuffle = false
	h, err := m.FitReadout(t.Context(), m.Fit)
	require.NoError(t, err)
	assert.Len(t, h.Epochs, 2)
	hand := train.Online[echoState]{Method: online.RLS{Alpha: 1, Forget: 0.99}, Every: 2}
	hand.Net, hand.Readouts, hand.Reset, hand.Seed = echoByHand, []string{"out"}, true, 3
	_, err = hand.Fit(t.Context(), train.Trials(henonTrial(t), henonTrial(t)))
	require.NoError(t, err)
	assert.Equal(t, hand.Store.Get("out.W").Value.Data(), m.Trainer.Store.Get("out.W").Value.Data())
}

// Labels are targets of 1 and 0 at every step, also of samples without time.
func TestReadoutOfClasses(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"ridge", "linear", "ridge_choice", "logistic", "rls"} {
		text := "[data]\nset = \"fashion_small\"\nlimit = 300\ntest_limit = 100\nclasses = [0, 1, 2]\n[[layer]]\ntype = \"dense\"\nname = \"rate\"\nout = 40\n[[layer]]\ntype = \"activation\"\nfunc = \"tanh\"\n" +
			"[[layer]]\ntype = \"dense\"\nout = 3\n[readout]\ntype = \"" + method + "\"\n[train]\nsteps = 2\n"
		m := open(t, text)
		_, err := m.FitReadout(t.Context(), m.Fit)
		require.NoError(t, err, method)
		s, err := m.Trainer.Evaluate(t.Context(), m.Data.Ordered(m.Parts.Test))
		require.NoError(t, err)
		accuracy, _ := s.Metric("accuracy")
		assert.Greater(t, accuracy, 0.85, method)
	}
}

// Every method can be named; lasso with its default penalty leaves nothing.
func TestReadoutMethods(t *testing.T) {
	t.Parallel()
	for _, more := range []string{"type = \"lasso\"\nalpha = 1e-3\n", "type = \"elastic_net\"\nalpha = 1e-3\n", "type = \"lms\"\nalpha = 1e-3\n", "type = \"linear\"\n"} {
		m := open(t, echo+"[readout]\n"+more)
		_, err := m.FitReadout(t.Context(), m.Fit)
		require.NoError(t, err, more)
	}
}

// A network of float64 trains to the bits of the Go program in float64.
func TestFloat64(t *testing.T) {
	t.Parallel()
	m := open(t, "seed = 5\ndtype = \"float64\"\n[data]\nset = \"fashion_small\"\nlimit = 60\nbatch = 20\nvalidation = \"none\"\n[[layer]]\ntype = \"dense\"\nname = \"fc1\"\nout = 8\n[[layer]]\ntype = \"leaky\"\nname = \"lif\"\ndecay = 0.9\n"+
		"[layer.recurrent]\ntype = \"dense\"\nname = \"back\"\n[[layer]]\ntype = \"skip\"\n[[layer.layers]]\ntype = \"dense\"\nname = \"fc2\"\nout = 8\n[[layer]]\ntype = \"dense\"\nname = \"fc3\"\nout = 10\n[train]\nsteps = 3\n")
	_, err := m.Trainer.Fit(t.Context(), m.Data.Training(m.Parts.Train), m.Fit)
	require.NoError(t, err)
	for _, p := range m.Trainer.Store.Params() {
		if graph.DTypeOf(p.Value).IsFloat() {
			assert.Equal(t, graph.Float64, graph.DTypeOf(p.Value), p.Name)
		}
	}
	y, err := m.Trainer.Predict(t.Context(), firstBatch(t, m))
	require.NoError(t, err)
	assert.Equal(t, tensor.Float64, y.Dtype())
}
