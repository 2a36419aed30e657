// Package forecast predicts series: a network whose readout is taught by ridge regression to say
// the next step, and which then runs on its own output.
package forecast

import (
	"fmt"
	"runtime"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/train/offline"
	"gorgonia.org/tensor"
)

// Net places a network without readout, of type float64, and returns a step of it: features of the
// input x [B C] and what came before. S is its state.
type Net[S any] func(g *graph.Graph) func(x *graph.Node, s S) (features *graph.Node, next S)

// Forecaster is a network with a readout of the features: the next step is x + Out(features).
type Forecaster[S any] struct {
	Net   Net[S]
	Store *graph.Store
	Out   layers.Dense // after Fit
}

// Fit teaches the readout by ridge regression with penalty alpha, from the steps of the series
// after the first wash ones: it is to say x(t+1) - x(t).
func (f *Forecaster[S]) Fit(series *datasets.Series, wash int, alpha float64) error {
	steps, c := series.Len()-1, series.Channels
	if wash < 0 || wash >= steps {
		return fmt.Errorf("forecast: %d steps to leave out of %d", wash, steps)
	}
	g := graph.NewIn(f.Store)
	var rest S
	xs := g.Input("x", graph.Float64, steps+1, 1, c)
	fs, _ := graph.Loop(xs.Narrow(0, 0, steps), rest, f.Net(g))
	change := xs.Narrow(0, wash+1, steps-wash).Sub(xs.Narrow(0, wash, steps-wash))
	prog, err := g.Compile(fs.Narrow(0, wash, steps-wash), change)
	if err != nil {
		return err
	}
	r, err := prog.Run(series.Tensor())
	if err != nil {
		return err
	}
	fit, err := offline.Fit(offline.Ridge{Alpha: alpha}, r[0], r[1], offline.Options{Bias: true, Workers: runtime.GOMAXPROCS(0)})
	if err != nil {
		return err
	}
	w := fit.W.Float64s() // the bias in row 0
	f.Out = layers.Dense{
		In: r[0].Shape()[2], Out: c, DType: graph.Float64,
		W: layers.Fix(layers.Values(w[c:])), B: layers.Fix(layers.Values(w[:c])),
	}
	return nil
}

// carried is what a free run takes from step to step.
type carried[S any] struct {
	Net S
	X   *graph.Node
}

// Free shows the network warm steps of the series from each of the starts, all at once, and lets
// it run on its own output: [steps][starts] of C numbers, the first those after the warm ones.
func (f *Forecaster[S]) Free(series *datasets.Series, starts []int, warm, steps int) ([][][]float64, error) {
	c, b := series.Channels, len(starts)
	shown := make([]float64, 0, warm*b*c)
	for t := range warm {
		for _, s := range starts {
			shown = append(shown, series.At(s+t)...)
		}
	}
	g := graph.NewIn(f.Store)
	net, out := f.Net(g), f.Out.Place(g, "out")
	step := func(x *graph.Node, s S) (*graph.Node, S) {
		r, s := net(x, s)
		return x.Add(out.Apply(r)), s
	}
	var rest S
	ys, s := graph.Loop(g.Input("x", graph.Float64, warm, b, c), rest, step)
	run, _ := graph.Loop(struct{}{}, carried[S]{s, ys.Index(warm - 1)}, func(_ struct{}, s carried[S]) (*graph.Node, carried[S]) {
		y, next := step(s.X, s.Net)
		return s.X, carried[S]{next, y}
	}, graph.LoopOptions{Steps: steps, Graph: g})
	prog, err := g.Compile(run)
	if err != nil {
		return nil, err
	}
	r, err := prog.Run(tensor.New(tensor.WithShape(warm, b, c), tensor.WithBacking(shown)))
	if err != nil {
		return nil, err
	}
	all := make([][][]float64, steps)
	for t := range all {
		for k := range b {
			at := (t*b + k) * c
			all[t] = append(all[t], r[0].Float64s()[at:at+c])
		}
	}
	return all, nil
}
