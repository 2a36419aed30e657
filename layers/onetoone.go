package layers

import "github.com/spikegraph/spikegraph/graph"

// OneToOne connects each neuron of a layer to the one at its place in the next: y = x·W, element
// by element.
type OneToOne struct {
	N     int         // neurons
	Shape []int       // in place of N: neurons along several axes, [H W C]
	W     Param       // weights [N], trained unless under Fix; 1
	DType graph.DType // of weights and input; Float32
}

// OneToOneCell is a OneToOne placed in a graph.
type OneToOneCell struct {
	W *graph.Node // [N]
	site
}

// Place puts the layer in g; its parameter is named name.W. Faults are recorded on g.
func (p OneToOne) Place(g *graph.Graph, name string) OneToOneCell {
	defer g.Scope(name)()
	l := newPlacer(g, name, p.DType)
	c := OneToOneCell{site: l.neurons(p.N, p.Shape)}
	if c.W = c.fault; c.fault != nil {
		return c
	}
	c.W = l.node(p.W, field{name: "W", def: Const(1), shape: c.shape, domain: anyNumber, weight: true})
	return c
}

// Apply returns x·W, [... N] as x is.
func (c OneToOneCell) Apply(x *graph.Node) *graph.Node {
	defer c.g.Scope(c.name)()
	return c.arrive(x).Mul(c.W)
}
