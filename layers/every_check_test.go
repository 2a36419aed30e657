package layers_test

import (
	"fmt"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/autodiff/gradtest"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// sequence returns the shape of three steps.
func (l everyLayer) sequence() []int { return append([]int{3}, l.x...) }

// The gradient of every layer, over three steps of a loop, by its input and its parameters.
func TestEveryGradient(t *testing.T) {
	t.Parallel()
	for i, l := range everyLayers() {
		gradtest.Check(t, gradtest.Case{
			Name: fmt.Sprintf("%s %d", l.name, i), Inputs: []gradtest.Input{{Shape: l.sequence()}},
			Build: func(g *graph.Graph, xs []*graph.Node) *graph.Node { return l.run(l.p, g, xs[0], graph.LoopOptions{}) },
		})
	}
	for name, f := range everyFunctions() {
		gradtest.Check(t, gradtest.Case{
			Name: name, Inputs: []gradtest.Input{{Shape: []int{4, 2, 6}, Lo: -4.1, Hi: 3.7}},
			Build: func(_ *graph.Graph, xs []*graph.Node) *graph.Node { return f(xs[0]) },
		})
	}
}

// trainingOf returns what the layer gives over three steps, and the gradients of input and parameters.
func (l everyLayer) trainingOf(t *testing.T, o graph.LoopOptions, c graph.Options) []*tensor.Dense {
	t.Helper()
	g := graph.NewIn(graph.NewStore(3))
	x := random(1, l.sequence()...)
	in := g.Input("x", f64, l.sequence()...)
	y := l.run(l.p, g, in, o)
	require.NoError(t, g.Err(), l.name)
	outs := append([]*graph.Node{y}, autodiff.Grad(y.Tanh().Sum(), append(g.Trained(), in)...)...)
	prog, err := g.CompileWith(c, outs...)
	require.NoError(t, err, l.name)
	res, err := prog.Run(x)
	require.NoError(t, err, l.name)
	return res
}

// A layer does the same inside of a loop and, step by step, outside, whatever the number of workers.
func TestEveryLayerInsideAndOutsideOfLoops(t *testing.T) {
	t.Parallel()
	for i, l := range everyLayers() {
		name := fmt.Sprintf("%s %d", l.name, i)
		want := l.trainingOf(t, graph.LoopOptions{}, graph.Options{Workers: 1})
		for j, r := range l.trainingOf(t, graph.LoopOptions{Unroll: true}, graph.Options{Workers: 1}) {
			assert.InDeltaSlice(t, numbers(want[j]), numbers(r), 1e-12, "%s, outside, %d", name, j)
		}
		for _, workers := range []int{2, 3, 8} {
			for j, r := range l.trainingOf(t, graph.LoopOptions{}, graph.Options{Workers: workers}) {
				assert.Equal(t, numbers(want[j]), numbers(r), "%s, %d workers, %d", name, workers, j)
			}
		}
	}
}

// An input of another type, or none, is told once, with the layer's name.
func TestEveryLayerRefusesInputs(t *testing.T) {
	t.Parallel()
	for _, l := range everyLayers() {
		for _, d := range []graph.DType{graph.Int32, graph.Float32} {
			if !l.settled() {
				continue
			}
			g := graph.New()
			l.run(l.p, g, g.Input("x", d, l.sequence()...), graph.LoopOptions{})
			if err := g.Err(); err != nil {
				assert.NotContains(t, err.Error(), "\n", "%s of %v", l.name, d)
			} else {
				assert.Empty(t, g.Trained(), "%s of %v", l.name, d)
			}
		}
	}
}
