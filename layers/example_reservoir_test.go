package layers_test

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"gorgonia.org/tensor"
)

// The activity of an echo state network is what a readout is fitted to; the network itself stays
// as it was drawn.
func ExampleReservoir() {
	g := graph.NewIn(graph.NewStore(1))
	p := layers.NewReservoir(1, 200)
	p.W, p.SpectralRadius = layers.Uniform{Lo: -1, Hi: 1}, 0.9
	p.Win, p.InDensity = layers.Uniform{Lo: -0.5, Hi: 0.5}, 1
	res := p.Place(g, "res")
	rs, _ := graph.Loop(g.Input("x", graph.Float32, 100, 1, 1), layers.ReservoirState{}, res.Step)
	fmt.Println(rs.Type(), len(g.Trained()), "trained", g.Err())
	// Output: Float32[100 1 200] 0 trained <nil>
}

// Feedback of the output: the state's Y is set to what the next step is to get.
func ExampleReservoirState() {
	g := graph.New()
	p := layers.NewReservoir(1, 100)
	p.Feedback = 2
	res := p.Place(g, "res")
	out := layers.Dense{In: 100, Out: 2}.Place(g, "out")
	ys, _ := graph.Loop(g.Input("x", graph.Float32, 50, 1, 1), layers.ReservoirState{}, func(x *graph.Node, s layers.ReservoirState) (*graph.Node, layers.ReservoirState) {
		r, s := res.Step(x, s)
		s.Y = out.Apply(r)
		return s.Y, s
	})
	fmt.Println(ys.Type(), g.Err())
	// Output: Float32[50 1 2] <nil>
}

// Reservoirs in series; their activities side by side are what a readout sees.
func ExampleDeepReservoir() {
	g := graph.New()
	deep := layers.DeepReservoir{
		layers.NewReservoir(1, 100).Place(g, "r1"),
		layers.NewReservoir(100, 50).Place(g, "r2"),
	}
	rs, _ := graph.Loop(g.Input("x", graph.Float32, 20, 1, 1), deep.Rest(), deep.Step)
	fmt.Println(rs.Type(), g.Err())
	// Output: Float32[20 1 150] <nil>
}

// Gain and bias of every neuron, adapted to the input before a readout is fitted.
func ExampleIntrinsicPlasticity() {
	store := graph.NewStore(1)
	xs := tensor.New(tensor.WithShape(500, 1), tensor.Of(tensor.Float32))
	ip := layers.IntrinsicPlasticity{Mean: 0, Std: 0.2, Rate: 1e-3, Epochs: 2}
	p, err := ip.Fit(store, "res", layers.NewReservoir(1, 100), xs)
	fmt.Println(len(p.Gain.(layers.Values)), len(p.B.(layers.Values)), err)
	// Output: 100 100 <nil>
}

func ExampleNVAR() {
	p := layers.NVAR{In: 1, Delay: 2, Stride: 5, Orders: []int{2}, Constant: true}
	g := graph.New()
	ys, _ := graph.Loop(g.Input("x", graph.Float32, 100, 1, 1), layers.NVARState{}, p.Place(g, "nvar").Step)
	fmt.Println(p.Names())
	fmt.Println(ys.Type(), g.Err())
	// Output:
	// [1 x0(t) x0(t-5) x0(t)^2 x0(t) x0(t-5) x0(t-5)^2]
	// Float32[100 1 6] <nil>
}

// The paper's column of 135 neurons, driven by 4 spike trains.
func ExampleLiquid() {
	g := graph.New()
	liquid := layers.NewLiquid(4).In(g, "liquid", 1)
	spikes := g.Const(graph.Float32, 0.05, 300, 1, 4).Bernoulli().Cast(graph.Float32)
	zs, _ := graph.Loop(spikes, layers.LiquidState{}, liquid.Step)
	fmt.Println(zs.Type(), g.Err())
	// Output: Float32[300 1 135] <nil>
}

func ExampleSpectralRadius() {
	r, err := layers.SpectralRadius([]float64{3, 4, -4, 3}, 2) // eigenvalues 3 ± 4i
	fmt.Printf("%.3f %v\n", r, err)
	// Output: 5.000 <nil>
}

// FORCE learning of spiking neurons: the readout's output of the rates is fed back. train.Online fits
// the readout.
func ExamplePopulate() {
	const dt = 0.1 // ms
	g := graph.New()
	p := layers.NewSpikingReservoir(1, 200)
	p.Feedback, p.Wfb, p.B = 1, layers.Uniform{Lo: -160, Hi: 160}, layers.Const(-40)
	neurons := layers.LIF{N: 200, VTh: layers.Const(-40), VReset: layers.Const(-65), Reset: layers.Hard}.In(g, "neurons", dt)
	res := layers.Populate(neurons, p.In(g, "res", dt))
	out := layers.Dense{In: 200, Out: 1}.Place(g, "out")
	type state = layers.PopulatedState[layers.LIFState]
	ys, _ := graph.Loop(g.Input("x", graph.Float32, 500, 1, 1), state{}, func(x *graph.Node, s state) (*graph.Node, state) {
		r, s := res.Step(x, s)
		s.Y = out.Apply(r)
		return s.Y, s
	})
	fmt.Println(ys.Type(), g.Err())
	// Output: Float32[500 1 1] <nil>
}
