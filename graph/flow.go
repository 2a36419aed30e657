package graph

import "math"

// unlimited is a capacity that no cut pays.
const unlimited = min(1<<40, math.MaxInt/4)

// flow is a network of edges with capacities, for minimum cuts.
type flow struct {
	edges []flowEdge // each followed by its reverse
	from  [][]int    // edges that leave a node
	dist  []int      // edges from the source to a node, -1 if there is no way
	tried []int      // by node, how many edges lead nowhere in this phase
}

type flowEdge struct{ to, left int }

func newFlow(nodes int) *flow {
	return &flow{from: make([][]int, nodes), dist: make([]int, nodes), tried: make([]int, nodes)}
}

func (g *flow) edge(a, b, capacity int) {
	g.from[a] = append(g.from[a], len(g.edges))
	g.edges = append(g.edges, flowEdge{b, capacity})
	g.from[b] = append(g.from[b], len(g.edges))
	g.edges = append(g.edges, flowEdge{a, 0})
}

// minCut returns which nodes are on the source's side of a cut of least capacity, of several the
// one nearest to the sink: the flow is pushed along all shortest ways before longer ones are looked
// for (Dinic 1970).
func (g *flow) minCut(source, sink int) []bool {
	for g.measure(source); g.dist[sink] >= 0; g.measure(source) {
		clear(g.tried)
		for {
			pushed := g.push(source, sink, unlimited)
			if pushed == unlimited {
				panic("graph: a cut that nothing can pay")
			}
			if pushed == 0 {
				break
			}
		}
	}
	return g.awayFrom(sink)
}

// measure sets the distances from the source.
func (g *flow) measure(source int) {
	for i := range g.dist {
		g.dist[i] = -1
	}
	g.dist[source] = 0
	for queue := []int{source}; len(queue) > 0; queue = queue[1:] {
		n := queue[0]
		for _, e := range g.from[n] {
			if to := g.edges[e].to; g.edges[e].left > 0 && g.dist[to] < 0 {
				g.dist[to] = g.dist[n] + 1
				queue = append(queue, to)
			}
		}
	}
}

// push sends at most limit from n to the sink along one shortest way, and returns how much; 0 if no
// way is left.
func (g *flow) push(n, sink, limit int) int {
	if n == sink {
		return limit
	}
	for ; g.tried[n] < len(g.from[n]); g.tried[n]++ {
		e := g.from[n][g.tried[n]]
		to := g.edges[e].to
		if g.edges[e].left == 0 || g.dist[to] != g.dist[n]+1 {
			continue
		}
		if pushed := g.push(to, sink, min(limit, g.edges[e].left)); pushed > 0 {
			g.edges[e].left -= pushed
			g.edges[e^1].left += pushed
			return pushed
		}
	}
	return 0
}

// awayFrom marks the nodes from which nothing more can be pushed to the sink.
func (g *flow) awayFrom(sink int) []bool {
	away := make([]bool, len(g.from))
	for i := range away {
		away[i] = true
	}
	away[sink] = false
	for queue := []int{sink}; len(queue) > 0; queue = queue[1:] {
		n := queue[0]
		for _, e := range g.from[n] {
			if m := g.edges[e].to; g.edges[e^1].left > 0 && away[m] {
				away[m] = false
				queue = append(queue, m)
			}
		}
	}
	return away
}
