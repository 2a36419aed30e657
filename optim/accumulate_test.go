package optim_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/stretchr/testify/assert"
)

// TestAccumulation: for every rule, k runs are one update by the mean of their gradients; in
// between nothing moves but the clock.
func TestAccumulation(t *testing.T) {
	t.Parallel()
	batches := [][]float64{{1, -2}, {3, 1}, {-0.5, 4}, {2, 2}, {0.25, -1}, {1, 1}}
	place := func(s *graph.Store, o optim.Optimizer) model {
		return build(t, s, func(g *graph.Graph) []*graph.Node {
			w := g.Param("w", graph.Var{DType: graph.Float64, Shape: []int{2}, Init: values{0.5, 1}})
			o.Update(g, []*graph.Node{w}, []*graph.Node{g.Input("d", graph.Float64, 2)})
			return nil
		})
	}
	const k = 3
	for _, r := range rules {
		whole, parts := graph.NewStore(0), graph.NewStore(0)
		one := place(whole, r.make(0.1, 10))
		many := place(parts, optim.Chain{Rule: r.make(0.1, 10), Every: k})
		mean := make([]float64, 2)
		for i, b := range batches {
			before := get(t, parts, "w")
			many.run(t, dense(graph.Float64, b, 2))
			mean[0], mean[1] = mean[0]+b[0]/k, mean[1]+b[1]/k
			assert.Equal(t, float64(i+1), get(t, parts, "spikegraph.clock")[0], r.name)
			assert.Equal(t, float64((i+1)/k), get(t, parts, "optim.step")[0], r.name)
			if (i+1)%k != 0 {
				assert.Equal(t, before, get(t, parts, "w"), r.name)
				continue
			}
			one.run(t, dense(graph.Float64, mean, 2))
			mean = make([]float64, 2)
			for _, p := range whole.Params() {
				if p.Name != "spikegraph.clock" {
					assert.InDeltaSlice(t, get(t, whole, p.Name), get(t, parts, p.Name), 1e-13, "%s %s", r.name, p.Name)
				}
			}
			assert.Equal(t, []float64{0, 0}, get(t, parts, "optim.w.acc"), r.name)
		}
	}
}
