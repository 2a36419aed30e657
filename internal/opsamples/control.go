package opsamples

import "github.com/spikegraph/spikegraph/graph"

// Half is a surrogate with derivative ½ everywhere.
type Half struct{}

// Grad returns gy/2.
func (Half) Grad(_, gy *graph.Node) *graph.Node { return gy.Scale(0.5) }

func control() []Sample {
	sum := func(x node, s node) (node, node) { s = s.Scale(0.5).Add(x.Tanh()); return s, s }
	loop := func(o graph.LoopOptions) func(xs []node) node {
		return two(func(xs, s node) node {
			ys, last := graph.Loop(xs, s, sum, o)
			return graph.Concat(0, ys, last.Unsqueeze(0))
		})
	}
	cube := func(xs []node, y, gy node) []node { return []node{gy.Mul(xs[0].Square()).Scale(3)} }
	ss := []Sample{
		rough("Spike/[9]", "Spike", one(func(x node) node { return x.Spike(Half{}) }), f64(-3, 3, 9)),
		rough("StopGradient/[3]", "StopGradient", one(node.StopGradient), f64(-3, 3, 3)),
		smooth("After/[3]", "Barrier", two(node.After), f64(-3, 3, 3), f64(-3, 3, 2)),
		smooth("Custom/cube", "Custom", one(func(x node) node {
			return graph.Custom(func(xs []node) node { return xs[0].Mul(xs[0].Square()) }, cube, x)
		}), f64(-3, 3, 4)),
		smooth("Input/[3]", "Input", one(func(x node) node { return x }), f64(-3, 3, 3)),
		smooth("Const/Like", "Const", one(func(x node) node { return x.Like(1.5) }), f64(-3, 3, 2, 3)),
		smooth("Literal/[3]", "Literal", one(func(x node) node {
			return x.Graph().Values(x.DType(), []float64{1, -2, 3}, 3)
		}), f64(-3, 3, 3)),
		{Name: "Param/[3]", Op: "Param", Inputs: []Input{f64(-3, 3, 3)}, Smooth: true, Second: true, Build: func(g *graph.Graph, xs []node) node {
			return xs[0].Mul(g.Param("w", graph.Var{DType: xs[0].DType(), Shape: []int{3}}))
		}},
		smooth("Cond/then", "Cond", cond(0), f64(0.5, 3, 3), f64(0.5, 3)),
		smooth("Cond/else", "Cond", cond(10), f64(0.5, 3, 3), f64(0.5, 3)),
		rough("While/doubling", "While", two(func(x, limit node) node {
			last, _ := graph.While(x, 20, func(s node) node { return s.Sum().Lt(limit) }, func(s node) node { return s.Scale(2) })
			return last
		}), f64(0.5, 3, 3), f64(30, 50)),
		rough("While/steps", "Result", two(func(x, limit node) node {
			_, n := graph.While(x, 20, func(s node) node { return s.Sum().Lt(limit) }, func(s node) node { return s.Scale(2) })
			return n
		}), f64(0.5, 3, 3), f64(30, 50)),
	}
	ss = append(ss, smooth("Within/[3]", "Within", one(func(x node) node { return x.Within("x", graph.Finite).Square() }), f64(-3, 3, 3)))
	seq, state := f64(-2, 2, 6, 3), f64(-2, 2, 3)
	return append(ss,
		smooth("Loop/forward", "Loop", loop(graph.LoopOptions{}), seq, state),
		smooth("Loop/reverse", "Loop", loop(graph.LoopOptions{Reverse: true}), seq, state),
		smooth("Loop/segments", "Loop", loop(graph.LoopOptions{Segment: 4}), seq, state),
		smooth("Loop/unrolled", "Concat", loop(graph.LoopOptions{Unroll: true}), seq, state),
		rough("Loop/truncated", "Loop", loop(graph.LoopOptions{Truncate: 4}), seq, state),
		smooth("Loop/step number", "Loop", two(func(xs, s node) node {
			ys, _ := graph.Loop(xs, s, func(x, s node) (node, node) {
				y := x.Mul(x.Graph().StepIndex().Cast(x.DType())).Add(s)
				return y, s
			})
			return ys
		}), seq, state),
	)
}

// cond takes the first branch where b > level.
func cond(level float64) func(xs []node) node {
	return two(func(a, b node) node {
		return graph.Cond(b.Gt(b.Like(level)), func() node { return a.Mul(b) }, func() node { return a.Exp().Sub(b) })
	})
}

func draws() []Sample {
	draw := func(name, op string, build func(g *graph.Graph, xs []node) node) Sample {
		return Sample{Name: name, Op: op, Inputs: []Input{f64(0.2, 0.8, 40, 50)}, Build: build, Random: true}
	}
	// parameters that are numbers, and, where one is left, a probability for each element
	law := func(name string, l graph.Law, first ...float64) Sample {
		return draw(name+"/[40 50]", name, func(g *graph.Graph, xs []node) node {
			params := []node{}
			for _, v := range first {
				params = append(params, g.Const(xs[0].DType(), v))
			}
			if l != graph.HypergeometricLaw && l != graph.ZipfLaw && l != graph.BetweenLaw {
				params = append(params, xs[0])
			}
			return graph.Variates(l, []int{40, 50}, params...)
		})
	}
	return []Sample{
		draw("Uniform/[40 50]", "Uniform", func(g *graph.Graph, xs []node) node { return g.Uniform(xs[0].DType(), 40, 50) }),
		draw("Normal/[40 50]", "Normal", func(g *graph.Graph, xs []node) node { return g.Normal(xs[0].DType(), 40, 50) }),
		draw("Bernoulli/each", "Bernoulli", func(_ *graph.Graph, xs []node) node { return xs[0].Bernoulli() }),
		draw("Integers/[40 50]", "Integers", func(g *graph.Graph, _ []node) node { return g.Integers(-3, 5, 40, 50) }),
		draw("Permutation/2000", "Permutation", func(g *graph.Graph, _ []node) node { return g.Permutation(2000) }),
		law("Gamma", graph.GammaLaw), law("LogGamma", graph.LogGammaLaw), law("Poisson", graph.PoissonLaw),
		law("Binomial", graph.BinomialLaw, 7), law("Hypergeometric", graph.HypergeometricLaw, 9, 4, 5),
		law("Geometric", graph.GeometricLaw), law("LogSeries", graph.LogSeriesLaw), law("Zipf", graph.ZipfLaw, 3),
		law("VonMises", graph.VonMisesLaw), law("Wald", graph.WaldLaw, 2),
		law("TruncatedNormal", graph.TruncatedNormalLaw, -1), law("Between", graph.BetweenLaw, -3, 5),
		draw("Uniform/key", "FoldIn", func(g *graph.Graph, xs []node) node { return g.Uniform(xs[0].DType(), 2000) }),
	}
}
