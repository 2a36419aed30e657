package graph_test

import (
	"math"
	"slices"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/opsamples"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// moments returns mean and variance.
func moments(x []float64) (m, v float64) { return mean(x), variance(x) }

// lawMoments are mean and variance of the laws' samples, and what the variance of 2,000 draws may be
// off (the variance of Zipf(3) is infinite). Where the parameter is spread over [0.2, 0.8), they are averages over it, and the variance is
// that of the mixture: E[var] + var[mean].
var lawMoments = map[string][3]float64{
	"Gamma": {0.5, 0.53, 0.14}, "LogGamma": {-2.2867, 8.447, 2.3}, "Poisson": {0.5, 0.53, 0.1},
	"Binomial": {3.5, 3.01, 0.5}, "Hypergeometric": {45. / 13, 0.7101, 0.1},
	"Geometric": {2.3105, 4.8511, 1.3}, "LogSeries": {1.5449, 1.522, 0.5},
	"Zipf": {1.3684, 1.5, 20}, "VonMises": {0, 2.3659, 0.2}, "Wald": {2, 18.4839, 8}, "TruncatedNormal": {-0.2095, 0.1808, 0.03},
	"Between": {0.5, 63. / 12, 0.4},
}

// The draws of the samples have the means and variances of their distributions: 2,000 elements,
// bounds of more than five standard errors.
func TestDistributions(t *testing.T) {
	t.Parallel()
	checks := map[string]func(t *testing.T, x []float64){
		"Uniform/[40 50]": func(t *testing.T, x []float64) {
			m, v := moments(x)
			assert.InDelta(t, 0.5, m, 0.035)
			assert.InDelta(t, 1.0/12, v, 0.01)
			assert.True(t, slices.Min(x) >= 0 && slices.Max(x) < 1)
		},
		"Normal/[40 50]": func(t *testing.T, x []float64) {
			m, v := moments(x)
			assert.InDelta(t, 0, m, 0.12)
			assert.InDelta(t, 1, v, 0.17)
		},
		"Bernoulli/each": func(t *testing.T, x []float64) {
			m, _ := moments(x) // probabilities are spread over [0.2, 0.8)
			assert.InDelta(t, 0.5, m, 0.06)
		},
		"Integers/[40 50]": func(t *testing.T, x []float64) {
			count := map[float64]int{}
			for _, e := range x {
				count[e]++
			}
			require.Len(t, count, 8)
			for k := -3.0; k < 5; k++ {
				assert.InDelta(t, 250, count[k], 80)
			}
		},
		"Permutation/2000": func(t *testing.T, x []float64) {
			fixed := 0
			for i, e := range x {
				fixed += int(truth(e == float64(i)))
			}
			assert.Less(t, fixed, 10)
			slices.Sort(x)
			for i, e := range x {
				require.Equal(t, float64(i), e)
			}
		},
	}
	for name, want := range lawMoments {
		checks[name+"/[40 50]"] = func(t *testing.T, x []float64) {
			m, v := moments(x)
			assert.InDelta(t, want[0], m, 5*math.Sqrt(want[1]/2000), name)
			assert.InDelta(t, want[1], v, want[2], name)
		}
	}
	checks["Uniform/key"] = checks["Uniform/[40 50]"]
	for _, s := range opsamples.Samples() {
		if !s.Random {
			continue
		}
		require.Contains(t, checks, s.Name)
		for _, d := range []graph.DType{graph.Float32, graph.Float64} {
			_, x := runSample(t, s.In(d), graph.Options{})
			checks[s.Name](t, x)
			_, again := runSample(t, s.In(d), graph.Options{Workers: 3})
			if s.Op != "Permutation" { // sorted above
				assert.Equal(t, x, again, "%s: the same seed, the same numbers", s.Name)
			}
		}
	}
}

// Probabilities 0 and 1 are certain, and one probability serves all elements of its shape.
func TestBernoulliOfCertainty(t *testing.T) {
	t.Parallel()
	g := graph.New()
	never, always := g.Const(graph.Float32, 0, 500).Bernoulli(), g.Const(graph.Float64, 1, 500).Bernoulli()
	got := values(t, g, nil, never, always)
	assert.Zero(t, slices.Max(got[0]))
	assert.Equal(t, 1.0, slices.Min(got[1]))
}

// Draws depend on the seed, the clock and their place in the order of draws, and on nothing else.
func TestDrawsAreRepeatable(t *testing.T) {
	t.Parallel()
	draw := func(seed uint64, before int) []float64 {
		g := graph.NewIn(graph.NewStore(seed))
		for range before {
			g.Normal(graph.Float64, 2)
		}
		return values(t, g, nil, g.Normal(graph.Float64, 5))[0]
	}
	a := draw(1, 0)
	assert.Equal(t, a, draw(1, 0))
	assert.NotEqual(t, a, draw(2, 0))
	assert.NotEqual(t, a, draw(1<<40, 0))
	assert.NotEqual(t, a, draw(1, 1))
	for i, x := range a {
		assert.False(t, math.IsNaN(x))
		assert.NotContains(t, a[:i], x)
	}
}
