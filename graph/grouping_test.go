package graph_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/require"
)

// Groups of large graphs, where ways between them are long, compute what their members compute alone.
func TestGroupsOfLargeGraphs(t *testing.T) {
	for _, net := range nets {
		var losses [2][][]float64
		for i, off := range [][]string{nil, {"fuse"}} {
			g, loss := net.net(6000)
			p, err := g.CompileWith(graph.Options{Workers: 1, Disable: off, Verify: true}, loss)
			require.NoError(t, err)
			in := ramp(graph.Float32, 4, 8)
			if net.name == "deep" {
				in = ramp(graph.Float32, 5, 4, 8)
			}
			out, err := p.Run(in)
			require.NoError(t, err)
			for range 2 {
				require.NoError(t, p.RunInto(out, in))
				losses[i] = append(losses[i], []float64{float64(out[0].Float32s()[0])})
			}
		}
		require.Equal(t, losses[0], losses[1], net.name)
	}
}
