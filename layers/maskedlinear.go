package layers

import "github.com/spikegraph/spikegraph/graph"

// MaskedLinear connects neurons by a matrix of which only the entries under a mask take part:
// y = x·f(W ⊙ Mask). Weights beside the mask get no gradient. The matrix is stored in full: for few
// connections among many neurons take a CSRLinear.
type MaskedLinear struct {
	In, Out int                             // neurons before and after, >= 1
	Mask    Param                           // [In Out], 1 where there is a connection, 0 where not; not trained; 1
	W       Param                           // weights [In Out], trained unless under Fix; XavierNormal
	Func    func(w *graph.Node) *graph.Node // f, applied to the masked weights: (*graph.Node).Abs; none
	DType   graph.DType                     // of weights and input; Float32
}

// MaskedLinearCell is a MaskedLinear placed in a graph.
type MaskedLinearCell struct {
	W *graph.Node // f(W ⊙ Mask), [In Out]
	site
}

// Place puts the layer in g; its parameter is named name.W, and name.Mask where the mask is drawn.
// Faults, each named by layer and field, are recorded on g.
func (p MaskedLinear) Place(g *graph.Graph, name string) MaskedLinearCell {
	defer g.Scope(name)()
	l := newPlacer(g, name, p.DType)
	c := MaskedLinearCell{site: l.between(p.In, p.Out)}
	if c.W = c.fault; c.fault != nil {
		return c
	}
	shape := []int{p.In, p.Out}
	mask := l.node(or(p.Mask, Const(1)), field{name: "Mask", shape: shape, domain: zeroOrOne})
	w := l.node(p.W, field{name: "W", def: XavierNormal(), shape: shape, domain: anyNumber, weight: true})
	if c.W = times(mask, w); p.Func != nil && c.W.Valid() {
		c.W = p.Func(c.W)
	}
	return c
}

// Apply returns x·f(W ⊙ Mask): [... Out] of x [... In].
func (c MaskedLinearCell) Apply(x *graph.Node) *graph.Node {
	defer c.g.Scope(c.name)()
	return product(c.arrive(x), c.W, nil)
}
