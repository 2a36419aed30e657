package optim_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// updated returns parameters "a.w" [2], Float64, and "b.w" [3], Float32, after one update by o. They
// were ones.
func updated(t *testing.T, o optim.Optimizer, ga, gb []float64) (a, b []float64) {
	t.Helper()
	s := graph.NewStore(0)
	build(t, s, func(g *graph.Graph) []*graph.Node {
		ps := []*graph.Node{
			g.Param("a.w", graph.Var{DType: graph.Float64, Shape: []int{2}, Init: values{1, 1}}),
			g.Param("b.w", graph.Var{DType: graph.Float32, Shape: []int{3}, Init: values{1, 1, 1}}),
		}
		gs := make([]*graph.Node, 2)
		for i, v := range [][]float64{ga, gb} {
			if v != nil {
				gs[i] = g.Values(ps[i].DType(), v, len(v))
			}
		}
		o.Update(g, ps, gs)
		return nil
	}).run(t)
	return get(t, s, "a.w"), get(t, s, "b.w")
}

func TestTransforms(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name         string
		tr           []optim.Transform
		a, b         []float64 // gradients
		wantA, wantB []float64 // gradients after
	}{
		{"global norm above", []optim.Transform{optim.ClipByGlobalNorm{Max: 1}},
			[]float64{3, 4}, []float64{0, 12, 0}, []float64{3. / 13, 4. / 13}, []float64{0, 12. / 13, 0}},
		{"global norm below", []optim.Transform{optim.ClipByGlobalNorm{Max: 14}},
			[]float64{3, 4}, []float64{0, 12, 0}, []float64{3, 4}, []float64{0, 12, 0}},
		{"zero gradients", []optim.Transform{optim.ClipByGlobalNorm{Max: 1}, optim.ClipByNorm{Max: 1}},
			[]float64{0, 0}, []float64{0, 0, 0}, []float64{0, 0}, []float64{0, 0, 0}},
		{"own norm", []optim.Transform{optim.ClipByNorm{Max: 6}},
			[]float64{3, 4}, []float64{0, 12, 0}, []float64{3, 4}, []float64{0, 6, 0}},
		{"value", []optim.Transform{optim.ClipByValue{Min: -2, Max: 3.5}},
			[]float64{3, 4}, []float64{-5, 12, 0}, []float64{3, 3.5}, []float64{-2, 3.5, 0}},
		{"penalties", []optim.Transform{optim.L2{Decay: 0.5}, optim.L1{Decay: 0.25}},
			[]float64{3, 4}, []float64{-5, 12, 0}, []float64{3.75, 4.75}, []float64{-4.25, 12.75, 0.75}},
		{"in their order", []optim.Transform{optim.ClipByValue{Min: -1, Max: 1}, optim.L2{Decay: 0.5}},
			[]float64{3, 4}, []float64{-5, 12, 0}, []float64{1.5, 1.5}, []float64{-0.5, 1.5, 0.5}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a, b := updated(t, optim.Chain{Transforms: test.tr, Rule: optim.NewSGD(1)}, test.a, test.b)
			for i := range a {
				assert.InDelta(t, 1-test.wantA[i], a[i], 1e-15)
			}
			for i := range b {
				assert.InDelta(t, 1-test.wantB[i], b[i], 1e-6)
			}
		})
	}
}

func TestGroups(t *testing.T) {
	t.Parallel()
	ones := []float64{1, 1, 1}
	slow := optim.NewSGD(0.25)
	slow.WeightDecay = 0.5
	a, b := updated(t, optim.Chain{
		Rule:   optim.NewSGD(1),
		Groups: []optim.Group{{Match: optim.Prefix("x", "a."), Rule: slow}, {Match: optim.Suffix(".w")}},
	}, ones[:2], ones)
	assert.Equal(t, []float64{0.25, 0.25}, a, "a.w is in the first group that matches")
	assert.Equal(t, []float64{0, 0, 0}, b, "a group without a rule has that of the chain")

	clip := optim.ClipByGlobalNorm{Max: math.Sqrt(3)}
	a, b = updated(t, optim.Chain{
		Transforms: []optim.Transform{clip},
		Rule:       optim.NewSGD(1),
		Groups:     []optim.Group{{Match: optim.Prefix("a."), Frozen: true}},
	}, []float64{100, 100}, ones)
	assert.Equal(t, []float64{1, 1}, a)
	assert.InDeltaSlice(t, []float64{0, 0, 0}, b, 1e-6, "gradients of frozen parameters do not count")

	err := fault(optim.Chain{Rule: optim.NewSGD(1), Groups: []optim.Group{{Match: optim.Prefix("v")}}})
	require.ErrorIs(t, err, graph.ErrValue)
	assert.ErrorContains(t, err, "Chain.Groups[0]")
}

func TestParametersWithoutGradient(t *testing.T) {
	t.Parallel()
	for _, r := range rules {
		a, b := updated(t, r.make(0.5, 10), nil, []float64{1, 1, 1})
		assert.Equal(t, []float64{1, 1}, a, r.name)
		assert.Less(t, b[0], 1.0, r.name)
	}
	a, b := updated(t, optim.Chain{Rule: optim.NewAdam(1), Transforms: []optim.Transform{optim.ClipByGlobalNorm{Max: 1}}}, nil, nil)
	assert.Equal(t, []float64{1, 1}, a)
	assert.Equal(t, []float64{1, 1, 1}, b)
}

func TestUpdateFaults(t *testing.T) {
	t.Parallel()
	type ns = []*graph.Node
	tests := []struct {
		name string
		call func(g *graph.Graph, w *graph.Node)
		kind error
		want string
	}{
		{"counts", func(g *graph.Graph, w *graph.Node) { optim.NewSGD(1).Update(g, ns{w}, ns{w, w}) },
			graph.ErrShape, "1 parameters, 2 gradients"},
		{"shape", func(g *graph.Graph, w *graph.Node) { optim.NewSGD(1).Update(g, ns{w}, ns{w.Sum()}) },
			graph.ErrShape, `parameter "w" is Float64[2], its gradient Float64[]`},
		{"dtype", func(g *graph.Graph, w *graph.Node) { optim.NewSGD(1).Update(g, ns{w}, ns{w.Cast(graph.Float32)}) },
			graph.ErrShape, "its gradient Float32[2]"},
		{"no parameter", func(g *graph.Graph, w *graph.Node) { optim.NewSGD(1).Update(g, ns{w.Neg()}, ns{w}) },
			graph.ErrValue, "(number 0) is no float parameter"},
		{"nil parameter", func(g *graph.Graph, w *graph.Node) { optim.NewSGD(1).Update(g, ns{nil}, ns{w}) },
			graph.ErrValue, "(number 0) is no float parameter"},
		{"counter", func(g *graph.Graph, w *graph.Node) { optim.NewSGD(1).Update(g, ns{optim.Steps(g)}, ns{w}) },
			graph.ErrValue, "is no float parameter"},
		{"another graph", func(g *graph.Graph, w *graph.Node) {
			o := graph.New().Param("w", graph.Var{DType: graph.Float64, Shape: []int{2}})
			optim.NewSGD(1).Update(g, ns{o}, ns{w})
		}, graph.ErrValue, "is no float parameter of the graph"},
		{"invalid elsewhere", func(g *graph.Graph, w *graph.Node) {
			o := graph.New().Param("w", graph.Var{DType: graph.Float64, Shape: []int{2}})
			optim.NewSGD(1).Update(g, ns{w}, ns{o.Reshape(3)})
		}, graph.ErrScope, "a parameter or gradient is invalid"},
		{"twice", func(g *graph.Graph, w *graph.Node) {
			optim.NewSGD(1).Update(g, ns{w}, ns{w})
			optim.NewSGD(1).Update(g, nil, nil)
		}, graph.ErrValue, "updated twice"},
		{"parameter twice", func(g *graph.Graph, w *graph.Node) { optim.NewSGD(1).Update(g, ns{w, w}, ns{w, w}) },
			graph.ErrValue, "Update(w)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			g := graph.New()
			test.call(g, g.Param("w", graph.Var{DType: graph.Float64, Shape: []int{2}}))
			_, err := g.Compile()
			require.ErrorIs(t, err, test.kind)
			assert.ErrorContains(t, err, test.want)
		})
	}
}

// TestInvalidGradient: a fault of the model is reported once, and nothing about it by optimizers.
func TestInvalidGradient(t *testing.T) {
	t.Parallel()
	for _, r := range rules {
		g := graph.New()
		w := g.Param("w", graph.Var{Shape: []int{2}})
		bad := w.Reshape(3)
		before := g.Err().Error()
		chain := optim.Chain{Rule: r.make(1, 10), Every: 2, Transforms: []optim.Transform{
			optim.ClipByGlobalNorm{Max: 1}, optim.ClipByNorm{Max: 1}, optim.ClipByValue{Max: 1}, optim.L1{}, optim.L2{}}}
		chain.Update(g, []*graph.Node{w, bad}, []*graph.Node{bad, w})
		assert.EqualError(t, g.Err(), before, r.name)
	}
}
