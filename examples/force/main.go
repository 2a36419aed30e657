// Command force teaches a chaotic network to make four sines of its own (Sussillo, Abbott 2009,
// doi:10.1016/j.neuron.2009.07.018): their sum is its output, which is fed back to it, and its
// readout learns by recursive least squares while it runs, so fast that the output is near the target
// from the first steps on. Once the weights do not change any more, the network goes on by itself.
//
//	go run ./examples/force
//
// It prints the mean error while it learns and after, and writes force.png: output, error and weight
// change of the learning, and output and rates of the network before and after. It takes some
// seconds on two cores.
package main

import (
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"time"

	"gonum.org/v1/gonum/floats"
)

// config are the flags.
type config struct {
	neurons, ms int
	seed        uint64
	out         string
}

func main() {
	var c config
	flag.IntVar(&c.neurons, "neurons", 1000, "neurons of the network")
	flag.IntVar(&c.ms, "ms", 14400, "ms to learn for, and then to run freely for")
	flag.Uint64Var(&c.seed, "seed", 1, "of the weights")
	flag.StringVar(&c.out, "out", ".", "directory for the picture")
	flag.Parse()
	if _, err := run(os.Stdout, c); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

const (
	period = 1200 // ms of the target
	piece  = 60   // ms that are learned between two looks at the weights
)

// sines are the target from one ms to another: sines of 1,200, 600, 400 and 300 ms of amplitudes
// 1.3, 0.65, 0.22 and 0.43, over 1.5 (Sussillo, Abbott 2009, figure 2).
func sines(from, to int) []float64 {
	f := make([]float64, to-from)
	for i := range f {
		w := 2 * math.Pi / period * float64(from+i)
		f[i] = 1.3 / 1.5 * (math.Sin(w) + math.Sin(2*w)/2 + math.Sin(3*w)/6 + math.Sin(4*w)/3)
	}
	return f
}

// meanErrors are mean absolute errors of the output.
type meanErrors struct{ learning, free float64 }

// run teaches the network and draws what it did.
func run(log io.Writer, c config) (e meanErrors, err error) {
	if c.neurons < 1 || c.ms < 2*period {
		return e, fmt.Errorf("force: %d neurons, %d ms, want at least 1 and %d", c.neurons, c.ms, 2*period)
	}
	n, r := build(c), record{}
	if r.before, err = n.free(2 * period); err != nil {
		return e, err
	}
	began := time.Now()
	for ms := 0; ms < c.ms; ms += piece {
		z, change, err := n.learn(sines(ms, min(ms+piece, c.ms)))
		if err != nil {
			return e, err
		}
		r.learning, r.change = append(r.learning, z...), append(r.change, change)
	}
	took := time.Since(began).Seconds()
	if r.after, err = n.free(c.ms); err != nil {
		return e, err
	}
	target := sines(0, 2*c.ms)
	e = meanErrors{meanError(r.learning, target), meanError(r.after.z, target[len(r.learning):])}
	fmt.Fprintf(log, "%d neurons learned for %d ms in %.1f s\n", c.neurons, c.ms, took)
	fmt.Fprintf(log, "mean absolute error: %.4f while learning, %.4f in %d ms by itself\n", e.learning, e.free, c.ms)
	return e, r.picture(filepath.Join(c.out, "force.png"), target)
}

// meanError returns the mean of |z - f| over z.
func meanError(z, f []float64) float64 {
	return floats.Distance(z, f[:len(z)], 1) / float64(len(z))
}
