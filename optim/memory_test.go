package optim_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/stretchr/testify/assert"
)

// small and large are numbers of elements of a parameter, more than kernels take at a time: by what
// the memory for them differs is held for each element, not what kernels keep besides.
const small, large = 4096, 4 * 4096

// TestUpdatesAreInPlace holds that the update of a parameter is one kernel that writes parameter
// and slots where they are: the program has no memory of a parameter's size, and does not allocate.
func TestUpdatesAreInPlace(t *testing.T) {
	buffers := map[string]int{
		"LARS": 1, // squares, for norms that must be known before the update begins
		"SM3":  1, // ν, which is reduced before the update ends
	}
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			place := func(n int) model { return updating(t, n, r.make(1e-3, 10)) }
			m := place(large)
			grown := m.prog.Memory() - place(small).prog.Memory()
			assert.LessOrEqual(t, grown, 4*(large-small)*buffers[r.name])
			in := dense(graph.Float32, make([]float64, large), large)
			m.run(t, in)
			assert.Zero(t, testing.AllocsPerRun(5, func() { _ = m.prog.RunInto(nil, in) }))
		})
	}
}

// TestTransformsAreInPlace: clipping by value and penalties go into the same kernel.
func TestTransformsAreInPlace(t *testing.T) {
	opt := optim.Chain{
		Transforms: []optim.Transform{optim.L2{Decay: 1}, optim.ClipByValue{Min: -1, Max: 1}},
		Rule:       optim.NewAdam(1e-3),
		Every:      2,
	}
	assert.Equal(t, updating(t, small, opt).prog.Memory(), updating(t, large, opt).prog.Memory())
}

// updating returns the program that updates a parameter of n elements by the gradient it is given.
func updating(t *testing.T, n int, opt optim.Optimizer) model {
	return build(t, graph.NewStore(0), func(g *graph.Graph) []*graph.Node {
		w := g.Param("w", graph.Var{Shape: []int{n}})
		opt.Update(g, []*graph.Node{w}, []*graph.Node{g.Input("d", graph.Float32, n)})
		return nil
	})
}
