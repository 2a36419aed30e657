package graph_test

import (
	"fmt"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/opsamples"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Workers share reductions by rows or columns, to the same bits: those of the reduction in hand, not of another, for
// any axes.
func TestReductionsAreShared(t *testing.T) {
	t.Parallel()
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		for _, c := range []struct{ shape, axes []int }{
			{[]int{700, 300}, []int{0}}, {[]int{700, 300}, []int{1}}, {[]int{30, 70, 90}, []int{1}}, {[]int{30, 70, 90}, []int{0, 2}},
			{[]int{200_000}, []int{0}}, {[]int{3, 70_000}, []int{0}}, {[]int{9, 20_000}, []int{1}}, {[]int{20_000, 9}, []int{1}},
		} {
			var first [][]float64
			for _, workers := range []int{1, 2, 3, 8} {
				g := graph.New()
				x := g.Input("x", d, c.shape...)
				p, err := g.CompileWith(graph.Options{Workers: workers, Verify: true},
					x.Sum(c.axes...), x.ReduceMax(c.axes...), x.ReduceMin(c.axes...), x.LogSumExp(c.axes...), x.Prod(c.axes...))
				require.NoError(t, err)
				out, err := p.Run(ramp(d, c.shape...))
				require.NoError(t, err)
				var got [][]float64
				for _, o := range out {
					got = append(got, opsamples.Floats(o))
				}
				if first == nil {
					first = got
				}
				assert.Equal(t, first, got, fmt.Sprint(d, c.shape, c.axes, workers))
			}
		}
	}
}
