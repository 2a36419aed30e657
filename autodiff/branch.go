package autodiff

import "github.com/spikegraph/spikegraph/graph"

// branch returns the gradients of a choice's inputs: a choice between the gradients of its
// branches, whose values are computed again.
func (s *sweep) branch(n *graph.Node) []*graph.Node {
	var active []int
	for i, x := range n.Inputs() {
		if i > 0 && s.leadsTo(x) {
			active = append(active, i)
		}
	}
	if len(active) == 0 {
		return nil
	}
	side := func(then bool) func() []*graph.Node {
		return func() []*graph.Node { return s.side(n, then, active) }
	}
	got := graph.Cond(n.Inputs()[0], side(true), side(false))
	gs := make([]*graph.Node, len(n.Inputs()))
	for k, i := range active {
		gs[i] = got[k]
	}
	return gs
}

// side returns the gradients of the active inputs where the given branch was taken: zeros for what
// only the other one reads.
func (s *sweep) side(n *graph.Node, then bool, active []int) []*graph.Node {
	b, in := n.Branch(), n.Inputs()
	from, to := 1, 1+len(b.Then.Captures())
	if !then {
		from, to = to, len(in)
	}
	args := make([]*graph.Node, to-from)
	for i := range args {
		args[i] = in[from+i].Here()
	}
	outs := b.Inline(then, args)
	gys := make([]*graph.Node, len(outs))
	copy(gys, s.results[n])
	var wrt []*graph.Node
	for _, i := range active {
		if i >= from && i < to {
			wrt = append(wrt, args[i-from])
		}
	}
	gw := pull(outs, gys, wrt)
	gs := make([]*graph.Node, len(active))
	for k, i := range active {
		if i >= from && i < to {
			if isFirst(args, i-from) {
				gs[k] = gw[0]
			}
			gw = gw[1:]
		}
		gs[k] = orZero(gs[k], in[i].Here())
	}
	return gs
}
