package losses_test

import (
	"fmt"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/losses"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// BenchmarkRateCrossEntropy takes the cross entropy of every step's output and its gradient, of few classes and
// of many, on one worker and on two.
func BenchmarkRateCrossEntropy(b *testing.B) {
	for _, shape := range [][]int{{25, 128, 10}, {100, 128, 20}, {25, 128, 100}, {10, 128, 1000}} {
		for workers := 1; workers <= 2; workers++ {
			b.Run(fmt.Sprint(shape, workers), func(b *testing.B) { benchmarkRateCrossEntropy(b, shape, workers) })
		}
	}
}

func benchmarkRateCrossEntropy(b *testing.B, shape []int, workers int) {
	g := graph.New()
	x, y := g.Input("x", graph.Float32, shape...), g.Input("y", graph.Int32, shape[1])
	loss := losses.RateCrossEntropy(x, y, losses.CEOptions{})
	p, err := g.CompileWith(graph.Options{Workers: workers}, loss, gradOf(loss, x))
	require.NoError(b, err)
	logits, ids := make([]float32, x.Shape().Size()), make([]int32, shape[1])
	for i := range logits {
		logits[i] = float32(i%7) - 3
	}
	in := []*tensor.Dense{tensor.New(tensor.WithShape(shape...), tensor.WithBacking(logits)), tensor.New(tensor.WithShape(shape[1]), tensor.WithBacking(ids))}
	out, err := p.Run(in...)
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if err := p.RunInto(out, in...); err != nil {
			b.Fatal(err)
		}
	}
}
