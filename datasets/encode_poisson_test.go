package datasets_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spikegraph/spikegraph/datasets"
)

// The count is binomial: within 5 standard deviations of T u, and 0 and 1 are certain.
func TestPoissonRates(t *testing.T) {
	t.Parallel()
	const steps = 20000
	x := []float32{0, 0.02, 0.25, 0.5, 0.9, 1}
	count := make([]float64, len(x))
	for _, z := range encoded(t, datasets.Poisson{Steps: steps}, x...) {
		for i, v := range z {
			require.True(t, v == 0 || v == 1)
			count[i] += float64(v)
		}
	}
	for i, u := range x {
		p := float64(u)
		assert.InDelta(t, steps*p, count[i], 5*math.Sqrt(steps*p*(1-p)), "u = %v", u)
	}
}

// Neighbours, which share a draw, and successive steps are independent: the chance of both is p
// squared.
func TestPoissonIsIndependent(t *testing.T) {
	t.Parallel()
	const steps, p = 20000, 0.5
	z := encoded(t, datasets.Poisson{Steps: steps}, p, p, p)
	var neighbours, successors float64
	for k, step := range z {
		neighbours += float64(step[0] * step[1])
		if k > 0 {
			successors += float64(step[2] * z[k-1][2])
		}
	}
	sigma := math.Sqrt(steps * p * p * (1 - p*p))
	assert.InDelta(t, steps*p*p, neighbours, 5*sigma)
	assert.InDelta(t, steps*p*p, successors, 6*sigma) // pairs overlap: the deviation is a little larger
}

func TestPoissonFollowsFromItsGenerator(t *testing.T) {
	t.Parallel()
	e := datasets.Poisson{Steps: 50}
	draw := func(seed uint64, x ...float32) []float32 {
		z, err := e.Encode(vector(x...), rand.New(rand.NewPCG(seed, 0)))
		require.NoError(t, err)
		return z.Float32s()
	}
	assert.Equal(t, draw(1, .5, .5), draw(1, .5, .5))
	assert.NotEqual(t, draw(1, .5, .5), draw(2, .5, .5))
	a, b := draw(1, .5, .1), draw(1, .5, .9)
	for k := 0; k < len(a); k += 2 {
		assert.Equal(t, a[k], b[k], "an element does not depend on the value of another")
	}
	_, err := e.Encode(vector(.5), nil)
	assert.ErrorIs(t, err, datasets.ErrOption)
}
