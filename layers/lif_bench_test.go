package layers_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// program compiles a loop of neurons over an input [steps batch n], forward or with the gradient
// of the input, and returns it with tensors for its results and its input.
func program(t testing.TB, p layers.LIF, steps, batch int, backward bool) (*graph.Program, []*tensor.Dense, *tensor.Dense) {
	t.Helper()
	g := graph.New()
	x := g.Input("x", graph.Float32, steps, batch, p.N)
	zs, last := graph.Loop(x, layers.LIFState{}, stepper(p.In(g, "n", 1)))
	out := []*graph.Node{zs, last.V}
	if backward {
		out = autodiff.Grad(zs.Sum(), x)
	}
	prog, err := g.CompileWith(graph.Options{Workers: 1}, out...)
	require.NoError(t, err)
	r := random(1, steps, batch, p.N)
	in := make([]float32, r.Shape().TotalSize())
	for i, v := range numbers(r) {
		in[i] = float32(v)
	}
	xs := tensor.New(tensor.WithShape(steps, batch, p.N), tensor.WithBacking(in))
	res, err := prog.Run(xs)
	require.NoError(t, err)
	return prog, res, xs
}

func TestStepsDoNotAllocate(t *testing.T) {
	p := layers.Leaky(64, layers.Const(0.9))
	p.TauRef = layers.Const(2)
	for _, backward := range []bool{false, true} {
		prog, res, x := program(t, p, 10, 8, backward)
		require.Zero(t, testing.AllocsPerRun(5, func() { _ = prog.RunInto(res, x) }))
	}
}

func BenchmarkLIF(b *testing.B) {
	for name, backward := range map[string]bool{"forward": false, "backward": true} {
		b.Run(name+"/25x128x1000", func(b *testing.B) {
			prog, res, x := program(b, layers.Leaky(1000, layers.Const(0.95)), 25, 128, backward)
			b.ReportAllocs()
			for b.Loop() {
				if err := prog.RunInto(res, x); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(25*128*1000), "ns/neuron-step")
		})
	}
}
