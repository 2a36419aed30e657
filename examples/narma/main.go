// Command narma teaches an echo state network a system with a memory of ten steps: NARMA10, whose
// output depends on its last ten outputs and on products of noise that comes in (Atiya, Parlos 2000,
// doi:10.1109/72.846741).
//
//	go run ./examples/narma
//
// It prints the error on steps after those it learned from, relative to the standard deviation of the
// output (NRMSE), and writes narma.png: output and prediction. It takes a second.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/examples/internal/program"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/offline"
	"github.com/spikegraph/spikegraph/train/report"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// config are the flags.
type config struct {
	neurons, train, test int
	seed                 uint64
	out                  string
}

func main() {
	var c config
	flag.IntVar(&c.neurons, "neurons", 400, "neurons of the reservoir")
	flag.IntVar(&c.train, "train", 4000, "steps to learn from, of which the first 200 are left out")
	flag.IntVar(&c.test, "test", 2000, "steps to predict")
	flag.Uint64Var(&c.seed, "seed", 1, "of the noise and the weights")
	program.Picture(&c.out, func() error {
		_, err := run(os.Stdout, c)
		return err
	})
}

// shown are the steps of the picture.
const shown = 200

// net returns neurons that forget at once but for their connections. The readout sees the noise too.
func net(neurons int) func(g *graph.Graph, training bool) train.Step[layers.ReservoirState] {
	return func(g *graph.Graph, _ bool) train.Step[layers.ReservoirState] {
		p := layers.NewReservoir(1, neurons)
		p.Win, p.InDensity, p.W, p.SpectralRadius = layers.Uniform{Lo: -0.1, Hi: 0.1}, 1, layers.Normal{Std: 1}, 0.95
		p.B, p.LeakRate, p.DType = layers.Uniform{Lo: -0.2, Hi: 0.2}, layers.Const(1), graph.Float64
		cell := p.Place(g, "reservoir")
		out := layers.Dense{In: neurons + 1, Out: 1, DType: graph.Float64}.Place(g, "out")
		return func(x *graph.Node, s layers.ReservoirState) (*graph.Node, layers.ReservoirState) {
			r, next := cell.Step(x, s)
			return out.Apply(graph.Concat(-1, r, x)), next
		}
	}
}

// run returns the NRMSE.
func run(log io.Writer, c config) (float64, error) {
	if c.train < 1000 || c.test < shown {
		return 0, fmt.Errorf("narma: %d steps to learn from, %d to predict, want at least 1000 and %d", c.train, c.test, shown)
	}
	task, err := datasets.NewNARMA(10).Task(c.train+c.test, c.seed)
	if err != nil {
		return 0, err
	}
	t := &train.Offline[layers.ReservoirState]{
		Runner:   train.Runner[layers.ReservoirState]{Net: net(c.neurons), Readouts: []string{"out"}, Washout: 200, Seed: c.seed},
		Method:   offline.RidgeChoice{Alphas: []float64{1e-12, 1e-10, 1e-8, 1e-6, 1e-4, 1e-2}, Folds: 5, Block: 100},
		FreeBias: true, Workers: runtime.GOMAXPROCS(0),
	}
	models, err := t.Fit(context.Background(), train.Trials(
		train.Sequence{X: task.In.Slice(0, c.train).Tensor(), Y: task.Out.Slice(0, c.train).Tensor()}))
	if err != nil {
		return 0, err
	}
	y, err := t.Predict(context.Background(), task.In.Slice(c.train, c.train+c.test).Tensor())
	if err != nil {
		return 0, err
	}
	truth := task.Out.Values[c.train:]
	nrmse := floats.Distance(y.Float64s(), truth, 2) / math.Sqrt(float64(c.test)) / stat.PopStdDev(truth, nil)
	fmt.Fprintf(log, "%d neurons, penalty %g of cross-validation: NRMSE %.4f over %d steps\n", c.neurons, models["out"].Alpha, nrmse, c.test)
	return nrmse, picture(filepath.Join(c.out, "narma.png"), truth[:shown], y.Float64s()[:shown])
}

// picture draws the first steps after those it learned from.
func picture(path string, truth, said []float64) error {
	p, err := report.Lines(report.Axes{Title: "NARMA10", X: "step"}, report.Series{Name: "output", Y: truth}, report.Series{Name: "prediction", Y: said})
	if err != nil {
		return err
	}
	return report.Figure{Panels: []report.Panel{p}, Columns: 1}.Save(path)
}
