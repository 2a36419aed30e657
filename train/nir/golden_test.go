package nir_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/spikegraph/spikegraph/train/nir"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pulses is the input of the simulations: v where (7t + 3i) mod 5 is 0, else 0; [steps 1 n], row by row.
func pulses(v float64, steps, n int) []float64 {
	x := make([]float64, steps*n)
	for t := range steps {
		for i := range n {
			if (7*t+3*i)%5 == 0 {
				x[t*n+i] = v
			}
		}
	}
	return x
}

// Networks of other tools give the spikes that an independent simulation gives.
func TestGoldenSimulation(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("testdata/golden/simulation.json")
	require.NoError(t, err)
	var golden struct {
		Cases map[string]struct {
			File            string
			Input, Dt       float64
			Euler, Subtract bool
			Steps           int
			Spikes          [][]float64
		}
	}
	require.NoError(t, json.Unmarshal(b, &golden))
	require.Len(t, golden.Cases, 3)
	for name, c := range golden.Cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, err := nir.ReadFile(filepath.Join("testdata", c.File))
			require.NoError(t, err)
			o := nir.Options{Dt: c.Dt, Euler: c.Euler, Subtract: c.Subtract}
			net, err := g.Net(o)
			require.NoError(t, err)
			n := 1
			for _, d := range net.InShape() {
				n *= d
			}
			shape := append([]int{c.Steps, 1}, net.InShape()...)
			got := run(t, g, o, pulses(c.Input, c.Steps, n), shape...).Float64s()
			for s, want := range c.Spikes {
				assert.Equalf(t, want, got[s*len(want):(s+1)*len(want)], "step %d", s)
			}
		})
	}
}
