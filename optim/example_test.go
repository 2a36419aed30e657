package optim_test

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/optim"
)

// One number, a gradient that is always 0.5: Adam moves it by the rate at each update.
func ExampleAdam() {
	g := graph.New()
	theta := g.Param("theta", graph.Var{DType: graph.Float64, Shape: []int{1}, Init: values{1}})
	optim.NewAdam(0.1).Update(g, []*graph.Node{theta}, []*graph.Node{theta.Like(0.5)})
	prog, err := g.Compile()
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 3 {
		if _, err := prog.Run(); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%.3f\n", g.Store().Get("theta").Value.Float64s()[0])
	}
	// Output:
	// 0.900
	// 0.800
	// 0.700
}

// Clipping, a rule of their own for biases, and four runs to an update.
func ExampleChain() {
	opt := optim.NewAdamW(1e-3)
	opt.LR = optim.Warmup{Steps: 100, Then: optim.ExponentialDecay{LR: 1e-3, Steps: 1000, Decay: 0.9}}
	bias := opt
	bias.WeightDecay = 0
	chain := optim.Chain{
		Transforms: []optim.Transform{optim.ClipByGlobalNorm{Max: 1}},
		Rule:       opt,
		Groups:     []optim.Group{{Match: optim.Suffix(".b"), Rule: bias}},
		Every:      4,
	}

	g := graph.New()
	w := g.Param("hidden.W", graph.Var{Shape: []int{2, 2}})
	b := g.Param("hidden.b", graph.Var{Shape: []int{2}})
	chain.Update(g, []*graph.Node{w, b}, []*graph.Node{w.Like(1), b.Like(1)})
	for _, p := range g.Store().Params() {
		fmt.Println(p.Name)
	}
	// Output:
	// hidden.W
	// hidden.b
	// optim.step
	// optim.epoch
	// optim.micro
	// optim.hidden.W.acc
	// optim.hidden.b.acc
	// optim.hidden.W.m
	// optim.hidden.W.v
	// optim.hidden.b.m
	// optim.hidden.b.v
	// spikegraph.clock
}

// Mistakes are faults of the graph, which Compile reports with the caller's line.
func ExampleCurve() {
	rates, err := optim.Curve(optim.StepLR{LR: 1, StepSize: 1, Gamma: 0.5}, 6, 2)
	fmt.Println(rates, err)
	_, err = optim.Curve(optim.StepLR{LR: 1, StepSize: 0, Gamma: 0.5}, 6, 2)
	fmt.Println(err)
	// Output:
	// [1 1 0.5 0.5 0.25 0.25] <nil>
	// optim: Curve.s: StepLR.StepSize = 0: value out of its domain: want at least 1
}
