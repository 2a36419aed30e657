package layers_test

import (
	"fmt"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"gorgonia.org/tensor"
)

// BenchmarkReservoir runs 200 steps of a reservoir of 1000 neurons.
func BenchmarkReservoir(b *testing.B) {
	const n, steps = 1000, 200
	for _, density := range []float64{0.2, 0.1, 0.02} {
		for _, batch := range []int{1, 16} {
			for product, name := range map[layers.Product]string{layers.ProductDense: "dense", layers.ProductSparse: "sparse"} {
				b.Run(fmt.Sprintf("N=%d/density=%v/B=%d/%s", n, density, batch, name), func(b *testing.B) {
					g := graph.New()
					p := layers.NewReservoir(1, n)
					p.Density, p.Product = density, product
					_, s := graph.Loop(g.Input("x", graph.Float32, steps, batch, 1), layers.ReservoirState{},
						func(x *graph.Node, s layers.ReservoirState) (struct{}, layers.ReservoirState) {
							_, s = p.Place(g, "res").Step(x, s)
							return struct{}{}, s
						})
					prog, err := g.Compile(s.R)
					if err != nil {
						b.Fatal(err)
					}
					in := tensor.New(tensor.WithShape(steps, batch, 1), tensor.Of(tensor.Float32))
					out, err := prog.Run(in)
					if err != nil {
						b.Fatal(err)
					}
					b.ReportAllocs()
					for b.Loop() {
						if err := prog.RunInto(out, in); err != nil {
							b.Fatal(err)
						}
					}
					b.ReportMetric(float64(b.N*steps)/b.Elapsed().Seconds(), "steps/s")
				})
			}
		}
	}
}

// BenchmarkSpectralRadius scales the W of BenchmarkReservoir.
func BenchmarkSpectralRadius(b *testing.B) {
	m, w := layers.CSR{Out: 1000, Start: []int32{0}}, []float64{}
	r := rng()
	for range 1000 {
		for j := range 1000 {
			if r.Float64() < 0.1 {
				m.Post, w = append(m.Post, int32(j)), append(w, r.NormFloat64())
			}
		}
		m.Start = append(m.Start, int32(len(m.Post)))
	}
	for b.Loop() {
		if _, err := m.SpectralRadius(w); err != nil {
			b.Fatal(err)
		}
	}
}
