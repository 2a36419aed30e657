package layers_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Neuron 0 is driven once; its spike goes round a ring of three, a step each.
func TestSpikeGoesRound(t *testing.T) {
	t.Parallel()
	ring := layers.Values{0, 1, 0, 0, 0, 1, 1, 0, 0}
	for name, back := range map[string]func(*graph.Graph) layers.Synapse{
		"ring": func(g *graph.Graph) layers.Synapse {
			return layers.Dense{In: 3, Out: 3, W: ring, NoBias: true, DType: f64}.Place(g, "back")
		},
		"to itself": func(g *graph.Graph) layers.Synapse { return layers.OneToOne{N: 3, DType: f64}.Place(g, "back") },
	} {
		t.Run(name, func(t *testing.T) {
			g := graph.New()
			p := layers.IntegrateAndFire(3)
			p.DType = f64
			rec := layers.Recur(p.In(g, "n", 1), back(g))
			x := make([]float64, 6*3)
			x[0] = 1
			zs, last := graph.Loop(g.Values(f64, x, 6, 1, 3), layers.RecurrentState[layers.LIFState]{}, rec.Step)
			require.NoError(t, g.Err())
			z := values(t, zs)
			for i := range 6 {
				want := make([]float64, 3)
				if want[0] = 1; name == "ring" {
					want[0], want[i%3] = 0, 1
				}
				assert.Equal(t, want, z[i*3:i*3+3], "step %d", i)
			}
			assert.Equal(t, z[15:], values(t, last.Z))
		})
	}
}
