package datasets_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/spikegraph/spikegraph/datasets"
)

func TestStepCurrent(t *testing.T) {
	t.Parallel()
	c := datasets.StepCurrent{Steps: 4, On: 1, Off: 3, Amplitude: 2}
	assert.Equal(t, [][]float32{{0, 0}, {1, -6}, {1, -6}, {0, 0}}, encoded(t, c, 0.5, -3))
	assert.Equal(t, [][]float32{{7}, {7}}, encoded(t, datasets.StepCurrent{Steps: 2}, 7), "on from the first to the last step")
	for _, c := range []datasets.StepCurrent{
		{}, {Steps: 3, On: 3}, {Steps: 3, On: -1}, {Steps: 3, Off: 4}, {Steps: 3, On: 2, Off: 2}, {Steps: 3, Amplitude: math.Inf(1)},
	} {
		_, err := c.Encode(vector(1), nil)
		assert.ErrorIs(t, err, datasets.ErrOption, "%+v", c)
	}
	_, err := datasets.StepCurrent{Steps: 3}.Encode(vector(float32(math.NaN())), nil)
	assert.ErrorIs(t, err, datasets.ErrNotFinite)
	_, err = datasets.StepCurrent{Steps: 3, Amplitude: 1e300}.Encode(vector(0, 1), nil)
	assert.ErrorIs(t, err, datasets.ErrRange)
	assert.ErrorContains(t, err, "element 1 is 1, 1e+300 times")
}
