package graph_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/opsamples"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// faults returns the independent errors of a graph.
func faults(g *graph.Graph) []error {
	err := g.Err()
	if err == nil {
		return nil
	}
	return err.(interface{ Unwrap() []error }).Unwrap()
}

// poisoned returns a graph with one fault, and the invalid node it left.
func poisoned() (*graph.Graph, *graph.Node) {
	g := graph.New()
	return g, g.Input("a", graph.Float32, 2).Add(g.Input("b", graph.Float32, 3))
}

func TestInvalidNodesPassSilently(t *testing.T) {
	t.Parallel()
	for _, s := range opsamples.Samples() {
		g, bad := poisoned()
		xs := make([]*graph.Node, len(s.Inputs))
		for i := range xs {
			xs[i] = bad
		}
		var y *graph.Node
		if s.Op == "Integers" || s.Op == "Permutation" {
			continue // they read nothing
		}
		require.NotPanics(t, func() { y = s.Build(g, xs) }, s.Name)
		require.False(t, y.Valid(), s.Name)
		require.Len(t, faults(g), 1, "%s: %v", s.Name, g.Err())
		_, err := g.Compile(y)
		require.ErrorIs(t, err, graph.ErrShape, s.Name)
	}
}

// Every exported method of a node takes an invalid receiver, and an invalid argument, in silence.
func TestInvalidReceivers(t *testing.T) {
	t.Parallel()
	ok := map[reflect.Type]reflect.Value{
		reflect.TypeFor[int]():               reflect.ValueOf(0),
		reflect.TypeFor[float64]():           reflect.ValueOf(1.0),
		reflect.TypeFor[bool]():              reflect.ValueOf(true),
		reflect.TypeFor[[]int]():             reflect.ValueOf([]int{1}),
		reflect.TypeFor[[]graph.Range]():     reflect.ValueOf([]graph.Range{graph.All}),
		reflect.TypeFor[graph.DType]():       reflect.ValueOf(graph.Float32),
		reflect.TypeFor[string]():            reflect.ValueOf("x"),
		reflect.TypeFor[graph.Domain]():      reflect.ValueOf(graph.Finite),
		reflect.TypeFor[graph.Surrogate]():   reflect.ValueOf(opsamples.Half{}),
		reflect.TypeFor[graph.ConvOptions](): reflect.ValueOf(graph.ConvOptions{}),
		reflect.TypeFor[graph.PoolOptions](): reflect.ValueOf(graph.PoolOptions{}),
		reflect.TypeFor[graph.JITMatrix]():   reflect.ValueOf(graph.JITMatrix{Rows: 2, Cols: 2, P: 1}),
		reflect.TypeFor[*graph.Pattern]():    reflect.ValueOf(diagonal(2, 2)),
	}
	typ := reflect.TypeFor[*graph.Node]()
	methods := 0
	for i := range typ.NumMethod() {
		m := typ.Method(i)
		for _, receiverIsBad := range []bool{true, false} {
			g, bad := poisoned()
			x := g.Input("x", graph.Float32, 2, 2)
			receiver := x
			if receiverIsBad {
				receiver = bad
			}
			args := []reflect.Value{reflect.ValueOf(receiver)}
			known, nodes := true, receiverIsBad
			for k := 1; k < m.Type.NumIn(); k++ {
				if in := m.Type.In(k); in == typ {
					args, nodes = append(args, reflect.ValueOf(bad)), true
				} else if v, have := ok[in]; have {
					args = append(args, v)
				} else {
					known = false
				}
			}
			require.True(t, known, "%s has an argument of a type this test does not know", m.Name)
			if !nodes {
				continue
			}
			methods++
			require.NotPanics(t, func() {
				call := m.Func.Call
				if m.Type.IsVariadic() {
					call = m.Func.CallSlice
				}
				for _, r := range call(args) {
					if y, isNode := r.Interface().(*graph.Node); isNode && y != nil && m.Name != "Else" {
						assert.False(t, y.Valid(), m.Name)
					}
				}
			}, m.Name)
			assert.Len(t, faults(g), 1, "%s: %v", m.Name, g.Err())
		}
	}
	require.Greater(t, methods, 80)
}

// Functions that are no methods are as silent.
func TestInvalidArguments(t *testing.T) {
	t.Parallel()
	type calls map[string]func(g *graph.Graph, x, bad *graph.Node) *graph.Node
	for name, f := range (calls{
		"Concat":       func(g *graph.Graph, x, bad *graph.Node) *graph.Node { return graph.Concat(0, x, bad) },
		"Concat first": func(g *graph.Graph, x, bad *graph.Node) *graph.Node { return graph.Concat(0, bad, x) },
		"Concat one":   func(g *graph.Graph, x, bad *graph.Node) *graph.Node { return graph.Concat(0, bad) },
		"Stack":        func(g *graph.Graph, x, bad *graph.Node) *graph.Node { return graph.Stack(0, x, bad) },
		"Einsum":       func(g *graph.Graph, x, bad *graph.Node) *graph.Node { return graph.Einsum("i,i->", x, bad) },
		"Einsum first": func(g *graph.Graph, x, bad *graph.Node) *graph.Node { return graph.Einsum("nonsense", bad, x) },
		"Saved":        func(g *graph.Graph, x, bad *graph.Node) *graph.Node { return graph.Saved(bad, x) },
		"Split":        func(g *graph.Graph, x, bad *graph.Node) *graph.Node { return bad.Split(0, 1, 1)[1] },
		"Custom": func(g *graph.Graph, x, bad *graph.Node) *graph.Node {
			return graph.Custom(func(xs []*graph.Node) *graph.Node { return xs[0].Mul(xs[1]) },
				func(xs []*graph.Node, y, gy *graph.Node) []*graph.Node { return nil }, x, bad)
		},
		"Cond": func(g *graph.Graph, x, bad *graph.Node) *graph.Node {
			return graph.Cond(bad, func() *graph.Node { return x }, func() *graph.Node { return x })
		},
		"Cond branch": func(g *graph.Graph, x, bad *graph.Node) *graph.Node {
			return graph.Cond(x.Sum().Gt(g.Const(graph.Float32, 0)), func() *graph.Node { return x }, func() *graph.Node { return bad })
		},
		"Loop sequence": func(g *graph.Graph, x, bad *graph.Node) *graph.Node {
			y, _ := graph.Loop(bad, x, func(x, s *graph.Node) (*graph.Node, *graph.Node) {
				s = s.Add(x).Mul(x.Graph().StepIndex().Cast(graph.Float32))
				return s, s
			})
			return y
		},
		"Loop state": func(g *graph.Graph, x, bad *graph.Node) *graph.Node {
			_, s := graph.Loop(x, bad, func(x, s *graph.Node) (*graph.Node, *graph.Node) { return x, s.Add(x) })
			return s
		},
		"Loop step": func(g *graph.Graph, x, bad *graph.Node) *graph.Node {
			_, s := graph.Loop(x, x, func(x, s *graph.Node) (*graph.Node, *graph.Node) { return x, s.Add(bad) })
			return s
		},
		"Loop result": func(g *graph.Graph, x, bad *graph.Node) *graph.Node {
			y, _ := graph.Loop(x, x, func(x, s *graph.Node) (*graph.Node, *graph.Node) { return bad, s })
			return y
		},
		"Loop Else": func(g *graph.Graph, x, bad *graph.Node) *graph.Node {
			y, _ := graph.Loop(x, (*graph.Node)(nil), func(x, s *graph.Node) (*graph.Node, *graph.Node) {
				s = s.Else(bad).Add(x)
				return s, s
			})
			return y
		},
		"Loop Else unused": func(g *graph.Graph, x, bad *graph.Node) *graph.Node {
			y, _ := graph.Loop(x, (*graph.Node)(nil), func(x, s *graph.Node) (*graph.Node, *graph.Node) {
				s.Else(bad)
				return x, x
			})
			return y
		},
		"While": func(g *graph.Graph, x, bad *graph.Node) *graph.Node {
			s, _ := graph.While(bad, 3, func(s *graph.Node) *graph.Node { return s }, func(s *graph.Node) *graph.Node { return s })
			return s
		},
		"While condition": func(g *graph.Graph, x, bad *graph.Node) *graph.Node {
			s, _ := graph.While(x, 3, func(s *graph.Node) *graph.Node { return bad }, func(s *graph.Node) *graph.Node { return s })
			return s
		},
		"While step": func(g *graph.Graph, x, bad *graph.Node) *graph.Node {
			_, n := graph.While(x, 3, func(s *graph.Node) *graph.Node { return s.Sum().Gt(g.Const(graph.Float32, 0)) }, func(s *graph.Node) *graph.Node { return bad })
			return n
		},
		"Update": func(g *graph.Graph, x, bad *graph.Node) *graph.Node {
			g.Update(g.Param("w", graph.Var{Shape: []int{2}}), bad)
			g.Update(bad, x)
			g.Check("loss", bad)
			return bad
		},
	}) {
		t.Run(name, func(t *testing.T) {
			g, bad := poisoned()
			x := g.Input("x", graph.Float32, 2)
			var y *graph.Node
			require.NotPanics(t, func() { y = f(g, x, bad) })
			assert.False(t, y.Valid())
			assert.Len(t, faults(g), 1, "%v", g.Err())
			assert.Same(t, g, g.Top(), "a body stayed open")
		})
	}
}

// A nil node is a fault of its own; alone it has no graph to report to, and Compile refuses it.
func TestNilNodes(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := g.Input("x", graph.Float32, 2)
	y := x.Add(nil)
	require.Len(t, faults(g), 1)
	assert.ErrorIs(t, g.Err(), graph.ErrValue)
	assert.ErrorContains(t, g.Err(), "fault_test.go:")
	assert.ErrorContains(t, g.Err(), "Add(Float32[2], invalid): value out of its domain: an operand is nil")
	assert.False(t, y.Valid())

	var none *graph.Node
	require.NotPanics(t, func() {
		y = none.Exp().Scale(2).Sum(3).Reshape(7).MatMul(none).Select(none, none).Slice(graph.All).Index(1)
	})
	assert.False(t, y.Valid())
	assert.Zero(t, none.Rank())
	assert.Zero(t, none.Dim(0))
	assert.Nil(t, none.Shape())
	assert.Equal(t, graph.Invalid, none.DType())
	assert.Same(t, x, none.Else(x))
	assert.Same(t, x, x.Else(none))

	for _, out := range []*graph.Node{nil, none.Exp(), {}} {
		g := graph.New()
		_, err := g.Compile(out)
		assert.ErrorIs(t, err, graph.ErrValue)
	}
}

func TestNodesOfDifferentGraphs(t *testing.T) {
	t.Parallel()
	type pair map[string]func(a, b *graph.Node) *graph.Node
	for name, f := range (pair{
		"Add":    (*graph.Node).Add,
		"Select": func(a, b *graph.Node) *graph.Node { return a.Gt(a).Select(a, b) },
		"Concat": func(a, b *graph.Node) *graph.Node { return graph.Concat(0, a, b) },
		"Einsum": func(a, b *graph.Node) *graph.Node { return graph.Einsum("i,i->", a, b) },
		"Solve": func(a, b *graph.Node) *graph.Node {
			return a.Unsqueeze(0).MatMul(a.Unsqueeze(1)).Solve(b.Slice(graph.At(0)))
		},
		"Loop state": func(a, b *graph.Node) *graph.Node {
			y, _ := graph.Loop(a, b, func(x, s *graph.Node) (*graph.Node, *graph.Node) { return s, s })
			return y
		},
		"Loop sequences": func(a, b *graph.Node) *graph.Node {
			y, _ := graph.Loop([]*graph.Node{a, b}, a, func(x []*graph.Node, s *graph.Node) (*graph.Node, *graph.Node) { return s, s })
			return y
		},
		"Loop result": func(a, b *graph.Node) *graph.Node {
			y, _ := graph.Loop(a, a, func(x, s *graph.Node) (*graph.Node, *graph.Node) { return b, s })
			return y
		},
		"Loop next": func(a, b *graph.Node) *graph.Node {
			y, _ := graph.Loop(a, a, func(x, s *graph.Node) (*graph.Node, *graph.Node) { return s, b })
			return y
		},
		"Loop capture": func(a, b *graph.Node) *graph.Node {
			y, _ := graph.Loop(a, a, func(x, s *graph.Node) (*graph.Node, *graph.Node) { return x.Mul(b), s })
			return y
		},
		"Cond": func(a, b *graph.Node) *graph.Node {
			return graph.Cond(a.Sum().Gt(a.Sum()), func() *graph.Node { return a }, func() *graph.Node { return b })
		},
		"While state": func(a, b *graph.Node) *graph.Node {
			s, _ := graph.While([]*graph.Node{a, b}, 3, func(s []*graph.Node) *graph.Node { return a.Sum().Gt(a.Sum()) }, func(s []*graph.Node) []*graph.Node { return s })
			return s[0]
		},
		"While step": func(a, b *graph.Node) *graph.Node {
			s, _ := graph.While(a, 3, func(s *graph.Node) *graph.Node { return a.Sum().Gt(a.Sum()) }, func(s *graph.Node) *graph.Node { return b })
			return s
		},
		"While condition": func(a, b *graph.Node) *graph.Node {
			s, _ := graph.While(a, 3, func(s *graph.Node) *graph.Node { return b.Sum().Gt(b.Sum()) }, func(s *graph.Node) *graph.Node { return s })
			return s
		},
	}) {
		t.Run(name, func(t *testing.T) {
			ga, gb := graph.New(), graph.New()
			a, b := ga.Input("a", graph.Float32, 2), gb.Input("b", graph.Float32, 2)
			var y *graph.Node
			require.NotPanics(t, func() { y = f(a, b) })
			assert.False(t, y.Valid())
			all := append(faults(ga), faults(gb)...)
			require.Len(t, all, 1, "%v", all)
			assert.ErrorIs(t, all[0], graph.ErrScope)
			assert.ErrorContains(t, all[0], "fault_test.go:")
		})
	}
	ga, gb := graph.New(), graph.New()
	a, w := ga.Input("a", graph.Float32, 2), gb.Param("w", graph.Var{Shape: []int{2}})
	ga.Update(w, a)
	assert.ErrorIs(t, ga.Err(), graph.ErrScope)
	gb.Update(w, a)
	assert.ErrorIs(t, gb.Err(), graph.ErrScope)
	_, err := graph.New().Compile(a)
	assert.ErrorIs(t, err, graph.ErrScope)
}

func TestValuesOfAFinishedBody(t *testing.T) {
	t.Parallel()
	var leaked *graph.Node
	begin := func() (*graph.Graph, *graph.Node) {
		g := graph.New()
		x := g.Input("x", graph.Float32, 3, 2)
		graph.Loop(x, x.Index(0), func(x, s *graph.Node) (*graph.Node, *graph.Node) {
			leaked = x.Exp()
			return s, s.Add(leaked)
		})
		require.NoError(t, g.Err())
		return g, x
	}
	for name, f := range map[string]func(g *graph.Graph, x *graph.Node){
		"op":     func(g *graph.Graph, x *graph.Node) { x.Add(leaked) },
		"alone":  func(g *graph.Graph, x *graph.Node) { leaked.Neg() },
		"Here":   func(g *graph.Graph, x *graph.Node) { leaked.Here() },
		"Update": func(g *graph.Graph, x *graph.Node) { g.Update(g.Param("w", graph.Var{Shape: []int{2}}), leaked) },
		"Check":  func(g *graph.Graph, x *graph.Node) { g.Check("c", leaked) },
		"Index":  func(g *graph.Graph, x *graph.Node) { g.StepIndex() },
		"another": func(g *graph.Graph, x *graph.Node) {
			graph.Loop(x, leaked, func(x, s *graph.Node) (*graph.Node, *graph.Node) { return x, s })
		},
		"result": func(g *graph.Graph, x *graph.Node) {
			graph.Loop(x, x, func(x, s *graph.Node) (*graph.Node, *graph.Node) { return leaked, s })
		},
		"branch": func(g *graph.Graph, x *graph.Node) {
			graph.Cond(x.Sum().Gt(x.Sum()), func() *graph.Node { return leaked }, func() *graph.Node { return leaked })
		},
	} {
		t.Run(name, func(t *testing.T) {
			g, x := begin()
			require.NotPanics(t, func() { f(g, x) })
			require.NotEmpty(t, faults(g))
			for _, err := range faults(g) {
				if name != "Check" {
					assert.ErrorIs(t, err, graph.ErrScope)
				}
				assert.ErrorContains(t, err, "fault_test.go:")
			}
		})
	}
	g, _ := begin()
	_, err := g.Compile(leaked)
	assert.ErrorIs(t, err, graph.ErrScope)
	_, err = leaked.Graph().Compile(leaked)
	assert.ErrorIs(t, err, graph.ErrScope)
}

// Compile lists every independent fault, with the layer that met it.
func TestCompileListsAllFaults(t *testing.T) {
	t.Parallel()
	g := graph.New()
	a, b := g.Input("a", graph.Float32, 2), g.Input("b", graph.Float32, 3)
	func() {
		defer g.Scope("encoder")()
		func() {
			defer g.Scope("hidden")()
			a.Mul(b).Exp().Add(a)
		}()
		b.Sum(4)
	}()
	y := a.Gather(0, b)
	g.Fail(errors.New("Dense: no neurons"))
	_, err := g.Compile(y)
	require.Error(t, err)
	require.Len(t, faults(g), 4)
	lines := strings.Split(err.Error(), "\n")
	require.Len(t, lines, 4)
	assert.Regexp(t, `^graph: fault_test\.go:\d+: encoder\.hidden: Mul\(Float32\[2\], Float32\[3\]\): shapes do not match: .*\[2\] and \[3\]`, lines[0])
	assert.Regexp(t, `^fault_test\.go:\d+: encoder: Sum\(Float32\[3\]\): shapes do not match: axis 4 of shape \[3\]`, lines[1])
	assert.Regexp(t, `^fault_test\.go:\d+: Gather\[0\]\(Float32\[2\], Float32\[3\]\): element types do not match: positions are Float32, want Int32`, lines[2])
	assert.Regexp(t, `^fault_test\.go:\d+: Dense: no neurons$`, lines[3])
	assert.ErrorIs(t, err, graph.ErrShape)
	assert.ErrorIs(t, err, graph.ErrDType)
}

// In a nil graph nothing panics: what is made there is invalid, and who uses it is told.
func TestNilGraph(t *testing.T) {
	t.Parallel()
	var g *graph.Graph
	of, node := reflect.TypeOf(g), reflect.TypeOf((*graph.Node)(nil))
	for i := range of.NumMethod() {
		m := of.Method(i)
		args := []reflect.Value{reflect.ValueOf(g)}
		for j := 1; j < m.Type.NumIn(); j++ {
			if in := m.Type.In(j); !m.Type.IsVariadic() || j < m.Type.NumIn()-1 {
				args = append(args, reflect.New(in).Elem())
			}
		}
		require.NotPanics(t, func() {
			for _, out := range m.Func.Call(args) {
				if out.Type() == node {
					assert.False(t, out.Interface().(*graph.Node).Valid(), m.Name)
				}
			}
		}, m.Name)
	}
	_, err := g.Compile(g.Const(graph.Float32, 1))
	require.ErrorIs(t, err, graph.ErrValue)
	require.ErrorContains(t, err, "the graph is nil")
	other := graph.New()
	other.Input("x", graph.Float32, 2).Add(g.Param("w", graph.Var{Shape: []int{2}}))
	require.ErrorContains(t, other.Err(), "an operand is nil, or was made in a nil graph")
	require.ErrorContains(t, graph.NewIn(nil).Err(), "the store is nil")
}
