package gorgonia_test

import (
	"math"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/graph/gorgonia"
	"github.com/spikegraph/spikegraph/internal/opsamples"
)

func TestGradientsOfAnythingAndNothing(t *testing.T) {
	g := graph.New()
	x, other := g.Input("x", graph.Float64, 3), g.Input("other", graph.Float64, 2)
	h := x.Exp()
	loss := h.Square().Sum()
	// A node on the way, one twice, one that the loss does not depend on, the loss itself, and one
	// behind a stop.
	stopped := x.Scale(2)
	loss = loss.Add(stopped.StopGradient().Sum())
	wrt := []*graph.Node{h, x, x, other, loss, stopped}
	in := []*tensor.Dense{
		opsamples.Tensor(graph.Float64, []int{3}, []float64{0.1, 0.2, 0.3}),
		opsamples.Tensor(graph.Float64, []int{2}, []float64{1, 2}),
	}
	want, got := both(t, loss, wrt, in)
	for i := range want {
		near(t, "gradient", want[i], got[i], 1e-12)
	}
	assert.NotZero(t, largest(got[1]))
	assert.Zero(t, largest(got[4]))
	assert.Zero(t, largest(got[6]))
}

// More steps than Gorgonia's hash of a slice can count.
func TestLongSequence(t *testing.T) {
	const steps = 600
	g := graph.New()
	x := g.Input("x", graph.Float64, steps, 2)
	ys, _ := graph.Loop(x, g.Const(graph.Float64, 0, 2), func(x, v *graph.Node) (*graph.Node, *graph.Node) {
		v = v.Scale(0.5).Add(x.Square())
		return v, v
	})
	want, got := both(t, weighted(ys), []*graph.Node{x}, opsamples.Sample{
		Inputs: []opsamples.Input{{DType: graph.Float64, Shape: []int{steps, 2}, Lo: -1, Hi: 1}},
	}.Tensors())
	for i := range want {
		near(t, "long", want[i], got[i], 1e-9)
	}
}

func TestSpecialValuesAgree(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	special := []float64{0, -0.5, 0.5, 1.5, 2.5, -1.5, inf, -inf, nan, 3}
	n := len(special)
	for name, f := range map[string]func(x *graph.Node) *graph.Node{
		"Round":      (*graph.Node).Round,
		"Sign":       func(x *graph.Node) *graph.Node { return x.Narrow(0, 0, 8).Sign() },
		"Step":       (*graph.Node).Step,
		"Max":        func(x *graph.Node) *graph.Node { return x.Max(x.Flip()) },
		"Min":        func(x *graph.Node) *graph.Node { return x.Min(x.Flip()) },
		"Select":     func(x *graph.Node) *graph.Node { return x.Gt(x.Like(0)).Select(x, x.Like(7)) },
		"Eq":         func(x *graph.Node) *graph.Node { return x.Eq(x) },
		"Slice":      func(x *graph.Node) *graph.Node { return x.Slice(graph.Range{From: 1, To: 9, Step: 2}) },
		"Pad":        func(x *graph.Node) *graph.Node { return x.Pad([]int{1}, []int{2}, inf) },
		"CumSum":     func(x *graph.Node) *graph.Node { return x.CumSum(0, false, false) },
		"LogSumExp":  func(x *graph.Node) *graph.Node { return x.Narrow(0, 6, 2).Reshape(2, 1).LogSumExp(1) },
		"Reciprocal": (*graph.Node).Reciprocal,
		"to Bool":    func(x *graph.Node) *graph.Node { return x.Cast(graph.Bool) },
		"to Int32":   func(x *graph.Node) *graph.Node { return x.Narrow(0, 0, 6).Cast(graph.Int32) },
	} {
		t.Run(name, func(t *testing.T) {
			g := graph.New()
			y := f(g.Input("x", graph.Float64, n))
			prog, err := g.Compile(y)
			require.NoError(t, err)
			exe, err := gorgonia.Compile(y)
			require.NoError(t, err)
			in := opsamples.Tensor(graph.Float64, []int{n}, special)
			want, err := prog.Run(in)
			require.NoError(t, err)
			got, err := exe.Run(in)
			require.NoError(t, err)
			w, z := opsamples.Floats(want[0]), opsamples.Floats(got[0])
			require.Len(t, z, len(w))
			for i := range w {
				assert.True(t, w[i] == z[i] || math.IsNaN(w[i]) && math.IsNaN(z[i]), "element %d is %v here and %v in Gorgonia", i, w[i], z[i])
			}
		})
	}
}

func TestUnsupportedOpsAreListedAtOnce(t *testing.T) {
	g := graph.New()
	x := g.Input("x", graph.Float32, 2)
	y := x.Add(g.Uniform(graph.Float32, 2)).Mul(g.Normal(graph.Float32, 2))
	inLoop, _ := graph.Loop(x, x.Sum().Like(0), func(x, s *graph.Node) (*graph.Node, *graph.Node) {
		return x.Clip(0, 1).Bernoulli().Cast(graph.Float32), s
	})
	_, err := gorgonia.Compile(y, inLoop)
	require.Error(t, err)
	got := refusals(t, err)
	for _, op := range []string{"Uniform", "Normal", "Bernoulli"} {
		assert.Contains(t, got, op)
	}
	assert.NoError(t, g.Err(), "a refusal is no fault of the graph")
}

func TestCompileFaults(t *testing.T) {
	_, err := gorgonia.Compile()
	assert.ErrorIs(t, err, graph.ErrValue)

	g := graph.New()
	x := g.Input("x", graph.Float32, 2)
	_, err = gorgonia.Compile(x, graph.New().Input("x", graph.Float32, 2))
	assert.ErrorIs(t, err, graph.ErrScope)
	_, err = gorgonia.Gradients(x.Exp(), x)
	assert.ErrorIs(t, err, graph.ErrShape)
	_, err = gorgonia.Gradients(x.Sum(), g.Input("i", graph.Int32, 2))
	assert.ErrorIs(t, err, graph.ErrDType)
	_, err = gorgonia.Compile(x.Reshape(3))
	assert.Error(t, err)
	_, err = gorgonia.Compile(x)
	assert.ErrorIs(t, err, graph.ErrShape, "a fault of the graph")
}

func TestRunFaults(t *testing.T) {
	g := graph.New()
	exe, err := gorgonia.Compile(g.Input("x", graph.Float32, 2, 2).Exp())
	require.NoError(t, err)
	_, err = exe.Run()
	assert.ErrorIs(t, err, graph.ErrShape)
	_, err = exe.Run(nil)
	assert.ErrorIs(t, err, graph.ErrValue)
	_, err = exe.Run(opsamples.Tensor(graph.Float64, []int{2, 2}, make([]float64, 4)))
	assert.ErrorIs(t, err, graph.ErrShape)
	_, err = exe.Run(opsamples.Tensor(graph.Float32, []int{4}, make([]float64, 4)))
	assert.ErrorIs(t, err, graph.ErrShape)
	turned := opsamples.Tensor(graph.Float32, []int{2, 2}, make([]float64, 4))
	require.NoError(t, turned.T())
	_, err = exe.Run(turned)
	assert.ErrorIs(t, err, graph.ErrValue)
}

func TestLoweringLeavesTheGraphAsItIs(t *testing.T) {
	g := graph.NewIn(graph.NewStore(7))
	loss := network(g, graph.Float64, 5, true, false)
	in := data(graph.Float64, 5)
	run := func() []*tensor.Dense {
		prog, err := g.Compile(append([]*graph.Node{loss}, autodiff.Grad(loss, g.Trained()...)...)...)
		require.NoError(t, err)
		out, err := prog.Run(in...)
		require.NoError(t, err)
		return out
	}
	before := run()
	_, err := gorgonia.Gradients(loss, g.Trained()...)
	require.NoError(t, err)
	after := run()
	for i := range before {
		assert.Equal(t, before[i].Float64s(), after[i].Float64s())
	}
}

func TestRunsMayMeet(t *testing.T) {
	g := graph.New()
	exe, err := gorgonia.Compile(g.Input("x", graph.Float64, 4).Exp().Sum())
	require.NoError(t, err)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			x := float64(i)
			got, err := exe.Run(opsamples.Tensor(graph.Float64, []int{4}, []float64{x, x, x, x}))
			if assert.NoError(t, err) {
				assert.InEpsilon(t, 4*math.Exp(x), opsamples.Floats(got[0])[0], 1e-12)
			}
		})
	}
	all.Wait()
}

func TestCheckpointedLoop(t *testing.T) {
	g := graph.New()
	x := g.Input("x", graph.Float64, 5)
	loss := autodiff.Checkpoint(g, func() *graph.Node {
		_, last := graph.Loop(x, x.Index(0), func(x, s *graph.Node) (*graph.Node, *graph.Node) {
			s = s.Add(x.Tanh())
			return s, s
		})
		return last
	})
	_, err := gorgonia.Compile(loss)
	require.NoError(t, err, "values can be computed")
	_, err = gorgonia.Gradients(loss, x)
	var u *gorgonia.Unsupported
	require.ErrorAs(t, err, &u)
	assert.Equal(t, "Custom", u.Op)
	assert.NoError(t, g.Err(), "a refusal is no fault of the graph")
}

func TestCheckpointAgrees(t *testing.T) {
	g := graph.New()
	x := g.Input("x", graph.Float64, 5)
	loss := autodiff.Checkpoint(g, func() *graph.Node { return x.Tanh().Square().Sum() })
	want, got := both(t, loss, []*graph.Node{x}, opsamples.Sample{
		Inputs: []opsamples.Input{{DType: graph.Float64, Shape: []int{5}, Lo: -1, Hi: 1}},
	}.Tensors())
	for i := range want {
		near(t, "checkpoint", want[i], got[i], 1e-12)
	}
}
