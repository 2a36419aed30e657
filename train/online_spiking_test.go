package train_test

import (
	"context"
	"math"
	"path/filepath"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/online"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

const spikingDt = 0.25 // ms

// spikingForce is FORCE learning of n integrate-and-fire neurons, as examples/force has it.
func spikingForce(n int) *train.Online[layers.PopulatedState[layers.LIFState]] {
	type state = layers.PopulatedState[layers.LIFState]
	return &train.Online[state]{
		Runner: train.Runner[state]{Readouts: []string{"out"}, Seed: 1, Net: func(g *graph.Graph, _ bool) train.Step[state] {
			neurons := layers.LIF{
				N: n, VTh: layers.Const(-40), VReset: layers.Const(-65), Reset: layers.Hard, V0: layers.Uniform{Lo: -65, Hi: 30}, TauRef: layers.Const(2),
			}.In(g, "neurons", spikingDt)
			p := layers.NewSpikingReservoir(1, n)
			p.Win, p.Feedback, p.Wfb, p.B = layers.Fix(layers.Const(0)), 1, layers.Uniform{Lo: -160, Hi: 160}, layers.Const(-40)
			cell := layers.Populate(neurons, p.In(g, "res", spikingDt))
			out := layers.Dense{In: n, Out: 1, W: layers.Const(0), NoBias: true}.Place(g, "out")
			return func(x *graph.Node, s state) (*graph.Node, state) {
				r, s := cell.Step(x, s)
				s.Y = out.Apply(r)
				return s.Y, s
			}
		}},
		Method: online.RLS{Alpha: 2e-5}, Every: 10,
	}
}

// sine is a sequence without input whose target has a period of 200 ms.
func sine(from, steps int) train.Sequence {
	y := make([]float32, steps)
	for i := range y {
		y[i] = float32(math.Sin(2 * math.Pi * float64(from+i) * spikingDt / 200))
	}
	return train.Sequence{
		X: tensor.New(tensor.WithShape(steps, 1, 1), tensor.Of(tensor.Float32)),
		Y: tensor.New(tensor.WithShape(steps, 1, 1), tensor.WithBacking(y)),
	}
}

// Spiking neurons learn a sine, and go on with it by themselves for five periods.
func TestForceTrainsSpikingNeurons(t *testing.T) {
	ctx := context.Background()
	const learned, free = 6000 / spikingDt, 1000 / spikingDt
	tr := spikingForce(800)
	silent, err := tr.Predict(ctx, sine(0, 400).X)
	require.NoError(t, err)
	require.Zero(t, silent.Float32s()[399])
	_, err = tr.Fit(ctx, train.Trials(sine(0, learned)))
	require.NoError(t, err)
	y, err := tr.Predict(ctx, sine(learned, free).X)
	require.NoError(t, err)
	e := 0.0
	for i, want := range sine(learned, free).Y.Float32s() {
		e += math.Abs(float64(y.Float32s()[i]-want)) / free
	}
	assert.Less(t, e, 0.2, "the mean of the target is 0.64 above or below 0")
}

// State, weights and P go on from a checkpoint bit for bit; so does P alone from a snapshot.
func TestSpikingForceGoesOnFromACheckpoint(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "run.safetensors")
	finish := func(tr *train.Online[layers.PopulatedState[layers.LIFState]]) []float32 {
		r, err := tr.Fit(ctx, train.Trials(sine(300, 300)))
		require.NoError(t, err)
		return append(r.Out[0].Float32s(), tr.Store.Get("out.W").Value.Float32s()...)
	}
	a := spikingForce(60)
	_, err := a.Fit(ctx, train.Trials(sine(0, 300)))
	require.NoError(t, err)
	require.NoError(t, a.Save(path))
	before := a.Learner("out").Snapshot()
	want := finish(a)
	assert.NotEqual(t, before, a.Learner("out").Snapshot())
	require.NoError(t, a.Learner("out").Rollback(before))
	assert.Equal(t, before, a.Learner("out").Snapshot())
	b := spikingForce(60)
	require.NoError(t, b.Load(path))
	assert.Equal(t, want, finish(b))
}

// The seed decides, and not the number of workers.
func TestSpikingForceIsTheSeeds(t *testing.T) {
	ctx := context.Background()
	var want []float32
	for _, workers := range []int{1, 2, 3, 8} {
		tr := spikingForce(100)
		tr.Options.Workers = workers
		r, err := tr.Fit(ctx, train.Trials(sine(0, 400)))
		require.NoError(t, err)
		free, err := tr.Predict(ctx, sine(400, 200).X)
		require.NoError(t, err)
		got := append(r.Out[0].Float32s(), free.Float32s()...)
		if want == nil {
			want = got
		}
		assert.Equal(t, want, got, "%d workers", workers)
	}
	assert.NotZero(t, want[len(want)-1])
}
