package optim_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestComposedSchedules(t *testing.T) {
	t.Parallel()
	halves := optim.ExponentialDecay{LR: 8, Steps: 1, Decay: 0.5}
	tests := []struct {
		name string
		s    optim.Schedule
		want []float64 // of updates 0 to 5, two of which are an epoch
	}{
		{"constant", optim.Constant(3), []float64{3, 3, 3, 3, 3, 3}},
		{"by epoch", optim.StepLR{LR: 1, StepSize: 1, Gamma: 0.5}, []float64{1, 1, 0.5, 0.5, 0.25, 0.25}},
		{"to nothing", optim.StepLR{LR: 1, StepSize: 2}, []float64{1, 1, 1, 1, 0, 0}},
		{"epochs of 3", optim.EpochsOf{Updates: 3, Of: optim.StepLR{LR: 1, StepSize: 1, Gamma: 0.5}}, []float64{1, 1, 1, 0.5, 0.5, 0.5}},
		{"warm-up", optim.Warmup{Steps: 2, Then: halves}, []float64{0, 4, 8, 4, 2, 1}},
		{"warm-up from a quarter", optim.Warmup{Steps: 3, From: 0.25, Then: halves}, []float64{2, 4, 6, 8, 4, 2}},
		{"sequence", optim.Sequence{Of: []optim.Schedule{optim.Constant(1), halves, optim.Constant(5)}, Starts: []int{2, 5}},
			[]float64{1, 1, 8, 4, 2, 5}},
		{"warm-up of a sequence", optim.Warmup{Steps: 1, From: 0.5, Then: optim.Sequence{
			Of: []optim.Schedule{optim.Constant(1), halves}, Starts: []int{1}}}, []float64{0.5, 1, 8, 4, 2, 1}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := optim.Curve(test.s, 6, 2)
			require.NoError(t, err)
			assert.InDeltaSlice(t, test.want, got, 1e-15)

			s := graph.NewStore(0) // the same in a program
			m := build(t, s, func(g *graph.Graph) []*graph.Node {
				w := g.Param("w", graph.Var{Shape: []int{1}})
				optim.SGD{LR: test.s}.Update(g, []*graph.Node{w}, []*graph.Node{w.Like(-1)})
				return []*graph.Node{optim.Rate(g, test.s)}
			})
			sum := 0.0
			for i, want := range test.want {
				require.NoError(t, optim.SetEpoch(s, i/2))
				assert.InDelta(t, want, floats(m.run(t)[0])[0], 1e-15)
				sum += want
				assert.InDelta(t, sum, get(t, s, "w")[0], 1e-5)
			}
		})
	}
}

func TestCurveFaults(t *testing.T) {
	t.Parallel()
	_, err := optim.Curve(nil, 0, 1)
	assert.ErrorIs(t, err, graph.ErrValue)
	assert.ErrorContains(t, err, "optim: Curve.s = <nil>")
	assert.ErrorContains(t, err, "Curve.n = 0")
}

// TestRestartsAtTheirUpdate: at every restart that a counter can reach the rate is the first one, and
// near the last before it. (A logarithm finds some of them one update late.)
func TestRestartsAtTheirUpdate(t *testing.T) {
	t.Parallel()
	for _, mult := range []int{0, 1, 2, 3, 10} {
		s := optim.CosineAnnealingWarmRestarts{LR: 1, PerEpoch: 7, T0: 3, TMult: mult, Min: 0.25}
		var at []float64
		period := 21
		for i := period; i < math.MaxInt32 && len(at) < 60; i += period {
			at = append(at, float64(i-1), float64(i))
			period *= max(mult, 1)
		}
		m := build(t, graph.NewStore(0), func(g *graph.Graph) []*graph.Node {
			i := g.Values(graph.Float64, at, len(at))
			return []*graph.Node{s.Rate(optim.Time{Update: i, Epoch: i})}
		})
		for i, r := range floats(m.run(t)[0]) {
			if i%2 == 1 {
				assert.Equal(t, 1.0, r, "TMult %d, update %v", mult, at[i])
			} else {
				assert.InDelta(t, 0.25, r, 0.01, "TMult %d, update %v", mult, at[i])
			}
		}
	}
}

// TestConstantsStayConstants: a fixed rate is a number of the program, in the parameter's type.
func TestConstantsStayConstants(t *testing.T) {
	t.Parallel()
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		g := graph.New()
		w := g.Param("w", graph.Var{DType: d, Shape: []int{2}})
		optim.NewSGD(0.125).Update(g, []*graph.Node{w}, []*graph.Node{w})
		found := false
		for _, n := range g.Nodes() {
			if a := n.Attrs(); a.Name == "Const" && a.Value == 0.125 && n.DType() == d {
				found = true
			}
		}
		assert.True(t, found, fmt.Sprint(d))
	}
}
