package opsamples

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// Convs are convolutions: shapes of input and kernel, and how it passes.
var Convs = []struct {
	X, W []int
	O    graph.ConvOptions
}{
	{[]int{2, 5, 1}, []int{3, 1, 2}, graph.ConvOptions{}},
	{[]int{1, 7, 2}, []int{4, 2, 3}, graph.ConvOptions{Stride: []int{2}, PadLow: []int{2}, PadHigh: []int{1}}},
	{[]int{2, 4, 2}, []int{3, 2, 2}, graph.ConvOptions{InputDilation: []int{2}, PadLow: []int{1}, PadHigh: []int{3}}},
	{[]int{2, 9, 4}, []int{2, 2, 4}, graph.ConvOptions{KernelDilation: []int{3}, Groups: 2, Stride: []int{2}}},
	{[]int{2, 4, 5, 3}, []int{3, 2, 3, 2}, graph.ConvOptions{PadLow: []int{1, 0}, PadHigh: []int{1, 1}}},
	{[]int{1, 5, 4, 3}, []int{3, 2, 1, 6}, graph.ConvOptions{Groups: 3, Stride: []int{1, 3}, PadLow: []int{0, 2}}},
	{[]int{1, 3, 4, 2}, []int{2, 2, 2, 1}, graph.ConvOptions{
		Stride: []int{3, 2}, InputDilation: []int{2, 3}, KernelDilation: []int{1, 2}, PadLow: []int{4, 0}, PadHigh: []int{0, 5},
	}},
	{[]int{2, 3, 2, 3, 2}, []int{2, 1, 2, 2, 3}, graph.ConvOptions{Stride: []int{1, 1, 2}, PadHigh: []int{0, 1, 2}}},
}

// Pools are windows over inputs of a shape.
var Pools = []struct {
	X []int
	O graph.PoolOptions
}{
	{[]int{5}, graph.PoolOptions{Window: []int{2}}},
	{[]int{2, 5, 3}, graph.PoolOptions{Window: []int{1, 2, 1}, Stride: []int{1, 2, 1}}},
	{[]int{2, 4, 5, 2}, graph.PoolOptions{Window: []int{1, 3, 2, 1}, Stride: []int{1, 2, 2, 1}, PadLow: []int{0, 1, 0, 0}, PadHigh: []int{0, 1, 1, 0}}},
	{[]int{3, 4}, graph.PoolOptions{Window: []int{2, 2}, PadLow: []int{1, 0}, PadHigh: []int{0, 1}}},
	{[]int{2, 3, 17}, graph.PoolOptions{Window: []int{1, 2, 1}, Stride: []int{2, 1, 1}}},
	{[]int{2, 3}, graph.PoolOptions{}},
}

// pools lists what reduces windows.
var pools = []struct {
	name, op string
	f        func(x node, o graph.PoolOptions) node
}{
	{"MaxPool", "MaxPool", node.MaxPool},
	{"MinPool", "MinPool", node.MinPool},
	{"SumPool", "SumPool", node.SumPool},
	{"AvgPool", "SumPool", node.AvgPool},
}

func convolutions() []Sample {
	var ss []Sample
	for i, c := range Convs {
		ss = append(ss, smooth(fmt.Sprintf("Conv/%d", i), "Conv",
			two(func(x, w node) node { return x.Conv(w, c.O) }), f64(-2, 2, c.X...), f64(-2, 2, c.W...)))
	}
	for i, c := range Pools {
		for _, p := range pools {
			ss = append(ss, smooth(fmt.Sprintf("%s/%d", p.name, i), p.op,
				one(func(x node) node { return p.f(x, c.O) }), f64(-2, 2, c.X...)))
		}
	}
	return ss
}
