package autodiff

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// Grad returns the gradient of loss, a float scalar, with respect to each node of wrt: nodes of the
// same type, zeros where loss does not depend on it. Within the body of a loop the state that the
// step began with is a constant: the gradient is that of the step. A Const cannot be in wrt.
func Grad(loss *graph.Node, wrt ...*graph.Node) []*graph.Node {
	if loss.Valid() && loss.Shape().Size() != 1 {
		bad := loss.Graph().Fail(fmt.Errorf("Grad: %w: the loss is %v, want a scalar; sum or average it", graph.ErrShape, loss.Type()))
		return fill(bad, wrt)
	}
	return VJP([]*graph.Node{loss}, []*graph.Node{loss.Like(1)}, wrt...)
}

// VectorGrad returns Σ ∂y/∂x over the elements of y, with the shape of each x in wrt: for a
// function applied to each element, its derivative.
func VectorGrad(y *graph.Node, wrt ...*graph.Node) []*graph.Node {
	return VJP([]*graph.Node{y}, []*graph.Node{y.Like(1)}, wrt...)
}

// VJP returns, for each x in wrt, the vector-Jacobian product Σᵢ gysᵢ ∂ysᵢ/∂x. gys[i] has the type of
// ys[i]; nil counts as zero.
func VJP(ys, gys []*graph.Node, wrt ...*graph.Node) []*graph.Node {
	gs := pull(ys, gys, wrt)
	for i, x := range wrt {
		gs[i] = orZero(gs[i], x)
	}
	return gs
}

func fill(n *graph.Node, like []*graph.Node) []*graph.Node {
	out := make([]*graph.Node, len(like))
	for i := range out {
		out[i] = n
	}
	return out
}

// pull is VJP with nil for gradients that are zero.
func pull(ys, gys, wrt []*graph.Node) []*graph.Node {
	g, bad := innermost(ys, gys, wrt)
	if bad != nil {
		return fill(bad, wrt)
	}
	gs := make([]*graph.Node, len(wrt))
	if g == nil {
		return gs
	}
	s := newSweep(g, wrt)
	for i, y := range ys {
		if gys[i] == nil {
			continue
		}
		if y.Graph() != g {
			y = y.Here()
		}
		s.add(y, gys[i])
	}
	s.run(g)
	for i, x := range wrt {
		gs[i] = s.grad[x]
	}
	return gs
}

// sweep walks a graph from its results to its inputs, and on into the graphs around it, adding up
// the gradients that arrive at nodes.
type sweep struct {
	leads map[*graph.Graph][]bool     // nodes that depend on what is differentiated by
	grad  map[*graph.Node]*graph.Node // gradient arrived so far
	last  map[*graph.Graph]int        // the last node at which one arrived
	// results and saved collect what arrives at parts of a node with several results.
	results map[*graph.Node][]*graph.Node
	saved   map[*graph.Node][]savedGrad
}

// savedGrad is the gradient that arrives at the stacked values of a node of a loop's body.
type savedGrad struct{ of, gy *graph.Node }

func newSweep(g *graph.Graph, wrt []*graph.Node) *sweep {
	s := &sweep{
		leads: map[*graph.Graph][]bool{}, grad: map[*graph.Node]*graph.Node{}, last: map[*graph.Graph]int{},
		results: map[*graph.Node][]*graph.Node{}, saved: map[*graph.Node][]savedGrad{},
	}
	s.mark(g, wrt)
	return s
}

// mark finds the nodes of g, and of the graphs around it, that depend on wrt.
func (s *sweep) mark(g *graph.Graph, wrt []*graph.Node) {
	nodes := g.Nodes()
	m := make([]bool, len(nodes))
	outside := false
	for _, x := range wrt {
		if x.Graph() == g {
			m[x.ID()] = true
		} else {
			outside = true
		}
	}
	if p := g.Parent(); outside && p != nil {
		s.mark(p, wrt)
		for i, c := range g.Captures() {
			m[c.ID()] = m[c.ID()] || s.leads[p][g.Captured()[i].ID()]
		}
	}
	spread(nodes, m)
	s.leads[g] = m
}

// spread marks the nodes that depend on a marked one.
func spread(nodes []*graph.Node, mark []bool) {
	for i, n := range nodes {
		for _, x := range n.Inputs() {
			mark[i] = mark[i] || mark[x.ID()]
		}
	}
}

// leadsTo reports whether x depends on what is differentiated by. Nodes made by the sweep do not.
func (s *sweep) leadsTo(x *graph.Node) bool {
	m := s.leads[x.Graph()]
	return x.ID() < len(m) && m[x.ID()] && x.DType().IsFloat()
}

// add adds gx to the gradient of x, if that is of interest.
func (s *sweep) add(x, gx *graph.Node) {
	if gx == nil || !s.leadsTo(x) {
		return
	}
	if old := s.grad[x]; old != nil {
		gx = old.Add(gx)
	}
	s.grad[x] = gx
	s.last[x.Graph()] = max(s.last[x.Graph()], x.ID())
}

// run visits the nodes from the last to the first: users before what they use. What a body reads
// from the graph around it is differentiated there.
func (s *sweep) run(g *graph.Graph) {
	nodes, leads := g.Nodes(), s.leads[g]
	for i := s.last[g]; i >= 0; i-- {
		if leads[i] {
			s.visit(nodes[i])
		}
	}
	p := g.Parent()
	if p == nil || s.leads[p] == nil {
		return
	}
	for i, c := range g.Captures() {
		s.add(g.Captured()[i], s.grad[c])
	}
	s.run(p)
}

func (s *sweep) visit(n *graph.Node) {
	defer n.Inside()()
	gy := s.grad[n]
	switch {
	case s.results[n] != nil || s.saved[n] != nil:
		s.several(n)
	case gy == nil:
	case n.ResultIndex() >= 0:
		s.part(n.Inputs()[0], n.ResultIndex(), gy)
	case n.SavedNode() != nil:
		l := n.Inputs()[0]
		s.saved[l] = append(s.saved[l], savedGrad{n.SavedNode(), gy})
	default:
		for j, gx := range n.Op().Grad(n, gy) {
			s.add(n.Inputs()[j], gx)
		}
	}
}

// part notes the gradient of one result of a node.
func (s *sweep) part(n *graph.Node, i int, gy *graph.Node) {
	for len(s.results[n]) <= i {
		s.results[n] = append(s.results[n], nil)
	}
	s.results[n][i] = gy
}

// several differentiates a node with several results.
func (s *sweep) several(n *graph.Node) {
	var gs []*graph.Node
	switch {
	case n.Loop() != nil:
		gs = s.loop(n)
	case n.Branch() != nil:
		gs = s.branch(n)
	default:
		name := n.Op().String()
		if n.Scope() != "" {
			name = n.Scope() + ": " + name
		}
		n.Graph().Fail(fmt.Errorf("there is no gradient through %s, a loop of unknown length: %w; use Loop, or StopGradient its result", name, graph.ErrValue))
		return
	}
	for i, gx := range gs {
		s.add(n.Inputs()[i], gx)
	}
}
