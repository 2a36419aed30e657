package train_test

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"testing"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/spikegraph/spikegraph/train/offline"
	"github.com/spikegraph/spikegraph/train/online"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

func onlineTrainer(n int, m online.Method) *train.Online[echoState] {
	return &train.Online[echoState]{
		Runner: train.Runner[echoState]{Net: echo(1, n, 1, 0, 0, graph.Float64), Readouts: []string{"out"}, Seed: 3},
		Method: m,
	}
}

func TestOnlineRLSIsOfflineRidge(t *testing.T) {
	ctx := context.Background()
	x, y := waves(0, 80, 2)
	trials := train.Trials(train.Sequence{X: x, Y: y}, train.Sequence{X: x, Y: y})
	tr := onlineTrainer(15, online.RLS{Alpha: 100})
	_, err := tr.Fit(ctx, trials)
	require.NoError(t, err)
	off := echoTrainer(15)
	off.Method = offline.Ridge{Alpha: 0.01}
	want, err := off.Fit(ctx, trials)
	require.NoError(t, err)
	assert.InDeltaSlice(t, want["out"].W.Float64s()[1:], tr.Store.Get("out.W").Value.Float64s(), 1e-6)
	assert.InDeltaSlice(t, want["out"].W.Float64s()[:1], tr.Store.Get("out.B").Value.Float64s(), 1e-6)
}

func TestOnlineOutputsAreThoseBeforeTheUpdate(t *testing.T) {
	ctx := context.Background()
	x, y := waves(0, 120, 2)
	tr := onlineTrainer(15, online.RLS{Alpha: 1})
	tr.Washout, tr.Monitors = 10, []string{"res"}
	r, err := tr.Fit(ctx, train.Trials(train.Sequence{X: x, Y: y}))
	require.NoError(t, err)
	require.Len(t, r.Out, 1)
	states := tr.Marks()["res"].Float64s()
	m, err := online.NewModel(online.RLS{Alpha: 1}, 15, 1, online.Options{Bias: true})
	require.NoError(t, err)
	sum := 0.0
	for i := range 120 {
		at := tensor.New(tensor.WithShape(2, 15), tensor.WithBacking(states[i*30:(i+1)*30]))
		p, err := m.Predict(at)
		require.NoError(t, err)
		assert.InDeltaSlice(t, p.Float64s(), r.Out[0].Float64s()[2*i:2*i+2], 1e-9)
		if i < 10 {
			continue
		}
		e, err := m.PartialFit(at, tensor.New(tensor.WithShape(2, 1), tensor.WithBacking(y.Float64s()[2*i:2*i+2])))
		require.NoError(t, err)
		for _, v := range e.Float64s() {
			sum += v * v
		}
	}
	assert.InEpsilon(t, sum/220, r.Errors["out"][0], 1e-9)
	more, err := tr.Fit(ctx, train.Trials(train.Sequence{X: x, Y: y}))
	require.NoError(t, err)
	assert.Less(t, more.Errors["out"][0], r.Errors["out"][0]/2, "it goes on learning")
}

func TestEveryAndMethods(t *testing.T) {
	ctx := context.Background()
	x, y := waves(0, 9, 1)
	tr := onlineTrainer(8, online.LMS{Alpha: 0.1})
	tr.Every = 4 // updates after steps 0, 4 and 8
	_, err := tr.Fit(ctx, train.Trials(train.Sequence{X: x, Y: y}))
	require.NoError(t, err)
	one := onlineTrainer(8, online.LMS{Alpha: 0.1})
	one.Monitors = []string{"res"}
	_, err = one.Predict(ctx, x)
	require.NoError(t, err)
	states, m := one.Marks()["res"].Float64s(), (*online.Model)(nil)
	m, err = online.NewModel(online.LMS{Alpha: 0.1}, 8, 1, online.Options{Bias: true})
	require.NoError(t, err)
	for _, i := range []int{0, 4, 8} {
		_, err := m.PartialFit(tensor.New(tensor.WithShape(8), tensor.WithBacking(states[8*i:8*i+8])),
			tensor.New(tensor.WithShape(1), tensor.WithBacking(y.Float64s()[i:i+1])))
		require.NoError(t, err)
	}
	assert.InDeltaSlice(t, m.W.Float64s()[1:], tr.Store.Get("out.W").Value.Float64s(), 1e-12)
}

// forceNet is the network of Sussillo and Abbott: n chaotic neurons, the output is fed back.
func forceNet(n int, d graph.DType) func(g *graph.Graph, training bool) train.Step[echoState] {
	return func(g *graph.Graph, _ bool) train.Step[echoState] {
		p := layers.NewReservoir(1, n)
		p.Feedback, p.FeedbackDensity, p.SpectralRadius, p.Density, p.DType = 1, 1, 1.5, 0.1, d
		p.LeakRate, p.Outside, p.Wfb = layers.Const(0.1), true, layers.Uniform{Lo: -1, Hi: 1}
		p.Win = layers.Const(1) // a kick to begin with
		res := p.Place(g, "res")
		read := layers.Dense{In: n, Out: 1, W: layers.Const(0), NoBias: true, DType: d}.Place(g, "out")
		return func(x *graph.Node, s echoState) (*graph.Node, echoState) {
			r, next := res.Step(x, s.R)
			next.Y = read.Apply(r)
			return next.Y, echoState{next}
		}
	}
}

func TestForceTrainsAGenerator(t *testing.T) {
	ctx := context.Background()
	const steps = 1500
	for _, teach := range []bool{false, true} {
		x := tensor.New(tensor.WithShape(steps, 1, 1), tensor.Of(tensor.Float32))
		y := tensor.New(tensor.WithShape(steps, 1, 1), tensor.Of(tensor.Float32))
		for i := range steps {
			y.Float32s()[i] = float32(math.Sin(0.06 * float64(i)))
		}
		x.Float32s()[0] = 5
		tr := &train.Online[echoState]{Runner: train.Runner[echoState]{Net: forceNet(200, graph.Float32), Readouts: []string{"out"},
			Feedback: func(s *echoState) **graph.Node { return &s.R.Y }}, Every: 2, Teach: teach}
		_, err := tr.Fit(ctx, train.Trials(train.Sequence{X: x, Y: y}))
		require.NoError(t, err)
		free, err := tr.Predict(ctx, tensor.New(tensor.WithShape(100, 1, 1), tensor.Of(tensor.Float32)))
		require.NoError(t, err)
		for i, e := range free.Float32s() {
			require.InDelta(t, math.Sin(0.06*float64(steps+i)), e, 0.2, "teach %v, step %d", teach, i)
		}
	}
}

func TestOnlineGoesOnFromACheckpoint(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "run.safetensors")
	x1, y1 := waves(0, 37, 2)
	x2, y2 := waves(37, 30, 2)
	for _, m := range []online.Method{online.RLS{Alpha: 1, Forget: 0.99, Defer: 7}, online.RLS{Alpha: 1, Single: true}, online.NewNLMS()} {
		trainer := func() *train.Online[echoState] {
			tr := onlineTrainer(10, m)
			tr.Net, tr.Every = echo(1, 10, 1, 0, 0.01, graph.Float64), 3
			return tr
		}
		finish := func(tr *train.Online[echoState]) []float64 {
			r, err := tr.Fit(ctx, train.Trials(train.Sequence{X: x2, Y: y2}))
			require.NoError(t, err)
			return append(r.Out[0].Float64s(), tr.Store.Get("out.W").Value.Float64s()...)
		}
		a := trainer()
		require.NoError(t, a.Save(path), "before anything was placed")
		require.NoError(t, trainer().Load(path))
		_, err := a.Fit(ctx, train.Trials(train.Sequence{X: x1, Y: y1}))
		require.NoError(t, err)
		require.NoError(t, a.Save(path))
		want := finish(a)
		require.NoError(t, a.Load(path))
		assert.Equal(t, want, finish(a))
		b := trainer()
		require.NoError(t, b.Load(path))
		assert.Equal(t, want, finish(b))

		if m == online.NewNLMS() {
			continue
		}
		other := trainer()
		other.Method = online.RLS{Alpha: 1, Defer: 5, Forget: 0.99}
		assert.ErrorIs(t, other.Load(path), online.ErrShape)
		assert.Nil(t, other.Learner("out"))
		assert.Empty(t, other.Store.Params(), "nothing was taken over")
	}
	off := echoTrainer(10)
	assert.ErrorIs(t, off.Load(path), checkpoint.ErrMismatch)
}

func TestOnlineFaults(t *testing.T) {
	ctx := context.Background()
	x, y := waves(0, 10, 2)
	good := train.Sequence{X: x, Y: y}
	wide := tensor.New(tensor.WithShape(10, 1, 2), tensor.Of(tensor.Float64))
	for says, c := range map[string]struct {
		change func(tr *train.Online[echoState])
		s      train.Sequence
		want   error
	}{
		"Every is":           {func(tr *train.Online[echoState]) { tr.Every = -1 }, good, train.ErrSettings},
		"Teach is":           {func(tr *train.Online[echoState]) { tr.Teach = true }, good, train.ErrSettings},
		"Weights is":         {func(*train.Online[echoState]) {}, train.Sequence{X: x, Y: y, Weights: make([]float64, 20)}, train.ErrSettings},
		"Readouts: ":         {func(tr *train.Online[echoState]) { tr.Readouts, tr.Net = nil, fixedOut }, good, train.ErrSettings},
		"Alpha is":           {func(tr *train.Online[echoState]) { tr.Method = online.LMS{} }, good, online.ErrValue},
		"step 0":             {func(*train.Online[echoState]) {}, train.Sequence{X: x, Y: wide}, datasets.ErrShape},
		"the target of":      {func(*train.Online[echoState]) {}, train.Sequence{X: x}, datasets.ErrShape},
		"its squared errors": {func(tr *train.Online[echoState]) { tr.Method = online.LMS{Alpha: 1e300} }, good, graph.ErrNonFinite},
	} {
		t.Run(says, func(t *testing.T) {
			tr := onlineTrainer(6, online.NewRLS())
			c.change(tr)
			_, err := tr.Fit(ctx, train.Trials(c.s))
			require.ErrorIs(t, err, c.want)
			assert.ErrorContains(t, err, "train: ")
			assert.ErrorContains(t, err, says)
		})
	}
	done, cancel := context.WithCancel(ctx)
	cancel()
	_, err := onlineTrainer(6, nil).Fit(done, train.Trials(good))
	assert.ErrorIs(t, err, context.Canceled)
}

func ExampleOnline() {
	type state struct{ R layers.ReservoirState }
	t := &train.Online[state]{
		Runner: train.Runner[state]{
			Net: func(g *graph.Graph, _ bool) train.Step[state] {
				reservoir := layers.NewReservoir(1, 100).Place(g, "reservoir")
				out := layers.Dense{In: 100, Out: 1}.Place(g, "out")
				return func(x *graph.Node, s state) (*graph.Node, state) {
					r, next := reservoir.Step(x, s.R)
					return out.Apply(r), state{next}
				}
			},
		},
		Method: online.RLS{Alpha: 1e4},
	}
	x, y := make([]float32, 400), make([]float32, 400)
	for i := range x { // learn to tell what was 3 steps before
		x[i] = float32(math.Sin(float64(i) / 3))
		y[i] = float32(math.Sin(float64(i-3) / 3))
	}
	s := train.Sequence{
		X: tensor.New(tensor.WithShape(400, 1, 1), tensor.WithBacking(x)),
		Y: tensor.New(tensor.WithShape(400, 1, 1), tensor.WithBacking(y)),
	}
	result, err := t.Fit(context.Background(), train.Trials(s, s))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Errors["out"][1] < 0.02)
	// Output: true
}
