package layers_test

import (
	"fmt"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// BenchmarkBatchNorm normalizes a batch of images and of vectors, with its gradients.
func BenchmarkBatchNorm(b *testing.B) {
	for _, shape := range [][]int{{128, 24, 24, 12}, {128, 8, 8, 64}, {3200, 100}} {
		for workers := 1; workers <= 2; workers++ {
			b.Run(fmt.Sprint(shape, workers), func(b *testing.B) {
				g := graph.New()
				x := g.Input("x", graph.Float32, shape...)
				c := layers.BatchNorm{N: shape[len(shape)-1], Training: true}.Place(g, "norm")
				y := c.Apply(x)
				p, err := g.CompileWith(graph.Options{Workers: workers}, append(autodiff.Grad(y.Square().Sum(), g.Trained()...), autodiff.Grad(y.Tanh().Sum(), x)...)...)
				require.NoError(b, err)
				in := tensor.New(tensor.WithShape(shape...), tensor.Of(tensor.Float32))
				for i := range in.Float32s() {
					in.Float32s()[i] = float32(i%31) / 8
				}
				out, err := p.Run(in)
				require.NoError(b, err)
				for b.Loop() {
					if err := p.RunInto(out, in); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
