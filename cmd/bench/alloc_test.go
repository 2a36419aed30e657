package main

import (
	"errors"
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// A step of training allocates nothing, whatever the job, nor under a bound on memory, which has a part of J7 (here of 150
// steps, 28 MB) computed twice.
func TestStepsDoNotAllocate(t *testing.T) {
	short := func(c config) (result, error) { return recurrent(c, 150) }
	for _, m := range []struct {
		name   string
		job    func(c config) (result, error)
		memory float64
	}{{"J1", jobs["J1"], 0}, {"J1s", jobs["J1s"], 0}, {"J2", jobs["J2"], 0}, {"J3", jobs["J3"], 0}, {"J7", short, 0}, {"J7 bounded", short, 24}} {
		least := math.Inf(1) // of some counts, as cleanups after a collection count too
		r, err := m.job(config{threads: 2, batches: 1, seed: 1, memory: m.memory, after: func(p *graph.Program, b batch) error {
			out := []*tensor.Dense{tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(1))}
			var err error
			for range 3 {
				least = min(least, testing.AllocsPerRun(1, func() { err = errors.Join(err, p.RunInto(out, b.x, b.y)) }))
			}
			return err
		}})
		require.NoError(t, err)
		assert.Zero(t, least, "%s, %.1f MB planned", m.name, r.PlanMB)
	}
}
