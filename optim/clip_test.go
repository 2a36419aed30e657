package optim_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/stretchr/testify/assert"
)

// TestClipByNormOverAxes: a slice along the axes is shortened to the norm, others stay as they are.
func TestClipByNormOverAxes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		axes []int
		want []float64 // of 3 4 0 | 4 3 2, to a norm of 2.5
	}{
		{[]int{0}, []float64{1.5, 2, 0, 2, 1.5, 2}}, // columns of norm 5, 5, 2
		{[]int{1}, []float64{1.5, 2, 0, 4 * 2.5 / 5.385164807134504, 3 * 2.5 / 5.385164807134504, 2 * 2.5 / 5.385164807134504}},
		{[]int{-2}, []float64{1.5, 2, 0, 2, 1.5, 2}},
		{[]int{0, -1}, []float64{3 * 2.5 / 7.348469228349534, 4 * 2.5 / 7.348469228349534, 0,
			4 * 2.5 / 7.348469228349534, 3 * 2.5 / 7.348469228349534, 2 * 2.5 / 7.348469228349534}},
		{nil, []float64{3 * 2.5 / 7.348469228349534, 4 * 2.5 / 7.348469228349534, 0,
			4 * 2.5 / 7.348469228349534, 3 * 2.5 / 7.348469228349534, 2 * 2.5 / 7.348469228349534}},
	} {
		s := graph.NewStore(0)
		m := build(t, s, func(g *graph.Graph) []*graph.Node {
			w := g.Param("w", graph.Var{DType: graph.Float64, Shape: []int{2, 3}})
			d := g.Values(graph.Float64, []float64{3, 4, 0, 4, 3, 2}, 2, 3)
			clip := optim.ClipByNorm{Max: 2.5, Axes: test.axes}
			optim.Chain{Transforms: []optim.Transform{clip}, Rule: optim.NewSGD(1)}.Update(g, []*graph.Node{w}, []*graph.Node{d})
			return nil
		})
		m.run(t)
		for i, w := range get(t, s, "w") {
			assert.InDelta(t, -test.want[i], w, 1e-14, "axes %v, element %d", test.axes, i)
		}
	}
}

func TestClipByNormRefusesAxes(t *testing.T) {
	t.Parallel()
	for _, axes := range [][]int{{1}, {-2}, {0, 0}} { // the parameter has one axis
		err := fault(optim.Chain{Transforms: []optim.Transform{optim.ClipByNorm{Max: 1, Axes: axes}}, Rule: optim.NewSGD(1)})
		assert.ErrorIs(t, err, graph.ErrShape, "%v", axes)
		assert.ErrorContains(t, err, "axis", "%v", axes)
	}
}
