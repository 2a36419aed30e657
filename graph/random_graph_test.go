package graph_test

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/opsamples"
	"pgregory.net/rapid"
)

// maker draws graphs. Its values stay of size 1, and its comparisons and maxima keep away from ties:
// what two orders of summation round differently must not fall on two sides of a step.
type maker struct {
	next func(n int) int // draws a choice of n
	g    *graph.Graph
	pool []*graph.Node // floats of one type
	deep int           // loops and branches around
	rand bool          // whether to draw random numbers
	seed int           // of constants
}

func (m *maker) pick() *graph.Node { return m.pool[m.next(len(m.pool))] }

// offset returns constants near 1/8 of x's shape, no two alike.
func (m *maker) offset(x *graph.Node) *graph.Node {
	m.seed++
	n := x.Shape().Size()
	if n == 0 {
		return x.Like(0.1)
	}
	v := opsamples.Sample{Inputs: []opsamples.Input{{DType: graph.Float64, Shape: []int{n}, Lo: 0.1, Hi: 0.15}}}.Values(0)
	for i := range v {
		v[i] += 1e-3 * float64(m.seed)
	}
	return m.g.Values(x.DType(), v, x.Shape()...)
}

// fit makes of x a node of the given shape, by sums and repetition.
func (m *maker) fit(x *graph.Node, shape []int) *graph.Node {
	if x.Shape().Equal(shape) {
		return x
	}
	if x.Rank() > 0 {
		x = x.Sum(m.next(x.Rank())).Tanh()
		return m.fit(x, shape)
	}
	return x.BroadcastTo(shape...)
}

// grow adds n ops to the pool.
func (m *maker) grow(n int) {
	for range n {
		y := m.op()
		if y.Valid() && y.Shape().Size() > 600 {
			y = y.Sum().Tanh()
		}
		m.pool = append(m.pool, y)
	}
}

// op draws one op of a node of the pool.
func (m *maker) op() *graph.Node {
	kinds := []func() *graph.Node{m.unary, m.unary, m.binary, m.binary, m.compare, m.reduce, m.reshape, m.slice, m.product, m.joined, m.gathered}
	if m.deep == 0 {
		kinds = append(kinds, m.layer)
	}
	if m.deep < 2 {
		kinds = append(kinds, m.loop, m.branch)
	}
	if m.rand {
		kinds = append(kinds, m.draw)
	}
	return kinds[m.next(len(kinds))]()
}

func (m *maker) unary() *graph.Node {
	x := m.pick()
	fs := []func() *graph.Node{
		x.Tanh, x.Sin, x.Sigmoid, x.Neg, x.Cos, x.Erf,
		func() *graph.Node { return x.Tanh().Exp().Scale(0.3) },
		func() *graph.Node { return x.Square().Shift(1).Sqrt().Log() },
		func() *graph.Node { return x.Add(m.offset(x)).Relu() },
		func() *graph.Node { return x.Add(m.offset(x)).Abs().Tanh() },
		func() *graph.Node { return x.Scale(-0.5).Shift(0.25) },
		func() *graph.Node { return x.Tanh().StopGradient().Mul(x).Tanh() },
		func() *graph.Node { return x.After(m.pick()) },
		func() *graph.Node { return x.Mul(x.Like(1)).Add(x.Like(0)).Neg().Neg() },
	}
	return fs[m.next(len(fs))]()
}

// partner returns a node that broadcasts with x.
func (m *maker) partner(x *graph.Node) *graph.Node {
	y := m.pick()
	switch {
	case x.Shape().Equal(y.Shape()) || y.Rank() == 0:
		return y
	case x.Rank() > 0 && m.next(2) == 0:
		return m.fit(y, x.Shape()[1:])
	}
	return m.fit(y, x.Shape())
}

func (m *maker) binary() *graph.Node {
	x := m.pick()
	y := m.partner(x)
	fs := []func() *graph.Node{
		func() *graph.Node { return x.Add(y).Scale(0.6) },
		func() *graph.Node { return y.Sub(x).Tanh() },
		func() *graph.Node { return x.Mul(y).Tanh() },
		func() *graph.Node { return x.Div(y.Square().Shift(1)) },
		func() *graph.Node { return x.Add(m.offset(x)).Max(y) },
		func() *graph.Node { return y.Min(x.Add(m.offset(x))) },
	}
	return fs[m.next(len(fs))]()
}

func (m *maker) compare() *graph.Node {
	x := m.pick()
	y := m.partner(x)
	c := x.Add(m.offset(x)).Gt(y)
	fs := []func() *graph.Node{
		func() *graph.Node { return c.Select(x, y) },
		func() *graph.Node { return c.Cast(x.DType()) },
		func() *graph.Node { return c.Not().And(y.Lt(y.Like(0.21+1e-4*float64(m.seed)))).Select(y.Like(0.5), x) },
		func() *graph.Node { return x.Add(m.offset(x)).Step().Mul(y) },
		func() *graph.Node { return x.Add(m.offset(x)).Spike(opsamples.Half{}).Sub(y).Scale(0.5) },
		func() *graph.Node { return c.Cast(graph.Int32).Sum().Cast(x.DType()).Scale(0.1).Tanh() },
	}
	return fs[m.next(len(fs))]()
}

func (m *maker) reduce() *graph.Node {
	x := m.pick()
	if x.Rank() == 0 {
		return x.Tanh()
	}
	axis := m.next(x.Rank())
	axes := []int{axis}
	if m.next(3) == 0 {
		axes = nil
	}
	if m.next(3) == 0 && x.Rank() > 2 {
		axes = []int{0, x.Rank() - 1}
	}
	fs := []func() *graph.Node{
		func() *graph.Node { return x.Sum(axes...).Tanh() },
		func() *graph.Node { return x.Mean(axes...) },
		func() *graph.Node { return x.Add(m.offset(x)).ReduceMax(axes...) },
		func() *graph.Node { return x.LogSumExp(axes...).Tanh() },
		func() *graph.Node { return x.Tanh().Prod(axes...) },
		func() *graph.Node { return x.Softmax(axis) },
		func() *graph.Node { return x.Variance(axes...).Tanh() },
		func() *graph.Node { return x.CumSum(axis, axis == 0, axis == 1).Tanh() },
	}
	return fs[m.next(len(fs))]()
}

func (m *maker) reshape() *graph.Node {
	x := m.pick()
	fs := []func() *graph.Node{
		func() *graph.Node { return x.Transpose() },
		func() *graph.Node { return x.Reshape(-1) },
		func() *graph.Node { return x.Unsqueeze(-1) },
		func() *graph.Node { return x.Unsqueeze(0).BroadcastTo(append([]int{2}, x.Shape()...)...) },
	}
	if x.Rank() > 4 {
		return x.Reshape(-1)
	}
	if x.Rank() == 0 {
		return x.Sin()
	}
	return fs[m.next(len(fs))]()
}

func (m *maker) slice() *graph.Node {
	x := m.pick()
	if x.Rank() == 0 {
		return x.Cos()
	}
	axis := m.next(x.Rank())
	d := x.Dim(axis)
	from := m.next(d)
	fs := []func() *graph.Node{
		func() *graph.Node { return x.Narrow(axis, from, d-from) },
		func() *graph.Node { return x.Flip(axis) },
		func() *graph.Node { return x.Index(m.next(x.Dim(0))) },
		func() *graph.Node {
			rs := slices.Repeat([]graph.Range{graph.All}, axis+1)
			rs[axis] = graph.Range{From: from, ToEnd: true, Step: 2}
			return x.Slice(rs...)
		},
		func() *graph.Node {
			before, after := make([]int, x.Rank()), make([]int, x.Rank())
			before[axis], after[axis] = 1, from%2
			return x.Pad(before, after, 0.5)
		},
	}
	return fs[m.next(len(fs))]()
}

func (m *maker) product() *graph.Node {
	x := m.pick()
	if x.Rank() == 0 {
		x = x.Reshape(1, 1)
	}
	if x.Rank() > 2 {
		x = x.Flatten(0, -2)
	}
	k := x.Dim(-1)
	y := m.fit(m.pick(), []int{k, 1 + m.next(3)})
	fs := []func() *graph.Node{
		func() *graph.Node { return x.MatMul(y) },
		func() *graph.Node { return y.Transpose().MatMul(x.Transpose()) },
		func() *graph.Node { return x.MatMul(y).Add(y.Sum(0)) },
		func() *graph.Node { return graph.Einsum("k,km->m", m.fit(x, []int{k}), y) },
	}
	if x.Rank() < 2 {
		fs = fs[:1]
	}
	return fs[m.next(len(fs))]().Scale(1 / float64(k+1)).Tanh()
}

// layer returns what a layer of neurons that is large enough to be computed by rows makes of a node.
func (m *maker) layer() *graph.Node {
	const rows, in, out = 384, 24, 384
	x := m.fit(m.pick(), []int{in}).Add(m.fill(rows, in)).Tanh()
	if m.next(3) == 0 {
		x = x.Shift(0.0123).Spike(opsamples.Half{})
	}
	y := x.MatMul(m.fill(in, out)).Add(m.fit(m.pick(), []int{out}))
	acts := []func() *graph.Node{
		y.Tanh,
		func() *graph.Node { return y.Shift(0.0123).Relu() },
		func() *graph.Node { return y.Shift(0.0123).Spike(opsamples.Half{}).Sub(y.Sigmoid()) },
	}
	return acts[m.next(len(acts))]().Mean(0).Index(0).Tanh()
}

// fill returns constants of [-1, 1).
func (m *maker) fill(shape ...int) *graph.Node {
	m.seed++
	in := opsamples.Input{DType: graph.Float64, Shape: []int{graph.Shape(shape).Size()}, Lo: -1, Hi: 1}
	return m.g.Values(m.pool[0].DType(), opsamples.Sample{Inputs: []opsamples.Input{in}}.Values(0), shape...)
}

func (m *maker) joined() *graph.Node {
	x := m.pick()
	y := m.fit(m.pick(), x.Shape())
	if x.Rank() == 0 || x.Rank() < 5 && m.next(2) == 0 {
		return graph.Stack(0, x, y)
	}
	return graph.Concat(m.next(x.Rank()), x, y, x)
}

func (m *maker) gathered() *graph.Node {
	x := m.pick()
	if x.Rank() == 0 {
		return x.Sigmoid()
	}
	n := x.Dim(0)
	idx := m.g.Values(graph.Int32, []float64{float64(m.next(n)), float64(m.next(n))}, 2)
	y := x.Gather(0, idx)
	if m.next(2) == 0 {
		return y.ScatterAdd(0, idx, n).Tanh()
	}
	return y
}

func (m *maker) draw() *graph.Node {
	x := m.pick()
	return m.g.Uniform(x.DType(), x.Shape()...).Sub(x).Scale(0.5)
}

// inside returns a maker for a body, whose nodes do not leave it. A body is traced more than once
// where a loop is cut, and must come out the same: its choices follow from a seed.
func (m *maker) inside(seed uint64, xs ...*graph.Node) *maker {
	in := *m
	in.pool = append(slices.Clone(m.pool), xs...)
	in.deep++
	in.next = rand.New(rand.NewPCG(seed, 0)).IntN
	return &in
}

func (m *maker) loop() *graph.Node {
	x := m.pick()
	if x.Rank() == 0 || x.Rank() > 3 {
		x = m.fit(x, []int{3, 2})
	}
	o := graph.LoopOptions{Reverse: m.next(2) == 0}
	switch m.next(4) {
	case 0:
		o.Unroll = true
	case 1:
		o.Segment = 1 + m.next(3)
	case 2:
		o.Truncate = 1 + m.next(3)
	}
	type state struct{ A, B, C *graph.Node }
	s := state{A: m.pick(), B: m.pick()}
	ops, seed := 2+m.next(5), uint64(m.next(1<<20))
	ys, last := graph.Loop(x, s, func(x *graph.Node, s state) ([]*graph.Node, state) {
		c := s.C.Else(m.pool[0].Sum().Tanh())
		in := m.inside(seed, x, s.A, s.B, c)
		in.grow(ops)
		next := state{A: in.fit(in.pick(), s.A.Shape()), B: in.fit(in.pick(), s.B.Shape()), C: in.fit(in.pick(), nil)}
		return []*graph.Node{in.pick(), in.pick()}, next
	}, o)
	out := []*graph.Node{ys[0], ys[1], last.A, last.B, last.C}[m.next(5)]
	if out.Rank() > 5 {
		out = out.Reshape(-1)
	}
	return out
}

func (m *maker) branch() *graph.Node {
	p := m.pick()
	cond := p.Sum().Tanh().Gt(p.Graph().Const(p.DType(), 0.0123+1e-4*float64(m.seed)))
	shape := m.pick().Shape()
	arm := func() *graph.Node {
		in := m.inside(uint64(m.next(1 << 20)))
		in.grow(2)
		return in.fit(in.pick(), shape)
	}
	return graph.Cond(cond, arm, arm)
}

// randomGraph draws a graph of one float type with two inputs and a parameter.
func randomGraph(t *rapid.T, d graph.DType, random bool) (g *graph.Graph, m *maker) {
	g = graph.New()
	m = &maker{rand: random, next: func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "choice") }}
	m.begin(g, d, rapid.IntRange(3, 14).Draw(t, "ops"))
	return g, m
}

// begin draws a graph of so many ops.
func (m *maker) begin(g *graph.Graph, d graph.DType, ops int) {
	m.g = g
	for i, shape := range [][]int{{4, 3}, {3}, {2, 4, 3}} {
		m.pool = append(m.pool, g.Input(fmt.Sprintf("x%d", i), d, shape...))
	}
	m.pool = append(m.pool, g.Param("w", graph.Var{DType: d, Shape: []int{3, 2}, Init: counting{}}))
	m.grow(ops)
}
