package main

import (
	"math"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/surrogate"
)

// convState is the state of the network of J3.
type convState struct{ One, Two, Out layers.LIFState }

// convNet is the network of J3 over all steps: images x [B 784] to output spikes [T B 10]. What the
// first convolution makes of an image does not change from step to step, and is computed once.
func convNet(g *graph.Graph, d graph.DType, x *graph.Node) *graph.Node {
	conv := func(name string, in, out int) layers.ConvCell {
		a := 1 / math.Sqrt(float64(in*25))
		u := layers.Uniform{Lo: -a, Hi: a}
		return layers.Conv2d{In: in, Out: out, Kernel: []int{5}, Padding: layers.Valid, W: u, B: u, DType: d}.Place(g, name)
	}
	pool := layers.MaxPool2d{Kernel: []int{2}}.Place(g, "pool")
	neuron := func(name string, shape ...int) layers.LIFCell {
		p := layers.Leaky(0, layers.Const(0.5))
		p.Shape, p.Spike, p.DType = shape, surrogate.InvSquareGrad{Alpha: 25}, d
		return p.In(g, name, 1)
	}
	c1, c2, fc := conv("c1", 1, 12), conv("c2", 12, 64), linear(d, 1024, 10).Place(g, "fc")
	one, two, out := neuron("one", 12, 12, 12), neuron("two", 4, 4, 64), neuron("out", 10)
	batch := x.Dim(0)
	x = x.Reshape(batch, 28, 28, 1)
	zs, _ := graph.Loop(struct{}{}, convState{}, func(_ struct{}, s convState) (*graph.Node, convState) {
		var z *graph.Node
		z, s.One = one.Step(pool.Apply(c1.Apply(x)), s.One)
		z, s.Two = two.Step(pool.Apply(c2.Apply(z)), s.Two)
		z, s.Out = out.Step(fc.Apply(z.Reshape(batch, 1024)), s.Out)
		return z, s
	}, graph.LoopOptions{Steps: imageSteps, Graph: g})
	return zs
}
