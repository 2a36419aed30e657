package gorgonia_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/graph/gorgonia"
	"github.com/spikegraph/spikegraph/internal/opsamples"
)

// variable makes a Gorgonia variable with spread values.
func variable(g *G.ExprGraph, dt tensor.Dtype, name string, shape ...int) *G.Node {
	d := graph.Float64
	if dt == tensor.Float32 {
		d = graph.Float32
	}
	s := opsamples.Sample{Inputs: []opsamples.Input{{DType: d, Shape: shape, Lo: 0.5 + float64(len(name))/10, Hi: 2}}}
	return G.NewTensor(g, dt, len(shape), G.WithShape(shape...), G.WithName(name), G.WithValue(s.Tensors()[0]))
}

// valuesOf runs a Gorgonia graph and returns the values of nodes.
func valuesOf(t *testing.T, g *G.ExprGraph, ns ...*G.Node) [][]float64 {
	t.Helper()
	vs := make([]G.Value, len(ns))
	for i, n := range ns {
		G.Read(n, &vs[i])
	}
	require.NoError(t, G.NewTapeMachine(g).RunAll())
	out := make([][]float64, len(ns))
	for i, v := range vs {
		switch x := v.Data().(type) {
		case float64:
			out[i] = []float64{x}
		case float32:
			out[i] = []float64{float64(x)}
		default:
			out[i] = opsamples.Floats(v.(*tensor.Dense))
		}
	}
	return out
}

// f is ln Σ tanh(a b)² in three dialects.
func ourF(_ *graph.Graph, xs []*graph.Node) *graph.Node { return xs[0].MatMul(xs[1]).Tanh() }

func theirF(a, b *G.Node) *G.Node { return G.Must(G.Tanh(G.Must(G.Mul(a, b)))) }

func finish(y *G.Node) *G.Node { return G.Must(G.Log(G.Must(G.Sum(G.Must(G.Square(y)))))) }

func TestBridgesAgree(t *testing.T) {
	for _, dt := range []tensor.Dtype{tensor.Float64, tensor.Float32} {
		t.Run(dt.String(), func(t *testing.T) {
			tol := map[tensor.Dtype]float64{tensor.Float64: 1e-12, tensor.Float32: 1e-5}[dt]
			middles := map[string]func(a, b *G.Node) (*G.Node, error){
				"gorgonia": func(a, b *G.Node) (*G.Node, error) { return theirF(a, b), nil },
				"Embed":    func(a, b *G.Node) (*G.Node, error) { return gorgonia.Embed(nil, ourF, a, b) },
				"Lower": func(a, b *G.Node) (*G.Node, error) {
					d := graph.Float64
					if dt == tensor.Float32 {
						d = graph.Float32
					}
					g := graph.New()
					y := ourF(g, []*graph.Node{g.Input("a", d, a.Shape()...), g.Input("b", d, b.Shape()...)})
					ys, _, err := gorgonia.Lower([]*G.Node{a, b}, y)
					if err != nil {
						return nil, err
					}
					return ys[0], nil
				},
			}
			results := map[string][][]float64{}
			for name, middle := range middles {
				g := G.NewGraph()
				a, b := variable(g, dt, "a", 2, 3), variable(g, dt, "bb", 3, 4)
				// The node stands in the middle: Gorgonia's ops before it and after it.
				y, err := middle(G.Must(G.Square(a)), b)
				require.NoError(t, err, name)
				loss := finish(y)
				gs, err := G.Grad(loss, a, b)
				require.NoError(t, err, name)
				results[name] = valuesOf(t, g, loss, gs[0], gs[1])
			}
			for name, got := range results {
				for i, want := range results["gorgonia"] {
					assert.InDeltaSlice(t, want, got[i], tol, "%s, result %d", name, i)
				}
			}
		})
	}
}

func TestEmbedScalar(t *testing.T) {
	g := G.NewGraph()
	a := G.NewScalar(g, tensor.Float64, G.WithName("a"), G.WithValue(3.0))
	y, err := gorgonia.Embed(nil, func(_ *graph.Graph, xs []*graph.Node) *graph.Node { return xs[0].Square().Scale(2) }, a)
	require.NoError(t, err)
	gs, err := G.Grad(y, a)
	require.NoError(t, err)
	got := valuesOf(t, g, y, gs[0])
	assert.Equal(t, []float64{18}, got[0])
	assert.Equal(t, []float64{12}, got[1])
}

func TestEmbedReadsItsStore(t *testing.T) {
	s := graph.NewStore(0)
	g := G.NewGraph()
	a := variable(g, tensor.Float64, "a", 3)
	y, err := gorgonia.Embed(s, func(g *graph.Graph, xs []*graph.Node) *graph.Node {
		return xs[0].Mul(g.Param("w", graph.Var{DType: graph.Float64, Shape: []int{3}}))
	}, a)
	require.NoError(t, err)
	copy(s.Get("w").Value.Float64s(), []float64{1, 10, 100})
	got := valuesOf(t, g, a, y)
	for i, w := range []float64{1, 10, 100} {
		assert.InDelta(t, w*got[0][i], got[1][i], 1e-12)
	}
}

func TestEmbedFaults(t *testing.T) {
	g := G.NewGraph()
	a := variable(g, tensor.Float64, "a", 3)
	_, err := gorgonia.Embed(nil, func(_ *graph.Graph, xs []*graph.Node) *graph.Node { return xs[0].Reshape(7) }, a)
	assert.ErrorIs(t, err, graph.ErrShape)
	_, err = gorgonia.Embed(nil, func(_ *graph.Graph, xs []*graph.Node) *graph.Node { return xs[0].Cast(graph.Float32) }, a)
	assert.ErrorIs(t, err, graph.ErrDType)
	_, err = gorgonia.Embed(nil, ourF)
	assert.ErrorIs(t, err, graph.ErrValue)
}

func TestLowerGivesParametersAsVariables(t *testing.T) {
	ours := graph.New()
	x := ours.Input("x", graph.Float64, 2, 3)
	w := ours.Param("layer.w", graph.Var{DType: graph.Float64, Shape: []int{3, 4}, Init: gaussian(1)})
	loss := x.MatMul(w).Shift(-0.2).Spike(arctan{}).Mean()

	g := G.NewGraph()
	in := variable(g, tensor.Float64, "in", 2, 3)
	ys, params, err := gorgonia.Lower([]*G.Node{in}, loss)
	require.NoError(t, err)
	require.Len(t, params, 1)
	gs, err := G.Grad(ys[0], params["layer.w"])
	require.NoError(t, err)
	got := valuesOf(t, g, in, ys[0], gs[0])

	want, grads := both(t, loss, []*graph.Node{w}, []*tensor.Dense{opsamples.Tensor(graph.Float64, []int{2, 3}, got[0])})
	assert.InDeltaSlice(t, opsamples.Floats(want[0]), got[1], 1e-12)
	assert.InDeltaSlice(t, opsamples.Floats(grads[1]), got[2], 1e-12)
	assert.NotZero(t, largest(grads[1]))
}

func TestLowerFaults(t *testing.T) {
	ours := graph.New()
	y := ours.Input("x", graph.Float64, 2).Exp()
	g := G.NewGraph()
	for name, xs := range map[string][]*G.Node{
		"shape": {variable(g, tensor.Float64, "a", 3)},
		"count": {variable(g, tensor.Float64, "a", 2), variable(g, tensor.Float64, "b", 2)},
		"type":  {variable(g, tensor.Float32, "c", 2)},
	} {
		_, _, err := gorgonia.Lower(xs, y)
		assert.ErrorIs(t, err, graph.ErrShape, name)
	}
	_, _, err := gorgonia.Lower(nil, y)
	assert.ErrorIs(t, err, graph.ErrValue)
}

func TestLowerSharesVariables(t *testing.T) {
	store := graph.NewStore(0)
	their := G.NewGraph()
	in := variable(their, tensor.Float64, "in", 3)
	lower := func(c float64) (*G.Node, *G.Node) {
		g := graph.NewIn(store)
		x := g.Input("x", graph.Float64, 3)
		w := g.Param("w", graph.Var{DType: graph.Float64, Shape: []int{3}, Init: gaussian(1)})
		ys, params, err := gorgonia.Lower([]*G.Node{in}, x.Mul(w).Scale(c))
		require.NoError(t, err)
		return ys[0], params["w"]
	}
	y1, w1 := lower(1)
	before := store.Get("w").Value.Float64s()[0]
	store.Get("w").Value.Float64s()[0] = 99 // the variable there is is used as it is
	y2, w2 := lower(2)
	assert.Same(t, w1, w2)
	got := valuesOf(t, their, y1, y2, in)
	assert.InDelta(t, before*got[2][0], got[0][0], 1e-12)
	for i := range got[0] {
		assert.InDelta(t, 2*got[0][i], got[1][i], 1e-12, "constants of two graphs are one")
	}
	assert.NotZero(t, got[0][0])
}

func TestEmbedHasNoSecondDerivative(t *testing.T) {
	g := G.NewGraph()
	a := variable(g, tensor.Float64, "a", 3)
	y, err := gorgonia.Embed(nil, func(_ *graph.Graph, xs []*graph.Node) *graph.Node { return xs[0].Exp() }, a)
	require.NoError(t, err)
	gs, err := G.Grad(G.Must(G.Sum(y)), a)
	require.NoError(t, err)
	ones := G.NewVector(g, tensor.Float64, G.WithShape(3), G.WithName("ones"))
	_, err = G.Backpropagate(G.Nodes{gs[0]}, G.Nodes{ones}, G.Nodes{a})
	assert.ErrorContains(t, err, "no derivative")
}
