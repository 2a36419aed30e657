package main

import (
	"context"
	"math"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/offline"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
	"gorgonia.org/tensor"
)

// readoutResult is what J4 and J5 measure.
type readoutResult struct {
	Neurons    int     `json:"neurons,omitempty"`
	Links      float64 `json:"links,omitempty"` // connections to a neuron, on average
	Steps      int     `json:"steps,omitempty"`
	StepsPS    float64 `json:"steps_per_s,omitempty"`
	UsPerStep  float64 `json:"us_per_step,omitempty"`
	OpenPS     float64 `json:"open_steps_per_s,omitempty"` // of states and outputs alone
	FreePS     float64 `json:"free_steps_per_s,omitempty"`
	FreeUs     float64 `json:"free_us_per_step,omitempty"`
	SolveS     float64 `json:"solve_s,omitempty"`
	InitS      float64 `json:"init_s,omitempty"` // drawing weights, compiling, the first runs
	OneStep    float64 `json:"nrmse_1step,omitempty"`
	FreeNRMSE  float64 `json:"free_nrmse84,omitempty"`
	ValidSteps int     `json:"free_valid_steps,omitempty"`
	MAEFirst   float64 `json:"mae_first,omitempty"`
	MAELast    float64 `json:"mae_last,omitempty"`
	MAETest    float64 `json:"mae_test,omitempty"`
}

// The steps of J4.
const (
	echoWash  = 100
	echoTrain = 10000
	echoTest  = 2000
	echoFree  = 1000
)

type echoState struct{ R layers.ReservoirState }

// echoTrainer is the network of J4: inputs of ±1 to a tenth of n leaky neurons, and a readout.
func echoTrainer(c config, n int) *train.Offline[echoState] {
	return &train.Offline[echoState]{
		Runner: train.Runner[echoState]{
			Net: func(g *graph.Graph, _ bool) train.Step[echoState] {
				p := layers.NewReservoir(1, n)
				p.Win, p.W, p.SpectralRadius, p.DType = layers.Values(signs(c.seed, n)), layers.Normal{Std: 1}, 0.9, c.dtype()
				if c.links > 0 {
					p.Density = min(1, c.links/float64(n))
				}
				cell := p.Place(g, "reservoir")
				out := layers.Dense{In: n, Out: 1, W: layers.Const(0), DType: c.dtype()}.Place(g, "out")
				return func(x *graph.Node, s echoState) (*graph.Node, echoState) {
					r, next := cell.Step(x, s.R)
					return out.Apply(r), echoState{next}
				}
			},
			Readouts: []string{"out"}, Seed: c.seed, Options: graph.Options{Workers: c.network},
		},
		Method: offline.Ridge{Alpha: 1e-7}, FreeBias: true, Workers: c.threads,
	}
}

// signs draws n numbers of 1 and -1.
func signs(seed uint64, n int) []float64 {
	r, x := rand.New(rand.NewPCG(seed, 4)), make([]float64, n)
	for i := range x {
		x[i] = float64(2*r.IntN(2) - 1)
	}
	return x
}

// echo measures J4.
func echo(c config) (result, error) {
	r := newResult(c)
	n, steps := count(c.neurons, 0, 1000), count(c.steps, 0, echoTrain)
	series, err := datasets.NewMackeyGlass().Series(echoWash + steps + echoTest + echoFree + 1)
	if err == nil {
		series, err = series.Rescaled(-1, 1)
	}
	if err != nil {
		return r, err
	}
	r.Neurons, r.Links, r.Steps = n, c.links, steps
	if c.links == 0 {
		r.Links = 0.1 * float64(n)
	}
	runtime.GOMAXPROCS(c.threads) // the network's goroutines, where it does not run in one
	t := echoTrainer(c, n)
	part := func(from, to int) *tensor.Dense { return c.column(series.Values[from:to]) }
	pair := func(from, to int) train.Sequence {
		return train.Sequence{X: part(from, to), Y: part(from+1, to+1)}
	}
	ctx := context.Background()
	r.InitS = seconds(func() {
		some := pair(0, min(steps, 1000))
		if _, err = t.Fit(ctx, train.Trials(some, some)); err == nil { // from rest, and going on
			_, err = t.Predict(ctx, part(0, echoTest))
		}
		if err == nil {
			_, err = t.Generate(ctx, echoFree)
		}
		t.ResetState()
		if err == nil {
			_, err = t.Predict(ctx, part(0, echoWash))
		}
	})
	if err != nil {
		return r, err
	}
	debug.FreeOSMemory()
	forgetPeak()
	r.BaseRSS = memory("VmRSS")
	at := echoWash
	s := pair(at, at+steps)
	var collect, solve float64
	r.collecting(c, func() {
		collect = seconds(func() { err = t.Collect(ctx, train.Trials(s)) })
		if err == nil {
			solve = seconds(func() { _, err = t.Solve() })
		}
	})
	if err != nil {
		return r, err
	}
	r.SolveS = solve
	r.StepsPS, r.UsPerStep = math.Round(float64(steps)/(collect+solve)), 1e6*(collect+solve)/float64(steps)
	r.PeakRSS = memory("VmHWM")
	return r, echoScores(&r, t, series.Values[at+steps:], part, at+steps)
}

// echoScores fills in what the trained network does with what follows.
func echoScores(r *result, t *train.Offline[echoState], truth []float64, part func(from, to int) *tensor.Dense, at int) error {
	ctx := context.Background()
	var y, free *tensor.Dense
	var err error
	open := seconds(func() { y, err = t.Predict(ctx, part(at, at+echoTest)) })
	if err != nil {
		return err
	}
	closed := seconds(func() { free, err = t.Generate(ctx, echoFree) })
	if err != nil {
		return err
	}
	r.OpenPS, r.FreePS, r.FreeUs = math.Round(echoTest/open), math.Round(echoFree/closed), 1e6*closed/echoFree
	predicted := doubles(y)
	r.OneStep = nrmse(predicted, truth[1:echoTest+1])
	run := append(predicted[echoTest-1:], doubles(free)[:echoFree-1]...) // its first step is the last prediction
	truth = truth[echoTest : echoTest+echoFree]
	r.FreeNRMSE, r.ValidSteps = nrmse(run[:84], truth[:84]), validSteps(run, truth)
	return nil
}

// column returns a series as [T 1 1] of the type that is computed in.
func (c config) column(x []float64) *tensor.Dense {
	if c.double {
		return tensor.New(tensor.WithShape(len(x), 1, 1), tensor.WithBacking(append([]float64(nil), x...)))
	}
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return tensor.New(tensor.WithShape(len(x), 1, 1), tensor.WithBacking(y))
}

// doubles returns the elements of a tensor of floats.
func doubles(x *tensor.Dense) []float64 {
	if x.Dtype() == tensor.Float64 {
		return x.Float64s()
	}
	y := make([]float64, len(x.Float32s()))
	for i, v := range x.Float32s() {
		y[i] = float64(v)
	}
	return y
}

// nrmse returns the root of the mean squared error over the deviation of y.
func nrmse(p, y []float64) float64 {
	return floats.Distance(p, y, 2) / math.Sqrt(float64(len(y))*stat.PopVariance(y, nil))
}

// validSteps returns the number of steps before the error passes 0.4 deviations of y.
func validSteps(p, y []float64) int {
	bound := 0.4 * stat.PopStdDev(y, nil)
	for i := range y {
		if !(math.Abs(p[i]-y[i]) <= bound) {
			return i
		}
	}
	return len(y)
}

func seconds(f func()) float64 {
	start := time.Now()
	f()
	return time.Since(start).Seconds()
}
