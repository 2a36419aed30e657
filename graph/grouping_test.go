package graph_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Groups of large graphs, where ways between them are long, can be run one after another; there are far
// fewer of them than of their members. Joined without regard to what stands between them, they could not.
func TestGroupsOfLargeGraphs(t *testing.T) {
	t.Parallel()
	least := map[string]float64{"unrolled": 3.9, "chain": 28, "deep": 7.8, "separate": 2.9, "wide": 2.4} // members of a group
	for _, net := range nets {
		_, loss := net.net(3000)
		groups, members, err := graph.CheckGroups(false, loss)
		require.NoError(t, err, net.name)
		assert.Greater(t, members, 240, net.name)
		require.Contains(t, least, net.name)
		assert.Greater(t, float64(members)/float64(groups), least[net.name], "%s: %d members in %d groups", net.name, members, groups)
	}
	_, loss := chainNet(3000)
	_, _, err := graph.CheckGroups(true, loss)
	assert.ErrorContains(t, err, "wait for each other", "two strands that read each other by way of a mean")
}

// What groups of large graphs compute is what their members compute alone: to the bit, and so are the
// parameters after some updates.
func TestGroupsComputeWhatTheirMembersCompute(t *testing.T) {
	t.Parallel()
	for _, net := range nets {
		var first []*graph.Param
		for _, off := range [][]string{nil, {"fuse"}} {
			g, loss := net.net(2000)
			p, err := g.CompileWith(graph.Options{Workers: 1, Disable: off, Verify: true}, loss)
			require.NoError(t, err)
			in := ramp(graph.Float32, 4, 8)
			if net.name == "deep" || net.name == "wide" {
				in = ramp(graph.Float32, 5, 4, 8)
			}
			for range 3 {
				_, err := p.Run(in)
				require.NoError(t, err)
			}
			params := g.Store().Params()
			if first == nil {
				first = params
				continue
			}
			for i, q := range params {
				require.Equal(t, first[i].Value.Float32s(), q.Value.Float32s(), "%s: %s", net.name, q.Name)
				assert.NotContains(t, q.Value.Float32s()[1:], q.Value.Float32s()[0], "%s: %s has not learned", net.name, q.Name)
			}
		}
	}
}
