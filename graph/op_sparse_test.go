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

// diagonal is the pattern of a matrix with a diagonal alone.
func diagonal(rows, cols int) *graph.Pattern {
	start, col := []int32{0}, []int32{}
	for i := range rows {
		if i < cols {
			col = append(col, int32(i))
		}
		start = append(start, int32(len(col)))
	}
	p, err := graph.NewPattern(rows, cols, start, col)
	if err != nil {
		panic(err)
	}
	return p
}

// thinned returns a random pattern and, for values w, the matrix in full.
func thinned(rows, cols int, density float64, seed uint64) (p *graph.Pattern, full func(w []float64) []float64) {
	r := rand.New(rand.NewPCG(seed, 1))
	start, col := []int32{0}, []int32{}
	for range rows {
		for j := range cols {
			if r.Float64() < density {
				col = append(col, int32(j))
			}
		}
		start = append(start, int32(len(col)))
	}
	p, err := graph.NewPattern(rows, cols, start, col)
	if err != nil {
		panic(err)
	}
	return p, func(w []float64) []float64 {
		m := make([]float64, rows*cols)
		for k, v := range w {
			i, j := p.Element(k)
			m[i*cols+j] += v
		}
		return m
	}
}

func TestPattern(t *testing.T) {
	t.Parallel()
	p, err := graph.NewPattern(3, 4, []int32{0, 2, 2, 3}, []int32{3, 3, 0})
	require.NoError(t, err)
	assert.Equal(t, []int{3, 4, 3}, []int{p.Rows(), p.Cols(), p.Len()})
	for k, want := range [][2]int{{0, 3}, {0, 3}, {2, 0}} {
		i, j := p.Element(k)
		assert.Equal(t, want, [2]int{i, j})
	}
	for says, try := range map[string]func() (*graph.Pattern, error){
		"0 rows":                    func() (*graph.Pattern, error) { return graph.NewPattern(0, 1, []int32{0}, nil) },
		"2 rows, 1 columns, 2 sta":  func() (*graph.Pattern, error) { return graph.NewPattern(2, 1, []int32{0, 0}, nil) },
		"do not ascend from 0 to 1": func() (*graph.Pattern, error) { return graph.NewPattern(1, 1, []int32{0, 2}, []int32{0}) },
		"do not ascend from 0 to 2": func() (*graph.Pattern, error) { return graph.NewPattern(2, 1, []int32{0, 3, 2}, []int32{0, 0}) },
		"element 1 is in column 4":  func() (*graph.Pattern, error) { return graph.NewPattern(1, 4, []int32{0, 2}, []int32{0, 4}) },
		"element 0 is in column -1": func() (*graph.Pattern, error) { return graph.NewPattern(1, 4, []int32{0, 1}, []int32{-1}) },
	} {
		_, err := try()
		assert.ErrorContains(t, err, says)
	}
}

// recurrent is a net of neurons whose spikes return by a sparse matrix, in training: what it returns
// are its spikes and the gradients of values and inputs.
func recurrent(g *graph.Graph, m *graph.Pattern, steps, batch int, trans bool) []*graph.Node {
	n := m.Rows()
	x := g.Input("x", graph.Float32, steps, batch, n)
	w := g.Input("w", graph.Float32, m.Len())
	zs, _ := graph.Loop(x, []*graph.Node{nil, nil}, func(x *graph.Node, s []*graph.Node) (*graph.Node, []*graph.Node) {
		z := s[1].Else(x.Like(0))
		back := z.SparseMatMul(m, w)
		if trans {
			back = z.SparseMatMulT(m, w)
		}
		v := s[0].Else(x.Like(0)).Scale(0.8).Add(x).Add(back)
		z = v.Shift(-1).Spike(slope{})
		return z, []*graph.Node{v.Sub(z), z}
	})
	return append([]*graph.Node{zs}, autodiff.Grad(zs.Mul(x.Shift(0.3)).Sum(), w, x)...)
}

type slope struct{}

func (slope) Grad(x, gy *graph.Node) *graph.Node { return gy.Div(x.Abs().Shift(1).Square()) }

// full is recurrent with the matrix in full.
func fullRecurrent(g *graph.Graph, m *graph.Pattern, steps, batch int, trans bool) []*graph.Node {
	n := m.Rows()
	x := g.Input("x", graph.Float32, steps, batch, n)
	w := g.Input("w", graph.Float32, m.Len())
	at := make([]float64, m.Len())
	for k := range at {
		i, j := m.Element(k)
		at[k] = float64(i*n + j)
	}
	matrix := w.ScatterAdd(0, g.Values(graph.Int32, at, len(at)), n*n).Reshape(n, n)
	if trans {
		matrix = matrix.Transpose()
	}
	zs, _ := graph.Loop(x, []*graph.Node{nil, nil}, func(x *graph.Node, s []*graph.Node) (*graph.Node, []*graph.Node) {
		z := s[1].Else(x.Like(0))
		v := s[0].Else(x.Like(0)).Scale(0.8).Add(x).Add(z.MatMul(matrix))
		z = v.Shift(-1).Spike(slope{})
		return z, []*graph.Node{v.Sub(z), z}
	})
	return append([]*graph.Node{zs}, autodiff.Grad(zs.Mul(x.Shift(0.3)).Sum(), w, x)...)
}

func recurrentInputs(m *graph.Pattern, steps, batch int, drive float64) []*tensor.Dense {
	r := rand.New(rand.NewPCG(5, 6))
	x, w := make([]float32, steps*batch*m.Rows()), make([]float32, m.Len())
	for i := range x {
		x[i] = float32(drive + 0.3*r.NormFloat64())
	}
	for k := range w {
		w[k] = float32(0.1 * r.NormFloat64())
	}
	return []*tensor.Dense{
		tensor.New(tensor.WithShape(steps, batch, m.Rows()), tensor.WithBacking(x)),
		tensor.New(tensor.WithShape(m.Len()), tensor.WithBacking(w)),
	}
}

// In a loop of spikes, few or many, of one row or many, the sparse product gives what the full one
// does, forward and backward, and with the same bits on any number of workers.
func TestSparseProductsInLoops(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		batch int
		drive float64
		trans bool
	}{{1, 0.1, false}, {1, 0.9, false}, {5, 0.1, true}, {40, 0.1, false}, {40, 1.2, true}, {192, 0.1, false}, {192, 1.2, false}} {
		name := fmt.Sprintf("%+v", c)
		m, _ := thinned(50, 50, 0.1, 3)
		in := recurrentInputs(m, 12, c.batch, c.drive)
		ref := graph.New()
		want := values(t, ref, in, fullRecurrent(ref, m, 12, c.batch, c.trans)...)
		var first [][]float64
		for _, workers := range []int{1, 2, 3, 8} {
			g := graph.New()
			p, err := g.CompileWith(graph.Options{Workers: workers, Verify: true}, recurrent(g, m, 12, c.batch, c.trans)...)
			require.NoError(t, err)
			got := run(t, p, in...)
			if first == nil {
				first = got
			}
			require.Equal(t, first, got, "%s, %d workers", name, workers)
			again := run(t, p, in...)
			require.Equal(t, got, again, "%s: a second run", name)
		}
		flips := 0
		for i, z := range want[0] {
			if z != first[0][i] {
				flips++
			}
		}
		require.Zero(t, flips, "%s: spikes", name)
		requireClose(t, want[1], first[1], 1e-3, "%s: gradient of values", name)
		requireClose(t, want[2], first[2], 1e-3, "%s: gradient of inputs", name)
	}
}

// Large products are divided among workers, and the parts give the same bits.
func TestSparseProductsAreDivided(t *testing.T) {
	t.Parallel()
	m, full := thinned(300, 400, 0.2, 4)
	w := ramp(graph.Float32, m.Len())
	x, y := ramp(graph.Float32, 200, 300), ramp(graph.Float32, 200, 400)
	var first [][]float64
	for _, workers := range []int{1, 2, 3, 8} {
		g := graph.New()
		xn, yn, wn := g.Input("x", graph.Float32, 200, 300), g.Input("y", graph.Float32, 200, 400), g.Input("w", graph.Float32, m.Len())
		p, err := g.CompileWith(graph.Options{Workers: workers}, xn.SparseMatMul(m, wn), yn.SparseMatMulT(m, wn), xn.SampledMatMul(m, yn))
		require.NoError(t, err)
		got := run(t, p, x, y, w)
		if first == nil {
			first = got
		}
		require.Equal(t, first, got, "%d workers", workers)
	}
	g := graph.New()
	xn, yn := g.Input("x", graph.Float32, 200, 300), g.Input("y", graph.Float32, 200, 400)
	matrix := g.Values(graph.Float32, full(values32(w)), 300, 400)
	outer := xn.Transpose().MatMul(yn)
	want := values(t, g, []*tensor.Dense{x, y}, xn.MatMul(matrix), yn.MatMul(matrix.Transpose()), outer)
	requireClose(t, want[0], first[0], 1e-4, "x·M")
	requireClose(t, want[1], first[1], 1e-4, "y·Mᵀ")
	for k, v := range first[2] {
		i, j := m.Element(k)
		require.InDelta(t, want[2][i*400+j], v, 1e-3, "element %d", k)
	}
}

func values32(x *tensor.Dense) []float64 {
	y := make([]float64, x.Shape().TotalSize())
	for i, v := range x.Float32s() {
		y[i] = float64(v)
	}
	return y
}

// Nothing of the size of rows times elements is kept, forward or backward.
func TestSparseProductsAreSmall(t *testing.T) {
	t.Parallel()
	m, _ := thinned(400, 400, 0.1, 7)
	g := graph.New()
	p := compile(t, g, recurrent(g, m, 4, 64, false)...)
	pairs := 4 * 64 * m.Len()
	assert.Less(t, p.Memory(), pairs, "%d bytes of one step's pairs", pairs)
}

func BenchmarkSparseMatMul(b *testing.B) {
	for _, c := range []struct {
		rows    int
		density float64
		ones    float64
	}{{1, 0.1, 1}, {1, 0.1, 0.02}, {64, 0.1, 1}, {64, 0.1, 0.02}, {64, 0.01, 1}, {64, 0.01, 0.02}} {
		m, _ := thinned(1000, 1000, c.density, 1)
		for _, what := range []string{"product", "sampled"} {
			b.Run(fmt.Sprintf("%s/rows=%d/density=%v/ones=%v", what, c.rows, c.density, c.ones), func(b *testing.B) {
				g := graph.New()
				x, w, y := g.Input("x", graph.Float32, c.rows, 1000), g.Input("w", graph.Float32, m.Len()), g.Input("y", graph.Float32, c.rows, 1000)
				out := x.Step().SparseMatMul(m, w).Add(y.Scale(0))
				if c.ones == 1 {
					out = x.SparseMatMul(m, w).Add(y.Scale(0))
				}
				if what == "sampled" {
					z := x
					if c.ones < 1 {
						z = x.Step()
					}
					out = z.SampledMatMul(m, y).Add(w.Scale(0))
				}
				p := compile(b, g, out)
				in := []*tensor.Dense{ramp(graph.Float32, c.rows, 1000), ramp(graph.Float32, m.Len()), ramp(graph.Float32, c.rows, 1000)}
				for i := range in[0].Float32s() {
					in[0].Float32s()[i] = in[0].Float32s()[i] - float32(1-2*c.ones)
				}
				to := []*tensor.Dense{tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(out.Shape()...))}
				b.ReportAllocs()
				for b.Loop() {
					if err := p.RunInto(to, in...); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
