package model

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/train/nir"
)

// imported are the settings of a layer that is a network in a NIR file.
type imported struct {
	File     string          // .nir
	Euler    bool            // whether a step decays by 1 - dt/tau rather than e^(-dt/tau), as snnTorch has it
	Subtract bool            // whether a spike lowers v by v_threshold - v_reset rather than setting v_reset
	Train    []string        // constants of neurons that are trained: tau, v_threshold
	Spike    graph.Surrogate // derivative of the spike
	DType    graph.DType     // of weights and constants; Float32
}

// net reads the file.
func (p imported) net(dt float64) (*nir.Net, error) {
	g, err := nir.ReadFile(p.File)
	if err != nil {
		return nil, err
	}
	return g.Net(nir.Options{Dt: dt, Euler: p.Euler, Subtract: p.Subtract, Train: p.Train, Spike: p.Spike, DType: p.DType})
}

// export returns the graph of the file with what a store has for it.
func (p imported) export(s *graph.Store, name string, dt float64) (*nir.Graph, error) {
	net, err := p.net(dt)
	if err != nil {
		return nil, err
	}
	return net.Export(s, name)
}

// placeImported puts the network in a graph. Images come and go with channels last or, where that is
// the shape they have, first, as NIR has them.
func placeImported(settings any, g *graph.Graph, name string, dt float64) cell {
	net, err := settings.(imported).net(dt)
	if err != nil {
		return cell{step: func(*graph.Node, []*graph.Node) (*graph.Node, []*graph.Node) {
			return g.Fail(fmt.Errorf("%s: %w", name, err)), nil
		}}
	}
	c := net.In(g, name)
	rest := net.Init(g, 0)
	return cell{
		nodes: len(leaves(reflect.ValueOf(&rest).Elem())),
		step: func(x *graph.Node, s []*graph.Node) (*graph.Node, []*graph.Node) {
			state := net.Init(g, 0)
			for i, at := range leaves(reflect.ValueOf(&state).Elem()) {
				*at = s[i]
			}
			in := net.InShape()
			turn := len(in) > 1 && x.Valid() && x.Rank() == len(in)+1 && !slices.Equal(x.Shape()[1:], in)
			if turn {
				x = channels(x, true)
			}
			y, next := c.Step(x, state)
			if turn && y.Valid() && y.Rank() > 2 {
				y = channels(y, false)
			}
			var nodes []*graph.Node
			for _, at := range leaves(reflect.ValueOf(&next).Elem()) {
				nodes = append(nodes, *at)
			}
			return y, nodes
		},
	}
}

// channels returns x [B X... C] as [B C X...], or the reverse.
func channels(x *graph.Node, first bool) *graph.Node {
	axes := []int{0}
	for i := 1; i < x.Rank()-1; i++ {
		axes = append(axes, i)
	}
	last := x.Rank() - 1
	if first {
		return x.Transpose(append([]int{0, last}, axes[1:]...)...)
	}
	for i := range axes[1:] {
		axes[i+1]++
	}
	return x.Transpose(append(axes, 1)...)
}
