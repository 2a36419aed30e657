package layers

import "github.com/spikegraph/spikegraph/graph"

// CSRLinear connects neurons by the few connections of M: y = x·W with a sparse matrix W [In Out]
// (graph.Node.SparseMatMul). The program keeps 12 bytes for a connection, the weights aside; time goes
// with rows·connections, or where x are spikes that are few, with the connections of those that fire.
// As dense products run at many times the speed for each weight, this one pays (measured between 1,000
// neurons) up to about one connection in five for a single row, in three for 64 rows, and with its
// gradients in four.
type CSRLinear struct {
	M          CSR         // the connections
	W          Param       // weights [connections], or one for all under Shared; trained unless under Fix; 1
	Event      bool        // whether x counts as spikes: 1 where it is not 0, or true
	Transposed bool        // whether x comes from the neurons after: y = x·Wᵀ
	DType      graph.DType // of weights and input; Float32
}

// CSRLinearCell is a CSRLinear placed in a graph.
type CSRLinearCell struct {
	W     *graph.Node // [connections], or a scalar
	wire  wiring
	event bool
	site
}

// Place puts the layer in g; its parameter is named name.W. Faults, each named by layer and field,
// are recorded on g.
func (p CSRLinear) Place(g *graph.Graph, name string) CSRLinearCell {
	defer g.Scope(name)()
	l := newPlacer(g, name, p.DType)
	c := CSRLinearCell{site: l.site(), event: p.Event}
	var err error
	if c.wire, err = wire(p.M, p.Transposed); err != nil {
		c.fault = l.fail("M", err)
		c.W = c.fault
		return c
	}
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
	if c.event {
		x = c.events(x)
	}
	if x = c.arrive(x); !x.Valid() || !c.W.Valid() {
		return invalid(x, c.W)
	}
	return c.wire.carry(x, c.W)
}

// wiring is a sparse matrix without its weights, as a product reads it.
type wiring struct {
	m          *graph.Pattern // nil if there are no connections
	in, out    int
	transposed bool
}

// wire returns the wiring of m, and what is wrong with it.
func wire(m CSR, transposed bool) (w wiring, err error) {
	if err = m.Check(); err != nil {
		return w, err
	}
	w = wiring{in: m.In(), out: m.Out, transposed: transposed}
	if transposed {
		w.in, w.out = w.out, w.in
	}
	if m.Len() > 0 {
		w.m, err = graph.NewPattern(m.In(), m.Out, m.Start, m.Post)
	}
	return w, err
}

// ids returns numbers of neurons as a constant of the program.
func (l placer) ids(x []int32) *graph.Node {
	if len(x) == 0 {
		return l.g.Const(graph.Int32, 0, 0)
	}
	v := make([]float64, len(x))
	for i, id := range x {
		v[i] = float64(id)
	}
	return l.g.Values(graph.Int32, v, len(v))
}

// carry returns y_j = Σ w_k x_i over the connections k from i to j; w is [connections] or a scalar,
// which is multiplied last.
func (m wiring) carry(x, w *graph.Node) *graph.Node {
	if m.m == nil {
		lead := x.Shape()[:x.Rank()-1]
		return x.Graph().Const(x.DType(), 0, append(lead[:len(lead):len(lead)], m.out)...)
	}
	product := x.SparseMatMul
	if m.transposed {
		product = x.SparseMatMulT
	}
	if w.Rank() == 0 {
		return product(m.m, nil).Mul(w)
	}
	return product(m.m, w)
}

// events returns 1 where x is not 0, else 0, in the layer's type; gradients pass as if it were x.
func (s site) events(x *graph.Node) *graph.Node {
	if !x.Valid() {
		return x
	}
	if x.DType() == graph.Bool {
		return x.Cast(s.dtype)
	}
	return graph.Custom(
		func(xs []*graph.Node) *graph.Node { return xs[0].Ne(xs[0].Like(0)).Cast(xs[0].DType()) },
		func(_ []*graph.Node, _, gy *graph.Node) []*graph.Node { return []*graph.Node{gy} },
		x)
}
