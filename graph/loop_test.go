package graph_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// mixed is a state of every element type, with a nil that Else fills in.
type mixed struct {
	V    *graph.Node // float
	N    *graph.Node // Int32: how often V was positive
	Up   *graph.Node // Bool
	List []*graph.Node
	Rest *graph.Node // nil at first
	K    int         // no node: passed on as it is
}

type seqs struct{ X, I *graph.Node }

type results struct {
	V, Twice *graph.Node
	Step     *graph.Node
	Captured *graph.Node
	Slice    *graph.Node
	Old      *graph.Node
	Draw     *graph.Node
	N        *graph.Node
	Up       []*graph.Node
}

// busy is a loop with all there can be in one; it returns everything that comes out.
func busy(g *graph.Graph, steps int, o graph.LoopOptions) (ys results, last mixed, all []*graph.Node) {
	x := g.Input("x", graph.Float32, 13, 3).Narrow(0, 0, steps)
	i := g.Input("i", graph.Int32, 13).Narrow(0, 0, steps)
	w := g.Input("w", graph.Float32, 3, 3)
	s := mixed{V: x.Graph().Const(graph.Float32, 0.5, 3), N: g.Const(graph.Int32, 0, 3), Up: g.Const(graph.Bool, 1, 3),
		List: []*graph.Node{w.Index(0), w.Index(1)}, K: 2}
	ys, last = graph.Loop(seqs{x, i}, s, func(x seqs, s mixed) (results, mixed) {
		old := s
		rest := s.Rest.Else(w.Index(2).Scale(2))
		in := x.X.MatMul(w).Add(x.I.Cast(graph.Float32).Scale(0.01))
		s.V = s.V.Scale(0.9).Add(in.Tanh()).Sub(rest.Scale(0.1))
		s.Up = s.V.Gt(s.V.Like(0))
		s.N = s.N.Add(s.Up.Cast(graph.Int32))
		s.List = []*graph.Node{s.List[1], s.List[0]}
		s.Rest = rest.Add(s.Up.Cast(graph.Float32)).Scale(0.5)
		return results{V: s.V, Twice: s.V, Step: x.X.Graph().StepIndex(), Captured: w, Slice: x.X, Old: old.V,
			Draw: x.X.Graph().Uniform(graph.Float32, 2).Add(s.V.Index(0)), N: s.N, Up: []*graph.Node{s.Up, old.Up}}, s
	}, o)
	all = []*graph.Node{ys.V, ys.Twice, ys.Step, ys.Captured, ys.Slice, ys.Old, ys.Draw, ys.N, ys.Up[0], ys.Up[1],
		last.V, last.N, last.Up, last.List[0], last.List[1], last.Rest}
	return ys, last, all
}

func busyInputs() []*tensor.Dense {
	return []*tensor.Dense{ramp(graph.Float32, 13, 3), ramp(graph.Int32, 13), ramp(graph.Float32, 3, 3)}
}

// However a loop is run it gives the same numbers: random ones, and those of every type, too.
func TestLoopOptionsChangeNoValue(t *testing.T) {
	t.Parallel()
	for _, steps := range []int{1, 2, 7, 12, 13} {
		for _, reverse := range []bool{false, true} {
			g := graph.New()
			_, last, all := busy(g, steps, graph.LoopOptions{Reverse: reverse})
			assert.Equal(t, 2, last.K)
			want := values(t, g, busyInputs(), all...)
			for name, o := range map[string]graph.LoopOptions{
				"unrolled":  {Unroll: true},
				"segment 1": {Segment: 1}, "segment 3": {Segment: 3}, "segment 4": {Segment: 4}, "segment 13": {Segment: 13}, "segment 20": {Segment: 20},
				"truncate 1": {Truncate: 1}, "truncate 4": {Truncate: 4}, "truncate 6": {Truncate: 6},
				"unrolled segments": {Unroll: true, Segment: 4}, "unrolled truncate": {Unroll: true, Truncate: 4},
				"detached": {Detach: []string{"V", "List[1]"}}, "steps": {Steps: steps},
			} {
				o.Reverse = reverse
				g := graph.New()
				_, _, all := busy(g, steps, o)
				got := values(t, g, busyInputs(), all...)
				for i := range want {
					requireClose(t, want[i], got[i], 1e-6, "%s, %d steps, reverse %v, output %d", name, steps, reverse, i)
				}
			}
		}
	}
}

// The loop against the same equations in Go.
func TestLoopValues(t *testing.T) {
	t.Parallel()
	for _, reverse := range []bool{false, true} {
		g := graph.New()
		x := g.Input("x", graph.Float64, 5, 2)
		type state struct{ A, B *graph.Node }
		ys, last := graph.Loop(x, state{A: x.Index(0).Scale(0)}, func(x *graph.Node, s state) ([]*graph.Node, state) {
			b := s.B.Else(g.Const(graph.Float64, 1, 2))
			n := state{A: s.A.Add(x.Mul(b)), B: b.Scale(2)}
			return []*graph.Node{n.A, x.Graph().StepIndex()}, n
		}, graph.LoopOptions{Reverse: reverse})
		in := ramp(graph.Float64, 5, 2)
		got := values(t, g, []*tensor.Dense{in}, ys[0], ys[1], last.A, last.B)
		a, b := []float64{0, 0}, 1.0
		want := make([]float64, 10)
		for k := range 5 {
			s := k
			if reverse {
				s = 4 - k
			}
			for j := range 2 {
				a[j] += in.Float64s()[2*s+j] * b
				want[2*s+j] = a[j]
			}
			b *= 2
		}
		requireClose(t, want, got[0], 1e-14, "stacked")
		assert.Equal(t, []float64{0, 1, 2, 3, 4}, got[1])
		requireClose(t, a, got[2], 1e-14, "last")
		assert.Equal(t, []float64{32, 32}, got[3])
	}
}

// With no steps the last state is the first one, and what was stacked is empty.
func TestLoopOfNoSteps(t *testing.T) {
	t.Parallel()
	for _, o := range []graph.LoopOptions{{}, {Unroll: true}, {Segment: 3}, {Truncate: 2}, {Reverse: true}} {
		g := graph.New()
		ys, last, _ := busy(g, 0, o)
		require.NoError(t, g.Err())
		assert.Equal(t, graph.Shape{0, 3}, ys.V.Shape())
		got := values(t, g, busyInputs(), last.V, last.N, last.Up, last.Rest, ys.V.Sum(0))
		w := busyInputs()[2].Float32s()
		assert.Equal(t, []float64{0.5, 0.5, 0.5}, got[0])
		assert.Equal(t, []float64{0, 0, 0}, got[1])
		assert.Equal(t, []float64{1, 1, 1}, got[2])
		assert.InDelta(t, 2*w[6], got[3][0], 1e-6)
		assert.Equal(t, []float64{0, 0, 0}, got[4])
	}
}

// Values that change places, values that never change, and one that is two states and a result.
func TestLoopStateMoves(t *testing.T) {
	t.Parallel()
	for _, steps := range []int{1, 2, 3, 4, 5} {
		for _, unroll := range []bool{false, true} {
			g := graph.New()
			a, b, c := g.Input("a", graph.Float32, 2), g.Input("b", graph.Float32, 2), g.Input("c", graph.Float32, 2)
			type state struct{ A, B, C, D, E *graph.Node }
			ys, last := graph.Loop([]*graph.Node{}, state{a, b, c, c, a}, func(_ []*graph.Node, s state) ([]*graph.Node, state) {
				sum := s.C.Add(s.A)
				return []*graph.Node{s.A, sum, b, s.E}, state{A: s.B, B: s.A, C: sum, D: sum, E: s.E}
			}, graph.LoopOptions{Steps: steps, Unroll: unroll})
			in := []*tensor.Dense{ramp(graph.Float32, 2), ramp(graph.Float32, 2), ramp(graph.Float32, 2)}
			in[1].Float32s()[0], in[2].Float32s()[1] = 5, 7
			got := values(t, g, in, ys[0], ys[1], ys[2], ys[3], last.A, last.B, last.C, last.D, last.E)
			s := [3][]float32{slices.Clone(in[0].Float32s()), slices.Clone(in[1].Float32s()), slices.Clone(in[2].Float32s())}
			for k := range steps {
				for j := range 2 {
					assert.EqualValues(t, s[0][j], got[0][2*k+j], "old A of step %d", k)
					s[2][j] += s[0][j]
					assert.EqualValues(t, s[2][j], got[1][2*k+j], "C of step %d", k)
					assert.EqualValues(t, in[1].Float32s()[j], got[2][2*k+j])
					assert.EqualValues(t, in[0].Float32s()[j], got[3][2*k+j])
				}
				s[0], s[1] = s[1], s[0]
			}
			for j := range 2 {
				assert.EqualValues(t, s[0][j], got[4][j])
				assert.EqualValues(t, s[1][j], got[5][j])
				assert.EqualValues(t, s[2][j], got[6][j])
				assert.EqualValues(t, s[2][j], got[7][j])
				assert.EqualValues(t, in[0].Float32s()[j], got[8][j])
			}
		}
	}
}

// A loop in a loop, with state that begins again and state that goes on, and captures of both.
func TestNestedLoops(t *testing.T) {
	t.Parallel()
	build := func(outer, inner graph.LoopOptions) [][]float64 {
		g := graph.New()
		x := g.Input("x", graph.Float32, 4, 3, 2)
		w := g.Input("w", graph.Float32, 2)
		ys, last := graph.Loop(x, (*graph.Node)(nil), func(x, s *graph.Node) (*graph.Node, *graph.Node) {
			at := x.Graph().StepIndex().Cast(graph.Float32)
			ys, s := graph.Loop(x, s, func(x, s *graph.Node) (*graph.Node, *graph.Node) {
				s = s.Else(w.Scale(3)).Scale(0.5).Add(x.Mul(w))
				draw := x.Graph().Normal(graph.Float32, 2)
				return s.Add(at).Add(x.Graph().StepIndex().Cast(graph.Float32).Scale(10)).Add(draw), s
			}, inner)
			fresh, _ := graph.Loop(x, w, func(x, s *graph.Node) (*graph.Node, *graph.Node) { s = s.Add(x); return s, s }, inner)
			return ys.Add(fresh), s
		}, outer)
		return values(t, g, []*tensor.Dense{ramp(graph.Float32, 4, 3, 2), ramp(graph.Float32, 2)}, ys, last)
	}
	want := build(graph.LoopOptions{}, graph.LoopOptions{})
	require.Len(t, want[0], 24)
	for i, o := range []graph.LoopOptions{{}, {Unroll: true}, {Segment: 2}, {Segment: 3}, {Truncate: 3}} {
		for j, p := range []graph.LoopOptions{{}, {Unroll: true}, {Segment: 2}, {Truncate: 2}} {
			got := build(o, p)
			requireClose(t, want[0], got[0], 1e-6, "outer %d inner %d", i, j)
			requireClose(t, want[1], got[1], 1e-6, "outer %d inner %d, last", i, j)
		}
	}
}

// Every step draws other numbers; so does every run once the clock is moved on, and no run else.
func TestDrawsInLoops(t *testing.T) {
	t.Parallel()
	build := func(o graph.LoopOptions, seed uint64) *graph.Program {
		g := graph.NewIn(graph.NewStore(seed))
		g.Update(g.Clock(), g.Clock().Shift(1))
		ys, _ := graph.Loop([]*graph.Node{}, g.Const(graph.Float32, 0), func(_ []*graph.Node, s *graph.Node) (*graph.Node, *graph.Node) {
			d := s.Graph().Uniform(graph.Float32, 3).Add(s)
			return d, s
		}, o)
		return compile(t, g, ys)
	}
	o := graph.LoopOptions{Steps: 6}
	p := build(o, 1)
	first, second := run(t, p)[0], run(t, p)[0]
	seen := map[float64]bool{}
	for _, x := range append(first, second...) {
		assert.True(t, x >= 0 && x < 1)
		assert.False(t, seen[x], "%v is drawn twice", x)
		seen[x] = true
	}
	for name, other := range map[string]graph.LoopOptions{"unroll": {Steps: 6, Unroll: true}, "segment": {Steps: 6, Segment: 4}, "reverse": {Steps: 6, Reverse: true}, "truncate": {Steps: 6, Truncate: 2}} {
		q := build(other, 1)
		assert.Equal(t, first, run(t, q)[0], name)
		assert.Equal(t, second, run(t, q)[0], name)
	}
	assert.NotEqual(t, first, run(t, build(o, 2))[0], "another seed")
}

func TestLoopFaults(t *testing.T) {
	t.Parallel()
	type state struct{ V, W *graph.Node }
	step := func(x *graph.Node, s state) (*graph.Node, state) { return x, state{s.V.Add(x), s.W.Else(x.Like(0))} }
	type world struct {
		g       *graph.Graph
		x, y, v *graph.Node
	}
	for name, c := range map[string]struct {
		call func(w world) *graph.Node
		kind error
		says string
	}{
		"state of another shape": {func(w world) *graph.Node {
			_, s := graph.Loop(w.x, w.v, func(x, s *graph.Node) (*graph.Node, *graph.Node) { return x, graph.Stack(0, s, s) })
			return s
		}, graph.ErrShape, `Loop: shapes do not match: state state is Float32[3] before the step and Float32[2 3] after it`},
		"state of another type": {func(w world) *graph.Node {
			_, s := graph.Loop(w.x, state{V: w.v}, func(x *graph.Node, s state) (*graph.Node, state) {
				return x, state{V: s.V.Cast(graph.Float64), W: s.W.Else(w.v)}
			})
			return s.V
		}, graph.ErrShape, `state V is Float32[3] before the step and Float64[3] after it`},
		"sequences of different lengths": {func(w world) *graph.Node {
			ys, _ := graph.Loop([]*graph.Node{w.x, w.y}, w.v, func(x []*graph.Node, s *graph.Node) (*graph.Node, *graph.Node) { return x[0], s })
			return ys
		}, graph.ErrShape, `Loop: shapes do not match: sequences of 4 and 5 steps`},
		"a scalar sequence": {func(w world) *graph.Node {
			ys, _ := graph.Loop(w.x.Sum(), w.v, func(x, s *graph.Node) (*graph.Node, *graph.Node) { return x, s })
			return ys
		}, graph.ErrShape, `sequence 0 is a scalar, want a leading axis of steps`},
		"a nil sequence": {func(w world) *graph.Node {
			ys, _ := graph.Loop([]*graph.Node{w.x, nil}, w.v, func(x []*graph.Node, s *graph.Node) (*graph.Node, *graph.Node) { return x[0], s })
			return ys
		}, graph.ErrValue, `sequence 1 is nil`},
		"wrong number of steps": {func(w world) *graph.Node {
			ys, _ := graph.Loop(w.x, state{V: w.v}, step, graph.LoopOptions{Steps: 7})
			return ys
		}, graph.ErrShape, `Steps is 7, the sequences have 4`},
		"negative options": {func(w world) *graph.Node {
			ys, _ := graph.Loop(w.x, state{V: w.v}, step, graph.LoopOptions{Segment: -1})
			return ys
		}, graph.ErrValue, `Steps 0, Segment -1, Truncate 0 must not be negative`},
		"segment and truncate": {func(w world) *graph.Node {
			ys, _ := graph.Loop(w.x, state{V: w.v}, step, graph.LoopOptions{Segment: 2, Truncate: 2})
			return ys
		}, graph.ErrValue, `Segment and Truncate cannot be combined`},
		"detach of nothing": {func(w world) *graph.Node {
			ys, _ := graph.Loop(w.x, state{V: w.v}, step, graph.LoopOptions{Detach: []string{"Hidden.V"}})
			return ys
		}, graph.ErrValue, `Detach names "Hidden.V", the state has ["V" "W"]`},
		"no initial value": {func(w world) *graph.Node {
			ys, _ := graph.Loop(w.x, state{V: w.v}, func(x *graph.Node, s state) (*graph.Node, state) { return x, state{s.V, s.W.Add(x).Exp().Add(s.W)} })
			return ys
		}, graph.ErrValue, `state W has no initial value: pass one, or give it with Else`},
		"no initial value in segments": {func(w world) *graph.Node {
			ys, _ := graph.Loop(w.x, state{V: w.v}, func(x *graph.Node, s state) (*graph.Node, state) { return x, state{s.V, s.W.Add(x)} }, graph.LoopOptions{Segment: 2})
			return ys
		}, graph.ErrValue, `state W has no initial value`},
		"initial value of a step": {func(w world) *graph.Node {
			ys, _ := graph.Loop(w.x, state{V: w.v}, func(x *graph.Node, s state) (*graph.Node, state) { return x, state{s.V, s.W.Else(x)} })
			return ys
		}, graph.ErrScope, `Else: node used outside its graph: the initial value of W depends on a step of the loop`},
		"a nil next state": {func(w world) *graph.Node {
			ys, _ := graph.Loop(w.x, state{V: w.v}, func(x *graph.Node, s state) (*graph.Node, state) { return x, state{nil, s.W.Else(w.v)} })
			return ys
		}, graph.ErrValue, `the step returns nil for state V`},
		"a nil result": {func(w world) *graph.Node {
			_, s := graph.Loop(w.x, w.v, func(x, s *graph.Node) (*graph.Node, *graph.Node) { return nil, s })
			return s
		}, graph.ErrValue, `result 0 of the step is nil`},
		"a longer state": {func(w world) *graph.Node {
			_, s := graph.Loop(w.x, []*graph.Node{w.v}, func(x *graph.Node, s []*graph.Node) (*graph.Node, []*graph.Node) { return x, append(s, x) })
			return s[0]
		}, graph.ErrShape, `the state has 1 nodes before the step and 2 after it`},
		"a node in a hidden field": {func(w world) *graph.Node {
			type hidden struct{ v *graph.Node }
			ys, _ := graph.Loop(w.x, hidden{w.v}, func(x *graph.Node, s hidden) (*graph.Node, hidden) { return x.Add(s.v), s })
			return ys
		}, graph.ErrValue, `field v holds a node but is not exported`},
	} {
		t.Run(name, func(t *testing.T) {
			g := graph.New()
			w := world{g, g.Input("x", graph.Float32, 4, 3), g.Input("y", graph.Float32, 5, 3), g.Input("v", graph.Float32, 3)}
			var y *graph.Node
			require.NotPanics(t, func() { y = c.call(w) })
			require.Len(t, faults(g), 1, "%v", g.Err())
			assert.ErrorIs(t, faults(g)[0], c.kind)
			assert.ErrorContains(t, faults(g)[0], c.says)
			assert.Regexp(t, `^loop_test\.go:\d+: `, faults(g)[0].Error())
			assert.Same(t, g, g.Top())
			if name != "detach of nothing" {
				assert.False(t, y.Valid())
			}
		})
	}
}

// The loop's name stands in the messages of what happens in it.
func TestLoopName(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := g.Input("x", graph.Float32, 4, 3)
	end := g.Scope("net")
	graph.Loop(x, x.Index(0), func(x, s *graph.Node) (*graph.Node, *graph.Node) {
		defer g.Scope("hidden")()
		return x.MatMul(x.Unsqueeze(0)), s
	}, graph.LoopOptions{Name: "time"})
	end()
	assert.ErrorContains(t, g.Err(), "net.time.hidden: MatMul(")
}

// A loop over nothing that has a node has no graph; that is reported, not a panic.
func TestLoopWithoutNodes(t *testing.T) {
	t.Parallel()
	step := func(x, s []*graph.Node) ([]*graph.Node, []*graph.Node) { return x, s }
	require.NotPanics(t, func() {
		ys, last := graph.Loop([]*graph.Node{}, []*graph.Node{}, step, graph.LoopOptions{Steps: 3})
		assert.Empty(t, ys)
		assert.Empty(t, last)
		_, n := graph.While([]*graph.Node{}, 3, func([]*graph.Node) *graph.Node { return nil }, func(s []*graph.Node) []*graph.Node { return s })
		assert.False(t, n.Valid())
	})
}

// What a step computes from constants of the loop alone is outside of it.
func TestLoopInvariantsAreOutside(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x, w := g.Input("x", graph.Float32, 4, 3), g.Input("w", graph.Float32, 3)
	var inside *graph.Node
	graph.Loop(x, w, func(x, s *graph.Node) (*graph.Node, *graph.Node) {
		inside = w.Exp()
		return x.Mul(inside), s
	})
	assert.Same(t, g, inside.Graph())
	assert.Same(t, inside, w.Exp())
}

func ExampleLoop() {
	g := graph.New()
	current := g.Input("current", graph.Float32, 6)
	type lif struct{ V *graph.Node }
	spikes, last := graph.Loop(current, lif{}, func(i *graph.Node, s lif) (*graph.Node, lif) {
		v := s.V.Else(i.Like(0)).Scale(0.5).Add(i)
		z := v.Shift(-1).Step()
		return z, lif{V: v.Sub(z)}
	})
	prog, err := g.Compile(spikes, last.V)
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := prog.Run(tensor.New(tensor.WithBacking([]float32{0.5, 0.5, 0.5, 0.5, 0.5, 0.5})))
	fmt.Println(out[0], out[1], err)
	// Output: [0  0  0  0  0  0] 0.984375 <nil>
}

// A nil leaf that the step does not touch is a part that the network does not have.
func TestLoopStateNotUsed(t *testing.T) {
	t.Parallel()
	for _, o := range []graph.LoopOptions{{}, {Unroll: true}, {Segment: 2}, {Truncate: 3}} {
		g := graph.New()
		x := g.Input("x", graph.Float64, 5, 2)
		type state struct{ Unused, V, W *graph.Node }
		ys, last := graph.Loop(x, state{}, func(x *graph.Node, s state) (*graph.Node, state) {
			s.V = s.V.Else(x.Like(0)).Add(x)
			s.W = s.W.Else(x.Like(1)).Mul(s.V)
			return s.W, s
		}, o)
		assert.Nil(t, last.Unused, "%+v", o)
		assert.Equal(t, 5, ys.Dim(0))
		p, err := g.Compile(ys.Index(4), last.V, last.W)
		require.NoError(t, err)
		out, err := p.Run(tensor.New(tensor.WithShape(5, 2), tensor.WithBacking([]float64{1, 2, 1, 2, 1, 2, 1, 2, 1, 2})))
		require.NoError(t, err)
		assert.Equal(t, []float64{120, 3840}, out[0].Float64s())
		assert.Equal(t, []float64{5, 10}, out[1].Float64s())
		assert.Equal(t, out[0].Float64s(), out[2].Float64s())
	}
}
