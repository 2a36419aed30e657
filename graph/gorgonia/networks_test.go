package gorgonia_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/graph/gorgonia"
	"github.com/spikegraph/spikegraph/internal/opsamples"
)

// arctan is the surrogate 1/(1+(πx)²).
type arctan struct{}

func (arctan) Grad(x, gy *graph.Node) *graph.Node {
	return gy.Div(x.Scale(math.Pi).Square().Shift(1))
}

// gaussian draws weights of the given standard deviation.
type gaussian float64

func (s gaussian) Init(shape []int, r *rand.Rand) ([]float64, error) {
	x := make([]float64, graph.Shape(shape).Size())
	for i := range x {
		x[i] = float64(s) * r.NormFloat64()
	}
	return x, nil
}

const (
	batch, ins, hidden, outs = 4, 6, 8, 3
	beta                     = 0.9 // of the membrane potential, each step
)

// state is that of the networks: potentials, and the spikes of the last step.
type state struct{ V, Z, Out *graph.Node }

// network returns the loss of a layer of LIF neurons, recurrent or not, under a leaky readout:
// v ← βv - z + W x (+ U z), z = [v >= 1], and cross entropy of the readout's mean over time.
func network(g *graph.Graph, d graph.DType, steps int, recurrent, unroll bool) *graph.Node {
	x := g.Input("x", d, steps, batch, ins)
	target := g.Input("class", graph.Int32, batch)
	w := g.Param("w", graph.Var{DType: d, Shape: []int{ins, hidden}, Init: gaussian(0.7)})
	u := g.Param("u", graph.Var{DType: d, Shape: []int{hidden, hidden}, Init: gaussian(0.4)})
	out := g.Param("out", graph.Var{DType: d, Shape: []int{hidden, outs}, Init: gaussian(0.5)})
	bias := g.Param("bias", graph.Var{DType: d, Shape: []int{outs}, Init: gaussian(0.1)})
	step := func(x *graph.Node, s state) (*graph.Node, state) {
		in := x.MatMul(w)
		if recurrent {
			in = in.Add(s.Z.MatMul(u))
		}
		s.V = s.V.Scale(beta).Sub(s.Z).Add(in)
		s.Z = s.V.Shift(-1).Spike(arctan{})
		s.Out = s.Out.Scale(beta).Add(s.Z.MatMul(out)).Add(bias)
		return s.Out, s
	}
	zero := g.Const(d, 0, batch, hidden)
	ys, last := graph.Loop(x, state{zero, zero, g.Const(d, 0, batch, outs)}, step, graph.LoopOptions{Unroll: unroll})
	p := ys.Mean(0).LogSoftmax(-1)
	activity := last.Z.Mean().Scale(0.01)
	return p.Mul(target.OneHot(outs, d)).Sum().Scale(-1.0 / batch).Add(activity)
}

// data returns input spikes and classes.
func data(d graph.DType, steps int) []*tensor.Dense {
	r := rand.New(rand.NewPCG(1, 2))
	x := make([]float64, steps*batch*ins)
	for i := range x {
		x[i] = math.Floor(2 * r.Float64())
	}
	return []*tensor.Dense{
		opsamples.Tensor(d, []int{steps, batch, ins}, x),
		opsamples.Tensor(graph.Int32, []int{batch}, []float64{0, 2, 1, 2}),
	}
}

func TestNetworksAgree(t *testing.T) {
	for _, recurrent := range []bool{false, true} {
		for _, steps := range []int{1, 2, 5, 20} {
			t.Run(fmt.Sprintf("recurrent=%v/T=%d", recurrent, steps), func(t *testing.T) {
				g := graph.NewIn(graph.NewStore(7))
				loss := network(g, graph.Float64, steps, recurrent, false)
				wrt := g.Trained()
				want, got := both(t, loss, wrt, data(graph.Float64, steps))
				near(t, "loss", want[0], got[0], 1e-9)
				for i, w := range wrt {
					near(t, w.ParamName(), want[i+1], got[i+1], 1e-6)
				}
				assert.NotZero(t, largest(want[1]), "no gradient reaches the first weights: nothing was compared")
			})
		}
	}
}

// both computes the loss and its gradients here and by Gorgonia.
func both(t *testing.T, loss *graph.Node, wrt []*graph.Node, in []*tensor.Dense) (want, got []*tensor.Dense) {
	t.Helper()
	exe, err := gorgonia.Compile(loss)
	require.NoError(t, err)
	back, err := gorgonia.Gradients(loss, wrt...)
	require.NoError(t, err)
	prog, err := loss.Graph().Compile(append([]*graph.Node{loss}, autodiff.Grad(loss, wrt...)...)...)
	require.NoError(t, err)
	want, err = prog.Run(in...)
	require.NoError(t, err)
	value, err := exe.Run(in...)
	require.NoError(t, err)
	got, err = back.Run(in...)
	require.NoError(t, err)
	return want, append(value, got...)
}

func largest(t *tensor.Dense) float64 {
	m := 0.0
	for _, x := range opsamples.Floats(t) {
		m = max(m, math.Abs(x))
	}
	return m
}

func TestUnrolledNetworkAgrees(t *testing.T) {
	g := graph.NewIn(graph.NewStore(7))
	loss := network(g, graph.Float64, 5, true, true)
	want, got := both(t, loss, g.Trained(), data(graph.Float64, 5))
	for i := range want {
		near(t, "unrolled", want[i], got[i], 1e-6)
	}
}

func TestFloat32NetworkAgrees(t *testing.T) {
	g := graph.NewIn(graph.NewStore(7))
	loss := network(g, graph.Float32, 5, true, false)
	want, got := both(t, loss, g.Trained(), data(graph.Float32, 5))
	for i := range want {
		near(t, "float32", want[i], got[i], 1e-4)
	}
}

// A wrong surrogate must be seen: otherwise the agreement above says little.
func TestNetworksDisagreeWhereTheyShould(t *testing.T) {
	loss := func(scale float64) *graph.Node {
		g := graph.NewIn(graph.NewStore(7))
		return network(g, graph.Float64, 5, false, false).Scale(scale)
	}
	in := data(graph.Float64, 5)
	a, b := loss(1), loss(1.00001)
	want, _ := both(t, a, a.Graph().Trained(), in)
	_, got := both(t, b, b.Graph().Trained(), in)
	d := 0.0
	for i, x := range opsamples.Floats(want[1]) {
		d = max(d, math.Abs(x-opsamples.Floats(got[1])[i]))
	}
	assert.Greater(t, d, 1e-8)
}

func TestParametersAreReadAtEveryRun(t *testing.T) {
	g := graph.New()
	w := g.Param("w", graph.Var{DType: graph.Float64, Shape: []int{2}})
	exe, err := gorgonia.Compile(w.Scale(3).Sum())
	require.NoError(t, err)
	copy(g.Store().Get("w").Value.Float64s(), []float64{1, 2})
	for _, add := range []float64{0, 10} {
		g.Store().Get("w").Value.Float64s()[0] = 1 + add
		got, err := exe.Run()
		require.NoError(t, err)
		assert.InDelta(t, 3*(3+add), opsamples.Floats(got[0])[0], 1e-12)
	}
	assert.Equal(t, []float64{11, 2}, g.Store().Get("w").Value.Float64s(), "Gorgonia computed in the parameter's memory")
}
