package main

import (
	"math"

	"github.com/spikegraph/spikegraph/graph"
)

// model is a kind of network and what it is to learn.
type model struct {
	period int                                          // ms of the target
	target func(phase float64) float64                  // of a phase in [0, 2π)
	before int                                          // ms to run before it learns
	steps  int                                          // in a ms
	shown  string                                       // scope in which is marked what is drawn
	make   func(m model, c config, s *graph.Store) fits // the network
}

// models are the networks of the papers; -model names one. The rate network is Sussillo's and Abbott's,
// but learns from P = 1000·I at every step; the one called paper learns as theirs, from P = I at every
// second.
var models = map[string]model{
	"rate":       {period: 1200, target: fourSines, before: 2400, steps: 1, shown: ratesScope, make: rate(1000, 1)},
	"paper":      {period: 1200, target: fourSines, before: 2400, steps: 1, shown: ratesScope, make: rate(1, 2)},
	"lif":        {period: 200, target: math.Sin, before: 1000, steps: spikingSteps, shown: neuronsScope, make: lif},
	"theta":      {period: 200, target: math.Sin, before: 1000, steps: spikingSteps, shown: neuronsScope, make: theta},
	"izhikevich": {period: 200, target: math.Sin, before: 1000, steps: spikingSteps, shown: neuronsScope, make: izhikevich},
}

// fourSines is a sum of sines of 1, 2, 3 and 4 times the frequency, whose amplitudes are 1.3, 0.65, 0.22
// and 0.43, over 1.5 (Sussillo, Abbott 2009, figure 2).
func fourSines(w float64) float64 {
	return 1.3 / 1.5 * (math.Sin(w) + math.Sin(2*w)/2 + math.Sin(3*w)/6 + math.Sin(4*w)/3)
}

// curve is the target from one ms to another, at so many steps a ms.
func (m model) curve(from, to, steps int) []float64 {
	f := make([]float64, (to-from)*steps)
	for i := range f {
		ms := float64(from) + float64(i)/float64(steps)
		f[i] = m.target(2 * math.Pi * math.Mod(ms, float64(m.period)) / float64(m.period))
	}
	return f
}

// build returns the network.
func (m model) build(c config) network {
	store := graph.NewStore(c.seed)
	return network{model: m, trainer: m.make(m, c, store), store: store}
}
