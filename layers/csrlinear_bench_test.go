package layers_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"gorgonia.org/tensor"
)

// A product with 1000 by 1000 neurons and its gradients of values and inputs, by density of the matrix,
// rows, and share of ones among the inputs (1: they are numbers).
func BenchmarkCSRLinear(b *testing.B) {
	for _, density := range []float64{0.1, 0.01} {
		r := rand.New(rand.NewPCG(1, 2))
		var pre, post []int32
		for i := range 1000 {
			for j := range 1000 {
				if r.Float64() < density {
					pre, post = append(pre, int32(i)), append(post, int32(j))
				}
			}
		}
		m, _, err := layers.CSRFromPairs(1000, 1000, pre, post)
		if err != nil {
			b.Fatal(err)
		}
		for _, rows := range []int{1, 16, 64} {
			for _, ones := range []float64{1, 0.3, 0.1, 0.05, 0.02} {
				for _, learn := range []bool{false, true} {
					benchCSR(b, m, rows, ones, learn, fmt.Sprintf("density=%v/rows=%d/ones=%v/gradient=%v", density, rows, ones, learn))
				}
			}
		}
	}
}

func benchCSR(b *testing.B, m layers.CSR, rows int, ones float64, learn bool, name string) {
	b.Run(name, func(b *testing.B) {
		g := graph.New()
		x := g.Input("x", graph.Float32, rows, 1000)
		p := layers.CSRLinear{M: m, W: layers.Normal{Mean: 0, Std: 1}, Event: ones < 1}.Place(g, "fc")
		y := p.Apply(x)
		outs := []*graph.Node{y}
		if learn {
			outs = append(outs, autodiff.Grad(y.Square().Sum(), p.W, x)...)
		}
		prog, err := g.Compile(outs...)
		if err != nil {
			b.Fatal(err)
		}
		r := rand.New(rand.NewPCG(3, 4))
		v := make([]float32, rows*1000)
		for i := range v {
			if v[i] = float32(r.NormFloat64()); ones < 1 && r.Float64() >= ones {
				v[i] = 0
			}
		}
		in := []*tensor.Dense{tensor.New(tensor.WithShape(rows, 1000), tensor.WithBacking(v))}
		var to []*tensor.Dense
		for _, o := range outs {
			to = append(to, tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(o.Shape()...)))
		}
		for b.Loop() {
			if err := prog.RunInto(to, in...); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(prog.Memory())/1e6, "MB")
	})
}
