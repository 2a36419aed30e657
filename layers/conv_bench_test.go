package layers_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// convState is the state of convNet.
type convState struct{ One, Two, Out layers.LIFState }

// convNet places 12C5 - pool - LIF - 64C5 - pool - LIF - 10 LIF, beta 0.5, and returns the spikes of
// the last layer in so many steps of images x [batch 28 28 1], of which the first convolution is
// computed once.
func convNet(g *graph.Graph, x *graph.Node, steps int) *graph.Node {
	beta := layers.Const(0.5)
	lif := func(name string, shape ...int) layers.LIFCell {
		p := layers.Leaky(0, beta)
		p.Shape = shape
		return p.In(g, name, 1)
	}
	conv1 := layers.Conv2d{In: 1, Out: 12, Kernel: []int{5}, Padding: layers.Valid}.Place(g, "conv1")
	conv2 := layers.Conv2d{In: 12, Out: 64, Kernel: []int{5}, Padding: layers.Valid}.Place(g, "conv2")
	pool1, pool2 := layers.MaxPool2d{Kernel: []int{2}}.Place(g, "pool1"), layers.MaxPool2d{Kernel: []int{2}}.Place(g, "pool2")
	fc := layers.Dense{In: 64 * 4 * 4, Out: 10}.Place(g, "fc")
	one, two, out := lif("one", 12, 12, 12), lif("two", 4, 4, 64), lif("out", 10)
	current := pool1.Apply(conv1.Apply(x))
	zs, _ := graph.Loop(g.Const(graph.Float32, 0, steps), convState{}, func(_ *graph.Node, s convState) (z *graph.Node, next convState) {
		z, next.One = one.Step(current, s.One)
		z, next.Two = two.Step(pool2.Apply(conv2.Apply(z)), s.Two)
		z, next.Out = out.Step(fc.Apply(z.Flatten(1, -1)), s.Out)
		return z, next
	})
	return zs
}

func BenchmarkConvNet(b *testing.B) {
	const steps, batch = 25, 128
	for name, backward := range map[string]bool{"forward": false, "backward": true} {
		b.Run(name+"/25x128", func(b *testing.B) {
			g := graph.New()
			x := g.Input("x", graph.Float32, batch, 28, 28, 1)
			zs := convNet(g, x, steps)
			outs := []*graph.Node{zs}
			if backward {
				outs = autodiff.Grad(zs.Sum(0).LogSoftmax(1).Mean(), g.Trained()...)
			}
			prog, err := g.CompileWith(graph.Options{Workers: 1}, outs...)
			require.NoError(b, err)
			in := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(batch, 28, 28, 1))
			for i := range in.Float32s() {
				in.Float32s()[i] = float32(i*7919%256) / 256
			}
			res, err := prog.Run(in)
			require.NoError(b, err)
			b.ReportAllocs()
			for b.Loop() {
				if err := prog.RunInto(res, in); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(batch*b.N)/b.Elapsed().Seconds(), "samples/s")
		})
	}
}
