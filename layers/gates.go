package layers

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// gates are the weights of a recurrent cell: for each of its k gates a block of n columns.
type gates struct {
	Wi, Wh *graph.Node // [In k·N], [N k·N]
	B      *graph.Node // [k·N]; nil if there are none
	H0     *graph.Node // [N], the state at the start of a sequence
	n      int
	site
}

// gateFields are the settings that recurrent cells share.
type gateFields struct {
	in, n, k      int
	wi, wh, b, h0 Param
	def           Param // of both matrices
	noBias        bool
	dtype         graph.DType
}

// place places the weights of a cell; its parameters are name.Wi, name.Wh, name.B and name.H0.
func (p gateFields) place(g *graph.Graph, name string) gates {
	l := newPlacer(g, name, p.dtype)
	c := gates{n: p.n, site: l.site(p.in)}
	if p.in < 1 || p.n < 1 {
		c.fault = l.fail("In, N", fmt.Errorf("%w: %d to %d neurons, want at least 1", graph.ErrShape, p.in, p.n))
		c.Wi, c.Wh, c.H0 = c.fault, c.fault, c.fault
		return c
	}
	weight := func(name string, v, def Param, shape ...int) *graph.Node {
		return l.node(v, field{name: name, def: def, shape: shape, domain: anyNumber, weight: true})
	}
	c.Wi = weight("Wi", p.wi, p.def, p.in, p.k*p.n)
	c.Wh = weight("Wh", p.wh, p.def, p.n, p.k*p.n)
	if !p.noBias {
		c.B = weight("B", p.b, Const(0), p.k*p.n)
	} else if p.b != nil {
		l.fail("B", fmt.Errorf("%w: biases are given, and NoBias", graph.ErrValue))
	}
	c.H0 = l.node(p.h0, field{name: "H0", def: Const(0), shape: []int{p.n}, domain: anyNumber})
	return c
}

// start returns the state s, or that at the start of sequences like x.
func (c gates) start(x, s *graph.Node) *graph.Node { return s.Else(c.rest(x, c.H0)) }

// rest returns v [N] for every one of x [... In].
func (c gates) rest(x, v *graph.Node) *graph.Node {
	lead := x.Shape()[:x.Rank()-1]
	return v.BroadcastTo(append(lead[:len(lead):len(lead)], c.n)...)
}

// input returns x·Wi + B, [... k·N].
func (c gates) input(x *graph.Node) *graph.Node { return product(x, c.Wi, c.B) }

// block returns columns [from·N, to·N) of x.
func (c gates) block(x *graph.Node, from, to int) *graph.Node {
	return x.Narrow(-1, from*c.n, (to-from)*c.n)
}
