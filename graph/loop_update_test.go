package graph_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// constant is the Initializer of one number.
type constant float64

func (c constant) Init(shape []int, _ *rand.Rand) ([]float64, error) {
	return slices.Repeat([]float64{float64(c)}, graph.Shape(shape).Size()), nil
}

// follower returns a graph over s whose loop moves the running mean m to half of itself and of the
// step's x, and of the parameter r it only reads w.
func follower(s *graph.Store, o graph.LoopOptions) (g *graph.Graph, seen, loss, w *graph.Node) {
	g = graph.NewIn(s)
	x := g.Input("x", graph.Float64, 7, 2)
	m := g.Param("m", graph.Var{DType: graph.Float64, Shape: []int{2}, Init: constant(1), Fixed: true})
	w = g.Param("w", graph.Var{DType: graph.Float64, Shape: []int{2}, Init: constant(3)})
	type state struct{ H *graph.Node }
	type out struct{ Seen, H *graph.Node }
	ys, _ := graph.Loop(x, state{}, func(x *graph.Node, s state) (out, state) {
		h := s.H.Else(x.Like(0)).Scale(0.5).Add(x.Mul(w))
		g.Update(m, m.Add(x).Scale(0.5).Add(h.StopGradient().Scale(0)))
		return out{m.Add(x.Scale(0)), h}, state{h}
	}, o)
	return g, ys.Seen, ys.H.Square().Sum(), w
}

// Every step reads what the one before left, however the loop is run, and so does the next run; the
// gradient is what it is without.
func TestUpdateInLoop(t *testing.T) {
	t.Parallel()
	in := ramp(graph.Float64, 7, 2)
	xs := in.Float64s()
	for name, o := range map[string]graph.LoopOptions{
		"plain": {}, "unrolled": {Unroll: true}, "segments": {Segment: 3}, "even segments": {Segment: 7},
		"truncated": {Truncate: 2}, "unrolled truncated": {Unroll: true, Truncate: 3}, "reverse": {Reverse: true},
		"reverse segments": {Reverse: true, Segment: 2},
	} {
		s := graph.NewStore(1)
		g, seen, loss, w := follower(s, o)
		grad := autodiff.Grad(loss, w)
		p := compile(t, g, seen, grad[0])
		want := []float64{1, 1}
		for range 2 {
			got := run(t, p, in)
			for k := range 7 {
				at := k
				if o.Reverse {
					at = 6 - k
				}
				for j := range 2 {
					assert.InDelta(t, want[j], got[0][2*at+j], 1e-12, "%s: step %d", name, at)
					want[j] = (want[j] + xs[2*at+j]) / 2
				}
			}
			assert.InDeltaSlice(t, want, s.Get("m").Value.Float64s(), 1e-12, name)
			if o.Truncate == 0 && !o.Reverse {
				assert.InDeltaSlice(t, slopeOfSquares(xs, 3), got[1], 1e-9, name)
			}
		}
	}
}

// slopeOfSquares returns d/dw Σ h², h = h/2 + x·w, for the two columns of x.
func slopeOfSquares(x []float64, w float64) []float64 {
	d := make([]float64, 2)
	for j := range d {
		h, e := 0.0, 0.0
		for k := range len(x) / 2 {
			h, e = h/2+x[2*k+j]*w, e/2+x[2*k+j]
			d[j] += 2 * h * e
		}
	}
	return d
}

// A loop after another goes on from where it left the parameter; in nested loops the inner does.
func TestUpdateInSeveralLoops(t *testing.T) {
	t.Parallel()
	s := graph.NewStore(1)
	g := graph.NewIn(s)
	x := g.Input("x", graph.Float64, 3, 2)
	m := g.Param("m", graph.Var{DType: graph.Float64, Shape: []int{}, Init: constant(1), Fixed: true})
	add := func(x *graph.Node, s struct{}) (*graph.Node, struct{}) {
		g.Update(m, x.Add(m).Add(m))
		return x, s
	}
	graph.Loop(x.Slice(graph.Range{From: 0, To: 3}, graph.Range{From: 0, To: 1}).Reshape(3), struct{}{}, add)
	y, _ := graph.Loop(x, struct{}{}, func(x *graph.Node, s struct{}) (*graph.Node, struct{}) {
		graph.Loop(x, s, add)
		y, s := graph.Loop(x, s, add)
		return y, s
	})
	p := compile(t, g, y)
	in := ramp(graph.Float64, 3, 2)
	run(t, p, in)
	want, xs := 1.0, in.Float64s()
	for k := range 3 {
		want = 2*want + xs[2*k]
	}
	for k := range 3 {
		for _, j := range []int{0, 1, 0, 1} {
			want = 2*want + xs[2*k+j]
		}
	}
	assert.InEpsilon(t, want, s.Get("m").Value.Float64s()[0], 1e-12)
}

func TestUpdateInLoopFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		step func(g *graph.Graph, x, m *graph.Node) *graph.Node
		says string
	}{
		"twice": {func(g *graph.Graph, x, m *graph.Node) *graph.Node {
			g.Update(m, m.Add(x))
			g.Update(m, m.Sub(x))
			return x
		}, "Update(m): value out of its domain: it is updated twice"},
		"read outside": {func(g *graph.Graph, x, m *graph.Node) *graph.Node {
			g.Update(m, m.Add(x))
			return x.Add(m.Scale(3))
		}, "Update(m): node used outside its graph: the step also reads %"},
		"branch": {func(g *graph.Graph, x, m *graph.Node) *graph.Node {
			return graph.Cond(x.Gt(x.Like(0)), func() *graph.Node {
				inside := x.Exp().Here()
				g.Update(m, inside)
				return inside
			}, func() *graph.Node { return x })
		}, "Update(m): node used outside its graph: the new value belongs to the body of a branch"},
		"while": {func(g *graph.Graph, x, m *graph.Node) *graph.Node {
			last, _ := graph.While(x, 3, func(s *graph.Node) *graph.Node { return s.Lt(s.Like(1)) }, func(s *graph.Node) *graph.Node {
				g.Update(m, m.Add(s))
				return s.Shift(1)
			})
			return last
		}, "Update(m): node used outside its graph: the new value belongs to a loop of unknown length"},
	} {
		g := graph.New()
		m := g.Param("m", graph.Var{DType: graph.Float64, Shape: []int{}, Fixed: true})
		graph.Loop(g.Input("x", graph.Float64, 4), struct{}{}, func(x *graph.Node, s struct{}) (*graph.Node, struct{}) {
			return c.step(g, x, m), s
		})
		require.Error(t, g.Err(), name)
		assert.ErrorContains(t, g.Err(), c.says, name)
	}
	g := graph.New()
	m := g.Param("m", graph.Var{DType: graph.Float64, Shape: []int{}, Fixed: true})
	var inside *graph.Node
	graph.Loop(g.Input("x", graph.Float64, 4), struct{}{}, func(x *graph.Node, s struct{}) (*graph.Node, struct{}) {
		inside = x
		return x, s
	})
	g.Update(m, inside)
	assert.ErrorContains(t, g.Err(), "the new value belongs to the body of a loop that is finished")
}
