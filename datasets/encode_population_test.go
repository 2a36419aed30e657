package datasets_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/spikegraph/spikegraph/datasets"
)

// With 4 neurons the centres are -1/4, 1/4, 3/4, 5/4 and sigma is 1/3: the responses to 1/4 are
// exp(-9/8), 1, exp(-9/8), exp(-9/2).
func TestPopulationByHand(t *testing.T) {
	t.Parallel()
	c := datasets.Population{Steps: 11, Neurons: 4}
	z, err := c.Encode(vector(0.25), nil)
	require.NoError(t, err)
	require.Equal(t, tensor.Shape{11, 4}, z.Shape())
	want := make([]float32, 44)
	late := int(math.RoundToEven(10 * (1 - math.Exp(-9.0/8)))) // 7
	want[0*4+1], want[late*4], want[late*4+2] = 1, 1, 1        // exp(-9/2) = 0.011 is below the threshold
	assert.Equal(t, want, z.Float32s())
}

// Every value has a neuron that answers, the nearest one first; mirrored values, mirrored spikes.
func TestPopulationNearestIsFirst(t *testing.T) {
	t.Parallel()
	c := datasets.Population{Steps: 50, Neurons: 7, In: datasets.Interval{Min: -2, Max: 3}}
	first := func(x float32) (at [7]int) {
		z, err := c.Encode(vector(x), nil)
		require.NoError(t, err)
		for k := range at {
			at[k] = 50
			for s := range 50 {
				if z.Float32s()[s*7+k] == 1 {
					require.Equal(t, 50, at[k], "one spike at most")
					at[k] = s
				}
			}
		}
		return at
	}
	for i := range 21 {
		x := -2 + 5*float32(i)/20
		got, mirrored := first(x), first(1-x)
		nearest := int(math.Round(float64(x+2) + 0.5)) // centres are 1 apart, the first at -2.5
		for k := range 7 {
			assert.Equal(t, got[k], mirrored[6-k], "x = %v", x)
			assert.LessOrEqual(t, got[nearest], got[k], "x = %v, neuron %d", x, k)
		}
		assert.Less(t, got[nearest], 15)
	}
}

func TestPopulationShapes(t *testing.T) {
	t.Parallel()
	x := tensor.New(tensor.WithShape(2, 3), tensor.WithBacking([]float32{0, .1, .2, .3, .4, .5}))
	c := datasets.Population{Steps: 4, Neurons: 5}
	z, err := c.Encode(x, rand.New(rand.NewPCG(1, 2)))
	require.NoError(t, err)
	assert.Equal(t, tensor.Shape{4, 2, 15}, z.Shape())
	one, err := c.Encode(vector(.4), nil)
	require.NoError(t, err)
	for s := range 4 {
		assert.Equal(t, one.Float32s()[5*s:5*s+5], z.Float32s()[30*s+20:30*s+25])
	}
	number, err := c.Encode(tensor.New(tensor.FromScalar(float32(.4))), nil)
	require.NoError(t, err)
	assert.Equal(t, tensor.Shape{4, 5}, number.Shape())
	assert.Equal(t, one.Float32s(), number.Float32s())
}

func TestPopulationRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []datasets.Population{
		{Steps: 4}, {Steps: 4, Neurons: 2}, {Neurons: 4}, {Steps: 4, Neurons: 4, Gamma: -1},
		{Steps: 4, Neurons: 4, Threshold: 1}, {Steps: 4, Neurons: 4, In: datasets.Interval{Min: 1}},
		{Steps: 1 << 32, Neurons: math.MaxInt32}, // 2^63 values
	} {
		_, err := c.Encode(vector(0.5), nil)
		assert.ErrorIs(t, err, datasets.ErrOption, "%+v", c)
	}
	_, err := datasets.Population{Steps: 4, Neurons: 4}.Encode(vector(2), nil)
	assert.ErrorIs(t, err, datasets.ErrRange)
	_, err = datasets.Population{Steps: 4, Neurons: 4}.Encode(nil, nil)
	assert.ErrorIs(t, err, datasets.ErrShape)
}
