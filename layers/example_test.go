package layers_test

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"gorgonia.org/tensor"
)

// A network is a function; its state is a struct of its layers' states.
func Example() {
	g := graph.New()
	fc := layers.Dense{In: 3, Out: 8}.Place(g, "fc")
	hidden := layers.LIF{N: 8, VTh: layers.Const(0.5), Tau: layers.Train(layers.Const(20)).Through(layers.Softplus)}.In(g, "hidden", 1)
	out := layers.LeakyIntegrator{N: 8}.In(g, "out", 1)

	type state struct {
		Hidden layers.LIFState
		Out    layers.LeakyIntegratorState
	}
	net := func(x *graph.Node, s state) (*graph.Node, state) {
		z, h := hidden.Step(fc.Apply(x), s.Hidden)
		v, o := out.Step(z, s.Out)
		return v, state{h, o}
	}
	vs, _ := graph.Loop(g.Input("x", graph.Float32, 10, 4, 3), state{}, net)
	for _, p := range g.Trained() {
		fmt.Println(p.ParamName(), p.Shape())
	}
	fmt.Println(vs.Type(), g.Err())
	// Output:
	// fc.W [3 8]
	// fc.B [8]
	// hidden.Tau [8]
	// Float32[10 4 8] <nil>
}

// Faults name the layer and the field; each is listed once, by Compile.
func ExampleLIF_In() {
	g := graph.New()
	layers.LIF{N: 100, Tau: layers.Const(-20), VTh: layers.Values{1, 2, 3}}.In(g, "hidden", 0.1)
	fmt.Println(g.Err())
	// Output:
	// example_test.go:42: hidden: Tau: value out of its domain: -20 at element 0, want > 0 and finite
	// example_test.go:42: hidden: VTh: shapes do not match: 3 values for shape [100]
}

func ExampleIntegrateAndFire() {
	g := graph.New()
	neuron := layers.IntegrateAndFire(1).In(g, "n", 1)
	zs, _ := graph.Loop(g.Input("x", graph.Float32, 8, 1), layers.LIFState{}, neuron.Step)
	prog, err := g.Compile(zs)
	if err != nil {
		fmt.Println(err)
		return
	}
	x := []float32{0.25, 0.25, 0.25, 0.25, 0.5, 0.5, 0.5, 0.5}
	r, err := prog.Run(tensor.New(tensor.WithShape(8, 1), tensor.WithBacking(x)))
	fmt.Println(r[0].Data(), err)
	// Output: [0 0 0 1 0 1 0 1] <nil>
}

// A synapse and neurons that adapt, read out by counting spikes and by the time of the first.
func ExampleThen() {
	g := graph.New()
	fc := layers.Dense{In: 2, Out: 2, W: layers.Fix(layers.Const(0.4)), NoBias: true}.Place(g, "fc")
	hidden := layers.AdaptiveLeaky(2, layers.Const(20), layers.Const(200), layers.Const(0.5)).In(g, "hidden", 1)
	block := layers.Then(layers.Stateless(fc), hidden)

	var rest layers.ChainState[struct{}, layers.ALIFState]
	zs, _ := graph.Loop(g.Const(graph.Float32, 1, 20, 1, 2), rest, block.Step)
	prog, err := g.Compile(layers.SpikeCount(zs), layers.FirstSpike(zs, 1))
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := prog.Run()
	fmt.Println(r[0].Data(), r[1].Data(), err)
	// Output: [9 9] [1 1] <nil>
}
