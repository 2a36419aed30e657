package graph_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
)

// weights places parameter i of a network.
func weights(g *graph.Graph, i int, shape ...int) *graph.Node {
	return g.Param(fmt.Sprint("w", i), graph.Var{DType: graph.Float32, Shape: shape, Init: gauss{}})
}

// learn adds the gradients of loss and updates with momentum, and returns the loss.
func learn(g *graph.Graph, loss *graph.Node) *graph.Node {
	g.Check("loss", loss)
	ps := g.Trained()
	for i, gw := range autodiff.Grad(loss, ps...) {
		m := g.Param(fmt.Sprint("m", i), graph.Var{DType: graph.Float32, Shape: gw.Shape(), Init: gauss{}, Fixed: true})
		next := m.Scale(0.9).Add(gw)
		g.Update(m, next)
		g.Update(ps[i], ps[i].Sub(next.Scale(0.01)))
	}
	return loss
}

// unrolledNet is a recurrent network without a loop, of layers with branches, skips of three steps
// and a value that every step reads, with training: about n nodes.
func unrolledNet(n int) (*graph.Graph, *graph.Node) {
	g := graph.New()
	x := g.Input("x", graph.Float32, 4, 8)
	seen := []*graph.Node{x, x, x}
	everywhere := x.Sigmoid()
	for i := 0; len(g.Nodes()) < n/4; i++ {
		h := x.MatMul(weights(g, i, 8, 8))
		left, right := h.Tanh().Mul(everywhere), h.Softplus().Shift(1/float64(i+1))
		x = graph.Concat(1, left.Add(seen[len(seen)-3]).Narrow(1, 0, 4), right.Div(h.Abs().Shift(1)).Narrow(1, 4, 4))
		seen = append(seen, x)
	}
	return g, learn(g, x.Add(everywhere).Mean())
}

// chainNet is arithmetic without products, in two strands that read each other, with training.
func chainNet(n int) (*graph.Graph, *graph.Node) {
	g := graph.New()
	x := g.Input("x", graph.Float32, 4, 8)
	x, y := x.Mul(weights(g, 0, 8)), x.Sub(weights(g, 1, 8))
	for i := 0; len(g.Nodes()) < n/3; i++ {
		x, y = x.Mul(y).Tanh().Scale(float64(i+2)), y.Sub(x.Sigmoid()).Abs()
		if i%16 == 15 {
			y = y.Sub(x.Mean(0))
		}
	}
	return g, learn(g, x.Add(y).Mean())
}

// deepNet is a loop over a network of many layers with leaky state, with training.
func deepNet(n int) (*graph.Graph, *graph.Node) {
	layers := n / 70
	g := graph.New()
	xs := g.Input("xs", graph.Float32, 5, 4, 8)
	ws := make([]*graph.Node, layers)
	s, rest := make([]*graph.Node, layers), g.Const(graph.Float32, 0, 4, 8)
	for i := range ws {
		ws[i] = weights(g, i, 8, 8)
	}
	zs, _ := graph.Loop(xs, s, func(x *graph.Node, s []*graph.Node) (*graph.Node, []*graph.Node) {
		next := make([]*graph.Node, len(s))
		for i, w := range ws {
			h := x.MatMul(w)
			v := s[i].Else(rest).Scale(0.9).Add(h)
			z := v.Shift(-1).Step()
			next[i] = v.Mul(z.Scale(-1).Shift(1))
			x = v.Tanh().Add(z)
		}
		return x, next
	})
	return g, learn(g, zs.Mean())
}

// separateNet is many short chains of one shape that have nothing to do with each other, each of a
// weight of its own, with training.
func separateNet(n int) (*graph.Graph, *graph.Node) {
	g := graph.New()
	x := g.Input("x", graph.Float32, 4, 8)
	var ends []*graph.Node
	for i := 0; len(g.Nodes()) < n/4; i++ {
		y := x.Mul(weights(g, i, 8)).Tanh().Shift(float64(i)).Sigmoid().Square()
		ends = append(ends, y.Mean())
	}
	return g, learn(g, graph.Stack(0, ends...).Mean())
}

// wideNet is a loop over many neurons that carry a state each and have nothing to do with each other, with
// training.
func wideNet(n int) (*graph.Graph, *graph.Node) {
	g := graph.New()
	xs, s := g.Input("xs", graph.Float32, 5, 4, 8), make([]*graph.Node, n/60)
	rest := g.Const(graph.Float32, 0, 4, 8)
	w := make([]*graph.Node, len(s))
	for i := range w {
		w[i] = weights(g, i, 8)
	}
	zs, _ := graph.Loop(xs, s, func(x *graph.Node, s []*graph.Node) (*graph.Node, []*graph.Node) {
		next, means := make([]*graph.Node, len(s)), make([]*graph.Node, len(s))
		for i, v := range s {
			next[i] = v.Else(rest).Scale(0.9).Add(x.Mul(w[i])).Tanh()
			means[i] = next[i].Mean()
		}
		return graph.Stack(0, means...), next
	})
	return g, learn(g, zs.Mean())
}

// loopsNet is many loops of a few steps, each over what the one before gave, with training.
func loopsNet(n int) (*graph.Graph, *graph.Node) {
	g := graph.New()
	xs, rest := g.Input("xs", graph.Float32, 5, 4, 8), g.Const(graph.Float32, 0, 4, 8)
	for i := range n / 70 {
		w := weights(g, i, 8)
		xs, _ = graph.Loop(xs, rest, func(x, v *graph.Node) (*graph.Node, *graph.Node) {
			v = v.Scale(0.9).Add(x.Mul(w))
			z := v.Shift(-1).Step()
			return v.Tanh().Add(z), v.Sub(z)
		})
	}
	return g, learn(g, xs.Mean())
}

// randomNet is arithmetic between values drawn from all before, with sums in between; what is read no more
// is added to the loss. With training.
func randomNet(n int) (*graph.Graph, *graph.Node) {
	g, r := graph.New(), rand.New(rand.NewPCG(1, 2))
	x := g.Input("x", graph.Float32, 4, 8)
	all := []*graph.Node{x.Mul(weights(g, 0, 8)), x.Sub(weights(g, 1, 8))}
	read := []bool{true, true}
	for i := 0; i < 3 || len(g.Nodes()) < n/3; i++ {
		j, k := r.IntN(len(all)), r.IntN(len(all))
		a, b := all[j], all[k]
		y := []*graph.Node{a.Mul(b), a.Sub(b).Tanh(), a.Add(b).Sigmoid(), a.Max(b), a.Sub(b.Mean(0))}[i%5]
		read[j], read[k] = true, true
		all, read = append(all, y.Scale(1/float64(i+2))), append(read, false)
	}
	var ends []*graph.Node
	for i, x := range all {
		if !read[i] {
			ends = append(ends, x.Mean())
		}
	}
	return g, learn(g, graph.Stack(0, ends...).Mean())
}

var nets = []struct {
	name string
	net  func(n int) (*graph.Graph, *graph.Node)
}{{"unrolled", unrolledNet}, {"chain", chainNet}, {"deep", deepNet}, {"separate", separateNet}, {"wide", wideNet},
	{"loops", loopsNet}, {"random", randomNet}}

// BenchmarkCompile measures compilation by the number of nodes.
func BenchmarkCompile(b *testing.B) {
	for _, net := range nets {
		for _, n := range []int{100, 1000, 10000} {
			b.Run(fmt.Sprintf("%s/%d", net.name, n), func(b *testing.B) {
				g, loss := net.net(n)
				for b.Loop() {
					if _, err := g.Compile(loss); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(nodes(g)), "nodes")
				b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/float64(nodes(g)), "ns/node")
			})
		}
	}
}

// nodes counts the nodes of g and of the bodies of its loops.
func nodes(g *graph.Graph) int {
	n := len(g.Nodes())
	for _, x := range g.Nodes() {
		if l := x.Loop(); l != nil {
			n += nodes(l.Body)
		}
	}
	return n
}
