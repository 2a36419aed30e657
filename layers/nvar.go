package layers

import (
	"fmt"
	"slices"

	"github.com/spikegraph/spikegraph/graph"
)

// NVAR is a nonlinear vector autoregression, also called next generation reservoir computing
// (Gauthier, Bollt, Griffith, Barbosa 2021, doi:10.1038/s41467-021-25801-2): the features of a
// step are the last inputs and their monomials. It has no weights; a readout, as of a Reservoir,
// is a Dense on the features. NewNVAR fills in the stride.
type NVAR struct {
	In       int   // inputs, >= 1
	Delay    int   // inputs that are remembered, this step's included; >= 1
	Stride   int   // steps from one of them to the next, >= 1
	Orders   []int // degrees of the monomials, each >= 2, in this order
	Constant bool  // whether the first feature is 1
}

// NewNVAR returns the features of delay inputs, one step apart, and of their monomials.
func NewNVAR(in, delay int, orders ...int) NVAR {
	return NVAR{In: in, Delay: delay, Stride: 1, Orders: orders}
}

// NVARCell is an NVAR placed in a graph.
type NVARCell struct {
	p         NVAR
	monomials [][]*graph.Node // of each order, the factors of its monomials: [order][monomials], Int32
	site
}

// NVARState is what an NVAR carries from step to step: the inputs before this one, the last first,
// [B (Delay-1)·Stride·In]. The zero state is 0; nil stays nil where nothing is remembered.
type NVARState struct{ Past *graph.Node }

// Place puts the layer in g; it has no parameters. Faults, each named by layer and field, are
// recorded on g.
func (p NVAR) Place(g *graph.Graph, name string) NVARCell {
	defer g.Scope(name)()
	l := newPlacer(g, name, graph.Invalid)
	p.Orders = slices.Clone(p.Orders)
	c := NVARCell{p: p, site: site{g: g, name: name, shape: []int{p.In}}}
	for _, f := range []struct {
		name string
		v    int
	}{{"In", p.In}, {"Delay", p.Delay}, {"Stride", p.Stride}} {
		if f.v < 1 {
			c.fault = l.fail(f.name, fmt.Errorf("%w: %d, want at least 1", graph.ErrValue, f.v))
		}
	}
	for _, o := range p.Orders {
		if o < 2 {
			c.fault = l.fail("Orders", fmt.Errorf("%w: order %d, want at least 2: order 1 is there already", graph.ErrValue, o))
		}
	}
	if c.fault != nil {
		return c
	}
	for _, o := range p.Orders {
		var factors []*graph.Node
		for _, f := range transposed(combinations(p.linear(), o), o) {
			factors = append(factors, l.ids(f))
		}
		c.monomials = append(c.monomials, factors)
	}
	return c
}

// linear returns the number of features of degree 1.
func (p NVAR) linear() int { return p.Delay * p.In }

// Out returns the number of features: d + Σ C(d+o-1, o) over the Orders o, with d = Delay·In, and
// one more for the Constant.
func (p NVAR) Out() int {
	n := p.linear()
	for _, o := range p.Orders {
		c := 1
		for i := range o {
			c = c * (p.linear() + i) / (i + 1)
		}
		n += c
	}
	if p.Constant {
		n++
	}
	return n
}

// combinations returns the ascending sequences of k of the numbers 0..n-1, each as often as one
// likes, in lexicographic order.
func combinations(n, k int) [][]int32 {
	if n < 1 || k < 1 {
		return nil
	}
	var all [][]int32
	for at := make([]int32, k); ; {
		all = append(all, slices.Clone(at))
		i := k - 1
		for i >= 0 && at[i] == int32(n-1) {
			i--
		}
		if i < 0 {
			return all
		}
		for v := at[i] + 1; i < k; i++ {
			at[i] = v
		}
	}
}

// transposed returns the columns of rows of k numbers.
func transposed(rows [][]int32, k int) [][]int32 {
	cols := make([][]int32, k)
	for _, r := range rows {
		for j, v := range r {
			cols[j] = append(cols[j], v)
		}
	}
	return cols
}

// Step returns the features [... Out] of the input x [... In] and those remembered: 1, if Constant;
// x(t), x(t-Stride), ..., x(t-(Delay-1)·Stride), 0 before the first step; and for each order all
// products of so many of these, repetition allowed, in lexicographic order.
func (c NVARCell) Step(x *graph.Node, s NVARState) (y *graph.Node, next NVARState) {
	defer c.g.Scope(c.name)()
	memory := (c.p.Delay - 1) * c.p.Stride
	if x = c.arrive(x); !x.Valid() {
		if memory > 0 {
			s.Past = x
		}
		return x, s
	}
	lags := []*graph.Node{x}
	if memory > 0 {
		all := graph.Concat(-1, x, s.Past.Else(c.blank(x, memory*c.p.In)))
		for i := 1; i < c.p.Delay; i++ {
			lags = append(lags, all.Narrow(-1, i*c.p.Stride*c.p.In, c.p.In))
		}
		s.Past = all.Narrow(-1, 0, memory*c.p.In)
	}
	return c.features(graph.Concat(-1, lags...)), s
}

// blank returns zeros [... n] for an input x.
func (c NVARCell) blank(x *graph.Node, n int) *graph.Node {
	shape := slices.Clone(x.Shape())
	shape[len(shape)-1] = n
	return c.g.Const(x.DType(), 0, shape...)
}

// features returns all features of the linear ones.
func (c NVARCell) features(linear *graph.Node) *graph.Node {
	parts := []*graph.Node{linear}
	if c.p.Constant {
		one := slices.Clone(linear.Shape())
		one[len(one)-1] = 1
		parts = []*graph.Node{c.g.Const(linear.DType(), 1, one...), linear}
	}
	for _, factors := range c.monomials {
		m := linear.Gather(-1, factors[0])
		for _, f := range factors[1:] {
			m = m.Mul(linear.Gather(-1, f))
		}
		parts = append(parts, m)
	}
	return graph.Concat(-1, parts...)
}

// Sequence returns the features of every step of the sequence xs [T ... In], [T ... Out]: the same
// as a Loop of Step from the zero state, without a loop.
func (c NVARCell) Sequence(xs *graph.Node) *graph.Node {
	defer c.g.Scope(c.name)()
	if xs = c.arrive(xs); !xs.Valid() {
		return xs
	}
	if xs.Rank() < 2 {
		return c.g.Fail(fmt.Errorf("%w: the sequence is %v, want [T ... %d]", graph.ErrShape, xs.Type(), c.p.In))
	}
	steps := xs.Dim(0)
	var lags []*graph.Node
	for i := range c.p.Delay {
		late := min(i*c.p.Stride, steps)
		before := make([]int, xs.Rank())
		before[0] = late
		lags = append(lags, xs.Narrow(0, 0, steps-late).Pad(before, make([]int, xs.Rank()), 0))
	}
	return c.features(graph.Concat(-1, lags...))
}
