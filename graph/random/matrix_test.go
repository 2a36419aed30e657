package random_test

import (
	"math"
	"slices"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/graph/random"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Orthogonal matrices are orthogonal, and evenly spread: an element has variance 1/n, a trace variance 1.
func TestOrthogonal(t *testing.T) {
	t.Parallel()
	g := graph.New()
	q := random.Orthogonal(g, graph.Float64, 5, 4000)
	eye := floats(t, graph.Options{}, q.MatMul(q.Transpose(0, 2, 1)))
	for i, v := range eye {
		want := 0.
		if i%25%6 == 0 {
			want = 1
		}
		require.InDelta(t, want, v, 1e-13)
	}
	mean, squares, traces := 0., 0., 0.
	x := floats(t, graph.Options{}, q)
	for m := range slices.Chunk(x, 25) {
		trace := 0.
		for i := range 5 {
			trace += m[6*i]
		}
		mean, traces, squares = mean+trace/4000, traces+trace*trace/4000, squares+m[7]*m[7]/4000
	}
	assert.InDelta(t, 0, mean, 4/math.Sqrt(4000))
	assert.InDelta(t, 1, traces, 0.12)
	assert.InDelta(t, 0.2, squares, 0.02)
}

// Mean and covariance are those asked for.
func TestMultivariateNormal(t *testing.T) {
	t.Parallel()
	g := graph.New()
	cov := []float64{4, 1.2, 1.2, 1}
	x := floats(t, graph.Options{}, random.MultivariateNormal(
		g.Values(graph.Float64, []float64{1, -2}, 2), g.Values(graph.Float64, cov, 2, 2), draws))
	var mean [2]float64
	var got [4]float64
	for row := range slices.Chunk(x, 2) {
		mean[0], mean[1] = mean[0]+row[0]/draws, mean[1]+row[1]/draws
		a, b := row[0]-1, row[1]+2
		got[0], got[1], got[2], got[3] = got[0]+a*a/draws, got[1]+a*b/draws, got[2]+b*a/draws, got[3]+b*b/draws
	}
	assert.InDeltaSlice(t, []float64{1, -2}, mean[:], 0.06)
	assert.InDeltaSlice(t, cov, got[:], 0.16)
}

// All trials of a multinomial have an outcome, impossible ones never come about.
func TestMultinomialAddsUp(t *testing.T) {
	t.Parallel()
	g := graph.New()
	p := g.Values(graph.Float32, []float64{0, 0.1, 0.2, 0.3, 0.4, 0}, 6).BroadcastTo(500, 6)
	x := floats(t, graph.Options{}, random.Multinomial(g.Const(graph.Float32, 37), p))
	for row := range slices.Chunk(x, 6) {
		sum := 0.
		for _, v := range row {
			sum += v
		}
		require.Equal(t, 37., sum)
		require.Zero(t, row[0]+row[5])
	}
	sized := random.Multinomial(g.Values(graph.Float64, []float64{3, 8}, 2), g.Const(graph.Float64, 1, 3), 5, 2)
	require.Equal(t, graph.Shape{5, 2, 3}, sized.Shape())
	assert.Equal(t, []float64{3, 8, 3, 8, 3, 8, 3, 8, 3, 8}, floats(t, graph.Options{}, sized.Sum(-1)))
}

// An order moves slices and loses none.
func TestPermutationOfSlices(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := g.Values(graph.Float64, []float64{1, 2, 3, 4, 5, 6, 7, 8}, 2, 4)
	y := floats(t, graph.Options{}, random.Permutation(x, 1))
	for i, v := range y[:4] {
		assert.Equal(t, v+4, y[4+i], "rows move together")
	}
	slices.Sort(y)
	assert.Equal(t, []float64{1, 2, 3, 4, 5, 6, 7, 8}, y)
	z := floats(t, graph.Options{}, random.ChoiceWithout(g.Values(graph.Float64, []float64{1, 2, 3, 4}, 4), nil, 3))
	slices.Sort(z)
	assert.Len(t, slices.Compact(z), 3)
}
