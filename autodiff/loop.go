package autodiff

import (
	"slices"

	"github.com/spikegraph/spikegraph/graph"
)

// loop returns the gradients of a loop's inputs. The derivative of
//
//	for t: c[t+1], y[t] = step(c[t], x[t], k)
//
// is the loop that walks the other way, with gc the gradient of the state and gk that of the
// constants, which is summed over time:
//
//	for t, backwards: gc[t], gx[t], dk = vjp(step)(gc[t+1], gy[t]);  gk += dk
//
// Its body computes step again from c[t], which is all that is asked of the forward loop; which
// intermediate values are kept instead is the compiler's choice.
func (s *sweep) loop(n *graph.Node) []*graph.Node {
	r := s.newReverse(n)
	if len(r.active) == 0 {
		return nil
	}
	seqs, state := r.operands()
	gxs, last := graph.Loop(seqs, state, r.step, graph.LoopOptions{Steps: r.l.Steps, Reverse: !r.l.Reverse})
	gs := make([]*graph.Node, len(n.Inputs()))
	nc := len(r.l.Carried)
	for _, i := range r.active {
		if i < nc || i >= nc+len(r.l.Seqs) {
			gs[i] = last[0]
			last = last[1:]
		} else {
			gs[i] = gxs[0]
			gxs = gxs[1:]
		}
	}
	return gs
}

// reverse is the backward loop of a loop node.
type reverse struct {
	n      *graph.Node
	l      *graph.LoopSpec
	active []int         // inputs that get a gradient, or carry one from step to step
	outs   []*graph.Node // nodes of the body at which gradients arrive step by step
	gys    []*graph.Node // these gradients, stacked
	finals []*graph.Node // gradients of the last state, nil for none
}

func (s *sweep) newReverse(n *graph.Node) *reverse {
	r := &reverse{n: n, l: n.Loop()}
	nc := len(r.l.Carried)
	r.finals = make([]*graph.Node, nc)
	for i, gy := range s.results[n] {
		switch {
		case gy == nil:
		case i < nc:
			r.finals[i] = gy
		default:
			r.outs, r.gys = append(r.outs, r.l.Ys[i-nc]), append(r.gys, gy)
		}
	}
	for _, g := range s.saved[n] {
		r.outs, r.gys = append(r.outs, g.of), append(r.gys, g.gy)
	}
	r.findActive(s)
	return r
}

// findActive lists the inputs that get a gradient: what depends on one of them, in this step or by
// way of the state in a later one, carries it.
func (r *reverse) findActive(s *sweep) {
	mark := make([]bool, len(r.l.Body.Nodes()))
	args, in := r.l.Args(), r.n.Inputs()
	for i, x := range in {
		mark[args[i].ID()] = s.leadsTo(x)
	}
	for again := true; again; {
		again = false
		spread(r.l.Body.Nodes(), mark)
		for i, c := range r.l.Carried {
			if mark[r.l.Next[i].ID()] && !mark[c.ID()] && c.DType().IsFloat() {
				mark[c.ID()], again = true, true
			}
		}
	}
	constants := len(r.l.Carried) + len(r.l.Seqs)
	for i, a := range args {
		if mark[a.ID()] && (i < constants || isFirst(in[constants:], i-constants)) {
			r.active = append(r.active, i)
		}
	}
}

// isFirst reports whether ns[i] is not among the nodes before it. Where a body is copied, values that
// were two can become one; its gradient then comes whole, and counts once.
func isFirst(ns []*graph.Node, i int) bool { return slices.Index(ns, ns[i]) == i }

// operands returns the sequences of the backward loop (the state before each step, the forward
// sequences, the gradients that arrive) and its initial state.
func (r *reverse) operands() (seqs, state []*graph.Node) {
	nc := len(r.l.Carried)
	for _, c := range r.l.Carried {
		seqs = append(seqs, graph.Saved(r.n, c))
	}
	seqs = append(seqs, r.n.Inputs()[nc:nc+len(r.l.Seqs)]...)
	seqs = append(seqs, r.gys...)
	for _, i := range r.active {
		switch {
		case i < nc && r.finals[i] != nil:
			state = append(state, r.finals[i])
		case i < nc || i >= nc+len(r.l.Seqs):
			state = append(state, r.n.Inputs()[i].Like(0))
		}
	}
	return seqs, state
}

// step is a step of the backward loop.
func (r *reverse) step(x, gs []*graph.Node) (gxs, next []*graph.Node) {
	nc, ns := len(r.l.Carried), len(r.l.Seqs)
	args := slices.Clone(x[:nc+ns])
	for _, k := range r.n.Inputs()[nc+ns:] {
		args = append(args, k.Here())
	}
	top := r.n.Graph().Top()
	var index *graph.Node
	if r.l.Index != nil {
		index = top.StepIndex()
	}
	outs := r.l.Inline(args, index, slices.Concat(r.l.Next, r.outs)...)
	gys := make([]*graph.Node, nc, len(outs))
	gys = append(gys, x[nc+ns:]...)
	var wrt []*graph.Node
	for k, i := range r.active {
		wrt = append(wrt, args[i])
		if i < nc {
			gys[i] = gs[k] // the state comes first among active inputs
		}
	}
	gw := pull(outs, gys, wrt)
	for k, i := range r.active {
		g := gw[k]
		switch {
		case i < nc && g == nil && r.finals[i] == nil:
			next = append(next, gs[k]) // it begins as zero and stays so
		case i < nc:
			next = append(next, orZero(g, args[i]))
		case i < nc+ns:
			gxs = append(gxs, orZero(g, args[i]))
		case g == nil:
			next = append(next, gs[len(next)])
		default:
			next = append(next, gs[len(next)].Add(g))
		}
	}
	return gxs, next
}

func orZero(g, like *graph.Node) *graph.Node {
	if g == nil {
		return like.Like(0)
	}
	return g
}
