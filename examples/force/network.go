package main

import (
	"context"
	"math"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/online"
	"gonum.org/v1/gonum/floats"
	"gorgonia.org/tensor"
)

// state is that of the rate neurons.
type state = layers.ReservoirState

// network is a network that learns.
type network struct {
	trainer *train.Online[state]
	store   *graph.Store
}

// scope is where the rates are marked, to be drawn.
const scope = "rates"

// build returns the network with a readout named out. It learns at every step, from P = 10·I at
// first; the paper, from P = I or less, at every second.
func build(c config) network {
	store := graph.NewStore(c.seed)
	return network{store: store, trainer: &train.Online[state]{
		Runner: train.Runner[state]{
			Net: rate(c.neurons), Init: firstRates(c.neurons), Readouts: []string{"out"}, Monitors: []string{scope}, Store: store,
		},
		Method: online.RLS{Alpha: 10, Single: true},
	}}
}

// readout places a readout of n rates, and returns a function of it that marks them.
func readout(g *graph.Graph, n int) func(r *graph.Node) *graph.Node {
	out := layers.Dense{In: n, Out: 1, W: layers.Const(0), NoBias: true}.Place(g, "out")
	return func(r *graph.Node) *graph.Node {
		defer g.Scope(scope)()
		return out.Apply(r.Mark())
	}
}

// rate returns the paper's network: potentials that follow 1.5·J·r + Wfb·z with 10 ms, r = tanh.
func rate(n int) func(g *graph.Graph, training bool) train.Step[state] {
	return func(g *graph.Graph, _ bool) train.Step[state] {
		p := layers.NewReservoir(1, n)
		p.Win, p.InDensity = layers.Fix(layers.Const(0)), 1 // there is no input
		p.W = layers.Normal{Std: 1.5 / math.Sqrt(p.Density*float64(n))}
		p.Feedback, p.FeedbackDensity, p.Wfb = 1, 1, layers.Uniform{Lo: -1, Hi: 1}
		p.LeakRate, p.Outside = layers.Const(0.1), true // 1 ms of 10
		cell, out := p.Place(g, "network"), readout(g, n)
		return func(x *graph.Node, s state) (*graph.Node, state) {
			r, s := cell.Step(x, s)
			s.Y = out(r)
			return s.Y, s
		}
	}
}

// firstRates draws the potentials to begin with.
func firstRates(n int) func(g *graph.Graph, batch int) state {
	return func(g *graph.Graph, batch int) (s state) {
		s.S = g.Param("first", graph.Var{Shape: []int{batch, n}, Init: layers.Normal{Std: 0.5}, Fixed: true})
		s.R, s.Y = s.S.Tanh(), g.Const(graph.Float32, 0, batch, 1)
		return s
	}
}

// ranFreely is what a network did: its output, and its rates [T 1 N].
type ranFreely struct {
	z     []float64
	rates *tensor.Dense
}

// free lets the network run by itself.
func (n network) free(ms int) (ranFreely, error) {
	z, err := n.trainer.Predict(context.Background(), column(make([]float64, ms)))
	if err != nil {
		return ranFreely{}, err
	}
	return ranFreely{numbers(z), n.trainer.Marks()[scope]}, nil
}

// learn teaches the network a piece of the target, and returns its output and by how much the
// weights have changed in a ms.
func (n network) learn(target []float64) (z []float64, change float64, err error) {
	weights := func() []float64 {
		if w := n.store.Get("out.W"); w != nil {
			return numbers(w.Value)
		}
		return nil
	}
	before := weights()
	s := train.Sequence{X: column(make([]float64, len(target))), Y: column(target)}
	r, err := n.trainer.Fit(context.Background(), train.Trials(s))
	if err != nil {
		return nil, 0, err
	}
	return numbers(r.Out[0]), floats.Distance(weights(), before, 2) / float64(len(target)), nil
}

// column returns numbers as a sequence [T 1 1].
func column(x []float64) *tensor.Dense {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return tensor.New(tensor.WithShape(len(x), 1, 1), tensor.WithBacking(y))
}

// numbers returns the elements of a tensor.
func numbers(x *tensor.Dense) []float64 {
	y := make([]float64, len(x.Float32s()))
	for i, v := range x.Float32s() {
		y[i] = float64(v)
	}
	return y
}
