package autodiff_test

import (
	"fmt"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/autodiff/gradtest"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type node = *graph.Node

// join returns all elements of xs in one row, as Float64.
func join(xs ...node) node {
	flat := make([]node, len(xs))
	for i, x := range xs {
		flat[i] = x.Cast(graph.Float64).Reshape(x.Shape().Size())
	}
	return graph.Concat(0, flat...)
}

// loops are functions of a loop with options o over T = 5 steps of x, with more inputs if they
// want. Their first and second derivatives are smooth.
var loops = []struct {
	name   string
	inputs [][]int // shapes
	build  func(g *graph.Graph, in []node, o graph.LoopOptions) node
}{
	{"carried, sequence, capture", [][]int{{5, 3}, {3}, {3}}, func(g *graph.Graph, in []node, o graph.LoopOptions) node {
		ys, last := graph.Loop(in[0], in[1], func(x, v node) (node, node) {
			v = v.Mul(in[2]).Add(x).Tanh()
			return v.Square(), v
		}, o)
		return join(ys, last)
	}},
	{"final state only", [][]int{{5, 3}, {3}, {3}}, func(g *graph.Graph, in []node, o graph.LoopOptions) node {
		_, last := graph.Loop(in[0], in[1], func(x, v node) (node, node) {
			return v, v.Mul(in[2]).Add(x.Sin())
		}, o)
		return last
	}},
	{"one of two results, one of two states", [][]int{{5, 2}, {2}, {2}}, func(g *graph.Graph, in []node, o graph.LoopOptions) node {
		type state struct{ A, B node }
		ys, last := graph.Loop(in[0], state{in[1], in[2]}, func(x node, s state) ([2]node, state) {
			a := s.A.Mul(s.B).Add(x).Tanh()
			return [2]node{s.B.Exp(), a.Mul(x)}, state{a, s.B.Scale(0.5).Add(s.A)}
		}, o)
		return join(ys[1], last.B)
	}},
	{"states that change places", [][]int{{5, 2}, {2}, {2}}, func(g *graph.Graph, in []node, o graph.LoopOptions) node {
		_, last := graph.Loop(in[0], [2]node{in[1], in[2]}, func(x node, s [2]node) (struct{}, [2]node) {
			return struct{}{}, [2]node{s[1].Mul(x), s[0].Sin()}
		}, o)
		return join(last[0], last[1])
	}},
	{"no state", [][]int{{5, 2}, {2}}, func(g *graph.Graph, in []node, o graph.LoopOptions) node {
		ys, _ := graph.Loop(in[0], struct{}{}, func(x node, s struct{}) (node, struct{}) {
			return x.Mul(in[1]).Exp(), s
		}, o)
		return ys
	}},
	{"a result that is the state before", [][]int{{5, 2}, {2}}, func(g *graph.Graph, in []node, o graph.LoopOptions) node {
		ys, _ := graph.Loop(in[0], in[1], func(x, v node) ([]node, node) {
			return []node{v, x, v}, v.Mul(x).Cos()
		}, o)
		return join(ys...)
	}},
	{"step number", [][]int{{5, 2}, {2}}, func(g *graph.Graph, in []node, o graph.LoopOptions) node {
		ys, last := graph.Loop(in[0], in[1], func(x, v node) (node, node) {
			t := x.Graph().StepIndex().Cast(graph.Float64).Shift(1)
			v = v.Mul(x).Mul(t).Tanh()
			return v, v.Add(t)
		}, o)
		return join(ys, last)
	}},
	{"Int32 and Bool state", [][]int{{5, 2}, {2}}, func(g *graph.Graph, in []node, o graph.LoopOptions) node {
		type state struct{ V, Count, Flag node }
		s := state{in[1], g.Const(graph.Int32, 0), g.Const(graph.Bool, 0, 2)}
		ys, last := graph.Loop(in[0], s, func(x node, s state) (node, state) {
			v := s.Flag.Select(s.V.Mul(x), s.V.Sin().Add(x))
			n := s.Count.Add(s.Count.Like(1))
			return v.Mul(n.Cast(graph.Float64)), state{v, n, s.Flag.Not()}
		}, o)
		return join(ys, last.V, last.Count)
	}},
	{"initial state in the step", [][]int{{5, 2}, {2}}, func(g *graph.Graph, in []node, o graph.LoopOptions) node {
		ys, last := graph.Loop(in[0], nil, func(x, v node) (node, node) {
			v = v.Else(in[1].Exp()).Mul(x)
			return v, v.Shift(1)
		}, o)
		return join(ys, last)
	}},
	{"loop in the loop", [][]int{{5, 4, 2}, {2}, {2}}, func(g *graph.Graph, in []node, o graph.LoopOptions) node {
		ys, last := graph.Loop(in[0], in[1], func(x, v node) (node, node) {
			zs, v := graph.Loop(x, v, func(x, u node) (node, node) {
				u = u.Mul(in[2]).Add(x).Tanh()
				return u.Mul(v), u
			}, graph.LoopOptions{Reverse: true})
			return zs.Sum(0), v
		}, o)
		return join(ys, last)
	}},
	{"choice in the loop", [][]int{{5, 2}, {2}, {}}, func(g *graph.Graph, in []node, o graph.LoopOptions) node {
		ys, last := graph.Loop(in[0], in[1], func(x, v node) (node, node) {
			odd := x.Graph().StepIndex().Mod(g.Const(graph.Int32, 2)).Eq(g.Const(graph.Int32, 1))
			v = graph.Cond(odd, func() node { return v.Mul(x) }, func() node { return v.Sin().Mul(in[2]).Add(v) })
			return v, v
		}, o)
		return join(ys, last)
	}},
	{"random numbers in the step", [][]int{{5, 3}, {3}}, func(g *graph.Graph, in []node, o graph.LoopOptions) node {
		ys, last := graph.Loop(in[0], in[1], func(x, v node) (node, node) {
			keep := x.Like(0.5).Bernoulli().Cast(graph.Float64)
			v = v.Mul(keep).Add(x.Mul(g.Normal(graph.Float64, 3))).Tanh()
			return v, v
		}, o)
		return join(ys, last)
	}},
	{"the same value many times", [][]int{{5, 2}, {2}}, func(g *graph.Graph, in []node, o graph.LoopOptions) node {
		type pair struct{ A, B node }
		ys, last := graph.Loop(pair{in[0], in[0]}, pair{in[1], in[1]}, func(x, s pair) (node, pair) {
			// An inner loop captures both of each, which are one in a copy of the body.
			y, _ := graph.Loop(x.A, x.B, func(a, v node) (node, node) {
				v = v.Mul(s.A).Add(a.Mul(s.B)).Add(v.Mul(x.A)).Sub(a.Mul(x.B)).Tanh()
				return v, v.Tanh()
			})
			z := graph.Cond(y.Sum().Lt(x.A.Sum().Like(1e9)), func() node { return s.A.Mul(s.B) }, func() node { return s.A })
			return y.Add(z), pair{s.A.Mul(x.A).Tanh(), s.B.Sin()}
		}, o)
		return join(ys, last.A, last.B)
	}},
	{"gradient in the loop", [][]int{{5, 2}, {2}, {2}}, func(g *graph.Graph, in []node, o graph.LoopOptions) node {
		_, last := graph.Loop(in[0], in[1], func(x, w node) (struct{}, node) {
			loss := w.Mul(x).Sub(in[2]).Tanh().Square().Sum()
			return struct{}{}, w.Sub(autodiff.Grad(loss, w)[0].Scale(0.3))
		}, o)
		return last
	}},
}

var loopOptions = []graph.LoopOptions{
	{}, {Unroll: true}, {Reverse: true}, {Reverse: true, Unroll: true},
	{Segment: 1}, {Segment: 2}, {Segment: 3}, {Segment: 5}, {Segment: 2, Reverse: true}, {Segment: 2, Unroll: true},
}

func TestLoopGradients(t *testing.T) {
	t.Parallel()
	for _, l := range loops {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			for _, o := range loopOptions {
				c := gradtest.Case{
					Name:        fmt.Sprintf("%+v", o),
					Build:       func(g *graph.Graph, xs []node) node { return l.build(g, xs, o) },
					SecondOrder: true, Directions: 1,
				}
				for _, s := range l.inputs {
					c.Inputs = append(c.Inputs, gradtest.Input{Shape: s, Lo: 0.3, Hi: 1.2})
				}
				gradtest.Check(t, c)
			}
		})
	}
}

// values runs the outputs of a graph without inputs.
func values(t *testing.T, g *graph.Graph, outs ...node) [][]float64 {
	t.Helper()
	p, err := g.CompileWith(graph.Options{Verify: true}, outs...)
	require.NoError(t, err)
	res, err := p.Run()
	require.NoError(t, err)
	v := make([][]float64, len(res))
	for i, r := range res {
		v[i] = r.Float64s()
	}
	return v
}

// ramp returns a constant of the given shape with values that differ.
func ramp(g *graph.Graph, shape ...int) node {
	x := make([]float64, graph.Shape(shape).Size())
	for i := range x {
		x[i] = 0.3 + 0.9*float64((i*7)%10)/10
	}
	return g.Values(graph.Float64, x, shape...)
}

// However a loop runs, its value and its gradients are those of its steps written out.
func TestLoopOptionsChangeNoGradient(t *testing.T) {
	t.Parallel()
	for _, l := range loops {
		run := func(o graph.LoopOptions) [][]float64 {
			g := graph.New()
			var in []node
			for _, s := range l.inputs {
				in = append(in, ramp(g, s...))
			}
			y := l.build(g, in, o)
			return values(t, g, append(autodiff.Grad(y.Sin().Sum(), in...), y)...)
		}
		for _, reverse := range []bool{false, true} {
			want := run(graph.LoopOptions{Unroll: true, Reverse: reverse})
			for _, o := range loopOptions {
				if o.Reverse != reverse {
					continue
				}
				for i, got := range run(o) {
					assert.InDeltaSlice(t, want[i], got, 1e-12, "%s %+v result %d", l.name, o, i)
				}
			}
		}
	}
}

func TestLoopsOfZeroAndOneStep(t *testing.T) {
	t.Parallel()
	for _, l := range loops {
		for steps := range 2 {
			for _, o := range []graph.LoopOptions{{}, {Unroll: true}, {Segment: 1}, {Segment: 2, Reverse: true}} {
				c := gradtest.Case{
					Name:        fmt.Sprintf("%s, %d steps, %+v", l.name, steps, o),
					Build:       func(g *graph.Graph, xs []node) node { return l.build(g, xs, o) },
					SecondOrder: true, Directions: 1, AnyFlat: true,
				}
				for i, s := range l.inputs {
					if i == 0 {
						s = append([]int{steps}, s[1:]...)
					}
					c.Inputs = append(c.Inputs, gradtest.Input{Shape: s, Lo: 0.3, Hi: 1.2})
				}
				gradtest.Check(t, c)
			}
		}
	}
}

// The loop around keeps results of an inner loop, which is then not there to keep more for its own
// backward loop.
func TestHessianOfLoopsInLoops(t *testing.T) {
	t.Parallel()
	hessian := func(o graph.LoopOptions) []float64 {
		g := graph.New()
		xs, w := ramp(g, 3, 2), ramp(g, 2)
		ys, _ := graph.Loop(xs, w, func(x, v node) (node, node) {
			_, u := graph.Loop(xs, v, func(x, u node) (node, node) { return u, u.Mul(x).Add(w).Tanh() }, o)
			return u, u.Add(x)
		}, o)
		return values(t, g, autodiff.Hessian(ys.Square().Sum(), w))[0]
	}
	assert.InDeltaSlice(t, hessian(graph.LoopOptions{Unroll: true}), hessian(graph.LoopOptions{}), 1e-12)
}
