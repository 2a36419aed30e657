package optim_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/stretchr/testify/assert"
)

// TestUpdatesAreInPlace holds that the update of a parameter is one kernel that writes parameter
// and slots where they are: the program has no memory of a parameter's size, and does not allocate.
func TestUpdatesAreInPlace(t *testing.T) {
	const n = 4096
	buffers := map[string]int{
		"LARS": 1, // squares, for norms that must be known before the update begins
		"SM3":  1, // ν, which is reduced before the update ends
	}
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			m := build(t, graph.NewStore(0), func(g *graph.Graph) []*graph.Node {
				w := g.Param("w", graph.Var{Shape: []int{n}})
				d := g.Input("d", graph.Float32, n)
				r.make(1e-3, 10).Update(g, []*graph.Node{w}, []*graph.Node{d})
				return nil
			})
			assert.Less(t, m.prog.Memory(), 4*n*buffers[r.name]+2048)
			in := dense(graph.Float32, make([]float64, n), n)
			m.run(t, in)
			assert.Zero(t, testing.AllocsPerRun(5, func() { _ = m.prog.RunInto(nil, in) }))
		})
	}
}

// TestTransformsAreInPlace: clipping by value and penalties go into the same kernel.
func TestTransformsAreInPlace(t *testing.T) {
	const n = 4096
	m := build(t, graph.NewStore(0), func(g *graph.Graph) []*graph.Node {
		w := g.Param("w", graph.Var{Shape: []int{n}})
		d := g.Input("d", graph.Float32, n)
		optim.Chain{
			Transforms: []optim.Transform{optim.L2{Decay: 1}, optim.ClipByValue{Min: -1, Max: 1}},
			Rule:       optim.NewAdam(1e-3),
			Every:      2,
		}.Update(g, []*graph.Node{w}, []*graph.Node{d})
		return nil
	})
	assert.Less(t, m.prog.Memory(), 4*n)
}
