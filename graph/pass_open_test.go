package graph_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"strconv"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/opsamples"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
	"pgregory.net/rapid"
)

// triangle is a surrogate with compact support.
type triangle struct{ width float64 }

func (s triangle) Grad(x, gy *graph.Node) *graph.Node {
	return gy.Mul(x.Abs().Neg().Shift(s.width).Relu().Scale(1 / s.width))
}

// tailed is a surrogate that is 0 nowhere.
type tailed struct{}

func (tailed) Grad(x, gy *graph.Node) *graph.Node { return gy.Mul(x.Square().Shift(1).Reciprocal()) }

// openNet is a network of two layers of n neurons each, the second fed back or not, and the gradients of its
// weights, with those of the spikes that the second began with.
type openNet struct {
	steps, batch, in, n int
	back                bool
	d                   graph.DType
	spike               graph.Surrogate
}

func (c openNet) grads(g *graph.Graph) []*graph.Node {
	weights := func(name string, rows int) *graph.Node {
		return g.Param(name, graph.Var{DType: c.d, Shape: []int{rows, c.n}, Init: gauss{}}).Scale(1 / math.Sqrt(float64(rows)))
	}
	w1, w2 := weights("w1", c.in), weights("w2", c.n)
	x, z0 := g.Input("x", c.d, c.steps, c.batch, c.in), g.Input("z0", c.d, c.batch, c.n)
	type state struct{ U, V, Z *graph.Node }
	zs, _ := graph.Loop(x, state{Z: z0}, func(x *graph.Node, s state) (*graph.Node, state) {
		u := s.U.Else(z0.Like(0)).Scale(0.8).Add(x.MatMul(w1))
		z := u.Shift(-0.5).Spike(c.spike)
		in := z
		if c.back {
			in = s.Z
		}
		v := s.V.Else(z0.Like(0)).Scale(0.8).Add(in.MatMul(w2)).Add(z.Scale(0.3))
		s.Z = v.Shift(-0.5).Spike(c.spike)
		s.U, s.V = u.Sub(z), v.Sub(s.Z.Scale(0.5))
		return s.Z, s
	})
	loss := zs.Mul(zs.CumSum(0, false, false).Shift(0.3)).Mean()
	return append([]*graph.Node{loss}, autodiff.Grad(loss, append(g.Params(), z0)...)...)
}

func (c openNet) inputs() []*tensor.Dense {
	return []*tensor.Dense{randomDense(c.d, c.steps, c.batch, c.in), randomDense(c.d, c.batch, c.n)}
}

// run returns all results one after another, and what Explain says.
func (c openNet) run(t require.TestingT, o graph.Options) ([]float64, string) {
	g := graph.New()
	outs := c.grads(g)
	require.NoError(t, g.Err())
	o.Verify = true
	p, err := g.CompileWith(o, outs...)
	require.NoError(t, err)
	require.NoError(t, graph.CheckPlan(p))
	res, err := p.Run(c.inputs()...)
	require.NoError(t, err)
	var all []float64
	for _, r := range res {
		all = append(all, opsamples.Floats(r)...)
	}
	return all, explain(t, p)
}

// Gradients do not depend on whether only what a slope lets through is computed, however much that is, and have the
// same bits for any number of workers.
func TestOpenGradients(t *testing.T) {
	t.Parallel()
	for _, c := range []openNet{
		{6, 16, 60, 64, false, graph.Float64, triangle{0.05}}, {6, 16, 60, 64, true, graph.Float64, triangle{0.05}},
		{5, 150, 50, 130, false, graph.Float64, triangle{0.1}}, {5, 150, 50, 130, true, graph.Float64, triangle{0.1}},
		{4, 9, 48, 100, true, graph.Float64, triangle{2}}, {5, 140, 50, 200, false, graph.Float32, triangle{0.05}},
		{5, 70, 50, 200, true, graph.Float32, triangle{0.05}},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			t.Parallel()
			want, text := c.run(t, graph.Options{Workers: 1, Disable: []string{"open", "delay"}})
			assert.NotContains(t, text, "OpenMatMul")
			first, text := c.run(t, graph.Options{Workers: 1})
			few, alone := `[1-9]\d*`, c.spike.(triangle).width < 1
			if !alone {
				few = "0"
			}
			assert.Regexp(t, `OpenMatMul\[bᵀ\].*% open, computed alone in `+few+` of`, text)
			requireClose(t, want, first, openTolerance[c.d], "with the passes")
			for _, workers := range []int{2, 3, 8} {
				got, _ := c.run(t, graph.Options{Workers: workers})
				require.Equal(t, first, got, "%d workers", workers)
			}
			for _, off := range []string{"open", "delay", "shard", "stack", "residuals", "fuse"} {
				got, _ := c.run(t, graph.Options{Workers: 2, Disable: []string{off}})
				requireClose(t, want, got, openTolerance[c.d], "without %s", off)
			}
		})
	}
}

var openTolerance = map[graph.DType]float64{graph.Float64: 1e-11, graph.Float32: 1e-4}

// In segments, what waits for a slope is carried from one to the next.
func TestOpenGradientsInSegments(t *testing.T) {
	t.Parallel()
	for _, back := range []bool{false, true} {
		c := openNet{9, 20, 50, 70, back, graph.Float64, triangle{0.1}}
		want, _ := c.run(t, graph.Options{Disable: []string{"open", "delay"}})
		for _, s := range [][2]int{{1, 1}, {3, 1}, {2, 2}} {
			g := graph.New()
			p, loops := graph.CompileInSegments(g, graph.Options{Verify: true}, s[0], s[1], c.grads(g)...)
			require.Positive(t, loops)
			res, err := p.Run(c.inputs()...)
			require.NoError(t, err)
			assert.Regexp(t, `% open, computed alone in [1-9]`, explain(t, p))
			var got []float64
			for _, r := range res {
				got = append(got, opsamples.Floats(r)...)
			}
			requireClose(t, want, got, 1e-11, "%v", s)
		}
	}
}

// Where the slope has tails, or what is read otherwise than by the slope, everything is computed.
func TestNothingIsOpenWithTails(t *testing.T) {
	t.Parallel()
	_, text := openNet{4, 16, 60, 64, true, graph.Float64, tailed{}}.run(t, graph.Options{})
	assert.NotContains(t, text, "OpenMatMul")
}

// What a factor lets through of a product reaches it by elementwise nodes of all kinds; a second reader that does
// not wait for the same factor needs the whole product.
func TestOpenProducts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		m, n, k := rapid.IntRange(8, 40).Draw(rt, "m"), rapid.IntRange(64, 140).Draw(rt, "n"), rapid.IntRange(48, 90).Draw(rt, "k")
		share := rapid.Float64Range(-1.5, 1.5).Draw(rt, "share")
		ways := rapid.SliceOfN(rapid.IntRange(0, 5), 0, 4).Draw(rt, "ways")
		trans, other := rapid.Bool().Draw(rt, "transposed"), rapid.IntRange(0, 2).Draw(rt, "other")
		build := func(o graph.Options) ([]float64, string) {
			g := graph.New()
			x, f := g.Input("x", graph.Float64, 3, m, k), g.Input("f", graph.Float64, 3, m, n)
			shape := []int{k, n}
			if trans {
				shape = []int{n, k}
			}
			w := g.Param("w", graph.Var{DType: graph.Float64, Shape: shape, Init: gauss{}})
			seqs := []*graph.Node{x, f}
			ys, _ := graph.Loop(seqs, []*graph.Node{nil}, func(seq, s []*graph.Node) ([]*graph.Node, []*graph.Node) {
				v := w
				if trans {
					v = w.Transpose()
				}
				p := seq[0].MatMul(v)
				y := throughWays(p, seq[1], ways).Mul(seq[1].Shift(share).Relu())
				switch other {
				case 1:
					y = y.Add(p.Tanh())
				case 2:
					y = y.Add(p.Mul(seq[1].Shift(share).Neg().Relu()))
				}
				return []*graph.Node{y}, []*graph.Node{s[0].Else(y.Like(0)).Add(y)}
			})
			require.NoError(rt, g.Err())
			o.Verify = true
			prog, err := g.CompileWith(o, ys[0])
			require.NoError(rt, err)
			res, err := prog.Run(randomDense(graph.Float64, 3, m, k), randomDense(graph.Float64, 3, m, n))
			require.NoError(rt, err)
			return res[0].Float64s(), explain(rt, prog)
		}
		want, _ := build(graph.Options{Disable: []string{"open"}})
		got, text := build(graph.Options{})
		requireClose(rt, want, got, 1e-12, "with the pass")
		if other == 0 {
			require.Contains(rt, text, "OpenMatMul")
		} else {
			require.NotContains(rt, text, "OpenMatMul")
		}
	})
}

// throughWays applies elementwise nodes to p.
func throughWays(p, f *graph.Node, ways []int) *graph.Node {
	for _, w := range ways {
		p = []func() *graph.Node{
			p.Neg, func() *graph.Node { return p.Scale(0.5) }, func() *graph.Node { return p.Add(f) }, func() *graph.Node { return f.Sub(p) },
			func() *graph.Node { return f.Gt(f.Like(0.1)).Select(p, f) }, func() *graph.Node { return p.Mul(f.Scale(0.7)) },
		}[w]()
	}
	return p
}

func randomDense(d graph.DType, shape ...int) *tensor.Dense {
	r := rand.New(rand.NewPCG(5, 6))
	x, y := make([]float64, graph.Shape(shape).Size()), make([]float32, graph.Shape(shape).Size())
	for i := range x {
		x[i] = r.NormFloat64()
		y[i] = float32(x[i])
	}
	if d == graph.Float32 {
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(y))
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(x))
}

// Gradients of two layers of 400 neurons, and how much a triangle of so many half widths lets through: with the passes
// and without.
func BenchmarkOpenGradients(b *testing.B) {
	for _, back := range []bool{false, true} {
		for _, width := range []float64{0.02, 0.05, 0.1, 0.2, 0.5, 1} {
			for _, off := range [][]string{nil, {"open", "delay"}} {
				c := openNet{25, 128, 200, 400, back, graph.Float32, triangle{width}}
				b.Run(fmt.Sprintf("back=%v/%v/without=%v", back, width, off), func(b *testing.B) {
					g := graph.New()
					p, err := g.CompileWith(graph.Options{Workers: 1, Disable: off}, c.grads(g)...)
					require.NoError(b, err)
					in := c.inputs()
					for b.Loop() {
						_, err := p.Run(in...)
						require.NoError(b, err)
					}
					if open := regexp.MustCompile(`([0-9.]+) % open`).FindStringSubmatch(explain(b, p)); open != nil {
						share, err := strconv.ParseFloat(open[1], 64)
						require.NoError(b, err)
						b.ReportMetric(share, "%open")
					}
				})
			}
		}
	}
}
