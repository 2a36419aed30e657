package graph

import (
	"maps"
	"slices"
)

// residualsPass chooses what a loop keeps for its backward loop. The backward body, as it comes from
// autodiff, computes the forward step again from the state before it. Where that needs more than
// elementwise arithmetic, or more bytes of state, intermediate values are kept instead: the set of
// least size that separates what is costly to compute, or must be kept anyway, from what the
// backward step reads (a minimum cut). What is binary is kept as Bool. Loops marked Recompute keep
// only their state.
func residualsPass(u unit, _ *compiler) unit {
	u = (&rewriter{loops: map[*LoopSpec]*LoopSpec{}}).graph(u, nil, make([]*Node, len(u.g.nodes))) // bodies will grow
	p := &keeper{plans: map[*Node]*cut{}, extra: map[*LoopSpec][]residual{}, binary: findBinaries(u)}
	p.plan(u)
	if len(p.plans) == 0 {
		return u
	}
	r := &rewriter{loops: map[*LoopSpec]*LoopSpec{}, extra: p.extra}
	r.node = func(n *Node, in []*Node) *Node {
		c := p.plans[n]
		if c == nil || in[c.from].ResultIndex() < 0 {
			return nil // of an inner loop whose forward loop stayed behind: a loop around it keeps its results
		}
		forward := in[c.from].in[0]
		l := n.Loop()
		m := r.cutLoop(l, r.inside, c)
		at := len(l.Carried) + len(l.Seqs)
		args := slices.Clone(in[:at])
		for _, f := range c.kept {
			args = append(args, forward.result(p.resultOf(c.forward, f)))
		}
		return r.inside.add(loopOp{m}, append(args, in[at:]...))
	}
	return r.graph(u, nil, make([]*Node, len(u.g.nodes)))
}

// keeper finds pairs of a loop and its backward loop and cuts between them.
type keeper struct {
	plans  map[*Node]*cut
	extra  map[*LoopSpec][]residual
	binary binaries
}

// residual is a node of a forward body that is kept, as Bool if it is a float that is 0 or 1.
type residual struct {
	node   *Node
	asBool bool
}

// typ returns the type of what is kept.
func (k residual) typ() Type {
	if k.asBool {
		return Type{Bool, k.node.typ.Shape}
	}
	return k.node.typ
}

// cut is what a backward loop reads of its forward loop instead of computing it.
type cut struct {
	forward *LoopSpec
	from    int     // an input of the backward loop that is a result of the forward loop
	nodes   []*Node // of the backward body
	kept    []residual
}

// resultOf returns which result of the forward loop f is, once extra is added.
func (p *keeper) resultOf(l *LoopSpec, f residual) int {
	if i := slices.Index(l.Ys, f.node); i >= 0 && !f.asBool {
		return len(l.Carried) + i
	}
	return len(l.Carried) + len(l.Ys) + slices.Index(p.extra[l], f)
}

func (p *keeper) plan(u unit) {
	need := reachable(u.g, u.outs)
	for i, n := range u.g.nodes {
		if !need[i] {
			continue
		}
		if l := n.Loop(); l != nil {
			p.pair(n, l)
		}
		for _, b := range n.bodies() {
			p.plan(b)
		}
	}
}

// pair looks for the forward loop of b and plans the cut between them.
func (p *keeper) pair(b *Node, l *LoopSpec) {
	nc := len(l.Carried)
	for j := range l.Seqs {
		f := b.in[nc+j]
		if f.ResultIndex() < 0 || f.in[0].Loop() == nil {
			continue
		}
		forward := f.in[0].Loop()
		if forward.Steps != l.Steps || forward.Recompute || f.ResultIndex() < len(forward.Carried) {
			continue
		}
		m := matchBodies(f.in[0], b)
		m.binary = p.binary
		c := m.cut()
		c.forward, c.from = forward, nc+j
		for _, k := range c.kept {
			if (k.asBool || !slices.Contains(forward.Ys, k.node)) && !slices.Contains(p.extra[forward], k) {
				p.extra[forward] = append(p.extra[forward], k)
			}
		}
		if len(c.nodes) > 0 {
			p.plans[b] = c
		}
		return
	}
}

// matching relates nodes of a backward body to the nodes of the forward body that have the same value.
type matching struct {
	b, f    *LoopSpec
	of      map[*Node]*Node
	given   map[*Node]bool // there without cost: sequences of the forward loop, captures, constants
	keeping map[*Node]bool // placeholders of what is kept already
	binary  binaries
}

// residual returns what is kept of the forward node that n is matched with.
func (m *matching) residual(n *Node) residual {
	f := m.of[n]
	return residual{f, f.typ.DType.IsFloat() && m.binary[f]}
}

func matchBodies(f, b *Node) *matching {
	m := &matching{b: b.Loop(), f: f.Loop(), of: map[*Node]*Node{}, given: map[*Node]bool{}, keeping: map[*Node]bool{}}
	nc, ns := len(m.f.Carried), len(m.f.Seqs)
	outside := map[*Node]*Node{} // nodes outside to what stands for them in the forward body
	for i, p := range m.f.Seqs {
		outside[f.in[nc+i]] = p
	}
	captured := map[*Node]*Node{}
	for i, p := range m.f.Body.captures {
		captured[f.in[nc+ns+i]] = p
	}
	for j, p := range m.b.Seqs {
		x := b.in[len(m.b.Carried)+j]
		if i := x.ResultIndex() - nc; i >= 0 && x.in[0] == f {
			m.of[p], m.keeping[p] = m.f.Ys[i], true
		} else if q := outside[x]; q != nil {
			m.of[p], m.given[p] = q, true
		}
	}
	for j, p := range m.b.Body.captures {
		if q := captured[b.in[len(m.b.Carried)+len(m.b.Seqs)+j]]; q != nil {
			m.of[p], m.given[p] = q, true
		}
	}
	if m.b.Index != nil && m.f.Index != nil {
		m.of[m.b.Index], m.given[m.b.Index] = m.f.Index, true
	}
	placed := maps.Clone(m.of)
	for banned := map[*Node]bool{}; ; {
		m.spread(banned)
		if !m.ban(banned) {
			return m
		}
		m.of = maps.Clone(placed)
	}
}

// ban marks matched nodes with several results of which the backward body reads one that the
// forward body does not: they are computed again. It reports whether there were any.
func (m *matching) ban(banned map[*Node]bool) bool {
	found := false
	for _, n := range m.b.Body.nodes {
		if n.ResultIndex() >= 0 && m.of[n] == nil && m.of[n.in[0]] != nil {
			banned[n.in[0]], found = true, true
		}
	}
	return found
}

// spread finds, for nodes whose inputs are matched, the forward node of the same op.
func (m *matching) spread(banned map[*Node]bool) {
	for _, n := range m.b.Body.nodes {
		if banned[n] {
			continue
		}
		if _, isArg := n.op.(argOp); isArg || len(n.in) > len(key{}.in) {
			continue
		}
		k := key{op: n.op}
		ok := true
		given := true
		for i, x := range n.in {
			if k.in[i] = m.of[x]; k.in[i] == nil {
				ok = false
				break
			}
			given = given && m.given[x]
		}
		if !ok {
			continue
		}
		f := m.f.Body.seen[k]
		if f == nil && movable(n) { // the forward step could have computed it
			f = m.f.Body.add(n.op, slices.Clone(k.in[:len(n.in)]))
		}
		if f != nil {
			m.of[n] = f
			m.given[n] = given && cheap(n)
		}
	}
}

// movable reports whether n could as well be computed in another body that has its inputs.
func movable(n *Node) bool {
	_, isResult := n.op.(resultOp)
	_, isConst := n.op.(constOp)
	return n.tuple == nil && !isResult && (len(n.in) > 0 || isConst)
}

// cheap reports whether computing n again costs no more than reading it.
func cheap(n *Node) bool {
	switch n.op.(type) {
	case elementwise, reshapeOp, constOp, castOp, barrierOp, resultOp:
		return n.tuple == nil
	}
	return false
}

// cut returns the cheapest set of matched nodes from which all that the backward step reads can be
// computed cheaply.
func (m *matching) cut() *cut {
	nodes := m.b.Body.nodes
	g := newFlow(2*len(nodes) + 2)
	source, sink := 2*len(nodes), 2*len(nodes)+1
	read := m.readByBackward()
	for _, n := range nodes {
		if m.of[n] == nil || m.given[n] {
			continue
		}
		in, out := 2*n.id, 2*n.id+1
		size := unlimited
		if n.tuple == nil {
			size = m.cost(n)
		}
		g.edge(in, out, size)
		if m.keeping[n] || !cheap(n) {
			g.edge(source, in, unlimited)
		} else {
			for _, x := range n.in {
				if !m.given[x] {
					g.edge(2*x.id+1, in, unlimited)
				}
			}
		}
		if read[n.id] {
			g.edge(out, sink, unlimited)
		}
	}
	side := g.minCut(source, sink)
	c := &cut{}
	for _, n := range nodes {
		if m.of[n] == nil || m.given[n] || !side[2*n.id] || side[2*n.id+1] {
			continue
		}
		if k := m.residual(n); k.asBool || !m.keeping[n] {
			c.nodes, c.kept = append(c.nodes, n), append(c.kept, k)
		}
	}
	return c
}

// cost is what it takes to keep n, foremost its bytes. Of values of one size, one that the loop
// returns or carries on is written anyway; the state before a step has to be copied.
func (m *matching) cost(n *Node) int {
	bytes := m.residual(n).typ().Bytes()
	switch f := m.of[n]; {
	case slices.Contains(m.f.Next, f) || slices.Contains(m.f.Ys, f) && !m.keeping[n]:
		return 4 * bytes
	case m.keeping[n]:
		return 4*bytes + 2
	}
	return 4*bytes + 1
}

// readByBackward marks matched nodes that others read.
func (m *matching) readByBackward() []bool {
	read := make([]bool, len(m.b.Body.nodes))
	outs := slices.Concat(m.b.Next, m.b.Ys)
	need := reachable(m.b.Body, outs)
	for _, o := range outs {
		read[o.id] = true
	}
	for i, n := range m.b.Body.nodes {
		for _, x := range n.in {
			if need[i] && m.of[n] == nil {
				read[x.id] = true
			}
		}
	}
	return read
}

// cutLoop rebuilds a loop with nodes of its body replaced by further sequences.
func (r *rewriter) cutLoop(l *LoopSpec, g *Graph, c *cut) *LoopSpec {
	before := r.kept
	r.kept = map[*Node]*residual{}
	for i, n := range c.nodes {
		r.kept[n] = &c.kept[i]
	}
	own := *l
	r.extra[&own] = r.extra[l] // it can be the forward loop of another
	m := r.loop(&own, g)
	for _, n := range c.nodes {
		m.Seqs = append(m.Seqs, r.sequences[n])
	}
	r.kept = before
	return m
}

// sequence returns what takes the place of n, a node that is kept: a further placeholder of g, seen
// as the type of n.
func (r *rewriter) sequence(g *Graph, n *Node, k *residual) *Node {
	t := k.typ()
	p := g.placeholder(argOp{role: roleSeq, index: n.id, typ: typeKey(t)}, t)
	if r.sequences == nil {
		r.sequences = map[*Node]*Node{}
	}
	r.sequences[n] = p
	return p.Cast(n.typ.DType)
}

// keep adds the kept nodes of a forward body to its results.
func (m *LoopSpec) keep(ks []residual, at []*Node) {
	for _, k := range ks {
		y := at[k.node.id]
		if k.asBool {
			y = y.Ne(y.scalar(0))
		}
		m.Ys = append(m.Ys, y)
	}
}
