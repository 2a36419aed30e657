package gorgonia_test

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/graph/gorgonia"
)

// The gradient of a spike, by this module and by Gorgonia.
func Example() {
	g := graph.New()
	x := g.Input("x", graph.Float64, 3)
	loss := x.Shift(-1).Spike(arctan{}).Sum()

	prog, err := g.Compile(autodiff.Grad(loss, x)...)
	if err != nil {
		fmt.Println(err)
		return
	}
	exe, err := gorgonia.Gradients(loss, x)
	if err != nil {
		fmt.Println(err)
		return
	}
	in := tensor.New(tensor.WithBacking([]float64{0, 0.9, 1}))
	here, _ := prog.Run(in)
	there, _ := exe.Run(in)
	fmt.Printf("%.4f\n%.4f\n", here[0].Float64s(), there[0].Float64s())
	// Output:
	// [0.0920 0.9102 1.0000]
	// [0.0920 0.9102 1.0000]
}

// A program of this module as a node of a Gorgonia graph.
func ExampleEmbed() {
	g := G.NewGraph()
	w := G.NewVector(g, tensor.Float64, G.WithName("w"), G.WithValue(tensor.New(tensor.WithBacking([]float64{1, 2}))))
	y, err := gorgonia.Embed(nil, func(_ *graph.Graph, xs []*graph.Node) *graph.Node { return xs[0].Square() }, w)
	if err != nil {
		fmt.Println(err)
		return
	}
	loss := G.Must(G.Sum(y))
	if _, err := G.Grad(loss, w); err != nil {
		fmt.Println(err)
		return
	}
	vm := G.NewTapeMachine(g, G.BindDualValues(w))
	if err := vm.RunAll(); err != nil {
		fmt.Println(err)
		return
	}
	slope, _ := w.Grad()
	fmt.Println(loss.Value(), slope)
	// Output:
	// 5 [2  4]
}
