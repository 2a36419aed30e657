package graph_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/opsamples"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

func scalar(x float32) *tensor.Dense {
	return tensor.New(tensor.WithShape(1), tensor.WithBacking([]float32{x}))
}

// positions returns an Int32 vector.
func positions(x ...int32) *tensor.Dense {
	return tensor.New(tensor.WithShape(len(x)), tensor.WithBacking(x))
}

func TestCondTakesOneBranch(t *testing.T) {
	t.Parallel()
	type pair struct {
		A *graph.Node
		B []*graph.Node
	}
	g := graph.New()
	x, p := g.Input("x", graph.Float32, 2), g.Input("p", graph.Float32)
	w := g.Input("w", graph.Float32, 2)
	out := graph.Cond(p.Gt(g.Const(graph.Float32, 0)), func() pair {
		return pair{x.Mul(w), []*graph.Node{x, g.Const(graph.Int32, 1)}}
	}, func() pair {
		return pair{x.Sub(w).Exp(), []*graph.Node{w.Neg(), g.Const(graph.Int32, 2)}}
	})
	prog := compile(t, g, out.A, out.B[0], out.B[1], x.Mul(w))
	in := []*tensor.Dense{ramp(graph.Float32, 2), scalar(1), ramp(graph.Float32, 2)}
	in[2].Float32s()[0] = 3
	got := run(t, prog, in...)
	assert.Equal(t, got[3], got[0])
	assert.Equal(t, []float64{1}, got[2])
	assert.InDelta(t, in[0].Float32s()[1], got[1][1], 0)
	in[1].Float32s()[0] = -1
	got = run(t, prog, in...)
	assert.NotEqual(t, got[3], got[0])
	assert.Equal(t, []float64{2}, got[2])
	assert.EqualValues(t, -3, got[1][0])
}

// A fault of the data in the branch not taken does not happen, even of nodes from outside.
func TestCondComputesOnlyOneBranch(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x, i, p := g.Input("x", graph.Float32, 3), g.Input("i", graph.Int32, 1), g.Input("p", graph.Bool)
	y := graph.Cond(p,
		func() *graph.Node { return x.Gather(0, i) },
		func() *graph.Node { return x.Slice(graph.At(0)) })
	prog := compile(t, g, y)
	yes, no := tensor.New(tensor.WithShape(1), tensor.WithBacking([]bool{true})), tensor.New(tensor.WithShape(1), tensor.WithBacking([]bool{false}))
	_, err := prog.Run(ramp(graph.Float32, 3), positions(9), yes)
	require.ErrorIs(t, err, graph.ErrValue)
	assert.ErrorContains(t, err, "Gather[0]: value out of its domain: position 9 (element 0) is outside [0, 3)")
	_, err = prog.Run(ramp(graph.Float32, 3), positions(9), no)
	require.NoError(t, err)
}

// Branches stand in loops, loops in branches, branches in branches.
func TestCondInside(t *testing.T) {
	t.Parallel()
	for _, unroll := range []bool{false, true} {
		g := graph.New()
		x, w := g.Input("x", graph.Float32, 6, 2), g.Input("w", graph.Float32, 2)
		ys, last := graph.Loop(x, w, func(x, s *graph.Node) (*graph.Node, *graph.Node) {
			first := x.Index(0).Gt(g.Const(graph.Float32, 0))
			s = graph.Cond(first, func() *graph.Node {
				_, s := graph.Loop([]*graph.Node{}, s, func(_ []*graph.Node, s *graph.Node) ([]*graph.Node, *graph.Node) {
					return nil, s.Add(w)
				}, graph.LoopOptions{Steps: 3})
				return s
			}, func() *graph.Node {
				return graph.Cond(x.Index(1).Gt(g.Const(graph.Float32, 0)), func() *graph.Node { return s }, func() *graph.Node { return s.Mul(x) })
			})
			return s, s
		}, graph.LoopOptions{Unroll: unroll})
		in := []*tensor.Dense{ramp(graph.Float32, 6, 2), ramp(graph.Float32, 2)}
		in[0].Float32s()[4], in[0].Float32s()[5] = -0.5, -0.25
		got := values(t, g, in, ys, last)
		v, w32, taken := append([]float32{}, in[1].Float32s()...), in[1].Float32s(), [3]int{}
		for s := range 6 {
			x := in[0].Float32s()[2*s : 2*s+2]
			for j := range 2 {
				switch {
				case x[0] > 0:
					v[j] += w32[j]
					v[j] += w32[j]
					v[j] += w32[j]
					taken[0]++
				case x[1] > 0:
					taken[1]++
				default:
					v[j] *= x[j]
					taken[2]++
				}
				assert.InDelta(t, v[j], got[0][2*s+j], 1e-6)
			}
		}
		assert.NotContains(t, taken, 0, "the data takes every branch")
	}
}

// State at rest begins where a layer says so, also if the layer stands in a branch.
func TestElseInABranch(t *testing.T) {
	t.Parallel()
	for _, unroll := range []bool{false, true} {
		g := graph.New()
		x, w, p := g.Input("x", graph.Float32, 4, 2), g.Input("w", graph.Float32, 2), g.Input("p", graph.Bool)
		ys, _ := graph.Loop(x, (*graph.Node)(nil), func(x, s *graph.Node) (*graph.Node, *graph.Node) {
			s = graph.Cond(p, func() *graph.Node {
				return s.Else(w.Scale(2).Add(x.Like(1))).Add(x)
			}, func() *graph.Node { return s.Mul(x) })
			return s, s
		}, graph.LoopOptions{Unroll: unroll})
		in := []*tensor.Dense{ramp(graph.Float32, 4, 2), ramp(graph.Float32, 2), opsamples.Tensor(graph.Bool, nil, []float64{1})}
		got := values(t, g, in, ys)[0]
		v := []float32{2*in[1].Float32s()[0] + 1, 2*in[1].Float32s()[1] + 1}
		for i, x := range in[0].Float32s() {
			v[i%2] += x
			assert.InDelta(t, v[i%2], got[i], 1e-6)
		}
		in[2].Bools()[0] = false
		got = values(t, g, in, ys)[0]
		assert.InDelta(t, (2*in[1].Float32s()[0]+1)*in[0].Float32s()[0], got[0], 1e-6)
	}
}

func TestCondFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		call func(g *graph.Graph, x, p *graph.Node) *graph.Node
		kind error
		says string
	}{
		"condition of floats": {func(g *graph.Graph, x, p *graph.Node) *graph.Node {
			return graph.Cond(x, func() *graph.Node { return x }, func() *graph.Node { return x })
		}, graph.ErrDType, `Cond(Float32[2], Float32[2], Float32[2]): element types do not match: the condition is Float32[2], want a Bool scalar`},
		"branches of two shapes": {func(g *graph.Graph, x, p *graph.Node) *graph.Node {
			return graph.Cond(p, func() *graph.Node { return x }, func() *graph.Node { return x.Sum() })
		}, graph.ErrShape, `shapes do not match: result 0 is Float32[2] in one branch and Float32[] in the other`},
		"branches of two types": {func(g *graph.Graph, x, p *graph.Node) *graph.Node {
			return graph.Cond(p, func() *graph.Node { return x }, func() *graph.Node { return x.Cast(graph.Float64) })
		}, graph.ErrShape, `result 0 is Float32[2] in one branch and Float64[2] in the other`},
		"branches of two lengths": {func(g *graph.Graph, x, p *graph.Node) *graph.Node {
			return graph.Cond(p, func() []*graph.Node { return []*graph.Node{x} }, func() []*graph.Node { return nil })[0]
		}, graph.ErrShape, `Cond: shapes do not match: one branch has 1 results, the other 0`},
		"nil in a branch": {func(g *graph.Graph, x, p *graph.Node) *graph.Node {
			return graph.Cond(p, func() *graph.Node { return x }, func() *graph.Node { return nil })
		}, graph.ErrValue, `Cond: value out of its domain: a branch returns a nil node`},
	} {
		t.Run(name, func(t *testing.T) {
			g := graph.New()
			x, p := g.Input("x", graph.Float32, 2), g.Input("p", graph.Bool)
			var y *graph.Node
			require.NotPanics(t, func() { y = c.call(g, x, p) })
			require.Len(t, faults(g), 1, "%v", g.Err())
			assert.ErrorIs(t, faults(g)[0], c.kind)
			assert.ErrorContains(t, faults(g)[0], c.says)
			assert.Regexp(t, `^cond_test\.go:\d+: `, faults(g)[0].Error())
			assert.False(t, y.Valid())
			assert.Same(t, g, g.Top())
		})
	}
}
