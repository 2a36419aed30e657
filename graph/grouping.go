package graph

import "slices"

// grouping assigns nodes to groups. Nodes in groups, and nodes that are in none, have levels: what
// reads another has the higher one. A group can only be read, by however many steps, by what is above it.
type grouping struct {
	need    []bool
	of      []*group // by node number
	levels  []int    // by node number, of nodes in no group; 0 if it is not known yet
	readers [][]*Node
	down    search
	up      search
}

// maxSearch bounds the nodes and groups that a search for a way visits in either direction.
const maxSearch = 1024

// maxReaders is how many readers of a node a search looks at.
const maxReaders = 64

func newGrouping(u unit) *grouping {
	n := len(u.g.nodes)
	gs := &grouping{
		need: reachable(u.g, u.outs), of: make([]*group, n), levels: make([]int, n),
		readers: make([][]*Node, n), down: search{seen: make([]int, n)}, up: search{seen: make([]int, n)},
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
// It goes from b down to what is read and from a up to what reads it, by turns: there is no way as soon as
// either has nowhere left to go. After maxSearch steps it gives up.
func (gs *grouping) leads(a, b *group) bool {
	gs.down.begin()
	gs.up.begin()
	for _, m := range b.members {
		gs.descend(m, a, b)
	}
	for _, m := range a.members {
		gs.ascend(m, a, b)
	}
	for range maxSearch {
		if gs.down.ended() || gs.up.ended() {
			return false
		}
		for _, m := range gs.members(gs.down.pop()) {
			if gs.descend(m, a, b) == a {
				return true
			}
		}
		if len(gs.up.stack) == 0 {
			continue
		}
		for _, m := range gs.members(gs.up.pop()) {
			if gs.ascend(m, a, b) == b {
				return true
			}
		}
	}
	return true
}

// descend puts what m reads on the way down from b, if it is above a, and returns a if m reads that.
func (gs *grouping) descend(m *Node, a, b *group) (met *group) {
	for _, x := range m.in {
		switch g := gs.of[x.id]; {
		case g != nil && g == a:
			met = a
		case (g == nil || g != b) && gs.level(x) > a.level:
			gs.down.push(x, g)
		}
	}
	return met
}

// ascend puts what reads m on the way up from a, if it is below b, and returns b if that reads m. It leaves
// out the readers of what very many read, as the way down from b is the shorter then.
func (gs *grouping) ascend(m *Node, a, b *group) (met *group) {
	if len(gs.readers[m.id]) > maxReaders {
		gs.up.partial = true
		return nil
	}
	for _, r := range gs.readers[m.id] {
		switch g := gs.of[r.id]; {
		case g != nil && g == b:
			met = b
		case (g == nil || g != a) && gs.levels[r.id] != 0 && gs.level(r) < b.level:
			gs.up.push(r, g)
		}
	}
	return met
}

// search is a search through nodes and groups, depth first.
type search struct {
	seen    []int // stamp of the last search that came by, by the number of a node or of a group's first
	stamp   int
	stack   []*Node
	partial bool // whether some ways were left out
}

// begin forgets what was seen.
func (s *search) begin() {
	s.stamp++
	s.stack, s.partial = s.stack[:0], false
}

// ended reports whether there is nowhere to go that was not seen.
func (s *search) ended() bool { return len(s.stack) == 0 && !s.partial }

func (s *search) pop() *Node {
	n := s.stack[len(s.stack)-1]
	s.stack = s.stack[:len(s.stack)-1]
	return n
}

// push puts x, of group g or of none, on the stack, unless it or its group was there before.
func (s *search) push(x *Node, g *group) {
	first := x.id
	if g != nil {
		first = g.members[0].id
	}
	if s.seen[first] != s.stamp {
		s.seen[first] = s.stamp
		s.stack = append(s.stack, x)
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
	stack := &gs.up
	stack.stack = append(stack.stack[:0], a.members[0])
	for len(stack.stack) > 0 {
		n := stack.pop()
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
				stack.stack = append(stack.stack, r)
			}
		}
	}
}
