package graph

// unlimited is a capacity that no cut pays.
const unlimited = 1 << 40

// flow is a network of edges with capacities, for minimum cuts between few nodes.
type flow struct {
	edges []flowEdge // each followed by its reverse
	from  [][]int    // edges that leave a node
}

type flowEdge struct{ to, left int }

func newFlow(nodes int) *flow { return &flow{from: make([][]int, nodes)} }

func (g *flow) edge(a, b, capacity int) {
	g.from[a] = append(g.from[a], len(g.edges))
	g.edges = append(g.edges, flowEdge{b, capacity})
	g.from[b] = append(g.from[b], len(g.edges))
	g.edges = append(g.edges, flowEdge{a, 0})
}

// minCut returns which nodes are on the source's side of a cut of least capacity, of several the
// one nearest to the sink (Edmonds and Karp 1972).
func (g *flow) minCut(source, sink int) []bool {
	for {
		via := g.search(source)
		if via[sink] < 0 {
			return g.awayFrom(sink)
		}
		push := unlimited
		for n := sink; n != source; n = g.edges[via[n]^1].to {
			push = min(push, g.edges[via[n]].left)
		}
		if push == unlimited {
			panic("graph: a cut that nothing can pay")
		}
		for n := sink; n != source; n = g.edges[via[n]^1].to {
			g.edges[via[n]].left -= push
			g.edges[via[n]^1].left += push
		}
	}
}

// search returns, for each node that can be reached, the edge by which, -1 for others.
func (g *flow) search(source int) []int {
	via := make([]int, len(g.from))
	for i := range via {
		via[i] = -1
	}
	queue := []int{source}
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		for _, e := range g.from[n] {
			if to := g.edges[e].to; g.edges[e].left > 0 && via[to] < 0 && to != source {
				via[to] = e
				queue = append(queue, to)
			}
		}
	}
	return via
}

// awayFrom marks the nodes from which nothing more can be pushed to the sink.
func (g *flow) awayFrom(sink int) []bool {
	away := make([]bool, len(g.from))
	for i := range away {
		away[i] = true
	}
	away[sink] = false
	queue := []int{sink}
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		for _, e := range g.from[n] {
			if m := g.edges[e].to; g.edges[e^1].left > 0 && away[m] {
				away[m] = false
				queue = append(queue, m)
			}
		}
	}
	return away
}
