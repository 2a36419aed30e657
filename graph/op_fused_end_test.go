package graph_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/opsamples"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
	"pgregory.net/rapid"
)

// explained returns what Explain writes of p.
func explained(t require.TestingT, p *graph.Program) string {
	var b strings.Builder
	require.NoError(t, p.Explain(&b))
	return b.String()
}

// endsWith matches a group that ends with a reduction.
var endsWith = regexp.MustCompile(`Fused\[.*(Sum|Max|Min|LogSumExp)\[`)

// A group ends with the reductions of what it computes, whether or not that is wanted besides; the results have the
// same bits whatever the number of workers, and those that they have apart unless columns are added in parts.
func TestGroupsEndWithReductions(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		shape []int
		build func(x, row *graph.Node) []*graph.Node
		ends  string
		parts bool
	}{
		"rows": {[]int{7, 30, 10}, func(x, row *graph.Node) []*graph.Node {
			return []*graph.Node{x.Mul(row).Tanh().Sum(-1)}
		}, "Tanh Sum[2]", false},
		"long rows": {[]int{5, 3000}, func(x, row *graph.Node) []*graph.Node {
			return []*graph.Node{x.Mul(row).ReduceMax(1), x.Mul(row).Sum(1)}
		}, "Mul Max[1] Sum[1]", false},
		"rows in parts": {[]int{2, 200_000}, func(x, _ *graph.Node) []*graph.Node {
			return []*graph.Node{x.Tanh().Sum(1), x.Tanh().ReduceMin(1)}
		}, "Tanh Sum[1] Min[1]", false},
		"all, in parts": {[]int{600, 700}, func(x, _ *graph.Node) []*graph.Node {
			return []*graph.Node{x.Square().Exp().Sum()}
		}, "Exp Sum[0 1]", false},
		"wanted besides": {[]int{40, 12}, func(x, row *graph.Node) []*graph.Node {
			y := x.Sub(row)
			return []*graph.Node{y, y.LogSumExp(1), y.Exp(), y.ReduceMin(1)}
		}, "Sub Exp LogSumExp[1] Min[1]", false},
		"two axes": {[]int{9, 4, 5}, func(x, _ *graph.Node) []*graph.Node {
			return []*graph.Node{x.Neg().Sum(1, 2)}
		}, "Neg Sum[1 2]", false},
		"in place of no row": {[]int{300, 300}, func(x, row *graph.Node) []*graph.Node {
			return []*graph.Node{x.Add(row.Tanh()).Sum(1)} // of the type of the row
		}, "Add Sum[1]", false},
		"first axes": {[]int{30, 10, 20}, func(x, row *graph.Node) []*graph.Node {
			return []*graph.Node{x.Mul(row).Sum(0, 1)}
		}, "Mul Sum[0 1]", false},
		"columns in parts": {[]int{9000, 12}, func(x, row *graph.Node) []*graph.Node {
			return []*graph.Node{x.Sub(row).Square().Sum(0)}
		}, "Square Sum[0]", true},
		"normalized": {[]int{20, 16}, func(x, _ *graph.Node) []*graph.Node {
			y := x.Exp()
			return []*graph.Node{y.Div(y.Sum(1).Unsqueeze(1))}
		}, "Exp Sum[1]", false},
	} {
		for _, d := range []graph.DType{graph.Float32, graph.Float64} {
			t.Run(fmt.Sprint(name, d), func(t *testing.T) {
				var apart, first []float64
				for _, o := range []graph.Options{{Disable: []string{"fuse"}, Workers: 1}, {Workers: 1}, {Workers: 2}, {Workers: 3}, {Workers: 8}} {
					g := graph.New()
					x := g.Input("x", d, c.shape...)
					outs := c.build(x, g.Input("row", d, c.shape[len(c.shape)-1]))
					o.Verify = true
					p, err := g.CompileWith(o, outs...)
					require.NoError(t, err)
					text := explained(t, p)
					assert.Equal(t, o.Disable == nil, strings.Contains(text, c.ends), text)
					in := []*tensor.Dense{ramp(d, c.shape...), ramp(d, c.shape[len(c.shape)-1])}
					res, err := p.Run(in...)
					require.NoError(t, err)
					var got []float64
					for _, r := range res {
						got = append(got, opsamples.Floats(r)...)
					}
					if o.Disable != nil {
						apart = got
						continue
					}
					if first == nil {
						first = got
					}
					assert.Equal(t, first, got)
				}
				if c.parts {
					assert.InEpsilonSlice(t, apart, first, 1e-6)
				} else {
					assert.Equal(t, apart, first)
				}
			})
		}
	}
}

// Random graphs have groups that end with reductions: the properties of passes are theirs too.
func TestRandomGraphsEndWithReductions(t *testing.T) {
	t.Parallel()
	graphs, found := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		g, m := randomGraph(t, graph.Float32, false)
		if endsWith.MatchString(explained(t, compile(t, g, m.pool[4:]...))) {
			found++
		}
		graphs++
	})
	assert.Greater(t, found*10, graphs, "%d of %d graphs", found, graphs)
}

// A step of a program whose groups end with reductions allocates nothing. It is not parallel: what others allocate
// would count.
func TestGroupsThatReduceAllocateNothing(t *testing.T) {
	for _, workers := range []int{1, 3} {
		g := graph.New()
		x := g.Input("x", graph.Float32, 100, 2000)
		y := x.Tanh()
		p, err := g.CompileWith(graph.Options{Workers: workers}, y.Sum(), y.Reshape(20_000, 10).Exp().LogSumExp(1), y.ReduceMax(1))
		require.NoError(t, err)
		require.Len(t, endsWith.FindAllString(explained(t, p), -1), 2)
		in := ramp(graph.Float32, 100, 2000)
		out, err := p.Run(in)
		require.NoError(t, err)
		assert.Zero(t, testing.AllocsPerRun(5, func() { _ = p.RunInto(out, in) }))
	}
}
