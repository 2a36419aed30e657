package autodiff_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/autodiff/gradtest"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// v[t+1] = 0.5 v[t] + w x[t], loss = Σ v²: with s[t] = Σ_k 0.5^(t-k) x[k], v = w s, the gradient is
// 2w Σ s², the second derivative 2 Σ s².
func TestLoopGradientByHand(t *testing.T) {
	t.Parallel()
	x, w := []float64{1, 2, 3, 4, 5}, 2.0
	s, sum := 0.0, 0.0
	for _, e := range x {
		s = 0.5*s + e
		sum += s * s
	}
	for _, o := range []graph.LoopOptions{{}, {Unroll: true}, {Segment: 2}, {Segment: 3}} {
		g := graph.New()
		w := g.Values(graph.Float64, []float64{w})
		vs, _ := graph.Loop(g.Values(graph.Float64, x, 5), g.Const(graph.Float64, 0), func(x, v node) (node, node) {
			v = v.Scale(0.5).Add(x.Mul(w))
			return v.Square(), v
		}, o)
		loss := vs.Sum()
		got := values(t, g, loss, autodiff.Grad(loss, w)[0], autodiff.Hessian(loss, w))
		assert.InDelta(t, 4*sum, got[0][0], 1e-12)
		assert.InDelta(t, 4*sum, got[1][0], 1e-12)
		assert.InDelta(t, 2*sum, got[2][0], 1e-12)
	}
}

func TestGradOfWhatIsNotReached(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x, z := ramp(g, 3), ramp(g, 2, 3)
	y := x.Square()
	loss := y.Sum()
	got := autodiff.Grad(loss, z, x, loss, x, y, loss.Exp())
	require.Len(t, got, 6)
	for i, wrt := range []node{z, x, loss, x, y, loss.Exp()} {
		assert.Equal(t, wrt.Type(), got[i].Type())
	}
	v := values(t, g, append(got, x.Scale(2))...)
	assert.Equal(t, make([]float64, 6), v[0], "no way from the loss")
	assert.Equal(t, v[6], v[1])
	assert.Equal(t, []float64{1}, v[2], "the loss itself")
	assert.Equal(t, v[6], v[3], "the same twice")
	assert.Equal(t, []float64{1, 1, 1}, v[4], "an intermediate value")
	assert.Equal(t, []float64{0}, v[5], "what is computed from the loss")
}

// Intermediate values between are differentiated through all the same.
func TestGradOfIntermediateAndInput(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := ramp(g, 3)
	y := x.Square()
	got := autodiff.Grad(y.Square().Sum().Add(x.Sum()), x, y)
	v := values(t, g, append(got, x.Pow(x.Like(3)).Scale(4).Shift(1), y.Scale(2))...)
	assert.InDeltaSlice(t, v[2], v[0], 1e-12)
	assert.InDeltaSlice(t, v[3], v[1], 1e-12)
}

func TestVJPAddsUp(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := ramp(g, 3)
	a, b := x.Square(), x.Sin().Sum()
	u, w := ramp(g, 3).Scale(2), g.Const(graph.Float64, 0.3)
	got := autodiff.VJP([]node{a, b, a, x.Exp()}, []node{u, w, u, nil}, x)[0]
	want := x.Mul(u).Scale(4).Add(x.Cos().Mul(w))
	v := values(t, g, got, want)
	assert.InDeltaSlice(t, v[1], v[0], 1e-12)
}

func TestVectorGrad(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := ramp(g, 2, 3)
	v := values(t, g, autodiff.VectorGrad(x.Exp(), x)[0], x.Exp())
	assert.Equal(t, v[1], v[0])
}

func TestStopGradient(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := ramp(g, 3)
	got := autodiff.Grad(x.Mul(x.StopGradient()).Sum(), x)[0]
	v := values(t, g, got, x)
	assert.Equal(t, v[1], v[0])
}

// A rule of the user's own holds in loops and in branches, and is itself differentiated.
func TestCustom(t *testing.T) {
	t.Parallel()
	triple := func(x node) node { // x with three times its gradient
		return graph.Custom(func(xs []node) node { return xs[0] }, func(_ []node, _, gy node) []node { return []node{gy.Scale(3)} }, x)
	}
	g := graph.New()
	x := ramp(g, 3)
	_, last := graph.Loop(ramp(g, 4, 3), x, func(_, v node) (node, node) { v = triple(v); return v, v })
	branch := graph.Cond(x.Sum().Gt(g.Const(graph.Float64, 0)), func() node { return triple(x).Square() }, func() node { return x })
	v := values(t, g, autodiff.Grad(last.Sum(), x)[0], autodiff.Grad(branch.Sum(), x)[0], autodiff.Hessian(branch.Sum(), x), x)
	assert.Equal(t, []float64{81, 81, 81}, v[0])
	for i, e := range v[3] {
		assert.InDelta(t, 6*e, v[1][i], 1e-12)
		assert.InDelta(t, 18.0, v[2][4*i], 1e-12, "both products in 2·triple(x)·3 pass the rule")
	}
}

// A loss taken in the body of a loop, by what is outside and by the state that the step began with.
func TestGradInsideALoop(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x, w := ramp(g, 4, 3), ramp(g, 3)
	scale := w.Exp()
	ys, _ := graph.Loop(x, w.Square(), func(x, v node) ([]node, node) {
		loss := v.Mul(scale).Mul(x).Sum()
		return autodiff.Grad(loss, w, v, scale, x), v.Add(x)
	})
	var want [3][]node
	v := w.Square()
	for t := range 4 {
		xt := x.Index(t)
		want[0] = append(want[0], v.Mul(xt).Mul(scale)) // by way of scale alone
		want[1] = append(want[1], scale.Mul(xt))
		want[2] = append(want[2], v.Mul(xt))
		v = v.Add(xt)
	}
	got := values(t, g, ys[0], ys[1], ys[2], graph.Stack(0, want[0]...), graph.Stack(0, want[1]...), graph.Stack(0, want[2]...))
	for i := range 3 {
		assert.InDeltaSlice(t, got[3+i], got[i], 1e-12, "%d", i)
	}
}

// The gradient inside the loop passes through a loop and a choice outside of it.
func TestGradInsideALoopThroughOthers(t *testing.T) {
	t.Parallel()
	gradtest.Check(t, gradtest.Case{
		Name:   "sum of gradients",
		Inputs: []gradtest.Input{{Shape: []int{4, 3}}, {Shape: []int{3}}},
		Build: func(g *graph.Graph, in []node) node {
			_, a := graph.Loop(in[0], in[1], func(x, v node) (struct{}, node) { return struct{}{}, v.Mul(x).Add(x).Tanh() })
			b := graph.Cond(a.Sum().Lt(g.Const(graph.Float64, 100)), func() node { return a.Mul(in[1]) }, func() node { return a })
			ys, _ := graph.Loop(in[0], struct{}{}, func(x node, s struct{}) (node, struct{}) {
				return autodiff.Grad(b.Mul(x).Sin().Sum(), in[1])[0], s
			})
			return ys
		},
		SecondOrder: true,
	})
}
