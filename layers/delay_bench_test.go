package layers_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"gorgonia.org/tensor"
)

// A hundred steps of 64 rows of 256 neurons, held back by up to 25 steps: forward, and with the
// gradients of inputs and, where they are learned, of delays.
func BenchmarkDelay(b *testing.B) {
	d := layers.Uniform{Lo: 0, Hi: 25}
	for name, p := range map[string]layers.Delay{
		"fixed":    {D: d, Max: 25},
		"gradient": {D: d, Max: 25, Training: true},
		"learned":  {D: layers.Train(d), Max: 25, Training: true},
	} {
		b.Run(name, func(b *testing.B) {
			p.N = 256
			g := graph.New()
			x := g.Input("x", graph.Float32, 100, 64, 256)
			c := p.In(g, "d", 1)
			ys, _ := over(x, c)
			outs := []*graph.Node{ys.Sum(0)}
			if p.Training {
				to := append([]*graph.Node{x}, g.Trained()...)
				outs = append(outs, autodiff.Grad(ys.Square().Sum(), to...)...)
			}
			prog, err := g.Compile(outs...)
			if err != nil {
				b.Fatal(err)
			}
			in := []*tensor.Dense{random(1, 100, 64, 256)}
			f := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(100, 64, 256))
			for i, v := range numbers(in[0]) {
				f.Float32s()[i] = float32(v)
			}
			var to []*tensor.Dense
			for _, o := range outs {
				to = append(to, tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(o.Shape()...)))
			}
			for b.Loop() {
				if err := prog.RunInto(to, f); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(prog.Memory())/1e6, "MB")
		})
	}
}
