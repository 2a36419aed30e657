package graph

import (
	"fmt"
	"slices"
)

// unit is what passes work on: the graph of a program, or of a body, and the nodes that are wanted.
type unit struct {
	g    *Graph
	outs []*Node
}

// pass is a step of compilation.
type pass struct {
	name string
	run  func(u unit, c *compiler) unit
	what string // one sentence: what it does, and what it leaves to others
	must bool   // it runs, in its least form, even if it is switched off
}

// passes is the pipeline. Each rebuilds the graph, bodies of loops included.
var passes = []pass{
	{"saved", savedPass, "makes results of loops out of what backward passes keep of them", true},
	{"simplify", simplifyPass, "rewrites by laws that hold for every float, folds constants and merges equal nodes", false},
	{"delay", delayPass, "carries a factor from step to step instead of a product that a slope of surrogates waits for", false},
	{"recompute", recomputePass, "divides loops into segments that the backward pass computes again, where Options.MaxMemory asks for it", false},
	{"residuals", residualsPass, "chooses what a loop keeps for its backward pass: the cheapest cut between what is costly to compute and what is needed", false},
	{"stack", stackPass, "takes sums of products over time out of loops: one product over all steps", false},
	{"dce", dcePass, "removes results, state and captures of loops that nothing reads", false},
	{"bits", bitsPass, "stores as bits the spikes and masks that loops keep, or are given, for backward loops and products over time", false},
	{"shard", shardPass, "splits loops by rows of the batch, for workers that meet once", false},
	{"spikes", spikesPass, "marks products with spikes, which add rows where the spikes are if those are few", false},
	{"open", openPass, "lets gradients into spikes know where the slope of a surrogate with compact support is not 0", false},
	{"fuse", fusePass, "joins elementwise nodes of one shape, and reductions of what they compute over the first axes, the last or all, into one kernel", true},
	{"epilogue", epiloguePass, "joins such a kernel with the product that it alone reads: both are computed block by block of rows", false},
}

// order is a constraint of the pipeline: first runs before then.
type order struct{ first, then, why string }

var orders = []order{
	{"saved", "simplify", "rewriting a body would lose the nodes that Saved names"},
	{"simplify", "residuals", "the cut compares nodes of a backward body with those of the forward body, which must be in one form"},
	{"saved", "recompute", "what the backward loop reads must be results of the forward loop"},
	{"simplify", "recompute", "the lengths of segments are chosen by the sums over time, which must be in their last form"},
	{"recompute", "residuals", "what is kept of a segment is chosen like what is kept of a loop"},
	{"recompute", "shard", "sums are kept in parts from segment to segment"},
	{"residuals", "stack", "what is kept becomes a sequence, of which a product over all steps can be taken"},
	{"simplify", "delay", "slopes are looked for in the form that the laws leave"},
	{"delay", "recompute", "segments carry what the loop carries"},
	{"stack", "dce", "the sums that a loop need not carry any more are dead"},
	{"residuals", "dce", "the cut leaves results of forward loops without readers"},
	{"stack", "bits", "products over time read spikes as they are stored"},
	{"dce", "bits", "a dead reader might want what is stored otherwise; and every loop has a body of its own"},
	{"bits", "shard", "a row of bits is one of the batch"},
	{"dce", "shard", "what is dead may be all that mixes rows"},
	{"stack", "shard", "a product over all steps and rows is one no shard could take"},
	{"shard", "spikes", "a product with Bool is known to no rule of the split"},
	{"shard", "open", "a product under a mask is known to no rule of the split"},
	{"delay", "open", "the slope must be known in the step that has the product"},
	{"open", "fuse", "the slope of a fused kernel is not to be seen"},
	{"shard", "fuse", "a fused kernel has its shape"},
	{"fuse", "epilogue", "what is computed over a block of a product is a whole group"},
	{"residuals", "spikes", "the cut compares products of two bodies, of which one may know less of its operands"},
}

func init() {
	at := map[string]int{}
	for i, p := range passes {
		at[p.name] = i
	}
	for _, o := range orders {
		i, ok := at[o.first]
		j, ok2 := at[o.then]
		if !ok || !ok2 || i >= j {
			panic(fmt.Sprintf("graph: pass %s must run before %s: %s", o.first, o.then, o.why))
		}
	}
}

// Passes returns the names of the compiler's passes in order, and what each does.
func Passes() (names, what []string) {
	for _, p := range passes {
		names, what = append(names, p.name), append(what, p.what)
	}
	return names, what
}

// compiler is what passes share.
type compiler struct {
	off    map[string]bool
	verify bool
	trace  []passTrace // what each pass did, for Explain

	segments func(pairs []loopPair) []division // chooses how the loops of each pair are divided; nil if none are
	again    []segmentation                    // what it chose
}

// run takes a unit through the pipeline.
func (c *compiler) run(u unit) unit {
	before := countNodes(u)
	for _, p := range passes {
		if c.off[p.name] && !p.must {
			continue
		}
		u = p.run(u, c)
		after := countNodes(u)
		c.trace = append(c.trace, passTrace{p.name, before, after})
		before = after
		if c.verify {
			if err := verify(u); err != nil {
				panic(fmt.Sprintf("graph: after pass %s: %v", p.name, err))
			}
		}
	}
	return u
}

// bodies returns the graphs inside n, with the nodes wanted of them.
func (n *Node) bodies() []unit {
	switch o := n.op.(type) {
	case loopOp:
		return []unit{{o.Body, slices.Concat(o.Next, o.Ys)}}
	case whileOp:
		return []unit{{o.Body, append(slices.Clone(o.Next), o.Go)}}
	case branchOp:
		return []unit{{o.Then, o.ThenOuts}, {o.Else, o.ElseOuts}}
	}
	return nil
}

// rewriter rebuilds a graph node by node. Bodies that several nodes share stay shared.
type rewriter struct {
	node  func(n *Node, in []*Node) *Node
	need  func(u unit) []bool                          // nodes to rebuild; those that the outs are computed from if nil
	build func(u unit, parent *Graph, at []*Node) unit // rebuilds a body; graph if nil
	loops map[*LoopSpec]*LoopSpec
	extra map[*LoopSpec][]residual // body nodes to be appended to the results of a loop
	// args are the new placeholders of old ones, consts placeholders that stand for constants,
	// kept nodes that become sequences, whose placeholders are in sequences.
	args, sequences map[*Node]*Node
	consts          map[*Node]constOp
	kept            map[*Node]*residual
	wrap            func(n, p *Node) *Node // what takes the place of n, whose new placeholder is p; p if nil
	resize          func(n *Node) Type     // the type of the new placeholder of n; as before if nil
	inside          *Graph                 // the graph that is being written
}

// graph rebuilds u inside parent; at receives the new node of each old one by its number.
// Placeholders are all kept, and come first.
func (r *rewriter) graph(u unit, parent *Graph, at []*Node) unit {
	g := emptyGraph(u.g, parent)
	before := g.root.top
	outer := r.inside
	g.root.top, r.inside = g, g
	defer func() { g.root.top, r.inside = before, outer }()
	need := r.needed(u)
	for i, n := range u.g.nodes {
		if a, ok := n.op.(argOp); ok {
			at[i] = r.placeholder(g, n, a)
		}
	}
	for i, n := range u.g.nodes {
		if _, ok := n.op.(argOp); ok {
			if r.wrap != nil {
				at[i] = r.wrap(n, at[i])
			}
			if c, ok := r.consts[n]; ok {
				at[i] = g.add(c, nil)
			}
		}
		if k := r.kept[n]; k != nil {
			at[i] = r.sequence(g, n, k)
		}
		if at[i] != nil {
			continue
		}
		if !need[i] {
			continue
		}
		g.root.scope = n.scope
		in := make([]*Node, len(n.in))
		for j, x := range n.in {
			in[j] = at[x.id]
		}
		var m *Node
		if r.node != nil {
			m = r.node(n, in)
		}
		if m == nil {
			m = g.add(r.op(n.op, g), in)
		}
		if !m.okay {
			panic(fmt.Sprintf("graph: rewriting %v failed: %v", n, g.Err()))
		}
		at[i] = m
	}
	g.root.scope = ""
	return unit{g, mapped(u.outs, at)}
}

// emptyGraph starts the copy of a graph: a fresh root, or a body inside parent.
func emptyGraph(of, parent *Graph) *Graph {
	g := &Graph{seen: map[key]*Node{}, parent: parent, loop: of.loop, segment: of.segment}
	if parent == nil {
		g.root = &root{graph: g, top: g, store: of.root.store, params: map[string]*Node{}, loops: map[*Graph]*Node{}}
		return g
	}
	g.root, g.depth = parent.root, parent.depth+1
	g.standIn = map[*Node]*Node{}
	return g
}

func mapped(ns []*Node, at []*Node) []*Node {
	out := make([]*Node, len(ns))
	for i, n := range ns {
		out[i] = at[n.id]
	}
	return out
}

func (r *rewriter) needed(u unit) []bool {
	if r.need != nil {
		return r.need(u)
	}
	return reachable(u.g, u.outs)
}

// placeholder adds to g the placeholder that takes the place of n.
func (r *rewriter) placeholder(g *Graph, n *Node, op argOp) *Node {
	t := n.typ
	if r.resize != nil {
		t = r.resize(n)
		op.typ = typeKey(t)
	}
	p := g.placeholder(op, t)
	p.scope = n.scope
	if r.args == nil {
		r.args = map[*Node]*Node{}
	}
	r.args[n] = p
	return p
}

// placed returns the new placeholders of old ones.
func (r *rewriter) placed(ns []*Node) []*Node {
	out := make([]*Node, len(ns))
	for i, n := range ns {
		out[i] = r.args[n]
	}
	return out
}

// body rebuilds a body inside parent.
func (r *rewriter) body(u unit, parent *Graph, at []*Node) unit {
	if r.build != nil {
		return r.build(u, parent, at)
	}
	return r.graph(u, parent, at)
}

// op rebuilds the bodies of op inside g.
func (r *rewriter) op(op Op, g *Graph) Op {
	switch o := op.(type) {
	case loopOp:
		return loopOp{r.loop(o.LoopSpec, g)}
	case whileOp:
		w := *o.WhileSpec
		at := make([]*Node, len(w.Body.nodes))
		u := r.body(unit{w.Body, append(slices.Clone(w.Next), w.Go)}, g, at)
		w.Body = u.g
		w.Body.captures = r.placed(o.Body.captures)
		w.Carried, w.Index = r.placed(o.Carried), r.args[o.Index]
		w.Next, w.Go = u.outs[:len(o.Next)], u.outs[len(o.Next)]
		return whileOp{&w}
	case branchOp:
		b := *o.BranchSpec
		b.Then, b.ThenOuts = r.branch(o.Then, o.ThenOuts, g)
		b.Else, b.ElseOuts = r.branch(o.Else, o.ElseOuts, g)
		return branchOp{&b}
	}
	return op
}

func (r *rewriter) branch(body *Graph, outs []*Node, g *Graph) (*Graph, []*Node) {
	at := make([]*Node, len(body.nodes))
	u := r.body(unit{body, outs}, g, at)
	u.g.captures = r.placed(body.captures)
	return u.g, u.outs
}

// loop rebuilds a loop's body inside g.
func (r *rewriter) loop(l *LoopSpec, g *Graph) *LoopSpec {
	if m := r.loops[l]; m != nil {
		return m
	}
	m := *l
	at := make([]*Node, len(l.Body.nodes))
	outs := slices.Concat(l.Next, l.Ys)
	for _, k := range r.extra[l] {
		outs = append(outs, k.node)
	}
	u := r.body(unit{l.Body, outs}, g, at)
	m.Body = u.g
	m.Body.captures = r.placed(l.Body.captures)
	m.Carried, m.Seqs, m.Index = r.placed(l.Carried), r.placed(l.Seqs), r.args[l.Index]
	m.Next, m.Ys = u.outs[:len(l.Next)], u.outs[len(l.Next):len(l.Next)+len(l.Ys)]
	m.Ys = slices.Clip(m.Ys)
	m.keep(r.extra[l], at)
	r.loops[l] = &m
	return &m
}

// has reports whether is holds for a node of u or of a body inside it.
func (u unit) has(is func(n *Node) bool) bool {
	return slices.ContainsFunc(u.g.nodes, func(n *Node) bool {
		return is(n) || slices.ContainsFunc(n.bodies(), func(b unit) bool { return b.has(is) })
	})
}
