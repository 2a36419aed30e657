package online_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/spikegraph/spikegraph/train/offline"
	"github.com/spikegraph/spikegraph/train/online"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

func dense(shape []int, x ...float64) *tensor.Dense {
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(x))
}

func normals(seed uint64, n int) []float64 {
	r, x := rand.New(rand.NewPCG(seed, 0)), make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	return x
}

var methods = map[string]online.Method{
	"rls":        online.RLS{Alpha: 2},
	"forgetting": online.RLS{Alpha: 2, Forget: 0.95, Defer: 4, Workers: 2},
	"single":     online.RLS{Alpha: 2, Single: true},
	"lms":        online.LMS{Alpha: 0.05},
	"nlms":       online.NLMS{Alpha: 0.5, Epsilon: 1e-3},
}

func model(t *testing.T, m online.Method, in, out int, bias bool) *online.Model {
	t.Helper()
	r, err := online.NewModel(m, in, out, online.Options{Bias: bias})
	require.NoError(t, err)
	return r
}

// learn takes in the samples, b at a time.
func learn(t *testing.T, m *online.Model, b, in, out int, x, y []float64) {
	t.Helper()
	for n := len(x) / in; n > 0; n -= b {
		k := min(b, n)
		_, err := m.PartialFit(dense([]int{k, in}, x[:k*in]...), dense([]int{k, out}, y[:k*out]...))
		require.NoError(t, err)
		x, y = x[k*in:], y[k*out:]
	}
}

func TestRLSIsRidgeRegression(t *testing.T) {
	const n, in, out, alpha = 300, 20, 3, 0.5
	x, y := normals(1, n*in), normals(2, n*out)
	m := model(t, online.RLS{Alpha: alpha}, in, out, true)
	learn(t, m, 7, in, out, x, y)
	want, err := offline.Fit(offline.Ridge{Alpha: 1 / alpha}, dense([]int{n, in}, x...), dense([]int{n, out}, y...),
		offline.Options{Bias: true})
	require.NoError(t, err)
	assert.InDeltaSlice(t, want.W.Float64s(), m.W.Float64s(), 1e-6)
	assert.InDeltaSlice(t, want.W.Float64s(), m.W.Float64s(), 1e-11, "and much nearer")
}

func TestForgettingWeighsThePastLess(t *testing.T) {
	const n, in, forget = 60, 4, 0.9
	x, y := normals(1, n*in), normals(2, n)
	m := model(t, online.RLS{Alpha: 1e8, Forget: forget, Defer: 8}, in, 1, false)
	learn(t, m, 1, in, 1, x, y)
	w := make([]float64, n)
	for i := range w {
		w[i] = math.Pow(forget, float64(n-1-i))
	}
	want, err := offline.FitWeighted(offline.Linear{}, dense([]int{n, in}, x...), dense([]int{n, 1}, y...), w, offline.Options{})
	require.NoError(t, err)
	assert.InDeltaSlice(t, want.W.Float64s(), m.W.Float64s(), 1e-6)
}

func TestABatchIsItsSamples(t *testing.T) {
	const n, in, out = 50, 6, 2
	x, y := normals(1, n*in), normals(2, n*out)
	for _, name := range []string{"rls", "forgetting"} {
		one, many := model(t, methods[name], in, out, true), model(t, methods[name], in, out, true)
		learn(t, one, 1, in, out, x, y)
		learn(t, many, 17, in, out, x, y)
		assert.InDeltaSlice(t, one.W.Float64s(), many.W.Float64s(), 1e-12, name)
	}
}

func TestSinglePrecisionFollows(t *testing.T) {
	const n, in = 100, 8
	x, y := normals(1, n*in), normals(2, n)
	a, b := model(t, methods["rls"], in, 1, false), model(t, methods["single"], in, 1, false)
	learn(t, a, 3, in, 1, x, y)
	learn(t, b, 3, in, 1, x, y)
	assert.InDeltaSlice(t, a.W.Float64s(), b.W.Float64s(), 1e-5)
	assert.NotEqual(t, a.W.Float64s(), b.W.Float64s())
}

func TestEveryMethodLearns(t *testing.T) {
	const n, in = 400, 3
	x, y := normals(1, n*in), make([]float64, n)
	for i := range y {
		y[i] = 2 + x[i*in] - 3*x[i*in+2]
	}
	for name, method := range methods {
		m := model(t, method, in, 1, true)
		learn(t, m, 1, in, 1, x, y)
		assert.InDeltaSlice(t, []float64{2, 1, 0, -3}, m.W.Float64s(), 1e-2, name)
		p, err := m.Predict(dense([]int{in}, 1, 1, 1))
		require.NoError(t, err)
		assert.InDelta(t, 0, p.Float64s()[0], 3e-2, name)
	}
}

func TestRollbackForgetsWhatCameAfter(t *testing.T) {
	const n, in, out = 45, 5, 2
	x, y := normals(1, n*in), normals(2, n*out)
	for name, method := range methods {
		a, b := model(t, method, in, out, true), model(t, method, in, out, true)
		learn(t, a, 2, in, out, x[:20*in], y[:20*out])
		s := a.Snapshot()
		learn(t, a, 2, in, out, x[20*in:], y[20*out:])
		after := a.Snapshot()
		require.NoError(t, a.Rollback(s))
		require.NoError(t, b.Rollback(s))
		for _, m := range []*online.Model{a, b} {
			learn(t, m, 2, in, out, x[20*in:], y[20*out:])
			for k, v := range after {
				assert.Equal(t, v.Data(), m.Snapshot()[k].Data(), "%s: %s", name, k)
			}
		}
	}
	m := model(t, methods["rls"], in, out, true)
	assert.ErrorIs(t, m.Rollback(online.Snapshot{}), online.ErrShape)
	assert.ErrorIs(t, m.Rollback(model(t, methods["lms"], in, out, true).Snapshot()), online.ErrShape)
	assert.ErrorIs(t, m.Rollback(model(t, methods["single"], in, out, true).Snapshot()), online.ErrShape)
	assert.ErrorIs(t, m.Rollback(model(t, methods["forgetting"], in, out, true).Snapshot()), online.ErrShape, "Defer differs")
}

func TestBadInputIsRefused(t *testing.T) {
	for says, m := range map[string]online.Method{
		"Alpha is 0": online.RLS{}, "Alpha is NaN": online.LMS{Alpha: math.NaN()}, "Alpha is -1": online.NLMS{Alpha: -1},
		"Epsilon": online.NLMS{Alpha: 1, Epsilon: -1}, "Forget is 1.1": online.RLS{Alpha: 1, Forget: 1.1},
		"Forget is -0.5": online.RLS{Alpha: 1, Forget: -0.5}, "Forget is NaN": online.RLS{Alpha: 1, Forget: math.NaN()},
		"Defer": online.RLS{Alpha: 1, Defer: -1}, "Workers": online.RLS{Alpha: 1, Workers: -1}, "the method": nil,
	} {
		_, err := online.NewModel(m, 2, 1, online.Options{})
		require.ErrorIs(t, err, online.ErrValue, says)
		assert.ErrorContains(t, err, says)
	}
	_, err := online.NewModel(online.NewRLS(), 0, 1, online.Options{})
	assert.ErrorIs(t, err, online.ErrShape)

	m := model(t, methods["rls"], 2, 1, false)
	good, y := dense([]int{1, 2}, 1, 2), dense([]int{1}, 1)
	for name, c := range map[string]struct {
		x, y *tensor.Dense
		want error
	}{
		"nil":     {nil, y, online.ErrShape},
		"columns": {dense([]int{1, 3}, 1, 2, 3), y, online.ErrShape},
		"cube":    {dense([]int{1, 1, 2}, 1, 2), y, online.ErrShape},
		"targets": {good, dense([]int{2, 1}, 1, 2), online.ErrShape},
		"empty":   {tensor.New(tensor.WithShape(0, 2), tensor.Of(tensor.Float64)), y, online.ErrShape},
		"NaN":     {dense([]int{1, 2}, 1, math.NaN()), y, online.ErrValue},
		"integer": {tensor.New(tensor.WithShape(1, 2), tensor.Of(tensor.Int32)), y, online.ErrValue},
	} {
		before := m.Snapshot()
		_, err := m.PartialFit(c.x, c.y)
		require.ErrorIs(t, err, c.want, name)
		assert.ErrorContains(t, err, "online: ")
		assert.Equal(t, before, m.Snapshot(), name)
	}
	before := m.Snapshot()
	_, err = m.PartialFit(dense([]int{1, 2}, 1e200, 1), y)
	require.ErrorIs(t, err, online.ErrValue, "x·P·x overflows")
	assert.ErrorContains(t, err, "inputs reach 1e+200, P 2, of float64; scale the inputs, or take a smaller Alpha")
	assert.Equal(t, before, m.Snapshot())
	l, err := online.NewLMS().New(2, 1)
	require.NoError(t, err)
	assert.ErrorIs(t, l.Learn(2, []float64{1, 2}, []float64{1}, []float64{0, 0}), online.ErrShape)
}

func TestASampleOfZerosTeachesNLMSNothing(t *testing.T) {
	m := model(t, online.NLMS{Alpha: 1}, 2, 1, false)
	learn(t, m, 1, 2, 1, []float64{0, 0}, []float64{3})
	assert.Equal(t, []float64{0, 0}, m.W.Float64s())
}

func TestRegistry(t *testing.T) {
	r := online.NewRegistry()
	assert.Equal(t, []string{"lms", "nlms", "rls"}, r.Names())
	for _, name := range r.Names() {
		m, err := r.Method(name)
		require.NoError(t, err)
		_, err = m.New(2, 1)
		assert.NoError(t, err)
	}
	require.NoError(t, r.Register("mine", func() online.Method { return online.LMS{Alpha: 3} }))
	_, err := r.Method("none")
	assert.ErrorIs(t, err, online.ErrValue)
	assert.ErrorContains(t, err, "online: ")
	assert.NotContains(t, online.NewRegistry().Names(), "mine")
}

func ExampleModel() {
	m, err := online.NewModel(online.RLS{Alpha: 1e6}, 1, 1, online.Options{Bias: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, v := range []float64{0, 1, 2} {
		x := tensor.New(tensor.WithShape(1), tensor.WithBacking([]float64{v}))
		y := tensor.New(tensor.WithShape(1), tensor.WithBacking([]float64{1 + 2*v}))
		if _, err := m.PartialFit(x, y); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Printf("%.3f\n", m.W.Float64s())
	// Output: [1.000 2.000]
}
