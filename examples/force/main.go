// Command force teaches a chaotic network to make a curve of its own (Sussillo, Abbott 2009,
// doi:10.1016/j.neuron.2009.07.018): the output is fed back to the network, and the readout learns by
// recursive least squares while it runs, so fast that the output is near the target from the first
// steps on. Once the weights do not change any more, the network goes on by itself.
//
//	go run ./examples/force
//	go run ./examples/force -model paper
//	go run ./examples/force -model lif
//	go run ./examples/force -model izhikevich
//	go run ./examples/force -model theta
//
// Rate neurons learn the paper's four sines; -model paper has the paper's RLS, which learns less well.
// Spiking neurons, whose rates are read through double exponential synapses, learn a sine of 5 Hz
// (Nicola, Clopath 2017, doi:10.1038/s41467-017-01827-3).
//
// It prints mean errors while the network learns and after, and writes force.png: output, error and
// weight change, and rates or spikes of the network before and after. It takes some seconds on two
// cores.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spikegraph/spikegraph/examples/internal/program"
	"gonum.org/v1/gonum/floats"
)

// config are the flags.
type config struct {
	model       string
	neurons, ms int
	seed        uint64
	out         string
}

func main() {
	var c config
	flag.StringVar(&c.model, "model", "rate", "neurons of the network: rate, paper (rate, its RLS as published), lif, izhikevich or theta")
	flag.IntVar(&c.neurons, "neurons", 1000, "neurons of the network")
	flag.IntVar(&c.ms, "ms", 14400, "ms to learn for, and then to run freely for")
	flag.Uint64Var(&c.seed, "seed", 1, "of the weights")
	program.Picture(&c.out, func() error {
		_, err := run(os.Stdout, c)
		return err
	})
}

const piece = 60 // ms that are learned between two looks at the weights

// errorsOf are mean absolute errors of the output.
type errorsOf struct {
	learning, free float64
	shape          float64 // of the free run, each period compared with the target in its own time
	late           float64 // ms by which the last period of the free run is late
}

// run teaches the network and draws what it did.
func run(log io.Writer, c config) (e errorsOf, err error) {
	m, ok := models[c.model]
	if !ok {
		return e, fmt.Errorf("force: model %q, want rate, paper, lif, izhikevich or theta", c.model)
	}
	if c.neurons < 1 || c.ms < 2*m.period {
		return e, fmt.Errorf("force: %d neurons, %d ms, want at least 1 and %d", c.neurons, c.ms, 2*m.period)
	}
	n := m.build(c)
	r := record{model: m}
	if r.before, err = n.free(m.before); err != nil {
		return e, err
	}
	began := time.Now()
	for ms := 0; ms < c.ms; ms += piece {
		z, change, err := n.learn(ms, min(ms+piece, c.ms))
		if err != nil {
			return e, err
		}
		r.learning, r.change = append(r.learning, z...), append(r.change, change)
	}
	took := time.Since(began).Seconds()
	began = time.Now()
	if r.after, err = n.free(c.ms); err != nil {
		return e, err
	}
	freeTook := time.Since(began).Seconds()
	r.target = m.curve(0, 2*c.ms, 1)
	free := r.target[len(r.learning):]
	e = errorsOf{learning: meanError(r.learning, r.target), free: meanError(r.after.z, free)}
	e.shape, e.late = inOwnTime(r.after.z, free, m.period)
	fmt.Fprintf(log, "%d %s neurons learned for %d ms in %.1f s, and ran freely in %.1f s\n", c.neurons, c.model, c.ms, took, freeTook)
	fmt.Fprintf(log, "mean absolute error: %.4f while learning, %.4f in %d ms by itself\n", e.learning, e.free, c.ms)
	fmt.Fprintf(log, "each period in its own time: %.4f, the last one %.0f ms late\n", e.shape, e.late)
	return e, r.picture(filepath.Join(c.out, "force.png"))
}

// meanError returns the mean of |z - f| over z.
func meanError(z, f []float64) float64 {
	return floats.Distance(z, f[:len(z)], 1) / float64(len(z))
}

// inOwnTime compares each period of z with the periodic curve f, put off by as many ms as make the
// mean error least, and returns the mean of these errors and by how much the last period is late. A
// network without a clock cannot hold a period for ever, but it can hold a curve.
func inOwnTime(z, f []float64, period int) (e, late float64) {
	twice := append(f[:period:period], f[:period]...)
	periods := len(z) / period
	for p := range periods {
		least := 0.0
		for ahead := range period {
			d := meanError(z[p*period:(p+1)*period], twice[ahead:])
			if ahead == 0 || d < least {
				least, late = d, float64(period-ahead)
			}
		}
		e += least / float64(periods)
	}
	if late > float64(period)/2 {
		late -= float64(period)
	}
	return e, late
}
