package train

import (
	"slices"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
)

// local is one step of a network, in the body of a loop, with the derivatives that need nothing but
// the step.
type local struct {
	loss     *graph.Node
	measured []*graph.Node
	state    []*graph.Node // before the step
	captures []*graph.Node // stand-ins of what the step reads from outside, if that is learned
	learned  []*graph.Node // the same, outside
	synapses []*synapse
	slopes   []map[*graph.Node]*graph.Node // of each state after the step, by values it is computed from
	carriers []carrier
}

// carrier is a value of the step that is its input, moved about: see isCarrier.
type carrier struct {
	at     *graph.Node
	slopes map[*graph.Node]*graph.Node // of its input, by values that is computed from
}

// synapse is a place where a learned value enters the step.
type synapse struct {
	at     *graph.Node // the value it makes: x·weight, or an elementwise function
	weight *graph.Node // what enters, a constant of the step
	input  int         // its place among the inputs of at
	pre    *graph.Node // of a product: x [B in], or what a kernel is convolved with; else nil
	wires  wires       // which of what is before meets which weight
	along  []int       // states of the neurons at is of, which remember it
}

// newLocal finds the synapses in the body that g is tracing, of a step from one state to the next,
// that keep traces of this kind.
func newLocal(g *graph.Graph, k Trace, before, after []*graph.Node) *local {
	body := g.Top()
	nodes := slices.Clone(body.Nodes())
	l := &local{state: before}
	learned := l.trained(g, body)
	fixed, learns := spread(body, nodes, learned)
	for _, n := range nodes {
		if !fixed[n] {
			l.enter(n, fixed, learns)
		}
		if !fixed[n] && n.DType().IsFloat() && isCarrier(n) {
			l.carriers = append(l.carriers, carrier{n, slopes(body, nodes, n.Inputs()[0])})
		}
	}
	for _, h := range after {
		l.slopes = append(l.slopes, slopes(body, nodes, h))
	}
	for _, s := range l.synapses {
		if s.along = l.reach(s); len(s.along) == 0 && k == EProp && s.at.Attrs().Name == "Conv" {
			l.refuse(s, nodes, after, func(n *graph.Node) bool { return fixed[n] && learns[n] })
		}
	}
	l.synapses = slices.DeleteFunc(l.synapses, func(s *synapse) bool { return len(s.along) == 0 })
	return l
}

// trained notes which captures of the body come of trained parameters, and returns them.
func (l *local) trained(g, body *graph.Graph) map[*graph.Node]bool {
	from := map[*graph.Node]bool{}
	for _, p := range g.Trained() {
		from[p] = true
	}
	if p := body.Parent(); p != nil {
		for _, n := range p.Nodes() {
			from[n] = from[n] || slices.ContainsFunc(n.Inputs(), func(x *graph.Node) bool { return from[x] })
		}
	}
	stand := map[*graph.Node]bool{}
	outside := body.Captured()
	for i, c := range body.Captures() {
		if from[outside[i]] && c.DType().IsFloat() {
			l.captures, l.learned = append(l.captures, c), append(l.learned, outside[i])
			stand[c] = true
		}
	}
	return stand
}

// varying names the values that differ from step to step, beside drawn ones: of the sequences, the state,
// and the step's number.
var varying = []string{"Carried", "Slice", "Step"}

// spread returns the nodes of a body that are the same in every step, and those that come of learned.
func spread(body *graph.Graph, nodes []*graph.Node, learned map[*graph.Node]bool) (fixed, learns map[*graph.Node]bool) {
	fixed, learns = map[*graph.Node]bool{}, map[*graph.Node]bool{}
	for _, n := range nodes {
		a := n.Attrs()
		fixed[n] = !a.Drawn && !slices.Contains(varying, a.Name)
		learns[n] = learned[n]
		for _, x := range n.Inputs() {
			fixed[n] = fixed[n] && fixed[x]
			learns[n] = learns[n] || learns[x]
		}
	}
	return fixed, learns
}

// enter notes the synapses at n: where one of its inputs is fixed and learned.
func (l *local) enter(n *graph.Node, fixed, learns map[*graph.Node]bool) {
	for j, w := range n.Inputs() {
		if !fixed[w] || !learns[w] || !w.DType().IsFloat() {
			continue
		}
		s := &synapse{at: n, weight: w, input: j, wires: wired(n, j)}
		if s.wires != nil {
			s.pre = n.Inputs()[0]
		} else if isPointwise(n) {
			if slope := unreduced(n, j); slope != nil {
				s.wires = newValueWires(s, slope)
			}
		}
		if s.wires != nil {
			l.synapses = append(l.synapses, s)
		}
	}
}

// unreduced returns ∂n/∂w, w the input j of a pointwise n, for each element of n. The derivative of n
// by w sums over elements that share w: it is linear in what arrives at n, so its own derivative by
// that gives them one by one. It is nil where n does not depend on w.
func unreduced(n *graph.Node, j int) *graph.Node {
	defer n.Inside()()
	arriving := n.Like(0).After(n)
	d := n.Op().Grad(n, arriving)[j]
	if d == nil {
		return nil
	}
	return autodiff.VectorGrad(d, arriving)[0]
}

// slopes returns ∂h/∂n, element by element, for every n of h's shape from which h is computed
// elementwise. What passes between neurons is left out.
func slopes(body *graph.Graph, nodes []*graph.Node, h *graph.Node) map[*graph.Node]*graph.Node {
	d := map[*graph.Node]*graph.Node{}
	if !h.Valid() || h.Graph() != body || !h.DType().IsFloat() {
		return d
	}
	d[h] = h.Like(1)
	for i := h.ID(); i >= 0; i-- {
		n := nodes[i]
		if d[n] == nil || !isPointwise(n) {
			continue
		}
		end := n.Inside()
		for j, dx := range n.Op().Grad(n, d[n]) {
			x := n.Inputs()[j]
			switch {
			case dx == nil || !x.Type().Equal(h.Type()):
			case d[x] == nil:
				d[x] = dx
			default:
				d[x] = d[x].Add(dx)
			}
		}
		end()
	}
	return d
}

// reach returns the states that depend on what a synapse makes, at once or by way of each other, and of
// carriers that its traces pass.
func (l *local) reach(s *synapse) []int {
	var along []int
	reached := map[*graph.Node]bool{s.at: true}
	dependent := func(d map[*graph.Node]*graph.Node) bool {
		for n := range d {
			if reached[n] {
				return true
			}
		}
		return false
	}
	for before := 0; before < len(reached); {
		before = len(reached)
		for _, c := range l.carriers {
			if s.wires.passes(c.at) && dependent(c.slopes) {
				reached[c.at] = true
			}
		}
		for k, d := range l.slopes {
			if !slices.Contains(along, k) && l.state[k].Valid() && dependent(d) {
				along = append(along, k)
				reached[l.state[k]] = true
			}
		}
	}
	slices.Sort(along)
	return along
}
