package graph_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

type hat struct{}

func (hat) Grad(x, gy *graph.Node) *graph.Node {
	return gy.Mul(x.Abs().Neg().Shift(1).Relu())
}

// shardNet is a recurrent network with everything that rows of a batch may meet in a loop.
func shardNet(g *graph.Graph, batch int, o graph.LoopOptions) (outs []*graph.Node) {
	const in, n = 128, 64 // as wide as the batch, so that shapes alone do not tell weights from rows
	d := graph.Float64
	x := g.Input("x", d, 6, batch, in)
	scale := g.Input("scale", d, batch, 1)
	param := func(name string, shape ...int) *graph.Node {
		return g.Param(name, graph.Var{DType: d, Shape: shape, Init: gauss{}})
	}
	w, v, b := param("w", in, n), param("v", n, n), param("b", n)
	type state struct{ U, Z, Sum, Count *graph.Node }
	ys, last := graph.Loop(x, state{}, func(x *graph.Node, s state) (*graph.Node, state) {
		cur := x.Mul(scale).MatMul(w).Add(b)
		z := s.Z.Else(cur.Like(0))
		u := s.U.Else(cur.Like(0)).Scale(0.9).Add(cur).Add(z.MatMul(v)).Sub(z.StopGradient())
		u = u.Add(g.Normal(d, batch, n).Scale(0.01))
		z = u.Shift(-1).Spike(hat{})
		drop := cur.Like(0.9).Bernoulli().Cast(d)
		return z.Mul(drop).Softmax(-1), state{u, z,
			s.Sum.Else(b.Like(0)).Add(u.Sum(0)), s.Count.Else(v.Like(0)).Add(z.StopGradient().Transpose().MatMul(z.StopGradient()))}
	}, o)
	loss := ys.Square().Mean().Add(last.Sum.Square().Mean()).Add(last.Count.Mean()).Add(last.U.Square().Mean())
	return append(autodiff.Grad(loss, w, v, b, x), loss, ys, last.U, last.Sum, last.Count)
}

type gauss struct{}

func (gauss) Init(shape []int, r *rand.Rand) ([]float64, error) {
	x := make([]float64, graph.Shape(shape).Size())
	for i := range x {
		x[i] = 0.2 * r.NormFloat64()
	}
	return x, nil
}

func shardInputs(batch int) []*tensor.Dense {
	r := rand.New(rand.NewPCG(3, 4))
	fill := func(shape ...int) *tensor.Dense {
		x := make([]float64, graph.Shape(shape).Size())
		for i := range x {
			x[i] = r.NormFloat64()
		}
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(x))
	}
	return []*tensor.Dense{fill(6, batch, 128), fill(batch, 1)}
}

// TestShards: splitting a loop by rows changes nothing but the order in which rows are summed, and
// the number of workers changes no bit.
func TestShards(t *testing.T) {
	for _, o := range []graph.LoopOptions{{}, {Reverse: true}} {
		for _, batch := range []int{128, 256} {
			t.Run(fmt.Sprint(batch, o.Reverse), func(t *testing.T) {
				var want, first []*tensor.Dense
				for _, c := range []graph.Options{
					{Disable: []string{"shard"}, Verify: true}, {Workers: 1, Verify: true}, {Workers: 2}, {Workers: 3}, {Workers: 8},
				} {
					g := graph.New()
					p, err := g.CompileWith(c, shardNet(g, batch, o)...)
					require.NoError(t, err)
					var text strings.Builder
					require.NoError(t, p.Explain(&text))
					n := strings.Count(text.String(), fmt.Sprintf("shards %d", batch/64))
					got, err := p.Run(shardInputs(batch)...)
					require.NoError(t, err)
					switch {
					case want == nil:
						assert.Zero(t, n)
						want = got
					case first == nil:
						assert.Equal(t, 2, n, "the loop and its backward loop are split\n%s", text.String())
						first = got
						for i := range want {
							near(t, want[i].Float64s(), got[i].Float64s())
						}
					default:
						for i := range first {
							require.Equal(t, first[i].Float64s(), got[i].Float64s(), "workers %d, result %d", c.Workers, i)
						}
					}
				}
			})
		}
	}
}

func near(t *testing.T, want, got []float64) {
	t.Helper()
	for i := range want {
		if math.Abs(want[i]-got[i]) > 1e-10*(1+math.Abs(want[i])) {
			t.Fatalf("element %d: %v, want %v", i, got[i], want[i])
		}
	}
}

// TestNoShards: what mixes rows is left whole.
func TestNoShards(t *testing.T) {
	const batch = 128
	for name, step := range map[string]func(x, s *graph.Node) *graph.Node{
		"mean over the batch": func(x, s *graph.Node) *graph.Node { return s.Add(x).Sub(x.Mean(0)) },
		"reversed rows":       func(x, s *graph.Node) *graph.Node { return s.Add(x.Flip(0)) },
		"rows by rows":        func(x, s *graph.Node) *graph.Node { return s.Add(x.MatMul(x.Transpose()).MatMul(x)) },
		"running sum":         func(x, s *graph.Node) *graph.Node { return s.Add(x.CumSum(0, false, false)) },
		"joined rows": func(x, s *graph.Node) *graph.Node {
			return s.Add(x.Reshape(batch/2, -1).Softmax(-1).Reshape(batch, -1))
		},
		"largest": func(x, s *graph.Node) *graph.Node { return s.Add(x).Sub(x.ReduceMax(0)) },
		"a permutation": func(x, s *graph.Node) *graph.Node {
			return s.Add(x.Gather(0, x.Graph().Permutation(batch)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := graph.New()
			x := g.Input("x", graph.Float64, 8, batch, 300)
			ys, _ := graph.Loop(x, x.Index(0).Like(0), func(x, s *graph.Node) (*graph.Node, *graph.Node) {
				s = step(x, s).Scale(0.5)
				return s, s
			})
			p, err := g.CompileWith(graph.Options{Verify: true}, ys)
			require.NoError(t, err)
			var text strings.Builder
			require.NoError(t, p.Explain(&text))
			assert.NotContains(t, text.String(), "shards")
		})
	}
}
