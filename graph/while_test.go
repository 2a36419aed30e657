package graph_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// collatz counts the steps of n -> n/2 or 3n+1 until 1; both halves of the state change places.
func collatz(g *graph.Graph, n *graph.Node, max int) (a, b, steps *graph.Node) {
	type state struct{ N, Before *graph.Node }
	s, steps := graph.While(state{n, n}, max, func(s state) *graph.Node {
		return s.N.Ne(g.Const(graph.Int32, 1))
	}, func(s state) state {
		even := s.N.Mod(g.Const(graph.Int32, 2)).Eq(g.Const(graph.Int32, 0))
		return state{even.Select(s.N.Div(g.Const(graph.Int32, 2)), s.N.Scale(3).Shift(1)), s.N}
	})
	return s.N, s.Before, steps
}

func TestWhile(t *testing.T) {
	t.Parallel()
	for _, max := range []int{0, 1, 2, 5, 111, 200} {
		g := graph.New()
		n, before, steps := collatz(g, g.Input("n", graph.Int32), max)
		prog := compile(t, g, n, before, steps)
		for _, start := range []int32{1, 2, 7, 27} {
			got := run(t, prog, tensor.New(tensor.WithShape(1), tensor.WithBacking([]int32{start})))
			x, old, k := start, start, 0
			for ; x != 1 && k < max; k++ {
				old = x
				if x%2 == 0 {
					x /= 2
				} else {
					x = 3*x + 1
				}
			}
			assert.Equal(t, [][]float64{{float64(x)}, {float64(old)}, {float64(k)}}, got, "from %d, at most %d", start, max)
		}
	}
}

// A While has a step number and draws, reads what is around it, and stands in loops.
func TestWhileInside(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x, w := g.Input("x", graph.Float32, 4), g.Input("w", graph.Float32)
	ys, _ := graph.Loop(x, w, func(x, s *graph.Node) ([]*graph.Node, *graph.Node) {
		v, n := graph.While(x.Abs(), 100, func(v *graph.Node) *graph.Node { return v.Lt(w) }, func(v *graph.Node) *graph.Node {
			return v.Add(x.Abs()).Add(v.Graph().StepIndex().Cast(graph.Float32))
		})
		return []*graph.Node{v, n}, s
	})
	in := []*tensor.Dense{ramp(graph.Float32, 4), scalar(9)}
	got := values(t, g, in, ys...)
	for i, x := range in[0].Float32s() {
		a := max(x, -x)
		v, n := a, 0
		for ; v < 9; n++ {
			v = v + a + float32(n)
		}
		assert.InDelta(t, v, got[0][i], 1e-5)
		assert.EqualValues(t, n, got[1][i])
	}
}

// State that the step swaps, and state that it does not change.
func TestWhileSwap(t *testing.T) {
	t.Parallel()
	for _, max := range []int{0, 1, 2, 3} {
		g := graph.New()
		s := []*graph.Node{g.Input("a", graph.Float32, 2), g.Input("b", graph.Float32, 2), g.Input("c", graph.Float32, 2)}
		always := g.Const(graph.Bool, 1)
		s, n := graph.While(s, max, func([]*graph.Node) *graph.Node { return always }, func(s []*graph.Node) []*graph.Node {
			return []*graph.Node{s[1], s[0], s[2]}
		})
		in := []*tensor.Dense{ramp(graph.Float32, 2), ramp(graph.Float32, 2), ramp(graph.Float32, 2)}
		in[0].Float32s()[0], in[1].Float32s()[0] = 5, 6
		got := values(t, g, in, s[0], s[1], s[2], n)
		a, b := 5.0, 6.0
		if max%2 == 1 {
			a, b = b, a
		}
		assert.Equal(t, a, got[0][0])
		assert.Equal(t, b, got[1][0])
		assert.InDelta(t, in[2].Float32s()[1], got[2][1], 0)
		assert.Equal(t, []float64{float64(max)}, got[3])
	}
}

func TestWhileFaults(t *testing.T) {
	t.Parallel()
	never := func(s *graph.Node) *graph.Node { return s.Sum().Gt(s.Sum()) }
	same := func(s *graph.Node) *graph.Node { return s }
	for name, c := range map[string]struct {
		call func(x *graph.Node) *graph.Node
		kind error
		says string
	}{
		"negative bound": {func(x *graph.Node) *graph.Node { s, _ := graph.While(x, -1, never, same); return s }, graph.ErrValue, `While: value out of its domain: at most -1 steps`},
		"condition of floats": {func(x *graph.Node) *graph.Node { s, _ := graph.While(x, 1, same, same); return s },
			graph.ErrDType, `While: element types do not match: the condition is %0 = Carried[0] Float32[2], want a Bool scalar`},
		"no condition": {func(x *graph.Node) *graph.Node {
			s, _ := graph.While(x, 1, func(*graph.Node) *graph.Node { return nil }, same)
			return s
		}, graph.ErrDType, `the condition is invalid, want a Bool scalar`},
		"another type": {func(x *graph.Node) *graph.Node {
			s, _ := graph.While(x, 1, never, func(s *graph.Node) *graph.Node { return s.Sum() })
			return s
		}, graph.ErrShape, `state 0 is Float32[2] before the step and %1 = Sum[0] Float32[] after it`},
		"nil": {func(x *graph.Node) *graph.Node {
			s, _ := graph.While(x, 1, never, func(s *graph.Node) *graph.Node { return nil })
			return s
		}, graph.ErrShape, `state 0 is Float32[2] before the step and invalid after it`},
		"nil at first": {func(x *graph.Node) *graph.Node {
			s, _ := graph.While([]*graph.Node{x, nil}, 1, func(s []*graph.Node) *graph.Node { return never(x) }, func(s []*graph.Node) []*graph.Node { return s })
			return s[1]
		}, graph.ErrValue, `the state has a nil node`},
		"more state": {func(x *graph.Node) *graph.Node {
			s, _ := graph.While([]*graph.Node{x}, 1, func(s []*graph.Node) *graph.Node { return never(x) }, func(s []*graph.Node) []*graph.Node { return append(s, x) })
			return s[0]
		}, graph.ErrShape, `the state has 1 nodes before the step and 2 after it`},
	} {
		t.Run(name, func(t *testing.T) {
			g := graph.New()
			var y *graph.Node
			require.NotPanics(t, func() { y = c.call(g.Input("x", graph.Float32, 2)) })
			require.Len(t, faults(g), 1, "%v", g.Err())
			assert.ErrorIs(t, faults(g)[0], c.kind)
			assert.ErrorContains(t, faults(g)[0], c.says)
			assert.Regexp(t, `^while_test\.go:\d+: `, faults(g)[0].Error())
			assert.False(t, y.Valid())
			assert.Same(t, g, g.Top())
		})
	}
}
