package layers

import "github.com/spikegraph/spikegraph/graph"

// CSRLinear connects neurons by the few connections of M: y = x·W with a sparse matrix W [In Out].
// Forward and backward pass take, for each connection, the value before it and add to the value
// after it, in the order of the connections. The program keeps 8 bytes for a connection, the weights
// aside; time and memory of a product go with rows·connections. As dense products run at many times
// the speed for each weight, this one pays (measured between 1,000 neurons) up to about one
// connection in a hundred for 64 rows, and one in five for a single row.
type CSRLinear struct {
	M          CSR         // the connections
	W          Param       // weights [connections], or one for all under Shared; trained unless under Fix; 1
	Event      bool        // whether x counts as spikes: 1 where it is not 0
	Transposed bool        // whether x comes from the neurons after: y = x·Wᵀ
	DType      graph.DType // of weights and input; Float32
}

// CSRLinearCell is a CSRLinear placed in a graph.
type CSRLinearCell struct {
	W    *graph.Node // [connections], or a scalar
	wire wiring
	site
}

// Place puts the layer in g; its parameter is named name.W. Faults, each named by layer and field,
// are recorded on g.
func (p CSRLinear) Place(g *graph.Graph, name string) CSRLinearCell {
	defer g.Scope(name)()
	l := newPlacer(g, name, p.DType)
	c := CSRLinearCell{site: site{g: g, name: name}}
	if err := p.M.Check(); err != nil {
		c.fault = l.fail("M", err)
		c.W = c.fault
		return c
	}
	c.wire = l.wire(p.M, p.Transposed, p.Event)
	c.shape = []int{c.wire.in}
	if c.W = g.Const(l.dtype, 0); p.M.Len() == 0 {
		return c
	}
	c.W = l.node(p.W, field{
		name: "W", def: Const(1), shape: []int{p.M.Len()}, domain: anyNumber, weight: true, single: true,
	})
	return c
}

// Apply returns x·W, [... Out] of x [... In]; transposed, x·Wᵀ, [... In] of x [... Out]. In event
// form the gradient of x is that of the product itself, as of an x that is 0 or 1.
func (c CSRLinearCell) Apply(x *graph.Node) *graph.Node {
	defer c.g.Scope(c.name)()
	if x = c.arrive(x); !x.Valid() || !c.W.Valid() {
		return invalid(x, c.W)
	}
	return c.wire.carry(x, c.W)
}

// wiring is a sparse matrix without its weights, as a product reads it.
type wiring struct {
	from, to *graph.Node // neuron before and after each connection, Int32 [connections]; nil if none
	in, out  int
	event    bool
}

// wire puts the connections of m in the graph: 8 bytes each.
func (l placer) wire(m CSR, transposed, event bool) wiring {
	w := wiring{in: m.In(), out: m.Out, event: event}
	if m.Len() > 0 {
		w.from, w.to = l.ids(m.Pre()), l.ids(m.Post)
	}
	if transposed {
		w.from, w.to, w.in, w.out = w.to, w.from, w.out, w.in
	}
	return w
}

// ids returns numbers of neurons as a constant of the program.
func (l placer) ids(x []int32) *graph.Node {
	v := make([]float64, len(x))
	for i, id := range x {
		v[i] = float64(id)
	}
	return l.g.Values(graph.Int32, v, len(v))
}

// carry returns y_j = Σ w_k x_i over the connections k from i to j; w is [connections] or a scalar,
// which is multiplied last. Rows of x go abreast, so that a connection is a run of memory.
func (m wiring) carry(x, w *graph.Node) *graph.Node {
	lead := x.Shape()[:x.Rank()-1]
	shape := append(lead[:len(lead):len(lead)], m.out)
	if m.from == nil {
		return x.Graph().Const(x.DType(), 0, shape...)
	}
	if m.event {
		x = events(x)
	}
	x = x.Reshape(lead.Size(), m.in).Transpose().Gather(0, m.from)
	if w.Rank() == 1 {
		x = x.Mul(w.Unsqueeze(-1))
	}
	x = x.ScatterAdd(0, m.to, m.out).Transpose().Reshape(shape...)
	if w.Rank() == 0 {
		x = x.Mul(w)
	}
	return x
}

// events returns 1 where x is not 0, else 0; gradients pass as if it were x.
func events(x *graph.Node) *graph.Node {
	return graph.Custom(
		func(xs []*graph.Node) *graph.Node { return xs[0].Ne(xs[0].Like(0)).Cast(xs[0].DType()) },
		func(_ []*graph.Node, _, gy *graph.Node) []*graph.Node { return []*graph.Node{gy} },
		x)
}
