package graph

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// special are the values that break laws of real numbers.
var special = []float64{0, math.Copysign(0, -1), 1, -1, 0.5, math.Inf(1), math.Inf(-1), math.NaN(), 5e-324, 1e300}

// TestLawsHoldForEveryFloat compares expressions that the laws rewrite, with and without the pass,
// bit by bit.
func TestLawsHoldForEveryFloat(t *testing.T) {
	n := len(special)
	build := map[string]func(x, y *Node) *Node{
		"times 1":              func(x, _ *Node) *Node { return x.Scale(1) },
		"1 times":              func(x, _ *Node) *Node { return x.scalar(1).Mul(x) },
		"over 1":               func(x, _ *Node) *Node { return x.Div(x.scalar(1)) },
		"minus 0":              func(x, _ *Node) *Node { return x.Sub(x.scalar(0)) },
		"plus 0":               func(x, _ *Node) *Node { return x.Shift(0) },
		"plus -0":              func(x, _ *Node) *Node { return x.Shift(math.Copysign(0, -1)) },
		"-0 plus":              func(x, _ *Node) *Node { return x.scalar(math.Copysign(0, -1)).Add(x) },
		"times -1":             func(x, _ *Node) *Node { return x.Scale(-1) },
		"-1 times":             func(x, _ *Node) *Node { return x.scalar(-1).Mul(x) },
		"neg neg":              func(x, _ *Node) *Node { return x.Neg().Neg() },
		"plus neg":             func(x, y *Node) *Node { return x.Add(y.Neg()) },
		"neg plus":             func(x, y *Node) *Node { return x.Neg().Add(y) },
		"minus neg":            func(x, y *Node) *Node { return x.Sub(y.Neg()) },
		"select same":          func(x, y *Node) *Node { return x.Gt(y).Select(x, x) },
		"reshape twice":        func(x, _ *Node) *Node { return x.Reshape(2, -1).Reshape(n*n, 1).Exp().Reshape(n * n) },
		"broadcast in sum":     func(x, y *Node) *Node { return x.Index(3).BroadcastTo(n * n).Add(y) },
		"constants":            func(x, _ *Node) *Node { return x.Add(x.scalar(2).Exp().Sub(x.scalar(3)).Neg()) },
		"constant comparison":  func(x, y *Node) *Node { return x.scalar(2).Lt(x.scalar(3)).Select(x, y) },
		"stop":                 func(x, y *Node) *Node { return x.StopGradient().Mul(y) },
		"times 1 of more axes": func(x, _ *Node) *Node { return x.Mul(x.g.Const(Float64, 1, 1, n*n)).Reshape(n * n) },
	}
	xs, ys := make([]float64, n*n), make([]float64, n*n)
	for i := range xs {
		xs[i], ys[i] = special[i/n], special[i%n]
	}
	for name, f := range build {
		t.Run(name, func(t *testing.T) {
			g := New()
			y := f(g.Input("x", Float64, n*n), g.Input("y", Float64, n*n))
			var got [2][]float64
			for i, off := range [][]string{nil, {"simplify"}} {
				p, err := g.CompileWith(Options{Disable: off, Verify: true}, y)
				require.NoError(t, err)
				out, err := p.Run(dense(xs), dense(ys))
				require.NoError(t, err)
				got[i] = out[0].Float64s()
			}
			for i := range got[0] {
				a, b := got[0][i], got[1][i]
				if !(math.IsNaN(a) && math.IsNaN(b)) && math.Float64bits(a) != math.Float64bits(b) {
					t.Errorf("of %v and %v: %v with the pass, %v without", xs[i], ys[i], a, b)
				}
			}
		})
	}
}

func dense(x []float64) *tensor.Dense {
	return tensor.New(tensor.WithShape(len(x)), tensor.WithBacking(append([]float64(nil), x...)))
}

// TestMinCut compares the cut with the best of all cuts of random small networks.
func TestMinCut(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for trial := range 200 {
		n := 2 + r.IntN(6)
		type edge struct{ a, b, c int }
		var es []edge
		f := newFlow(n)
		for range n * 2 {
			e := edge{r.IntN(n), r.IntN(n), r.IntN(10)}
			if e.a != e.b {
				es = append(es, e)
				f.edge(e.a, e.b, e.c)
			}
		}
		cost := func(side func(i int) bool) int {
			c := 0
			for _, e := range es {
				if side(e.a) && !side(e.b) {
					c += e.c
				}
			}
			return c
		}
		best := math.MaxInt
		for mask := range 1 << n {
			side := func(i int) bool { return mask>>i&1 == 1 }
			if side(0) && !side(n-1) {
				best = min(best, cost(side))
			}
		}
		got := f.minCut(0, n-1)
		require.True(t, got[0] && !got[n-1], "trial %d", trial)
		require.Equal(t, best, cost(func(i int) bool { return got[i] }), "trial %d", trial)
	}
}

// TestOrders: the table of passes is consistent, and an inconsistent one would not be.
func TestOrders(t *testing.T) {
	at := map[string]int{}
	for i, p := range passes {
		assert.NotEmpty(t, p.what)
		_, twice := at[p.name]
		assert.False(t, twice, p.name)
		at[p.name] = i
	}
	for _, o := range orders {
		assert.Less(t, at[o.first], at[o.then], o.why)
		assert.NotEmpty(t, o.why)
	}
}

// TestVerifyFindsDamage breaks graphs as a faulty pass would.
func TestVerifyFindsDamage(t *testing.T) {
	build := func() (unit, *Node) {
		g := New()
		x := g.Input("x", Float64, 3)
		y, _ := Loop(x.BroadcastTo(4, 3), x, func(x, s *Node) (*Node, *Node) { s = s.Add(x); return s.Exp(), s })
		return unit{g, []*Node{y}}, y.in[0]
	}
	u, _ := build()
	require.NoError(t, verify(u))
	for name, damage := range map[string]func(u unit, l *Node){
		"order":   func(u unit, l *Node) { u.g.nodes[0], u.g.nodes[1] = u.g.nodes[1], u.g.nodes[0] },
		"type":    func(u unit, l *Node) { u.g.nodes[1].typ.Shape = Shape{7} },
		"later":   func(u unit, l *Node) { u.g.nodes[1].in[0] = u.g.nodes[len(u.g.nodes)-1] },
		"carried": func(u unit, l *Node) { l.Loop().Next[0] = l.Loop().Next[0].Sum() },
		"inputs":  func(u unit, l *Node) { l.in = l.in[:1] },
		"body":    func(u unit, l *Node) { l.Loop().Body.nodes[2].typ.Shape = Shape{7} },
	} {
		u, l := build()
		l.Loop().Body.closed = false
		damage(u, l)
		assert.Error(t, verify(u), name)
	}
}

// verify finds a product with a group that is not what the group was made for.
func TestVerifyKnowsEpilogues(t *testing.T) {
	build := func() (unit, *Node) {
		g := New()
		y := g.Input("x", Float32, 1000, 50).MatMul(g.Input("w", Float32, 50, 200)).Add(g.Input("b", Float32, 200)).Tanh()
		u := (&compiler{}).run(unit{g, []*Node{y}})
		return u, u.outs[0].in[0]
	}
	u, n := build()
	require.IsType(t, epilogueOp{}, n.op)
	require.NoError(t, verify(u))
	for name, damage := range map[string]func(n *Node){
		"factors": func(n *Node) { n.in[0], n.in[1] = n.in[1], n.in[0] },
		"inputs":  func(n *Node) { n.in = n.in[:2] },
		"results": func(n *Node) { n.tuple = nil },
	} {
		u, n := build()
		damage(n)
		assert.Error(t, verify(u), name)
	}
}

// TestFusionLeavesNoCycle: c reads a through a reduction, so a and c, neighbours of one shape, must
// not be one kernel.
func TestFusionLeavesNoCycle(t *testing.T) {
	g := New()
	x := g.Input("x", Float64, 4)
	a := x.Exp()
	c := a.Add(a.Sum().BroadcastTo(4))
	p, err := g.CompileWith(Options{Verify: true}, c.Scale(2))
	require.NoError(t, err)
	out, err := p.Run(dense([]float64{0, 0, 0, 0}))
	require.NoError(t, err)
	assert.Equal(t, []float64{10, 10, 10, 10}, out[0].Float64s())
}

// TestFusionJoins: a chain with broadcasts and a sum at its end is one kernel.
func TestFusionJoins(t *testing.T) {
	g := New()
	x, b := g.Input("x", Float32, 8, 4), g.Input("b", Float32, 4)
	z := x.Scale(0.9).Add(b).Shift(-1).Step()
	p, err := g.Compile(z, x.Add(b), z.Sum(0).Exp().Shift(1))
	require.NoError(t, err)
	assert.Len(t, p.block.steps, 3, fmt.Sprint(p.block.u.g.nodes))
}
