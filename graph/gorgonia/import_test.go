package gorgonia_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/graph/gorgonia"
	"github.com/spikegraph/spikegraph/internal/opsamples"
)

func unary(f func(*G.Node) (*G.Node, error)) func(a, b *G.Node) *G.Node {
	return func(a, _ *G.Node) *G.Node { return G.Must(f(a)) }
}

func binary(f func(a, b *G.Node) (*G.Node, error)) func(a, b *G.Node) *G.Node {
	return func(a, b *G.Node) *G.Node { return G.Must(f(a, b)) }
}

func compare(f func(a, b *G.Node, same bool) (*G.Node, error)) func(a, b *G.Node) *G.Node {
	return func(a, b *G.Node) *G.Node { return G.Must(G.HadamardProd(a, G.Must(f(a, b, true)))) }
}

func vector(a *G.Node) *G.Node { return G.Must(G.Reshape(a, tensor.Shape{9})) }

// foreign lists functions of two 3x3 matrices in Gorgonia's words.
var foreign = map[string]func(a, b *G.Node) *G.Node{
	"Abs": unary(G.Abs), "Sin": unary(G.Sin), "Cos": unary(G.Cos), "Exp": unary(G.Exp), "Log": unary(G.Log),
	"Log2": unary(G.Log2), "Neg": unary(G.Neg), "Square": unary(G.Square), "Sqrt": unary(G.Sqrt),
	"Inverse": unary(G.Inverse), "InverseSqrt": unary(G.InverseSqrt), "Cube": unary(G.Cube),
	"Tanh": unary(G.Tanh), "Sigmoid": unary(G.Sigmoid), "Log1p": unary(G.Log1p), "Expm1": unary(G.Expm1),
	"Softplus": unary(G.Softplus), "Rectify": unary(G.Rectify),
	"Add": binary(G.Add), "Sub": binary(G.Sub), "HadamardProd": binary(G.HadamardProd),
	"HadamardDiv": binary(G.HadamardDiv), "Pow": binary(G.Pow), "Mul": binary(G.Mul),
	"Lt": compare(G.Lt), "Gt": compare(G.Gt), "Lte": compare(G.Lte), "Gte": compare(G.Gte),
	"Eq": compare(G.Eq), "Ne": compare(G.Ne),
	"Sum all": unary(func(a *G.Node) (*G.Node, error) { return G.Sum(a) }),
	"Sum 0":   unary(func(a *G.Node) (*G.Node, error) { return G.Sum(a, 0) }),
	"Max 1":   unary(func(a *G.Node) (*G.Node, error) { return G.Max(a, 1) }),
	"Mean 1":  unary(func(a *G.Node) (*G.Node, error) { return G.Mean(a, 1) }),
	"Transpose": unary(func(a *G.Node) (*G.Node, error) {
		return G.Mul(G.Must(G.Transpose(a, 1, 0)), a)
	}),
	"Reshape": func(a, _ *G.Node) *G.Node { return vector(a) },
	"Concat":  binary(func(a, b *G.Node) (*G.Node, error) { return G.Concat(1, a, b) }),
	"Slice": unary(func(a *G.Node) (*G.Node, error) {
		return G.Square(G.Must(G.Slice(a, G.S(1), G.S(0, 2))))
	}),
	"SoftMax":       unary(func(a *G.Node) (*G.Node, error) { return G.SoftMax(a) }),
	"LogSoftMax":    unary(func(a *G.Node) (*G.Node, error) { return G.LogSoftMax(a) }),
	"dot":           func(a, b *G.Node) *G.Node { return G.Must(G.Mul(vector(a), vector(b))) },
	"OuterProd":     func(a, b *G.Node) *G.Node { return G.Must(G.OuterProd(vector(a), vector(b))) },
	"matrix vector": func(a, b *G.Node) *G.Node { return G.Must(G.Mul(a, G.Must(G.Sum(b, 0)))) },
	"vector matrix": func(a, b *G.Node) *G.Node { return G.Must(G.Mul(G.Must(G.Sum(b, 0)), a)) },
	"BatchedMatMul": func(a, b *G.Node) *G.Node {
		s := tensor.Shape{1, 3, 3}
		return G.Must(G.BatchedMatMul(G.Must(G.Reshape(a, s)), G.Must(G.Reshape(b, s)), true, true))
	},
	"Broadcast": func(a, b *G.Node) *G.Node {
		return G.Must(G.BroadcastAdd(a, G.Must(G.Sum(b, 1)), nil, []byte{1}))
	},
	"constant": func(a, _ *G.Node) *G.Node { return G.Must(G.Mul(a, G.NewConstant(2.5))) },
	"constant matrix": func(a, _ *G.Node) *G.Node {
		c := G.NewConstant(opsamples.Tensor(graph.Float64, []int{3, 3}, []float64{1, 2, 3, 4, 5, 6, 7, 8, 9}))
		return G.Must(G.HadamardProd(a, c))
	},
	"Ceil":  unary(func(a *G.Node) (*G.Node, error) { return G.HadamardProd(a, G.Must(G.Ceil(a))) }),
	"Floor": unary(func(a *G.Node) (*G.Node, error) { return G.HadamardProd(a, G.Must(G.Floor(a))) }),
	"Sign":  unary(func(a *G.Node) (*G.Node, error) { return G.HadamardProd(a, G.Must(G.Sign(a))) }),
}

func TestImportAgrees(t *testing.T) {
	for name, f := range foreign {
		t.Run(name, func(t *testing.T) {
			theirs := G.NewGraph()
			a, b := variable(theirs, tensor.Float64, "a", 3, 3), variable(theirs, tensor.Float64, "bb", 3, 3)
			y := f(a, b)

			g := graph.New()
			ys, err := gorgonia.Import(g, nil, y)
			require.NoError(t, err)
			loss := weighted(ys[0])
			wrt := g.Trained()
			prog, err := g.Compile(append(ys, autodiff.Grad(loss, wrt...)...)...)
			require.NoError(t, err)
			got, err := prog.Run()
			require.NoError(t, err)

			// And back, which also compares the gradients of Gorgonia's machine.
			_, back := both(t, loss, wrt, nil)
			for i, w := range wrt {
				near(t, w.ParamName(), got[i+1], back[i+1], 1e-9)
			}
			want := valuesOf(t, theirs, y)
			assert.InDeltaSlice(t, want[0], opsamples.Floats(got[0]), 1e-9)
			assert.Equal(t, []int(y.Shape()), append([]int{}, got[0].Shape()...))
		})
	}
}

// Gorgonia's own derivative of its own graph, and ours of the imported one.
func TestImportedGradientAgrees(t *testing.T) {
	theirs := G.NewGraph()
	a, b := variable(theirs, tensor.Float64, "a", 3, 3), variable(theirs, tensor.Float64, "bb", 3, 3)
	loss := finish(theirF(a, b))

	g := graph.New()
	ys, err := gorgonia.Import(g, nil, loss)
	require.NoError(t, err)
	wrt := []*graph.Node{g.Params()[0], g.Params()[1]}
	prog, err := g.Compile(append(ys, autodiff.Grad(ys[0], wrt...)...)...)
	require.NoError(t, err)
	got, err := prog.Run()
	require.NoError(t, err)

	gs, err := G.Grad(loss, a, b)
	require.NoError(t, err)
	byName := map[string]*G.Node{"a": gs[0], "bb": gs[1]}
	want := valuesOf(t, theirs, loss, byName[wrt[0].ParamName()], byName[wrt[1].ParamName()])
	for i := range want {
		assert.InDeltaSlice(t, want[i], opsamples.Floats(got[i]), 1e-12)
	}
}

func TestImportTakesOver(t *testing.T) {
	theirs := G.NewGraph()
	x := G.NewMatrix(theirs, tensor.Float64, G.WithShape(2, 3), G.WithName("x"))
	h := G.Must(G.Exp(x))
	y := G.Must(G.Add(h, x))

	g := graph.New()
	mine := g.Input("h", graph.Float64, 2, 3)
	ys, err := gorgonia.Import(g, map[*G.Node]*graph.Node{h: mine}, y)
	require.NoError(t, err)
	prog, err := g.Compile(ys...)
	require.NoError(t, err)
	names, _ := prog.Inputs()
	assert.Equal(t, []string{"h", "x"}, names, "x has no value: it becomes an input")
	out, err := prog.Run(opsamples.Tensor(graph.Float64, []int{2, 3}, []float64{1, 2, 3, 4, 5, 6}), opsamples.Tensor(graph.Float64, []int{2, 3}, []float64{1, 1, 1, 1, 1, 1}))
	require.NoError(t, err)
	assert.Equal(t, []float64{2, 3, 4, 5, 6, 7}, out[0].Float64s())
}

func TestImportNamesAllThatItCannot(t *testing.T) {
	theirs := G.NewGraph()
	x := variable(theirs, tensor.Float64, "x", 2, 2, 4, 4)
	pool := G.Must(G.MaxPool2D(x, tensor.Shape{2, 2}, []int{0, 0}, []int{2, 2}))
	drop := G.Must(G.Dropout(pool, 0.5))
	g := graph.New()
	_, err := gorgonia.Import(g, nil, drop)
	var u *gorgonia.Unsupported
	require.True(t, errors.As(err, &u))
	assert.ErrorContains(t, err, "maxPoolOp")
	assert.ErrorContains(t, err, "dropoutOp")
	assert.Empty(t, g.Nodes(), "a refused import leaves the graph alone")
}
