package graph_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// Products of many rows, divided among workers, are those of the matrix with the same bits on any
// number of them; and nothing of the matrix's size is kept.
func TestJITProductsAreDivided(t *testing.T) {
	t.Parallel()
	for _, byRow := range []bool{false, true} {
		m := graph.JITMatrix{Rows: 200, Cols: 300, P: 0.2, Seed: 3, ByRow: byRow, Law: graph.JITUniform, A: -1, B: 1}
		start, col, w, err := m.Elements()
		require.NoError(t, err)
		p, err := graph.NewPattern(200, 300, start, col)
		require.NoError(t, err)
		x, y := ramp(graph.Float32, 300, 200), ramp(graph.Float32, 300, 300)
		var first [][]float64
		for _, workers := range []int{1, 2, 3, 8} {
			g := graph.New()
			xn, yn := g.Input("x", graph.Float32, 300, 200), g.Input("y", graph.Float32, 300, 300)
			prog, err := g.CompileWith(graph.Options{Workers: workers}, xn.JITMatMul(m), yn.JITMatMulT(m))
			require.NoError(t, err)
			got := run(t, prog, x, y)
			if first == nil {
				first = got
			}
			require.Equal(t, first, got, "%d workers", workers)
		}
		g := graph.New()
		xn, yn := g.Input("x", graph.Float32, 300, 200), g.Input("y", graph.Float32, 300, 300)
		values32 := g.Values(graph.Float32, w, len(w))
		want := values(t, g, []*tensor.Dense{x, y}, xn.SparseMatMul(p, values32), yn.SparseMatMulT(p, values32))
		requireClose(t, want[0], first[0], 1e-4, "x·M")
		requireClose(t, want[1], first[1], 1e-4, "y·Mᵀ")
	}
}

func TestJITMatrixCheck(t *testing.T) {
	t.Parallel()
	_, _, _, err := graph.JITMatrix{Rows: 2, Cols: 2, P: 1, Law: graph.JITNormal, B: -1}.Elements()
	assert.ErrorIs(t, err, graph.ErrValue)
	assert.ErrorContains(t, err, "graph: JITMatrix: value out of its domain: A, B are 0, -1")
	assert.ErrorContains(t, graph.JITMatrix{Rows: 2, Cols: 2, Law: 9}.Check(), "JITLaw(9)")
	assert.NoError(t, graph.JITMatrix{Rows: 2, Cols: 2}.Check())
}

func BenchmarkJITMatMul(b *testing.B) {
	for name, m := range map[string]graph.JITMatrix{
		"ones":   {Rows: 1000, Cols: 1000, P: 0.1, Seed: 1},
		"normal": {Rows: 1000, Cols: 1000, P: 0.1, Seed: 1, Law: graph.JITNormal, B: 1},
	} {
		for _, rows := range []int{1, 64} {
			b.Run(name+map[int]string{1: "/1", 64: "/64"}[rows], func(b *testing.B) {
				g := graph.New()
				p := compile(b, g, g.Input("x", graph.Float32, rows, 1000).JITMatMul(m))
				in := []*tensor.Dense{ramp(graph.Float32, rows, 1000)}
				to := []*tensor.Dense{ramp(graph.Float32, rows, 1000)}
				for b.Loop() {
					if err := p.RunInto(to, in...); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
