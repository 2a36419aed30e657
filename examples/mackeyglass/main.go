// Command mackeyglass predicts a chaotic series with an echo state network: 1,000 neurons learn,
// by one ridge regression, to say the next step of the Mackey-Glass equation (delay 17), and then
// run on their own output.
//
//	go run ./examples/mackeyglass
//
// It prints the error after 84 steps of such runs from many starts, relative to the standard
// deviation of the series (the NRMSE84 of Jaeger, GMD report 148, 2001), and writes
// mackeyglass.png: one run beside the series, and its error. It takes some seconds on two cores.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/examples/internal/forecast"
	"github.com/spikegraph/spikegraph/examples/internal/program"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/train/report"
)

const (
	wash    = 200 // steps that the network is shown before it counts
	horizon = 84
	shown   = 500 // steps of the picture
)

// config are the flags.
type config struct {
	neurons, train, starts int
	alpha                  float64
	seed                   uint64
	out                    string
}

func main() {
	var c config
	flag.IntVar(&c.neurons, "neurons", 1000, "neurons of the reservoir")
	flag.IntVar(&c.train, "train", 5000, "steps to learn from")
	flag.IntVar(&c.starts, "starts", 50, "free runs to measure")
	flag.Float64Var(&c.alpha, "alpha", 1e-12, "ridge penalty")
	flag.Uint64Var(&c.seed, "seed", 1, "of the weights")
	program.Picture(&c.out, func() error {
		_, err := run(os.Stdout, c)
		return err
	})
}

// reservoir returns the network: leaky tanh neurons with few recurrent weights.
func reservoir(neurons int) layers.Reservoir {
	r := layers.NewReservoir(1, neurons)
	r.Win, r.InDensity = layers.Uniform{Lo: -2, Hi: 2}, 1
	r.W, r.Density, r.SpectralRadius = layers.Normal{Std: 1}, min(1, 10/float64(neurons)), 1.1
	r.B, r.LeakRate, r.DType = layers.Uniform{Lo: -0.2, Hi: 0.2}, layers.Const(0.5), graph.Float64
	return r
}

// run returns the NRMSE after 84 steps.
func run(log io.Writer, c config) (float64, error) {
	if c.starts < 1 || c.train <= wash {
		return 0, fmt.Errorf("mackeyglass: %d free runs, %d steps to learn from, want at least 1 and %d", c.starts, c.train, wash+1)
	}
	last := wash + shown
	series, err := datasets.NewMackeyGlass().Series(c.train + c.starts*horizon + last + 1)
	if err != nil {
		return 0, err
	}
	for i, x := range series.Values {
		series.Values[i] = math.Tanh(x - 1)
	}
	f := &forecast.Forecaster[layers.ReservoirState]{
		Net: func(g *graph.Graph) func(*graph.Node, layers.ReservoirState) (*graph.Node, layers.ReservoirState) {
			return reservoir(c.neurons).Place(g, "reservoir").Step
		},
		Store: graph.NewStore(c.seed),
	}
	began := time.Now()
	if err := f.Fit(series.Slice(0, c.train), wash, c.alpha); err != nil {
		return 0, err
	}
	fmt.Fprintf(log, "%d neurons learned %d steps in %.1f s\n", c.neurons, c.train-wash, time.Since(began).Seconds())

	starts := make([]int, c.starts)
	for k := range starts {
		starts[k] = c.train + k*horizon
	}
	runs, err := f.Free(series, starts, wash, horizon)
	if err != nil {
		return 0, err
	}
	sum := 0.
	for k, s := range starts {
		d := runs[horizon-1][k][0] - series.Values[s+wash+horizon-1]
		sum += d * d
	}
	nrmse := math.Sqrt(sum/float64(len(starts))) / deviation(series.Values)
	fmt.Fprintf(log, "NRMSE after %d steps of free run, over %d runs: %.2g (10^%.1f)\n", horizon, len(starts), nrmse, math.Log10(nrmse))
	return nrmse, picture(filepath.Join(c.out, "mackeyglass.png"), f, series, c.train)
}

// deviation returns the standard deviation of x.
func deviation(x []float64) float64 {
	mean, sum := 0., 0.
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		sum += (v - mean) * (v - mean) / float64(len(x))
	}
	return math.Sqrt(sum)
}

// picture draws a free run beside the series.
func picture(path string, f *forecast.Forecaster[layers.ReservoirState], series *datasets.Series, from int) error {
	runs, err := f.Free(series, []int{from}, wash, shown)
	if err != nil {
		return err
	}
	truth := series.Values[from+wash : from+wash+shown]
	free, wrong := make([]float64, shown), make([]float64, shown)
	for t, r := range runs {
		free[t] = r[0][0]
		wrong[t] = math.Log10(math.Abs(free[t]-truth[t]) + 1e-16)
	}
	curves, err1 := report.Lines(report.Axes{Title: "Mackey-Glass, delay 17", X: "step of free run", Y: "tanh(x - 1)"},
		report.Series{Name: "series", Y: truth}, report.Series{Name: "network", Y: free})
	errs, err2 := report.Lines(report.Axes{Title: "log10 of the error", X: "step of free run"}, report.Series{Y: wrong})
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	return report.Figure{Panels: []report.Panel{curves, errs}, Columns: 1}.Save(path)
}
