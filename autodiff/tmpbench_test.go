package autodiff_test

import (
	"fmt"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
)

func BenchmarkCompileTmp(b *testing.B) {
	for _, steps := range []int{10, 100, 400} {
		b.Run(fmt.Sprint(steps), func(b *testing.B) {
			for b.Loop() {
				g := graph.New()
				x, w := g.Input("x", graph.Float64, steps, 3, 4), g.Input("w", graph.Float64, 4, 4)
				ys, _ := graph.Loop(x, g.Const(graph.Float64, 0, 3, 4), func(x, v node) (node, node) {
					v = v.MatMul(w).Add(x).Tanh().Mul(x.Sin()).Add(v)
					z := v.Shift(-1).Spike(fastSigmoid{})
					return z, v.Sub(z)
				}, graph.LoopOptions{Unroll: true})
				p, err := g.Compile(autodiff.Grad(ys.Sum(), w)[0])
				if err != nil {
					b.Fatal(err)
				}
				_ = p
			}
		})
	}
}
