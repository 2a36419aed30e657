package main

import (
	"math"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/online"
)

// ratesScope is where the rates of the rate network are marked, to be drawn.
const ratesScope = "rates"

// rate returns the network of Sussillo and Abbott: potentials that follow 1.5·J·r + Wfb·z with 10 ms,
// r = tanh. Its readout learns from P = alpha·I at every so many steps. P is kept in float64: from
// P = 1000·I in float32 most networks lose the curve once they run freely.
func rate(alpha float64, every int) func(m model, c config, store *graph.Store) fits {
	return func(m model, c config, store *graph.Store) fits {
		t := trainer(m, store, online.RLS{Alpha: alpha}, rateNetwork(c.neurons))
		t.Every, t.Init = every, firstRates(c.neurons)
		return t
	}
}

// rateNetwork places n rate neurons and their readout, which is fed back.
func rateNetwork(n int) func(g *graph.Graph, training bool) train.Step[layers.ReservoirState] {
	return func(g *graph.Graph, _ bool) train.Step[layers.ReservoirState] {
		p := layers.NewReservoir(1, n)
		p.Win, p.InDensity = layers.Fix(layers.Const(0)), 1 // there is no input
		p.W = layers.Normal{Std: 1.5 / math.Sqrt(p.Density*float64(n))}
		p.Feedback, p.FeedbackDensity, p.Wfb = 1, 1, layers.Uniform{Lo: -1, Hi: 1}
		p.LeakRate, p.Outside = layers.Const(0.1), true // 1 ms of 10
		cell, out := p.Place(g, "network"), readout(g, n)
		return func(x *graph.Node, s layers.ReservoirState) (*graph.Node, layers.ReservoirState) {
			r, s := cell.Step(x, s)
			defer g.Scope(ratesScope)()
			s.Y = out.Apply(r.Mark())
			return s.Y, s
		}
	}
}

// firstRates draws the potentials to begin with.
func firstRates(n int) func(g *graph.Graph, batch int) layers.ReservoirState {
	return func(g *graph.Graph, batch int) (s layers.ReservoirState) {
		s.S = g.Param("first", graph.Var{Shape: []int{batch, n}, Init: layers.Normal{Std: 0.5}, Fixed: true})
		s.R, s.Y = s.S.Tanh(), g.Const(graph.Float32, 0, batch, 1)
		return s
	}
}
