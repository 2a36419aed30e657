package train_test

import (
	"context"
	"testing"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/spikegraph/spikegraph/train/offline"
	"github.com/spikegraph/spikegraph/train/online"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// resumes is what Offline and Online have in common here.
type resumes interface {
	Snapshot() (*checkpoint.File, error)
	Rollback(*checkpoint.File) error
}

// A snapshot is of its own memory: the trainer it was taken of, and another, go back to it as often as
// one likes, whatever they do in between.
func TestSnapshotsDoNotChange(t *testing.T) {
	ctx := context.Background()
	x, y := waves(0, 25, 2)
	s := train.Trials(train.Sequence{X: x, Y: y})
	net := echo(1, 10, 1, 1, 0.01, graph.Float64)
	for name, make := range map[string]func() (resumes, func() []float64){
		"offline": func() (resumes, func() []float64) {
			tr := echoTrainer(10)
			tr.Net, tr.Method = net, offline.Ridge{Alpha: 1e-3}
			return tr, func() []float64 {
				require.NoError(t, tr.Collect(ctx, s))
				m, err := tr.Solve()
				require.NoError(t, err)
				p, err := tr.Predict(ctx, x)
				require.NoError(t, err)
				return append(m["out"].W.Float64s(), p.Float64s()...)
			}
		},
		"online": func() (resumes, func() []float64) {
			tr := onlineTrainer(10, online.RLS{Alpha: 1, Defer: 3})
			tr.Net = net
			return tr, func() []float64 {
				r, err := tr.Fit(ctx, s)
				require.NoError(t, err)
				p, err := tr.Predict(ctx, x)
				require.NoError(t, err)
				return append(r.Out[0].Float64s(), p.Float64s()...)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			a, run := make()
			run()
			snapshot, err := a.Snapshot()
			require.NoError(t, err)
			want := run()
			require.NotEqual(t, want, run())
			for range 2 {
				require.NoError(t, a.Rollback(snapshot))
				require.Equal(t, want, run())
			}
			for range 2 {
				b, run := make()
				require.NoError(t, b.Rollback(snapshot))
				require.Equal(t, want, run(), "into another")
				run()
			}
		})
	}
}

// What is taught has to fit what is fed back, but for its element type; and an output the input.
func TestFedBackShapes(t *testing.T) {
	ctx := context.Background()
	const n = 20
	x := tensor.New(tensor.WithShape(n, 1, 1), tensor.Of(tensor.Float32))
	wide := tensor.New(tensor.WithShape(n, 1, 2), tensor.Of(tensor.Float32))
	y := tensor.New(tensor.WithShape(n, 1, 1), tensor.Of(tensor.Float64))
	for i := range n {
		y.Float64s()[i] = float64(i%5) - 2
	}
	for _, target := range []*tensor.Dense{y, single(y), wide} {
		off, on := echoTrainer(6), onlineTrainer(6, nil)
		off.Net, on.Net = echo(1, 6, 1, 1, 0, graph.Float32), echo(1, 6, 1, 1, 0, graph.Float32)
		off.Feedback = func(s *echoState) **graph.Node { return &s.R.Y }
		on.Feedback, on.Teach = off.Feedback, true
		_, err1 := off.Fit(ctx, train.Trials(train.Sequence{X: x, Y: target}))
		_, err2 := on.Fit(ctx, train.Trials(train.Sequence{X: x, Y: target}))
		for _, err := range []error{err1, err2} {
			if target != wide {
				require.NoError(t, err)
				continue
			}
			require.ErrorIs(t, err, graph.ErrShape)
			assert.ErrorContains(t, err, `the target of "out" is [1 2], what the step feeds back is [1 1]`)
		}
	}
	tr := echoTrainer(6)
	tr.Net = echo(2, 6, 1, 0, 0, graph.Float64)
	_, err := tr.Predict(ctx, tensor.New(tensor.WithShape(3, 1, 2), tensor.Of(tensor.Float64)))
	require.NoError(t, err)
	_, err = tr.Generate(ctx, 4)
	require.ErrorIs(t, err, datasets.ErrShape)
	assert.ErrorContains(t, err, "the inputs were Float64[1 2], the output that is to be the next is Float64[1 1]; field Next")
}
