package probe_test

import (
	"context"
	"fmt"
	"os"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/probe"
	"gorgonia.org/tensor"
)

// The potential and the spikes of a neuron that a constant current drives over its threshold of 1.
func Example() {
	type state struct{ Cell layers.LIFState }
	net := func(g *graph.Graph, _ bool) train.Step[state] {
		lif := layers.IntegrateAndFire(1).In(g, "cell", 1)
		return func(x *graph.Node, s state) (z *graph.Node, next state) {
			z, next.Cell = lif.Step(x, s.Cell)
			return z, next
		}
	}
	p := &probe.Probe[state]{
		Trainer: &train.BPTT[state]{Net: net, Store: graph.NewStore(1), Steps: 8},
		Watch:   []probe.Watch{{Name: "cell"}, {Name: "Cell.V", Every: 4}},
	}
	current := tensor.New(tensor.WithShape(1, 1), tensor.WithBacking([]float32{0.375}))
	r, err := p.Run(context.Background(), current)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("spikes", r.Trace("cell").Series(0, 0), "a rate of", r.Trace("cell").Rates()[0])
	r.Traces = r.Traces[1:]
	if err := r.WriteCSV(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// spikes [0 0 1 0 0 1 0 1] a rate of 0.375
	// name,step,sample,neuron,value
	// Cell.V,0,0,0,0.375
	// Cell.V,4,0,0,0.875
}
