package train_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/spikegraph/spikegraph/train/offline"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

type echoState struct{ R layers.ReservoirState }

// echo is a reservoir of n neurons with a readout named out, of which the states are marked under
// "res". Feedback, if not 0, is from the readout; noise is of the states.
func echo(in, n, out, feedback int, noise float64, d graph.DType) func(g *graph.Graph, training bool) train.Step[echoState] {
	return func(g *graph.Graph, _ bool) train.Step[echoState] {
		p := layers.NewReservoir(in, n)
		p.Feedback, p.FeedbackDensity, p.SpectralRadius, p.DType, p.NoiseRec = feedback, 1, 0.9, d, noise
		p.Win, p.InDensity, p.Density = layers.Uniform{Lo: -0.5, Hi: 0.5}, 1, 0.5
		p.Wfb = layers.Uniform{Lo: -1, Hi: 1}
		res := p.Place(g, "res")
		read := layers.Dense{In: n, Out: out, W: layers.Const(0), DType: d}.Place(g, "out")
		return func(x *graph.Node, s echoState) (*graph.Node, echoState) {
			r, next := res.Step(x, s.R)
			func() {
				defer g.Scope("res")()
				r.Mark()
			}()
			y := read.Apply(r)
			if feedback > 0 {
				next.Y = y
			}
			return y, echoState{next}
		}
	}
}

// waves returns waves [steps batch 1], and what is to be remembered of them.
func waves(from, steps, batch int) (x, y *tensor.Dense) {
	a, b := make([]float64, steps*batch), make([]float64, steps*batch)
	f := func(t, i int) float64 { return math.Sin(0.3*float64(t)+float64(i)) * math.Cos(0.11*float64(t)) }
	for t := range steps {
		for i := range batch {
			a[t*batch+i] = f(from+t, i)
			b[t*batch+i] = f(from+t-1, i) - f(from+t-2, i)/2
		}
	}
	return tensor.New(tensor.WithShape(steps, batch, 1), tensor.WithBacking(a)),
		tensor.New(tensor.WithShape(steps, batch, 1), tensor.WithBacking(b))
}

func single(x *tensor.Dense) *tensor.Dense {
	y := tensor.New(tensor.WithShape(x.Shape()...), tensor.Of(tensor.Float32))
	for i, e := range x.Float64s() {
		y.Float32s()[i] = float32(e)
	}
	return y
}

func errorOf(t *testing.T, a, b []float64) float64 {
	t.Helper()
	require.Len(t, a, len(b))
	sum := 0.0
	for i := range a {
		sum += (a[i] - b[i]) * (a[i] - b[i])
	}
	return sum / float64(len(a))
}

func echoTrainer(n int) *train.Offline[echoState] {
	return &train.Offline[echoState]{
		Runner: train.Runner[echoState]{Net: echo(1, n, 1, 0, 0, graph.Float64), Readouts: []string{"out"}, Seed: 3},
		Method: offline.Ridge{Alpha: 1e-6},
	}
}

func TestOfflineFitIsRidgeOfTheStates(t *testing.T) {
	ctx := context.Background()
	tr := echoTrainer(30)
	tr.Monitors, tr.Reset, tr.Washout = []string{"res"}, true, 20
	x1, y1 := waves(0, 70, 2)
	x2, y2 := waves(500, 45, 2)
	models, err := tr.Fit(ctx, train.Trials(train.Sequence{X: x1, Y: y1}, train.Sequence{X: x2, Y: y2}))
	require.NoError(t, err)

	f, err := tr.Method.New(offline.Options{Bias: true})
	require.NoError(t, err)
	for _, s := range []train.Sequence{{X: x1, Y: y1}, {X: x2, Y: y2}} {
		_, err := tr.Predict(ctx, s.X)
		require.NoError(t, err)
		states, n := tr.Marks()["res"], s.X.Shape()[0]
		require.Equal(t, tensor.Shape{n, 2, 30}, states.Shape())
		late := tensor.New(tensor.WithShape(n-20, 2, 30), tensor.WithBacking(states.Float64s()[20*60:]))
		target := tensor.New(tensor.WithShape(n-20, 2, 1), tensor.WithBacking(s.Y.Float64s()[20*2:]))
		require.NoError(t, f.Add(late, target, nil))
	}
	want, err := f.Fit()
	require.NoError(t, err)
	assert.InDeltaSlice(t, want.W.Float64s(), models["out"].W.Float64s(), 1e-8)
	assert.Equal(t, models["out"].W.Float64s()[1:], tr.Store.Get("out.W").Value.Float64s())
	assert.Equal(t, models["out"].W.Float64s()[:1], tr.Store.Get("out.B").Value.Float64s())

	xt, yt := waves(900, 80, 2)
	p, err := tr.Predict(ctx, xt)
	require.NoError(t, err)
	assert.Less(t, errorOf(t, p.Float64s()[40:], yt.Float64s()[40:]), 1e-3)
}

func TestChunksAndCallsDoNotMatter(t *testing.T) {
	ctx := context.Background()
	x, y := waves(0, 60, 1)
	fit := func(chunk int, cuts ...int) (w, p []float64) {
		tr := echoTrainer(12)
		tr.Chunk = chunk
		at := 0
		for _, c := range append(cuts, 60) { // state goes from sequence to sequence
			xs := tensor.New(tensor.WithShape(c-at, 1, 1), tensor.WithBacking(x.Float64s()[at:c]))
			ys := tensor.New(tensor.WithShape(c-at, 1, 1), tensor.WithBacking(y.Float64s()[at:c]))
			require.NoError(t, tr.Collect(ctx, train.Trials(train.Sequence{X: xs, Y: ys})))
			at = c
		}
		models, err := tr.Solve()
		require.NoError(t, err)
		out, err := tr.Predict(ctx, x)
		require.NoError(t, err)
		free, err := tr.Generate(ctx, 9)
		require.NoError(t, err)
		return models["out"].W.Float64s(), append(out.Float64s(), free.Float64s()...)
	}
	w, p := fit(1000)
	for _, c := range []struct {
		chunk int
		cuts  []int
	}{{7, nil}, {1, nil}, {1000, []int{1, 40}}} {
		w2, p2 := fit(c.chunk, c.cuts...)
		assert.Equal(t, w, w2)
		assert.Equal(t, p, p2)
	}
}

func TestSinglePrecisionNetworks(t *testing.T) {
	ctx := context.Background()
	tr := &train.Offline[echoState]{Runner: train.Runner[echoState]{
		Net: echo(1, 30, 1, 0, 0, graph.Float32), Readouts: []string{"out"}, Seed: 3, Washout: 20, Reset: true},
		Method: offline.Ridge{Alpha: 1e-4}}
	x, y := waves(0, 300, 1)
	_, err := tr.Fit(ctx, train.Trials(train.Sequence{X: single(x), Y: y}))
	require.NoError(t, err)
	p, err := tr.Predict(ctx, single(x))
	require.NoError(t, err)
	var out []float64
	for _, e := range p.Float32s()[20:] {
		out = append(out, float64(e))
	}
	assert.Less(t, errorOf(t, out, y.Float64s()[20:]), 1e-3)
}

// two has two readouts, one of which reads the other and has no bias.
func two(g *graph.Graph, _ bool) train.Step[echoState] {
	p := layers.NewReservoir(1, 20)
	p.DType = graph.Float64
	res := p.Place(g, "res")
	a := layers.Dense{In: 20, Out: 2, DType: graph.Float64}.Place(g, "a")
	b := layers.Dense{In: 20, Out: 1, NoBias: true, DType: graph.Float64}.Place(g, "b")
	return func(x *graph.Node, s echoState) (*graph.Node, echoState) {
		r, next := res.Step(x, s.R)
		return graph.Concat(-1, a.Apply(r), b.Apply(r.Square())), echoState{next}
	}
}

func TestSeveralReadouts(t *testing.T) {
	ctx := context.Background()
	tr := &train.Offline[echoState]{Runner: train.Runner[echoState]{Net: two, Readouts: []string{"b", "a"}}, FreeBias: true}
	x, y := waves(0, 50, 1)
	pair := tensor.New(tensor.WithShape(50, 1, 2), tensor.Of(tensor.Float64))
	for i, e := range y.Float64s() {
		pair.Float64s()[2*i], pair.Float64s()[2*i+1] = e, 3-e
	}
	s := train.Sequence{X: x, Targets: map[string]*tensor.Dense{"a": pair, "b": y}}
	models, err := tr.Fit(ctx, train.Trials(s))
	require.NoError(t, err)
	assert.Equal(t, tensor.Shape{21, 2}, models["a"].W.Shape())
	assert.Equal(t, tensor.Shape{20, 1}, models["b"].W.Shape())
	w := models["a"].W.Float64s()
	assert.InDelta(t, 3, w[0]+w[1], 1e-4, "the outputs add up to 3")

	_, err = tr.Fit(ctx, train.Trials(train.Sequence{X: x, Y: y}))
	assert.ErrorIs(t, err, datasets.ErrShape)
	s.Targets["c"] = y
	_, err = tr.Fit(ctx, train.Trials(s))
	assert.ErrorContains(t, err, `"c"`)
}

func TestReadoutsAreFoundWithoutNames(t *testing.T) {
	ctx := context.Background()
	x, y := waves(0, 50, 1)
	pair := tensor.New(tensor.WithShape(50, 1, 2), tensor.WithBacking(append(y.Float64s(), y.Float64s()...)))
	s := train.Sequence{X: x, Targets: map[string]*tensor.Dense{"a": pair, "b": y}}
	named := &train.Offline[echoState]{Runner: train.Runner[echoState]{Net: two, Readouts: []string{"a", "b"}}}
	want, err := named.Fit(ctx, train.Trials(s))
	require.NoError(t, err)
	found := &train.Offline[echoState]{Runner: train.Runner[echoState]{Net: two}}
	_, err = found.Fit(ctx, train.Trials(train.Sequence{X: x, Y: y}))
	require.ErrorContains(t, err, `["a" "b"]`, "one target for two readouts")
	found.ResetState()
	got, err := found.Fit(ctx, train.Trials(s))
	require.NoError(t, err)
	require.Len(t, got, 2)
	for name, m := range want {
		assert.Equal(t, m.W.Float64s(), got[name].W.Float64s(), name)
	}

	require.NoError(t, found.Collect(ctx, train.Trials(s)))
	path := filepath.Join(t.TempDir(), "run.safetensors")
	require.NoError(t, found.Save(path))
	again := &train.Offline[echoState]{Runner: train.Runner[echoState]{Net: two}}
	require.NoError(t, again.Load(path))
	got, err = found.Solve()
	require.NoError(t, err)
	same, err := again.Solve()
	require.NoError(t, err)
	require.Len(t, same, 2)
	assert.Equal(t, got["b"].W.Float64s(), same["b"].W.Float64s())
}

// TestSamplesAreTakenInBesideTheRun: the same bits, and errors of the last chunk too.
func TestSamplesAreTakenInBesideTheRun(t *testing.T) {
	ctx := context.Background()
	x, y := waves(0, 200, 2)
	fit := func(workers, chunk, net int, weights []float64) (map[string]*offline.Model, error) {
		tr := echoTrainer(30)
		tr.Workers, tr.Chunk, tr.Options.Workers = workers, chunk, net
		return tr.Fit(ctx, train.Trials(train.Sequence{X: x, Y: y, Weights: weights}, train.Sequence{X: x, Y: y}))
	}
	want, err := fit(1, 0, 1, nil)
	require.NoError(t, err)
	for _, workers := range []int{2, 3, 8} {
		for _, net := range []int{0, 1, 2} {
			got, err := fit(workers, 70, net, nil)
			require.NoError(t, err)
			assert.Equal(t, want["out"].W.Float64s(), got["out"].W.Float64s(), "%d workers, %d of the network", workers, net)
		}
	}
	for _, at := range []int{0, 250, 399} {
		weights := make([]float64, 400)
		weights[at] = -1
		_, err := fit(2, 70, 1, weights)
		require.ErrorIs(t, err, offline.ErrValue, "sample %d", at)
		assert.ErrorContains(t, err, "sequence 0")
	}
}

// crowd is a method of the user's whose Fitter notes the most goroutines that there are at a call of Add.
type crowd struct {
	broken
	most *int
}

func (c crowd) New(offline.Options) (offline.Fitter, error) { return c, nil }
func (c crowd) Add(_, _ *tensor.Dense, _ []float64) error {
	*c.most = max(*c.most, runtime.NumGoroutine())
	return nil
}

// TestTheNetworkRunsInOneGoroutineBesideTheFit unless it was given several: it would take the
// processors from the goroutines that take in its samples.
func TestTheNetworkRunsInOneGoroutineBesideTheFit(t *testing.T) {
	x, y := waves(0, 200, 1)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(40))
	for _, c := range []struct {
		workers, net int
		many         bool
	}{{2, 0, false}, {2, 1, false}, {1, 0, true}, {2, 40, true}} {
		tr, most := echoTrainer(10), 0
		tr.Workers, tr.Chunk, tr.Options.Workers, tr.Method = c.workers, 70, c.net, crowd{most: &most}
		before := settled()
		require.NoError(t, tr.Collect(context.Background(), train.Trials(train.Sequence{X: x, Y: y})))
		assert.Equal(t, c.many, most-before > 20, "%+v: %d goroutines, then %d", c, before, most)
	}
}

// settled returns the number of goroutines once those of programs that are gone have ended.
func settled() int {
	n, same := 0, 0
	for same < 5 {
		runtime.GC()
		time.Sleep(2 * time.Millisecond)
		same++
		if now := runtime.NumGoroutine(); now != n {
			n, same = now, 0
		}
	}
	return n
}

// broken is a method of the user's whose Fitter ends in f at every call of Add.
type broken struct{ f func() }

func (b broken) New(offline.Options) (offline.Fitter, error) { return b, nil }
func (b broken) Add(_, _ *tensor.Dense, _ []float64) error   { b.f(); return nil }
func (broken) Fit() (*offline.Model, error)                  { return nil, offline.ErrEmpty }
func (broken) Snapshot() offline.Snapshot                    { return nil }
func (broken) Rollback(offline.Snapshot) error               { return nil }

// TestPanicsOfFittersReachTheCaller also where samples are taken in beside the run; a Fitter that
// ends its goroutine is an error there, and the trainer can be used again.
func TestPanicsOfFittersReachTheCaller(t *testing.T) {
	ctx := context.Background()
	x, y := waves(0, 200, 1)
	for _, workers := range []int{1, 2} {
		tr := echoTrainer(10)
		tr.Workers, tr.Chunk, tr.Options.Workers = workers, 70, 1
		tr.Method = broken{func() { panic("of the user") }}
		assert.PanicsWithValue(t, "of the user", func() { _, _ = tr.Fit(ctx, train.Trials(train.Sequence{X: x, Y: y})) })
		tr.Method = nil
		_, err := tr.Fit(ctx, train.Trials(train.Sequence{X: x, Y: y}))
		require.NoError(t, err)
	}
	tr := echoTrainer(10)
	tr.Workers, tr.Chunk, tr.Method = 2, 70, broken{runtime.Goexit}
	_, err := tr.Fit(ctx, train.Trials(train.Sequence{X: x, Y: y}))
	assert.ErrorContains(t, err, "ended")
}

func TestWeightsOfSamples(t *testing.T) {
	ctx := context.Background()
	x, y := waves(0, 40, 2)
	fit := func(w []float64, washout int) []float64 {
		tr := echoTrainer(10)
		tr.Washout, tr.Chunk = washout, 9
		m, err := tr.Fit(ctx, train.Trials(train.Sequence{X: x, Y: y, Weights: w}))
		require.NoError(t, err)
		return m["out"].W.Float64s()
	}
	w := make([]float64, 80)
	for i := 24; i < len(w); i++ {
		w[i] = 1
	}
	assert.InDeltaSlice(t, fit(nil, 12), fit(w, 0), 1e-6)
	tr := echoTrainer(10)
	_, err := tr.Fit(ctx, train.Trials(train.Sequence{X: x, Y: y, Weights: w[:3]}))
	assert.ErrorIs(t, err, datasets.ErrShape)
	for _, bad := range []float64{-1, math.NaN(), math.Inf(1)} {
		w[50] = bad
		tr.Washout, tr.Chunk = 12, 9
		_, err = tr.Fit(ctx, train.Trials(train.Sequence{X: x, Y: y, Weights: w}))
		assert.ErrorIs(t, err, offline.ErrValue)
		assert.ErrorContains(t, err, "the weight of sample 50 is ", "as it was given, whatever is left out or run together")
	}
}

func TestTeacherForcingMakesAGenerator(t *testing.T) {
	ctx := context.Background()
	const steps = 400
	x := tensor.New(tensor.WithShape(steps, 1, 1), tensor.Of(tensor.Float64))
	y := tensor.New(tensor.WithShape(steps, 1, 1), tensor.Of(tensor.Float64))
	for i := range steps {
		y.Float64s()[i] = math.Sin(0.2 * float64(i))
	}
	tr := &train.Offline[echoState]{Runner: train.Runner[echoState]{
		Net: echo(1, 50, 1, 1, 0, graph.Float64), Readouts: []string{"out"}, Washout: 100,
		Feedback: func(s *echoState) **graph.Node { return &s.R.Y }},
		Method: offline.Ridge{Alpha: 1e-8}}
	_, err := tr.Fit(ctx, train.Trials(train.Sequence{X: x, Y: y}))
	require.NoError(t, err)
	p, err := tr.Predict(ctx, tensor.New(tensor.WithShape(50, 1, 1), tensor.Of(tensor.Float64)))
	require.NoError(t, err)
	for i, e := range p.Float64s() {
		assert.InDelta(t, math.Sin(0.2*float64(steps+i)), e, 1e-2)
	}
}

func TestGenerateClosesTheLoop(t *testing.T) {
	ctx := context.Background()
	tr := echoTrainer(40)
	tr.Washout = 50
	x := tensor.New(tensor.WithShape(300, 1, 1), tensor.Of(tensor.Float64))
	y := tensor.New(tensor.WithShape(300, 1, 1), tensor.Of(tensor.Float64))
	for i := range 300 {
		x.Float64s()[i], y.Float64s()[i] = math.Sin(0.2*float64(i)), math.Sin(0.2*float64(i+1))
	}
	_, err := tr.Fit(ctx, train.Trials(train.Sequence{X: x, Y: y}))
	require.NoError(t, err)
	_, err = tr.Predict(ctx, x) // goes on from 300 as if it were 0, and ends with the weights that were found
	require.NoError(t, err)
	free, err := tr.Generate(ctx, 40)
	require.NoError(t, err)
	for i, e := range free.Float64s() {
		assert.InDelta(t, math.Sin(0.2*float64(301+i)), e, 1e-2)
	}
	tr.ResetState()
	_, err = tr.Generate(ctx, 3)
	assert.ErrorIs(t, err, datasets.ErrEmpty)

	// With Next, the input and the output make the next input: here the change is learned.
	for i := range 300 {
		y.Float64s()[i] -= x.Float64s()[i]
	}
	diff := echoTrainer(40)
	diff.Next = func(x, y *graph.Node) *graph.Node { return x.Add(y) }
	_, err = diff.Fit(ctx, train.Trials(train.Sequence{X: x, Y: y}))
	require.NoError(t, err)
	_, err = diff.Predict(ctx, x)
	require.NoError(t, err)
	free, err = diff.Generate(ctx, 10)
	require.NoError(t, err)
	for i, e := range free.Float64s() {
		assert.InDelta(t, math.Sin(0.2*float64(301+i))-math.Sin(0.2*float64(300+i)), e, 1e-2)
	}
}

func TestOfflineGoesOnFromACheckpoint(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "run.safetensors")
	x1, y1 := waves(0, 37, 2)
	x2, y2 := waves(37, 30, 2)
	trainer := func() *train.Offline[echoState] {
		tr := echoTrainer(10)
		tr.Net = echo(1, 10, 1, 0, 0.01, graph.Float64) // noise goes on as well
		return tr
	}
	finish := func(tr *train.Offline[echoState]) []float64 {
		require.NoError(t, tr.Collect(ctx, train.Trials(train.Sequence{X: x2, Y: y2})))
		m, err := tr.Solve()
		require.NoError(t, err)
		p, err := tr.Predict(ctx, x1)
		require.NoError(t, err)
		return append(m["out"].W.Float64s(), p.Float64s()...)
	}
	a := trainer()
	require.NoError(t, a.Collect(ctx, train.Trials(train.Sequence{X: x1, Y: y1})))
	require.NoError(t, a.Save(path))
	want := finish(a)
	require.NoError(t, a.Load(path), "into what has run on")
	assert.Equal(t, want, finish(a))
	b := trainer()
	require.NoError(t, b.Load(path), "into a new one")
	assert.Equal(t, want, finish(b))

	other := trainer()
	other.Model = "another"
	assert.ErrorIs(t, other.Load(path), checkpoint.ErrMismatch)
	other = trainer()
	other.Net = echo(1, 11, 1, 0, 0, graph.Float64)
	_, err := other.Predict(ctx, x1)
	require.NoError(t, err)
	assert.ErrorIs(t, other.Load(path), checkpoint.ErrMismatch)
	online := &train.Online[echoState]{Runner: train.Runner[echoState]{Net: trainer().Net, Readouts: []string{"out"}, Seed: 3}}
	assert.ErrorIs(t, online.Load(path), checkpoint.ErrMismatch)
}

func TestOfflineFaults(t *testing.T) {
	ctx := context.Background()
	x, y := waves(0, 10, 2)
	good := train.Trials(train.Sequence{X: x, Y: y})
	y5, _ := waves(0, 5, 2)
	broken := errors.New("no more")
	for says, c := range map[string]struct {
		change func(tr *train.Offline[echoState])
		trials iter.Seq2[train.Sequence, error]
		want   error
	}{
		"Net is":               {func(tr *train.Offline[echoState]) { tr.Net = nil }, good, train.ErrSettings},
		"Readouts: ":           {func(tr *train.Offline[echoState]) { tr.Readouts, tr.Net = nil, fixedOut }, good, train.ErrSettings},
		"every name once":      {func(tr *train.Offline[echoState]) { tr.Readouts = []string{"out", "out"} }, good, train.ErrSettings},
		"Washout is":           {func(tr *train.Offline[echoState]) { tr.Washout = -1 }, good, train.ErrSettings},
		"Chunk is":             {func(tr *train.Offline[echoState]) { tr.Chunk = -1 }, good, train.ErrSettings},
		`"hidden"`:             {func(tr *train.Offline[echoState]) { tr.Readouts = []string{"hidden"} }, good, graph.ErrValue},
		`under "nowhere"`:      {func(tr *train.Offline[echoState]) { tr.Monitors = []string{"nowhere"} }, good, graph.ErrValue},
		"the trials":           {func(*train.Offline[echoState]) {}, nil, train.ErrSettings},
		"nothing was":          {func(*train.Offline[echoState]) {}, train.Trials(), offline.ErrEmpty},
		"no samples":           {func(tr *train.Offline[echoState]) { tr.Washout = 10 }, good, offline.ErrEmpty},
		"Alpha is":             {func(tr *train.Offline[echoState]) { tr.Method = offline.Ridge{Alpha: -1} }, good, offline.ErrValue},
		"the method gives":     {func(tr *train.Offline[echoState]) { tr.Method = offline.Ridge{Degree: 2} }, good, offline.ErrShape},
		"the input is nil":     {func(*train.Offline[echoState]) {}, train.Trials(train.Sequence{Y: y}), datasets.ErrShape},
		"the target of out is": {func(*train.Offline[echoState]) {}, train.Trials(train.Sequence{X: x}), datasets.ErrShape},
		"expected floats":      {func(*train.Offline[echoState]) {}, train.Trials(train.Sequence{X: x, Y: y5}), datasets.ErrShape},
		"call ResetState":      {func(*train.Offline[echoState]) {}, twice(x, y), datasets.ErrShape},
		"no more":              {func(*train.Offline[echoState]) {}, func(yield func(train.Sequence, error) bool) { yield(train.Sequence{}, broken) }, broken},
	} {
		t.Run(says, func(t *testing.T) {
			tr := echoTrainer(6)
			c.change(tr)
			_, err := tr.Fit(ctx, c.trials)
			require.ErrorIs(t, err, c.want)
			assert.ErrorContains(t, err, "train: ")
			assert.ErrorContains(t, err, says)
		})
	}
	done, cancel := context.WithCancel(ctx)
	cancel()
	_, err := echoTrainer(6).Fit(done, good)
	assert.ErrorIs(t, err, context.Canceled)
	_, err = echoTrainer(6).Predict(done, x)
	assert.ErrorIs(t, err, context.Canceled)
	_, err = echoTrainer(6).Solve()
	assert.ErrorIs(t, err, offline.ErrEmpty)
}

// fixedOut is a network whose one layer has fixed weights: there is nothing to fit.
func fixedOut(g *graph.Graph, _ bool) train.Step[echoState] {
	out := layers.Dense{In: 1, Out: 1, W: layers.Fix(layers.Const(1)), DType: graph.Float64}.Place(g, "out")
	return func(x *graph.Node, s echoState) (*graph.Node, echoState) { return out.Apply(x), s }
}

// twice gives a sequence of two samples, and then one of one.
func twice(x, y *tensor.Dense) iter.Seq2[train.Sequence, error] {
	x1, y1 := waves(0, 4, 1)
	return train.Trials(train.Sequence{X: x, Y: y}, train.Sequence{X: x1, Y: y1})
}

func ExampleOffline() {
	ctx := context.Background()
	type state struct{ R layers.ReservoirState }
	t := &train.Offline[state]{
		Runner: train.Runner[state]{
			Net: func(g *graph.Graph, _ bool) train.Step[state] {
				reservoir := layers.NewReservoir(1, 100).Place(g, "reservoir")
				out := layers.Dense{In: 100, Out: 1}.Place(g, "out")
				return func(x *graph.Node, s state) (*graph.Node, state) {
					r, next := reservoir.Step(x, s.R)
					return out.Apply(r), state{next}
				}
			},
			Readouts: []string{"out"},
			Washout:  20,
		},
		Method: offline.Ridge{Alpha: 1e-5},
	}
	x, y := make([]float32, 300), make([]float32, 300)
	for i := range x { // learn to tell what was 3 steps before
		x[i] = float32(math.Sin(float64(i) / 3))
		y[i] = float32(math.Sin(float64(i-3) / 3))
	}
	models, err := t.Fit(ctx, train.Trials(train.Sequence{
		X: tensor.New(tensor.WithShape(300, 1, 1), tensor.WithBacking(x)),
		Y: tensor.New(tensor.WithShape(300, 1, 1), tensor.WithBacking(y)),
	}))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(models["out"].W.Shape(), len(models["out"].Warnings))
	// Output: (101, 1) 0
}

type spikeState struct{ V layers.LIFState }

func TestReadoutsOfSpikes(t *testing.T) {
	ctx := context.Background()
	net := func(g *graph.Graph, _ bool) train.Step[spikeState] {
		in := layers.Dense{In: 1, Out: 40, W: layers.Uniform{Lo: 20, Hi: 60}}.Place(g, "in")
		lif := layers.LIF{N: 40}.In(g, "lif", 1)
		out := layers.Dense{In: 40, Out: 1}.Place(g, "out")
		return func(x *graph.Node, s spikeState) (*graph.Node, spikeState) {
			z, next := lif.Step(in.Apply(x), s.V)
			func() {
				defer g.Scope("spikes")()
				z.Mark()
			}()
			return out.Apply(z), spikeState{next}
		}
	}
	x, y := waves(0, 200, 1)
	for i, e := range x.Float64s() {
		x.Float64s()[i] = 1 + e
	}
	tr := &train.Offline[spikeState]{Runner: train.Runner[spikeState]{Net: net, Readouts: []string{"out"}, Reset: true,
		Monitors: []string{"spikes"}}, Method: offline.Ridge{Alpha: 0.1}}
	models, err := tr.Fit(ctx, train.Trials(train.Sequence{X: single(x), Y: y}))
	require.NoError(t, err)
	_, err = tr.Predict(ctx, single(x))
	require.NoError(t, err)
	spikes := tr.Marks()["spikes"]
	want, err := offline.Fit(tr.Method, spikes, y, offline.Options{Bias: true})
	require.NoError(t, err)
	assert.InDeltaSlice(t, want.W.Float64s(), models["out"].W.Float64s(), 1e-9)
	total := 0.0
	for _, z := range spikes.Float32s() {
		total += float64(z)
	}
	assert.Greater(t, total, 100.0)
}
