package graph_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// leaky is a graph with a loop and a parameter that is updated.
func leaky(t *testing.T) (*graph.Graph, *graph.Node) {
	t.Helper()
	g := graph.New()
	x := g.Input("x", graph.Float32, 5, 2, 3)
	end := g.Scope("hidden")
	w := g.Param("w", graph.Var{Shape: []int{3, 4}})
	zs, _ := graph.Loop(x, []*graph.Node{nil}, func(x *graph.Node, s []*graph.Node) (*graph.Node, []*graph.Node) {
		i := x.MatMul(w)
		v := s[0].Else(i.Like(0)).Scale(0.9).Add(i)
		return v.Shift(-1).Step(), []*graph.Node{v}
	})
	end()
	g.Update(w, w.Scale(2))
	return g, zs.Sum(0)
}

func TestExplain(t *testing.T) {
	t.Parallel()
	g, y := leaky(t)
	text := explain(t, compile(t, g, y))
	for _, want := range []string{
		"0 x Float32[5 2 3]", "simplify", "Loop[5]", "hidden: MatMul", "Fused[", "Sum[0]", "update w: in place", "planned", "in parameters",
	} {
		assert.Contains(t, text, want)
	}
	assert.Regexp(t, `simplify +\d+ -> \d+ nodes`, text)
}

// Explain says what passes did to loops, how products multiply and, once they have run, what they met.
func TestExplainProducts(t *testing.T) {
	t.Parallel()
	g := graph.New()
	p, err := g.Compile(recurrentNet(g, 12, 128, false)...)
	require.NoError(t, err)
	text := explain(t, p)
	for _, want := range []string{
		`residuals +\d+ -> \d+ nodes, 2 loops changed`, `shard .*, 2 loops changed`,
		`SpikeMatMul of bits -> Float32\[64 64\].*\(rows added up to 60 % ones, else multiplied\)`,
		`MatMul\[bᵀ\] -> .*\(multiplied, the right factor packed once a loop\)`,
		`\[64 5\].*\(rows added up to 40 % ones, else multiplied\)`, `planned: .* of values, .* of kernels`,
	} {
		assert.Regexp(t, want, text)
	}
	run(t, p, randomSpikes(0.1, 12, 128, 70))
	assert.Regexp(t, `else multiplied; (9\.\d|10\.\d) % ones, rows added in 24 of 24\)`, explain(t, p), "two shards of twelve steps")
}

func TestDOT(t *testing.T) {
	t.Parallel()
	_, y := leaky(t)
	var b strings.Builder
	require.NoError(t, graph.DOT(&b, y))
	text := b.String()
	assert.True(t, strings.HasPrefix(text, "digraph {"))
	assert.True(t, strings.HasSuffix(text, "}\n"))
	assert.Equal(t, strings.Count(text, "{"), strings.Count(text, "}"))
	assert.Contains(t, text, "subgraph cluster_", "the loop's body")
	assert.Contains(t, text, `hidden: MatMul\nFloat32[2 4]`)
	assert.Greater(t, strings.Count(text, "->"), 8)
}

// What cannot be drawn is refused, with the fault that made a node invalid.
func TestDOTRefuses(t *testing.T) {
	t.Parallel()
	g, y := leaky(t)
	_, other := leaky(t)
	bad := g.Input("a", graph.Float32, 2).Add(g.Input("b", graph.Float32, 3))
	var b strings.Builder
	require.ErrorIs(t, graph.DOT(&b), graph.ErrValue, "nothing")
	for _, n := range []*graph.Node{nil, {}, bad} {
		require.ErrorIs(t, graph.DOT(&b, y, n), graph.ErrValue)
	}
	assert.ErrorContains(t, graph.DOT(&b, y, bad), "node 1 is invalid")
	assert.ErrorContains(t, graph.DOT(&b, y, bad), "shapes do not match")
	require.ErrorIs(t, graph.DOT(&b, y, other), graph.ErrScope)
	assert.Empty(t, b.String())
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, os.ErrClosed }

// A writer that fails is reported, by everything that prints.
func TestPrintersReportErrors(t *testing.T) {
	t.Parallel()
	g, y := leaky(t)
	assert.True(t, errors.Is(compile(t, g, y).Explain(broken{}), os.ErrClosed))
	assert.True(t, errors.Is(graph.DOT(broken{}, y), os.ErrClosed))
}
