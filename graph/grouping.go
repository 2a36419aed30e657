package graph

import "slices"

// grouping assigns nodes to groups. Nodes in groups, and nodes that are in none, have levels: what
// reads another has the higher one. A group can only be read, by however many steps, by what is above it.
type grouping struct {
	need    []bool
	of      []*group // by node number
	levels  []int    // by node number, of nodes in no group; 0 if it is not known yet
	readers [][]*Node
	seen    []int // stamp of the last search that came by
	stamp   int
	stack   []*Node
}

// maxSearch bounds the nodes and groups that a search for a way visits.
const maxSearch = 1024

func newGrouping(u unit) *grouping {
	n := len(u.g.nodes)
	gs := &grouping{
		need: reachable(u.g, u.outs), of: make([]*group, n), levels: make([]int, n),
		readers: make([][]*Node, n), seen: make([]int, n),
	}
	for i, m := range u.g.nodes {
		for _, x := range m.in {
			if gs.need[i] {
				gs.readers[x.id] = append(gs.readers[x.id], m)
			}
		}
	}
	return gs
}

// join gives n its level and, if it is elementwise, puts it in a group: with what computes its inputs
// where that is possible.
func (gs *grouping) join(n *Node, alone bool) {
	level := 1
	for _, x := range n.in {
		level = max(level, gs.level(x)+1)
	}
	gs.levels[n.id] = level
	k, ok := computeKind(n)
	if !ok {
		return
	}
	gs.of[n.id] = &group{compute: k, members: []*Node{n}, has: map[*Node]bool{n: true}, level: level}
	if alone {
		return
	}
	for _, x := range n.in {
		if g := gs.of[x.id]; g != nil && g != gs.of[n.id] && gs.mergeable(g, gs.of[n.id]) {
			gs.merge(g, gs.of[n.id])
		}
	}
}

func (gs *grouping) level(n *Node) int {
	if g := gs.of[n.id]; g != nil {
		return g.level
	}
	return gs.levels[n.id]
}

// members returns the nodes of n's group, n alone if it is in none.
func (gs *grouping) members(n *Node) []*Node {
	if g := gs.of[n.id]; g != nil {
		return g.members
	}
	return []*Node{n}
}

// mergeable reports whether one kernel can compute a and b, of which b may read a.
func (gs *grouping) mergeable(a, b *group) bool {
	if !a.members[0].typ.Shape.Equal(b.members[0].typ.Shape) || len(a.members)+len(b.members) > maxGroup {
		return false
	}
	if a.compute != b.compute && a.compute != anyKind && b.compute != anyKind {
		return false
	}
	return !gs.leads(a, b) && !gs.leads(b, a)
}

// leads reports whether there is, or may be, a way from group a to group b through a node of neither.
// It goes from b to what is read, down to the level of a; after maxSearch steps it gives up.
func (gs *grouping) leads(a, b *group) bool {
	gs.stamp++
	gs.stack = gs.stack[:0]
	for _, m := range b.members {
		for _, x := range m.in {
			if g := gs.of[x.id]; g == nil || g != a && g != b {
				gs.push(x, a.level)
			}
		}
	}
	for visited := 0; len(gs.stack) > 0; visited++ {
		if visited == maxSearch {
			return true
		}
		n := gs.stack[len(gs.stack)-1]
		gs.stack = gs.stack[:len(gs.stack)-1]
		for _, m := range gs.members(n) {
			for _, x := range m.in {
				if gs.of[x.id] == a {
					return true
				}
				gs.push(x, a.level)
			}
		}
	}
	return false
}

// push puts x on the stack, unless it or its group was there before or is not above the level.
func (gs *grouping) push(x *Node, level int) {
	first := x
	if g := gs.of[x.id]; g != nil {
		first = g.members[0]
	}
	if gs.level(x) > level && gs.seen[first.id] != gs.stamp {
		gs.seen[first.id] = gs.stamp
		gs.stack = append(gs.stack, x)
	}
}

// merge makes one group of two.
func (gs *grouping) merge(a, b *group) {
	if a.compute == anyKind {
		a.compute = b.compute
	}
	a.members = append(a.members, b.members...)
	slices.SortFunc(a.members, func(x, y *Node) int { return x.id - y.id })
	for _, m := range b.members {
		gs.of[m.id], a.has[m] = a, true
	}
	for _, m := range b.members {
		for _, x := range m.in {
			if gs.of[x.id] != a {
				a.level = max(a.level, gs.level(x)+1)
			}
		}
	}
	gs.raise(a)
}

// raise lifts what reads group a, and what reads that, above it.
func (gs *grouping) raise(a *group) {
	gs.stack = append(gs.stack[:0], a.members[0])
	for len(gs.stack) > 0 {
		n := gs.stack[len(gs.stack)-1]
		gs.stack = gs.stack[:len(gs.stack)-1]
		level := gs.level(n)
		for _, m := range gs.members(n) {
			for _, r := range gs.readers[m.id] {
				g := gs.of[r.id]
				if gs.levels[r.id] == 0 || g != nil && g == gs.of[n.id] || gs.level(r) > level {
					continue
				}
				if g != nil {
					g.level = level + 1
				} else {
					gs.levels[r.id] = level + 1
				}
				gs.stack = append(gs.stack, r)
			}
		}
	}
}
