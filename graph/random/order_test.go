package random_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/graph/random"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"
)

// each draws so many times, anew in each step of a loop.
func each(t *testing.T, g *graph.Graph, draw func() node) [][]float64 {
	t.Helper()
	ys, _ := graph.Loop(g.Const(graph.Float64, 0, draws, 1), struct{}{}, func(_ node, s struct{}) (node, struct{}) { return draw(), s })
	require.NoError(t, g.Err())
	x := floats(t, graph.Options{}, ys)
	return slices.Collect(slices.Chunk(x, len(x)/draws))
}

// requireLaw compares how often each outcome came about with its probability, by the test of chi square.
func requireLaw(t *testing.T, want map[string]float64, got [][]float64) {
	t.Helper()
	counts, sum := map[string]float64{}, 0.
	for _, x := range got {
		counts[fmt.Sprint(x)]++
	}
	total := 0.
	for k, p := range want {
		e := p * float64(len(got))
		sum += (counts[k] - e) * (counts[k] - e) / e
		total += counts[k]
	}
	require.Equal(t, float64(len(got)), total, "outcomes that cannot be: %v", counts)
	p := 1 - distuv.ChiSquared{K: float64(len(want) - 1)}.CDF(sum)
	assert.Greater(t, p, 1e-3, "chi square %v of %d outcomes", sum, len(want))
}

// Draws without replacement have the law of successive draws.
func TestChoiceWithoutReplacement(t *testing.T) {
	t.Parallel()
	p := []float64{1, 0, 2, 3, 4} // of 10
	want := map[string]float64{}
	for i, pi := range p {
		for j, pj := range p {
			for k, pk := range p {
				if i != j && j != k && i != k && pi*pj*pk > 0 {
					want[fmt.Sprint([]float64{float64(i), float64(j), float64(k)})] = pi / 10 * pj / (10 - pi) * pk / (10 - pi - pj)
				}
			}
		}
	}
	require.Len(t, want, 24)
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		g := graph.New()
		requireLaw(t, want, each(t, g, func() node {
			return random.ChoiceWithout(g.Values(graph.Float64, []float64{0, 1, 2, 3, 4}, 5), g.Values(d, p, 5), 3)
		}))
	}
	g := graph.New()
	_, err := g.Compile(random.ChoiceWithout(g.Const(graph.Float64, 1, 5), g.Input("p", graph.Float64, 5), 6))
	require.ErrorIs(t, err, graph.ErrShape)
}

// Each line has an order of its own.
func TestPermutationEach(t *testing.T) {
	t.Parallel()
	orders := [][]float64{{1, 2, 3}, {1, 3, 2}, {2, 1, 3}, {2, 3, 1}, {3, 1, 2}, {3, 2, 1}}
	want := map[string]float64{}
	for _, a := range orders {
		for _, b := range orders {
			want[fmt.Sprint([]float64{a[0], b[0], a[1], b[1], a[2], b[2]})] = 1. / 36
		}
	}
	g := graph.New()
	x := g.Values(graph.Float64, []float64{1, 1, 2, 2, 3, 3}, 3, 2) // columns 1 2 3
	requireLaw(t, want, each(t, g, func() node { return random.PermutationEach(x, 0) }))
	y := random.PermutationEach(g.Const(graph.Float32, 1, 2, 3, 4), -2)
	assert.Equal(t, graph.Shape{2, 3, 4}, y.Shape())
	assert.Equal(t, graph.Float32, y.DType())
	bad := random.PermutationEach(x, 2)
	assert.False(t, bad.Valid())
	require.ErrorIs(t, g.Err(), graph.ErrShape)
}

// A size broadcasts the logits without their axis.
func TestCategoricalOfASize(t *testing.T) {
	t.Parallel()
	g := graph.New()
	logits := g.Values(graph.Float32, []float64{0, math.Log(3), math.Inf(-1), 0, math.Inf(-1), math.Inf(-1)}, 3, 2) // of two columns
	y := random.Categorical(logits, 0, draws, 2)
	require.Equal(t, graph.Shape{draws, 2}, y.Shape())
	x := floats(t, graph.Options{}, y.Cast(graph.Float64))
	requireLaw(t, map[string]float64{"[0 0]": 0.75, "[0 1]": 0.25},
		slices.Collect(slices.Chunk(x, 2)))
}

// A covariance that is singular has draws where it lets them be; one that is no covariance is refused.
func TestSingularCovariance(t *testing.T) {
	t.Parallel()
	for _, f := range []random.Factor{random.Eigh, random.SVD} {
		g := graph.New()
		mean, cov := g.Values(graph.Float64, []float64{1, -2, 0}, 3), g.Values(graph.Float64, []float64{4, 2, 0, 2, 1, 0, 0, 0, 0}, 3, 3)
		x := floats(t, graph.Options{}, random.MultivariateNormalBy(f, mean, cov, draws))
		sum, squares := 0., 0.
		for row := range slices.Chunk(x, 3) {
			require.InDelta(t, (row[0]-1)/2, row[1]+2, 1e-12)
			require.InDelta(t, 0, row[2], 1e-12)
			sum, squares = sum+(row[0]-1)/draws, squares+(row[0]-1)*(row[0]-1)/draws
		}
		assert.InDelta(t, 0, sum, 0.06)
		assert.InDelta(t, 4, squares, 0.16)
	}
	g := graph.New()
	assert.False(t, random.MultivariateNormalBy(7, g.Const(graph.Float64, 0, 2), g.Const(graph.Float64, 0, 2, 2)).Valid())
	require.ErrorIs(t, g.Err(), graph.ErrValue)
}
