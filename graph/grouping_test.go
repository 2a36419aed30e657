package graph_test

import (
	"slices"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Groups of large graphs, where ways between them are long, can be run one after another; there are far
// fewer of them than of their members. Joined without regard to what stands between them, they could not.
func TestGroupsOfLargeGraphs(t *testing.T) {
	t.Parallel()
	least := map[string]float64{ // members of a group
		"unrolled": 3.9, "chain": 28, "deep": 7.8, "separate": 2.9, "wide": 2.4, "loops": 7.8, "random": 3.7,
	}
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

// A sum of h and of a product with it waits for the product, which waits for h, one of whose many readers it is: there
// is a way that is not seen from h.
func TestGroupsOfWhatManyRead(t *testing.T) {
	t.Parallel()
	g := graph.New()
	h := g.Input("x", graph.Float32, 8, 8).Sigmoid()
	loss := h.Add(h.MatMul(weights(g, 0, 8, 8))).Mean()
	for i := range 100 {
		loss = loss.Add(h.MatMul(weights(g, i+1, 8, 8)).Mean())
	}
	groups, members, err := graph.CheckGroups(false, loss)
	require.NoError(t, err)
	require.Greater(t, members, groups, "nothing was joined")
	require.Greater(t, groups, 2, "h and the sum are apart")
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
			if slices.Contains([]string{"deep", "wide", "loops"}, net.name) {
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
