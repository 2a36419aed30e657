package layers_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// bell is the Gaussian of the distance, by hand.
func bell(d2, sigma float64) float64 { return math.Exp(-d2 / (2 * sigma * sigma)) }

func TestGaussianDecay(t *testing.T) {
	t.Parallel()
	w, err := layers.NewGaussianDecay(layers.Grid{Size: []int{4}}, 1, 2).Init([]int{4, 4}, nil)
	require.NoError(t, err)
	b := func(d2 float64) float64 { return 2 * bell(d2, 1) }
	assert.InDeltaSlice(t, []float64{2, b(1), b(4), b(9), b(1), 2, b(1), b(4)}, w[:8], 1e-15)
	assert.Greater(t, b(9), 0.005*2, "or the smallest is cut")

	around := layers.NewGaussianDecay(layers.Grid{Size: []int{4}, Periodic: true}, 1, 2)
	around.NoSelf, around.MinW = true, 0.5
	w, err = around.Init([]int{4, 4}, nil)
	require.NoError(t, err)
	assert.InDeltaSlice(t, []float64{0, b(1), 0, b(1), b(1), 0, b(1), 0}, w[:8], 1e-15, "b(4) is below MinW")
}

// Neurons of a grid [2 3] are numbered by rows: 0 is (0, 0), 5 is (1, 2).
func TestDecayOnAGrid(t *testing.T) {
	t.Parallel()
	p := layers.NewGaussianDecay(layers.Grid{Size: []int{2, 3}}, 2, 1)
	w, err := p.Init([]int{6, 6}, nil)
	require.NoError(t, err)
	at := func(i, j int) float64 { return w[i*6+j] }
	assert.InDelta(t, bell(4, 2), at(0, 2), 1e-15)
	assert.InDelta(t, bell(1, 2), at(0, 3), 1e-15)
	assert.InDelta(t, bell(5, 2), at(0, 5), 1e-15)
	assert.InDelta(t, bell(5, 2), at(5, 0), 1e-15)

	p.Ranges = [][2]float64{{0, 1}, {-3, 3}} // cells 0.5 and 2 apart
	w, err = p.Init([]int{6, 6}, nil)
	require.NoError(t, err)
	assert.InDelta(t, bell(16+0.25, 2), at(0, 5), 1e-15)
	p.Periodic = true
	w, err = p.Init([]int{6, 6}, nil)
	require.NoError(t, err)
	assert.InDelta(t, bell(4+0.25, 2), at(0, 5), 1e-15, "6 - 4 = 2 around the torus")

	p.Ranges = [][2]float64{{-math.Pi, math.Pi}} // for both axes
	p.Periodic = false
	w, err = p.Init([]int{6, 6}, nil)
	require.NoError(t, err)
	assert.InDelta(t, bell(math.Pi*math.Pi, 2), at(0, 3), 1e-15)
}

func TestDOGDecay(t *testing.T) {
	t.Parallel()
	p := layers.NewDOGDecay(layers.Grid{Size: []int{5}}, [2]float64{1, 2}, [2]float64{3, 1})
	dog := func(d2 float64) float64 { return 3*bell(d2, 1) - bell(d2, 2) }
	w, err := p.Init([]int{5, 5}, nil)
	require.NoError(t, err)
	assert.InDeltaSlice(t, []float64{2, dog(1), dog(4), dog(9), dog(16)}, w[:5], 1e-15)
	assert.Negative(t, dog(9))

	p.NoSelf, p.MinW = true, 0.3
	w, err = p.Init([]int{5, 5}, nil)
	require.NoError(t, err)
	assert.InDeltaSlice(t, []float64{0, dog(1), 0, 0, 0}, w[:5], 1e-15)
}
