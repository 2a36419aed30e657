package graph_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// inputsOf draws the left factors of a sum over time: numbers, or spikes whose share differs from
// column to column, so that blocks of columns are computed in both ways.
func inputsOf(d graph.DType, spikes bool, shape ...int) *tensor.Dense {
	r := rand.New(rand.NewPCG(1, 2))
	n, cols := graph.Shape(shape).Size(), shape[len(shape)-1]
	x := make([]float64, n)
	for i := range x {
		if x[i] = r.NormFloat64(); spikes {
			x[i] = 0
			if r.Float64() < 0.05+0.9*float64(i%cols)/float64(cols) {
				x[i] = 1
			}
		}
	}
	if d == graph.Bool {
		b := make([]bool, n)
		for i, v := range x {
			b[i] = v == 1
		}
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(b))
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(x))
}

// A sum of products over time is the sum of its steps', for every way in which its left factor is
// stored, in either direction, with parts of stretches left over, and the same for any number of workers.
func TestTimeSums(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		steps, batch, in, out int
		d                     graph.DType
		spikes, reverse       bool
	}{
		{1, 3, 5, 4, graph.Float64, false, false}, {23, 37, 130, 60, graph.Float64, false, true},
		{23, 37, 130, 60, graph.Bool, true, false}, {23, 37, 130, 60, graph.Bool, true, true},
		{9, 64, 300, 12, graph.Bool, true, false}, {40, 700, 320, 50, graph.Bool, true, false},
		{23, 37, 130, 60, graph.Float64, true, false}, {17, 2, 64, 48, graph.Bool, true, true},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			t.Parallel()
			g := graph.New()
			w := g.Param("w", graph.Var{DType: graph.Float64, Shape: []int{c.in, c.out}, Init: gauss{}})
			xs := g.Input("x", c.d, c.steps, c.batch, c.in)
			if c.d != graph.Bool && c.spikes { // binary, though it is stored as floats
				xs = xs.Gt(xs.Like(0.5)).Select(xs.Like(1), xs.Like(0))
			}
			zs, _ := graph.Loop(xs, []*graph.Node{nil}, func(x *graph.Node, s []*graph.Node) (*graph.Node, []*graph.Node) {
				cur := x.Cast(graph.Float64).MatMul(w)
				u := s[0].Else(cur.Like(0)).Scale(0.9).Add(cur)
				return u.Tanh(), []*graph.Node{u}
			}, graph.LoopOptions{Reverse: c.reverse})
			grad := autodiff.Grad(zs.Square().Mean(), w)[0]
			slow, err := g.CompileWith(graph.Options{Disable: []string{"stack", "spikes"}}, grad)
			require.NoError(t, err)
			in := inputsOf(c.d, c.spikes, c.steps, c.batch, c.in)
			want := run(t, slow, in)[0]
			var first []float64
			for _, workers := range []int{1, 2, 3, 8} {
				p, err := g.CompileWith(graph.Options{Workers: workers, Verify: true}, grad)
				require.NoError(t, err)
				assert.Contains(t, explain(t, p), "TimeSum")
				got := run(t, p, in)[0]
				requireClose(t, want, got, 1e-11, "%d workers", workers)
				if first == nil {
					first = got
				}
				require.Equal(t, first, got, "%d workers", workers)
			}
		})
	}
}
