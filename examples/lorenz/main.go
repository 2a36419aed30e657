// Command lorenz learns the weather of Lorenz' equations from one stretch of it and goes on by
// itself, its output being its input. There are two models: an echo state network, and a nonlinear
// vector autoregression, which needs far fewer steps to learn from.
//
//	go run ./examples/lorenz
//	go run ./examples/lorenz -model nvar -train 1500
//
// It prints the valid prediction time over many free runs, in Lyapunov times: how long the error
// stays below 0.4 of the attractor's size, in units of the time in which errors grow by e. It
// writes lorenz.png: the attractor, and the one that the model draws in closed loop.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/examples/internal/forecast"
	"github.com/spikegraph/spikegraph/examples/internal/program"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/train/report"
)

const (
	dt       = 0.02   // time of a step
	lyapunov = 0.9056 // largest exponent (Sprott 2003, Chaos and Time-Series Analysis, p. 90)
	limit    = 0.4    // error that ends a prediction
	wash     = 200    // steps that the model is shown before it counts
	every    = 250    // steps between starts
	longest  = 1000   // steps of a free run: 18 Lyapunov times
	drawn    = 1500   // steps of the picture
)

// config are the flags.
type config struct {
	model                  string
	neurons, train, starts int
	alpha                  float64
	seed                   uint64
	out                    string
}

func main() {
	var c config
	flag.StringVar(&c.model, "model", "esn", "esn or nvar")
	flag.IntVar(&c.neurons, "neurons", 500, "neurons of the echo state network")
	flag.IntVar(&c.train, "train", 10000, "steps to learn from")
	flag.IntVar(&c.starts, "starts", 40, "free runs to measure")
	flag.Float64Var(&c.alpha, "alpha", 1e-8, "ridge penalty")
	flag.Uint64Var(&c.seed, "seed", 1, "of the weights")
	program.Picture(&c.out, func() error {
		_, err := run(os.Stdout, c)
		return err
	})
}

// reservoir returns the echo state network. Its biases break the symmetry (x, y) to (-x, -y) of the
// equations, which tanh alone would share.
func reservoir(neurons int) layers.Reservoir {
	r := layers.NewReservoir(3, neurons)
	r.Win, r.InDensity = layers.Uniform{Lo: -1, Hi: 1}, 1
	r.W, r.Density, r.SpectralRadius = layers.Normal{Std: 1}, min(1, 10/float64(neurons)), 0.9
	r.B, r.LeakRate, r.DType = layers.Uniform{Lo: -0.5, Hi: 0.5}, layers.Const(0.8), graph.Float64
	return r
}

// nvar returns the last two inputs, and the products of two and of three of these numbers.
func nvar() layers.NVAR { return layers.NewNVAR(3, 2, 2, 3) }

// run returns the mean valid prediction time.
func run(log io.Writer, c config) (float64, error) {
	if c.starts < 1 || c.train <= wash {
		return 0, fmt.Errorf("lorenz: %d free runs, %d steps to learn from, want at least 1 and %d", c.starts, c.train, wash+1)
	}
	store := graph.NewStore(c.seed)
	switch c.model {
	case "esn":
		return measure(log, c, &forecast.Forecaster[layers.ReservoirState]{Store: store,
			Net: func(g *graph.Graph) func(*graph.Node, layers.ReservoirState) (*graph.Node, layers.ReservoirState) {
				return reservoir(c.neurons).Place(g, "reservoir").Step
			}})
	case "nvar":
		return measure(log, c, &forecast.Forecaster[layers.NVARState]{Store: store,
			Net: func(g *graph.Graph) func(*graph.Node, layers.NVARState) (*graph.Node, layers.NVARState) {
				return nvar().Place(g, "nvar").Step
			}})
	}
	return 0, fmt.Errorf("lorenz: -model is %q, want esn or nvar", c.model)
}

// weather returns n steps on the attractor, each channel scaled to [-1, 1].
func weather(n int) (*datasets.Series, error) {
	l := datasets.NewLorenz()
	l.Dt = dt
	const settle = 1000
	series, err := l.Series(settle + n)
	if err != nil {
		return nil, err
	}
	return series.Slice(settle, settle+n).Rescaled(-1, 1)
}

// measure fits the model, and scores and draws its free runs.
func measure[S any](log io.Writer, c config, f *forecast.Forecaster[S]) (float64, error) {
	series, err := weather(c.train + c.starts*every + wash + max(longest, drawn))
	if err != nil {
		return 0, err
	}
	if err := f.Fit(series.Slice(0, c.train), wash, c.alpha); err != nil {
		return 0, err
	}
	starts := make([]int, c.starts)
	for k := range starts {
		starts[k] = c.train + k*every
	}
	runs, err := f.Free(series, starts, wash, longest)
	if err != nil {
		return 0, err
	}
	times := make([]float64, c.starts)
	mean := 0.
	for k, s := range starts {
		times[k] = valid(runs, k, series.Slice(s+wash, s+wash+longest)) * dt * lyapunov
		mean += times[k] / float64(c.starts)
	}
	slices.Sort(times)
	fmt.Fprintf(log, "valid prediction time, over %d runs: %.1f Lyapunov times on average, from %.1f to %.1f\n",
		c.starts, mean, times[0], times[c.starts-1])
	return mean, picture(filepath.Join(c.out, "lorenz.png"), f, series, c.train)
}

// valid returns the number of steps before run k errs by more than the limit, relative to the root
// mean square distance of the truth from its center.
func valid(runs [][][]float64, k int, truth *datasets.Series) float64 {
	spread := 0.
	for c := range truth.Channels {
		x := truth.Channel(c)
		mean := 0.
		for _, v := range x {
			mean += v / float64(len(x))
		}
		for _, v := range x {
			spread += (v - mean) * (v - mean) / float64(len(x))
		}
	}
	for t := range truth.Len() {
		sum := 0.
		for c, v := range truth.At(t) {
			sum += (runs[t][k][c] - v) * (runs[t][k][c] - v)
		}
		if !(sum <= limit*limit*spread) {
			return float64(t)
		}
	}
	return float64(truth.Len())
}

// picture draws both attractors, and the beginning of a run beside the truth.
func picture[S any](path string, f *forecast.Forecaster[S], series *datasets.Series, from int) error {
	runs, err := f.Free(series, []int{from}, wash, drawn)
	if err != nil {
		return err
	}
	truth := series.Slice(from+wash, from+wash+drawn)
	free := &datasets.Series{Channels: 3}
	for _, r := range runs {
		free.Values = append(free.Values, r[0]...)
	}
	for _, v := range free.Values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("lorenz: the free run leaves all bounds; a larger -alpha or -train may hold it")
		}
	}
	attractor := func(title string, s *datasets.Series) (report.Panel, error) {
		return report.Lines(report.Axes{Title: title, X: "x", Y: "z"}, report.Series{X: s.Channel(0), Y: s.Channel(2)})
	}
	times := make([]float64, longest)
	for t := range times {
		times[t] = float64(t) * dt * lyapunov
	}
	over := func(title string, channel int) (report.Panel, error) {
		return report.Lines(report.Axes{Title: title, X: "Lyapunov times", Y: title},
			report.Series{Name: "truth", X: times, Y: truth.Channel(channel)[:longest]},
			report.Series{Name: "model", X: times, Y: free.Channel(channel)[:longest]})
	}
	left, err1 := attractor("Lorenz attractor", truth)
	right, err2 := attractor("model in closed loop", free)
	x, err3 := over("x", 0)
	z, err4 := over("z", 2)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return err
	}
	return report.Figure{Panels: []report.Panel{left, right, x, z}, Columns: 2}.Save(path)
}
