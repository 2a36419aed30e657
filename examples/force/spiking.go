package main

import (
	"math"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/online"
)

const (
	spikingSteps = 10  // in a ms
	every        = 2.5 // ms from one update of the readout to the next
	neuronsScope = "neurons"
	dt           = 1. / spikingSteps // ms
)

// lif returns integrate-and-fire neurons. A constant current, in mV, takes them to the threshold; those
// that begin above it fire at once and start the rest. Constants are the paper's but for the feedback,
// of which it has 10: with more the network keeps its period better.
func lif(m model, c config, store *graph.Store) fits {
	return spiking(m, store, spikes[layers.LIFState]{
		place: func(g *graph.Graph) layers.Stepper[layers.LIFState] {
			return layers.LIF{
				N: c.neurons, VRest: layers.Const(0), VTh: layers.Const(-40), VReset: layers.Const(-65), Reset: layers.Hard,
				V0: layers.Uniform{Lo: -65, Hi: 30}, Tau: layers.Const(10), TauRef: layers.Const(2),
			}.In(g, neuronsScope, dt)
		},
		n: c.neurons, bias: -40, strong: 0.04, back: 160, alpha: 2e-5,
	})
}

// izhikevich returns Izhikevich neurons. Currents are in pA. The paper has connections of 5 and feedback
// of 5,000.
func izhikevich(m model, c config, store *graph.Store) fits {
	return spiking(m, store, spikes[layers.IzhikevichState]{
		place: func(g *graph.Graph) layers.Stepper[layers.IzhikevichState] {
			return layers.Izhikevich{
				N: c.neurons, C: layers.Const(250), K: layers.Const(2.5), VRest: layers.Const(-60), VT: layers.Const(-20),
				VTh: layers.Const(30), VReset: layers.Const(-65), VU: layers.Const(-60), A: layers.Const(0.01), B: layers.Const(0),
				D: layers.Const(200), V0: layers.Uniform{Lo: -60, Hi: 30}, Method: layers.Euler,
			}.In(g, neuronsScope, dt)
		},
		n: c.neurons, bias: 1000, strong: 8, back: 16000, alpha: 2e-6,
	})
}

// theta returns theta neurons, which begin anywhere on the circle. Currents are squares of rates, in Hz².
// The paper has connections of 10 and feedback of 10,000.
func theta(m model, c config, store *graph.Store) fits {
	return spiking(m, store, spikes[layers.ThetaState]{
		place: func(g *graph.Graph) layers.Stepper[layers.ThetaState] {
			return layers.Theta{N: c.neurons, Phase0: layers.Uniform{Lo: -math.Pi, Hi: math.Pi}}.In(g, neuronsScope, dt)
		},
		n: c.neurons, bias: 0, strong: 100, back: 1e5, alpha: 1e-5,
	})
}

// spikes says how spiking neurons are connected.
type spikes[S any] struct {
	place  func(g *graph.Graph) layers.Stepper[S]
	n      int
	bias   float64 // current
	strong float64 // G of the paper: current for each Hz
	back   float64 // Q of the paper: current for an output of 1
	alpha  float64 // of RLS, 1/Hz²
}

// spiking returns a network of spiking neurons.
func spiking[S any](m model, store *graph.Store, n spikes[S]) fits {
	t := trainer(m, store, online.RLS{Alpha: n.alpha, Single: true}, func(g *graph.Graph, _ bool) train.Step[layers.PopulatedState[S]] {
		p := layers.NewSpikingReservoir(1, n.n)
		p.Win = layers.Fix(layers.Const(0)) // there is no input
		p.W = layers.Normal{Std: n.strong / (p.Density * math.Sqrt(float64(n.n)))}
		p.Feedback, p.Wfb, p.B = 1, layers.Uniform{Lo: -n.back, Hi: n.back}, layers.Const(n.bias)
		cell, out := layers.Populate(n.place(g), p.In(g, "network", dt)), readout(g, n.n)
		return func(x *graph.Node, s layers.PopulatedState[S]) (*graph.Node, layers.PopulatedState[S]) {
			r, s := cell.Step(x, s)
			s.Y = out.Apply(r)
			return s.Y, s
		}
	})
	t.Every = int(every * spikingSteps)
	return t
}
