package autodiff_test

import (
	"fmt"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
)

// run prints the values of nodes.
func run(g *graph.Graph, outs ...*graph.Node) {
	p, err := g.Compile(outs...)
	if err != nil {
		fmt.Println(err)
		return
	}
	res, err := p.Run()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range res {
		fmt.Println(r.Shape(), r.Data())
	}
}

// The gradient of a mean squared error.
func ExampleGrad() {
	g := graph.New()
	x := g.Values(graph.Float64, []float64{1, 2, 3, 4}, 4)
	y := g.Values(graph.Float64, []float64{2, 4, 6, 8}, 4)
	w := g.Param("w", graph.Var{DType: graph.Float64, Shape: []int{1}})
	loss := x.Mul(w).Sub(y).Square().Mean()
	run(g, loss, autodiff.Grad(loss, w)[0])
	// Output:
	// () 30
	// (1) [-30]
}

// Gradients flow backwards through the steps of a loop: ∂v[4]/∂v[0] = 0.5⁴, ∂v[4]/∂x[t] = 0.5^(3-t).
func ExampleGrad_loop() {
	g := graph.New()
	x := g.Values(graph.Float64, []float64{1, 1, 1, 1}, 4)
	v := g.Values(graph.Float64, []float64{0}, 1)
	_, last := graph.Loop(x, v, func(x, v *graph.Node) (struct{}, *graph.Node) {
		return struct{}{}, v.Scale(0.5).Add(x)
	})
	run(g, autodiff.Grad(last, x, v)...)
	// Output:
	// (4) [0.125 0.25 0.5 1]
	// (1) [0.0625]
}

func ExampleJVP() {
	g := graph.New()
	x := g.Values(graph.Float64, []float64{1, 2, 3}, 3)
	v := g.Values(graph.Float64, []float64{1, 0, -1}, 3)
	run(g, autodiff.JVP([]*graph.Node{x.Square()}, []*graph.Node{x}, []*graph.Node{v})...)
	// Output:
	// (3) [2 0 -6]
}

func ExampleJacobian() {
	g := graph.New()
	x := g.Values(graph.Float64, []float64{3, 4}, 2)
	y := graph.Concat(0, x.Square(), x.Prod().Reshape(1)) // x₀², x₁², x₀x₁
	run(g, autodiff.Jacobian(y, x))
	// Output:
	// (3, 2) [6 0 0 8 4 3]
}

func ExampleHessian() {
	g := graph.New()
	x := g.Values(graph.Float64, []float64{3, 4}, 2)
	run(g, autodiff.Hessian(x.Prod().Square(), x)) // x₀² x₁²
	// Output:
	// (2, 2) [32 48 48 18]
}

// Ten layers of which the backward pass keeps the first input only.
func ExampleCheckpoint() {
	g := graph.New()
	x := g.Values(graph.Float64, []float64{1}, 1)
	y := autodiff.Checkpoint(g, func() *graph.Node {
		y := x
		for range 10 {
			y = y.Scale(2).Sub(y)
		}
		return y
	})
	run(g, autodiff.Grad(y.Sum(), x)[0])
	// Output:
	// (1) [1]
}
