package layers_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Two reservoirs, in series and side by side, against the same run one after the other.
func TestReservoirsTogether(t *testing.T) {
	t.Parallel()
	for _, series := range []bool{true, false} {
		g := graph.New()
		p := small()
		p.Feedback = 0
		q := layers.Reservoir{In: 2, N: 5, InDensity: 1, Density: 1, DType: f64, Outside: true}
		if series {
			q.In = 12
		}
		xs := g.Literal(random(1, 6, 3, 2))
		cells := []layers.ReservoirCell{p.Place(g, "r1"), q.Place(g, "r2")}
		r1, _ := graph.Loop(xs, layers.ReservoirState{}, cells[0].Step)
		x2 := xs
		if series {
			x2 = r1
		}
		r2, _ := graph.Loop(x2, layers.ReservoirState{}, cells[1].Step)
		var rs *graph.Node
		if series {
			d := layers.DeepReservoir(cells)
			rs, _ = graph.Loop(xs, d.Rest(), d.Step)
		} else {
			d := layers.ParallelReservoir(cells)
			rs, _ = graph.Loop(xs, d.Rest(), d.Step)
		}
		require.NoError(t, g.Err())
		assert.Equal(t, []int{6, 3, 17}, []int(rs.Shape()))
		assert.InDeltaSlice(t, values(t, graph.Concat(-1, r1, r2)), values(t, rs), 1e-14)
	}
}

func TestReservoirsTogetherRefuse(t *testing.T) {
	t.Parallel()
	g := graph.New()
	d := layers.DeepReservoir{small().Place(g, "r1"), small().Place(g, "r2")}
	x := g.Const(f64, 0, 2)
	d.Step(x, nil)
	d.Step(x, d.Rest()) // the second has 2 inputs, the first 12 neurons
	layers.ParallelReservoir{}.Step(x, nil)
	faults(t, g, "0 states for 2 reservoirs", "r2: |[12]", "0 states for 0 reservoirs")
}
