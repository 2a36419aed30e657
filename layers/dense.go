package layers

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// Dense connects every neuron of one layer to every neuron of the next: y = x·W + b. A nil field
// takes its default; weights are trained unless they stand under Fix.
type Dense struct {
	In, Out int         // neurons before and after, >= 1
	W       Param       // weights [In Out]; XavierNormal
	B       Param       // biases [Out]; 0
	NoBias  bool        // whether there are no biases
	NoSelf  bool        // whether neuron i is not connected to neuron i: recurrent weights
	DType   graph.DType // of weights and input; Float32
}

// DenseCell is a Dense placed in a graph.
type DenseCell struct {
	W, B *graph.Node // [In Out], [Out]; B is nil if there are no biases
	site
}

// Place puts the layer in g; its parameters are named name.W and name.B. Faults, each named by
// layer and field, are recorded on g.
func (p Dense) Place(g *graph.Graph, name string) DenseCell {
	defer g.Scope(name)()
	l := newPlacer(g, name, p.DType)
	c := DenseCell{site: l.between(p.In, p.Out)}
	if c.W = c.fault; c.fault != nil {
		return c
	}
	c.W = l.node(p.W, field{name: "W", def: XavierNormal(), shape: []int{p.In, p.Out}, domain: anyNumber, weight: true})
	if p.NoSelf {
		c.W = c.W.Mul(l.g.Values(l.dtype, notSelf(p.In, p.Out), p.In, p.Out))
	}
	if !p.NoBias {
		c.B = l.node(p.B, field{name: "B", def: Const(0), shape: []int{p.Out}, domain: anyNumber, weight: true})
	} else if p.B != nil {
		l.fail("B", fmt.Errorf("%w: biases are given, and NoBias", graph.ErrValue))
	}
	return c
}

// notSelf returns the matrix [in out] that is 0 on the diagonal and 1 elsewhere.
func notSelf(in, out int) []float64 {
	m := make([]float64, in*out)
	for i := range m {
		if i/out != i%out {
			m[i] = 1
		}
	}
	return m
}

// Apply returns x·W + b: [... Out] of x [... In].
func (c DenseCell) Apply(x *graph.Node) *graph.Node {
	defer c.g.Scope(c.name)()
	return product(c.arrive(x), c.W, c.B)
}
