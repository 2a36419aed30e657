package layers_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A line is read at delays for all, for each neuron, and for each element, in steps and between them; before
// the first step stands what Past says.
func TestDelayLine(t *testing.T) {
	t.Parallel()
	const steps, rows, n, last = 9, 2, 3, 4
	x, past, each := numbers(random(1, steps, rows, n)), numbers(random(1, last, n)), numbers(random(1, steps, rows, n))
	for i := range each {
		each[i] = 1 + math.Tanh(each[i]) // within [0, 2] ms
	}
	at := func(step, row, i, d int) float64 {
		if d <= step {
			return x[((step-d)*rows+row)*n+i]
		}
		return past[(last+step-d)*n+i]
	}
	for _, round := range []bool{false, true} {
		g := graph.New()
		line := layers.DelayLine{N: n, Max: 2, Past: layers.Values(past), Round: round, DType: f64}.In(g, "line", 0.5)
		type seqs struct{ X, D *graph.Node }
		type reads struct{ One, Own, Data *graph.Node }
		ys, _ := graph.Loop(seqs{g.Values(f64, x, steps, rows, n), g.Values(f64, each, steps, rows, n)}, layers.DelayState{},
			func(in seqs, s layers.DelayState) (reads, layers.DelayState) {
				s = line.Push(in.X, s)
				return reads{line.Read(s, g.Const(f64, 2)), line.Read(s, g.Values(f64, []float64{0, 0.8, 1.7}, n)), line.Read(s, in.D)}, s
			})
		out := run(t, g, []*graph.Node{ys.One, ys.Own, ys.Data})
		for k := range steps * rows * n {
			step, row, i := k/(rows*n), k/n%rows, k%n
			for j, d := range []float64{2, []float64{0, 0.8, 1.7}[i], each[k]} {
				whole, f := math.Modf(d / 0.5)
				if round {
					whole, f = math.RoundToEven(d/0.5), 0
				}
				want := (1 - f) * at(step, row, i, int(whole))
				if f > 0 {
					want += f * at(step, row, i, int(whole)+1)
				}
				require.InDelta(t, want, numbers(out[j])[k], 1e-12, "%v: step %d, row %d, neuron %d, delay %v", round, step, row, i, d)
			}
		}
	}
}

// A delay outside of the line is an error of the run; rounding is not.
func TestDelayLineRange(t *testing.T) {
	t.Parallel()
	for d, good := range map[float64]bool{0: true, 1.5: true, -1e-9: true, 1.5 + 1e-9: true, -0.2: false, 1.6: false, 40: false, -40: false, math.NaN(): false} {
		for _, round := range []bool{false, true} {
			g := graph.New()
			line := layers.DelayLine{N: 2, Max: 1.5, Round: round, DType: f64}.In(g, "line", 0.1)
			s := line.Push(g.Const(f64, 1, 2, 2), layers.DelayState{})
			delay := g.Input("d", f64)
			prog, err := g.Compile(line.Read(s, delay))
			require.NoError(t, err)
			_, err = prog.Run(backed([]float64{d}))
			assert.Equal(t, good, err == nil, "%v: %v", d, err)
		}
	}
	g := graph.New()
	line := layers.DelayLine{Shape: []int{2, 1}, DType: f64}.In(g, "short", 1)
	assert.Equal(t, []float64{5, 5}, values(t, line.Read(line.Push(g.Const(f64, 5, 2, 1), layers.DelayState{}), g.Const(f64, 0))))
}

func TestDelayLineFaults(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x, d := g.Input("x", graph.Float32, 2, 3), g.Const(graph.Float32, 1)
	layers.DelayLine{}.In(g, "a", 1)
	layers.DelayLine{N: 3, Max: -1}.In(g, "b", 1)
	layers.DelayLine{N: 3, Max: 3, Past: layers.Values{1}}.In(g, "c", 1)
	line := layers.DelayLine{N: 3, Max: 3}.In(g, "d", 1)
	line.Read(layers.DelayState{}, d)
	s := line.Push(x, layers.DelayState{})
	line.Read(s, nil)
	line.Read(s, g.Const(graph.Float64, 1))
	line.Read(s, g.Const(graph.Float32, 1, 2))
	line.Push(g.Input("y", graph.Float32, 2, 4), s)
	faults(t, g, "a: N: |[0]", "b: Max: |-1", "c: Past: |1 values for shape [3 3]", "d: |before the first Push", "d: |without delays",
		"d: |the delays are Float64[], want Float32", "d: |[2]", "d: |[... 3]")
}
