package layers

import "github.com/spikegraph/spikegraph/graph"

// AllToAll connects every neuron to every neuron by a matrix without biases, or by one number for
// all connections: W under Shared or a fixed Const. One number takes no matrix and no product; y is
// then W·Σx for each neuron after, less its own share W·x where NoSelf is set.
type AllToAll struct {
	In, Out int         // neurons before and after, >= 1
	W       Param       // weights [In Out], trained unless under Fix; XavierNormal
	NoSelf  bool        // whether neuron i is not connected to neuron i
	DType   graph.DType // of weights and input; Float32
}

// AllToAllCell is an AllToAll placed in a graph.
type AllToAllCell struct {
	W      *graph.Node // [In Out], or a scalar
	out    int
	noSelf bool
	site
}

// Place puts the layer in g; its parameter is named name.W. Faults, each named by layer and field,
// are recorded on g.
func (p AllToAll) Place(g *graph.Graph, name string) AllToAllCell {
	defer g.Scope(name)()
	l := newPlacer(g, name, p.DType)
	c := AllToAllCell{out: p.Out, noSelf: p.NoSelf, site: l.between(p.In, p.Out)}
	if c.W = c.fault; c.fault != nil {
		return c
	}
	c.W = l.node(p.W, field{
		name: "W", def: XavierNormal(), shape: []int{p.In, p.Out}, domain: anyNumber, weight: true, single: true,
	})
	if p.NoSelf && c.W.Rank() == 2 {
		c.W = c.W.Mul(g.Values(l.dtype, notSelf(p.In, p.Out), p.In, p.Out))
	}
	return c
}

// Apply returns x·W: [... Out] of x [... In].
func (c AllToAllCell) Apply(x *graph.Node) *graph.Node {
	defer c.g.Scope(c.name)()
	if x = c.arrive(x); !x.Valid() || !c.W.Valid() {
		return invalid(x, c.W)
	}
	if c.W.Rank() == 2 {
		return product(x, c.W, nil)
	}
	sum := x.Sum(-1).Unsqueeze(-1)
	shape := append(x.Shape()[:x.Rank()-1:x.Rank()-1], c.out)
	if !c.noSelf {
		return sum.Mul(c.W).BroadcastTo(shape...)
	}
	return sum.Sub(fit(x, c.out)).Mul(c.W)
}

// fit returns x [... N] with its last axis cut, or filled up with zeros, to n.
func fit(x *graph.Node, n int) *graph.Node {
	have := x.Dim(-1)
	if n <= have {
		return x.Narrow(-1, 0, n)
	}
	before, after := make([]int, x.Rank()), make([]int, x.Rank())
	after[x.Rank()-1] = n - have
	return x.Pad(before, after, 0)
}
