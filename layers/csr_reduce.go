package layers

import (
	"fmt"
	"math"
	"slices"

	"github.com/spikegraph/spikegraph/graph"
)

// Connections turns values of neurons into values of connections and back, for rules that a matrix
// product does not express. CSR.Place returns one; values are [...], any axes in front, and the last
// axis counts neurons or connections.
type Connections struct {
	m    CSR
	to   *graph.Node // neuron after each connection
	from *graph.Node
	into *graph.Node // connections to each neuron, filled up with the number of connections: [Out most]
	has  *graph.Node // connections to each neuron, [Out]
	site
}

// Place puts m in g: 8 bytes for a connection and, for each neuron after, 4 for as many connections
// as any has. A fault of m is recorded on g.
func (m CSR) Place(g *graph.Graph, name string) Connections {
	defer g.Scope(name)()
	l := newPlacer(g, name, graph.Invalid)
	c := Connections{m: m, site: site{g: g, name: name}}
	if err := m.Check(); err != nil {
		c.fault = l.fail("CSR", err)
		return c
	}
	into := make([][]int32, m.Out)
	for k, j := range m.Post {
		into[j] = append(into[j], int32(k))
	}
	most := 1 // a place to fill up, where there are no connections at all
	for _, ks := range into {
		most = max(most, len(ks))
	}
	var filled, has []int32
	for _, ks := range into {
		has = append(has, int32(len(ks)))
		filled = append(append(filled, ks...), slices.Repeat([]int32{int32(m.Len())}, most-len(ks))...)
	}
	c.from, c.to, c.has = l.ids(m.Pre()), l.ids(m.Post), l.ids(has)
	c.into = l.ids(filled).Reshape(m.Out, most)
	return c
}

// at returns x checked to have a last axis of n.
func (c Connections) at(x *graph.Node, n int) *graph.Node {
	c.shape = []int{n}
	return c.arrive(x)
}

// Before returns for each connection the value of the neuron before it: [... connections] of
// x [... In].
func (c Connections) Before(x *graph.Node) *graph.Node {
	defer c.g.Scope(c.name)()
	if x = c.at(x, c.m.In()); !x.Valid() {
		return x
	}
	return x.Gather(-1, c.from)
}

// Sum returns the sum of the values of each neuron's connections: [... Out] of x [... connections].
func (c Connections) Sum(x *graph.Node) *graph.Node {
	defer c.g.Scope(c.name)()
	if x = c.at(x, c.m.Len()); !x.Valid() {
		return x
	}
	return x.ScatterAdd(-1, c.to, c.m.Out)
}

// Mean returns the mean of the values of each neuron's connections, 0 where there are none.
func (c Connections) Mean(x *graph.Node) *graph.Node {
	defer c.g.Scope(c.name)()
	x = c.Sum(x)
	if !x.Valid() {
		return x
	}
	return x.Div(c.has.Cast(x.DType()).Max(x.Graph().Const(x.DType(), 1)))
}

// Prod returns the product of the values of each neuron's connections, 0 where there are none.
func (c Connections) Prod(x *graph.Node) *graph.Node {
	return c.reduce(x, 1, func(x *graph.Node) *graph.Node { return x.Prod(-1) })
}

// Max returns the largest value of each neuron's connections, 0 where there are none.
func (c Connections) Max(x *graph.Node) *graph.Node {
	return c.reduce(x, math.Inf(-1), func(x *graph.Node) *graph.Node { return x.ReduceMax(-1) })
}

// Min returns the smallest value of each neuron's connections, 0 where there are none.
func (c Connections) Min(x *graph.Node) *graph.Node {
	return c.reduce(x, math.Inf(1), func(x *graph.Node) *graph.Node { return x.ReduceMin(-1) })
}

// reduce applies f to the connections of each neuron, filled up with what changes nothing in it.
func (c Connections) reduce(x *graph.Node, nothing float64, f func(*graph.Node) *graph.Node) *graph.Node {
	defer c.g.Scope(c.name)()
	if x = c.at(x, c.m.Len()); !x.Valid() {
		return x
	}
	after := make([]int, x.Rank())
	after[x.Rank()-1] = 1
	y := f(x.Pad(make([]int, x.Rank()), after, nothing).Gather(-1, c.into))
	some := c.has.Gt(c.has.Like(0))
	return some.Select(y, y.Graph().Const(y.DType(), 0))
}

// Softmax returns e^x/Σe^x over the connections to the same neuron: [... connections], as x is.
func (c Connections) Softmax(x *graph.Node) *graph.Node {
	defer c.g.Scope(c.name)()
	highest := c.Max(x)
	if !highest.Valid() {
		return highest
	}
	e := x.Sub(highest.StopGradient().Gather(-1, c.to)).Exp()
	return e.Div(c.Sum(e).Gather(-1, c.to))
}

// Matrix returns the weights w [connections] as a matrix [In Out]; those of a pair that is named
// twice add.
func (c Connections) Matrix(w *graph.Node) *graph.Node {
	defer c.g.Scope(c.name)()
	if w = c.at(w, c.m.Len()); !w.Valid() || w.Rank() != 1 {
		if w.Valid() {
			return c.g.Fail(fmt.Errorf("Matrix: %w: %v, want a weight for each connection", graph.ErrShape, w.Type()))
		}
		return w
	}
	at := c.from.Mul(c.from.Like(float64(c.m.Out))).Add(c.to)
	return w.ScatterAdd(0, at, c.m.In()*c.m.Out).Reshape(c.m.In(), c.m.Out)
}

// EventIDs returns which elements along the last axis of x [... N] are not 0, in order and followed by
// -1 (Int32 [... N]), and how many they are (Int32 [...]). N is at most 2²⁴.
func EventIDs(x *graph.Node) (ids, count *graph.Node) {
	if !x.Valid() {
		return x, x
	}
	const most = 1 << 24 // whole numbers of float32
	if x.Rank() == 0 || x.Dim(-1) > most || x.Dim(-1) == 0 {
		bad := x.Graph().Fail(fmt.Errorf("EventIDs: %w: %v, want a last axis of 1 to 2²⁴", graph.ErrShape, x.Type()))
		return bad, bad
	}
	g, n := x.Graph(), x.Dim(-1)
	lead := x.Shape()[:x.Rank()-1]
	rows := lead.Size()
	number, first := make([]float64, n), make([]float64, rows)
	for i := range number {
		number[i] = float64(i + 1)
	}
	for i := range first {
		first[i] = float64(i * (n + 1))
	}
	is := x.Ne(x.Like(0)).Reshape(rows, n)
	rank := is.Cast(graph.Float32).CumSum(1, false, true).Cast(graph.Int32)
	place := is.Select(rank, rank.Like(float64(n))).Add(g.Values(graph.Int32, first, rows, 1)) // what is 0 goes behind the end
	all := g.Values(graph.Float32, number, n).BroadcastTo(rows, n).Reshape(rows * n)
	ids = all.ScatterAdd(0, place.Reshape(rows*n), rows*(n+1)).Reshape(rows, n+1).Narrow(1, 0, n)
	return ids.Shift(-1).Cast(graph.Int32).Reshape(x.Shape()...), is.Cast(graph.Int32).Sum(1).Reshape(lead...)
}
