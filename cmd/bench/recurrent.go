package main

import (
	"os"
	"time"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/kernel"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/losses"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/spikegraph/spikegraph/surrogate"
)

var stderr = os.Stderr

// channels, hidden and classes are the sizes of the network of J2.
const channels, hidden, classes = 700, 256, 20

// recurrentState is the state of the network of J2.
type recurrentState struct {
	Hidden layers.RecurrentState[layers.LIFState]
	Out    layers.LeakyIntegratorState
}

// recurrentNet is the network of J2 over all steps: spikes x, Bool [T B 700], to potentials [T B 20].
func recurrentNet(g *graph.Graph, c config, x *graph.Node) *graph.Node {
	d := c.dtype()
	fc1 := layers.Dense{In: channels, Out: hidden, W: layers.Normal{Std: 0.08}, NoBias: true, DType: d}.Place(g, "fc1")
	back := layers.Dense{In: hidden, Out: hidden, W: layers.Normal{Std: 0.03}, DType: d}.Place(g, "rec")
	fc2 := linear(d, hidden, classes).Place(g, "fc2")
	neuron := layers.Leaky(hidden, layers.Const(0.95))
	neuron.Spike, neuron.DType = surrogate.InvSquareGrad{Alpha: 25}, d
	if c.triangle > 0 {
		neuron.Spike = surrogate.ReluGrad{Alpha: 1 / c.triangle, Width: c.triangle}
	}
	rec := layers.Recur(neuron.In(g, "hidden", 1), back)
	out := layers.LeakyIntegrator{N: classes, Decay: layers.Const(0.95), Input: layers.Unscaled, DType: d}.In(g, "out", 1)
	vs, _ := graph.Loop(x, recurrentState{}, func(x *graph.Node, s recurrentState) (*graph.Node, recurrentState) {
		var z *graph.Node
		z, s.Hidden = rec.Step(fc1.Apply(x.Cast(d)), s.Hidden)
		z, s.Out = out.Step(fc2.Apply(z), s.Out)
		return z, s
	})
	return vs
}

// recurrent measures J2 and J7.
func recurrent(c config, steps int) (result, error) {
	r := newResult(c)
	long := steps > 100
	src, err := spikeSource(c, steps)
	if err != nil {
		return r, err
	}
	store := graph.NewStore(c.seed)
	g, loss := recurrentLoss(c, store, steps)
	prog, err := compile(&r, c, g, loss, recurrentAdam)
	if err != nil {
		return r, err
	}
	if err := src.load(store); err != nil {
		return r, err
	}
	warmup, timed := 3, 24
	if long {
		warmup, timed = 1, 3
	}
	err = measure(&r, c, prog, src, count(c.warmup, -1, warmup), count(c.batches, 0, timed))
	return r, err
}

var recurrentAdam = optim.Adam{LR: optim.Constant(1e-3), Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, EpsCorrected: true}

// recurrentLoss builds the loss of J2: cross entropy of the potentials averaged over time.
func recurrentLoss(c config, store *graph.Store, steps int) (*graph.Graph, *graph.Node) {
	g := graph.NewIn(store)
	x, y := g.Input("x", graph.Bool, steps, size, channels), g.Input("y", graph.Int32, size)
	return g, losses.CrossEntropy(recurrentNet(g, c, x).Mean(0), y, losses.CEOptions{})
}

func spikeSource(c config, steps int) (*source, error) {
	if c.init != "" {
		return given(c)
	}
	batches := 8
	if steps > 100 {
		batches = 2
	}
	src, err := datasets.SpikeTask(batches*size, steps, 11)
	if err != nil {
		return nil, err
	}
	return &source{next: sequences(src), load: func(*graph.Store) error { return nil }}, nil
}

// compileTimes measures how long J2 takes from Go code to a program, by its number of steps.
func compileTimes(c config) (result, error) {
	r := newResult(c)
	for _, m := range []struct {
		steps int
		ms    *float64
	}{{10, &r.Ms10}, {100, &r.Ms100}, {1000, &r.Ms1000}} {
		best := 1e9
		for range 7 {
			var err error
			best = min(best, milliseconds(func() {
				g, loss := recurrentLoss(c, graph.NewStore(c.seed), m.steps)
				_, err = compile(new(result), config{threads: c.threads}, g, loss, recurrentAdam)
			}))
			if err != nil {
				return r, err
			}
		}
		*m.ms = best
	}
	return r, nil
}

func milliseconds(f func()) float64 {
	start := time.Now()
	f()
	return float64(time.Since(start).Microseconds()) / 1e3
}

func newResult(c config) result {
	return result{Job: c.job, Threads: c.threads, Kernels: kernel.Level()}
}
