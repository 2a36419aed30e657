package datasets_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/spikegraph/spikegraph/datasets"
)

// The binary digits of u = 1/2 and others, scaled by 7/8.
func TestWeightedPhaseDigits(t *testing.T) {
	t.Parallel()
	e := datasets.WeightedPhase{Phases: 3}
	assert.Equal(t, []float32{0, 0, 0}, spikeTrain(t, e, 0))
	assert.Equal(t, []float32{1, 1, 1}, spikeTrain(t, e, 1))    // 7/8
	assert.Equal(t, []float32{1, 0, 0}, spikeTrain(t, e, 4./7)) // 1/2
	assert.Equal(t, []float32{0, 1, 1}, spikeTrain(t, e, 0.5))  // 7/16 = 1/4 + 1/8 + 1/16
	assert.Equal(t, []float32{0, 0, 1}, spikeTrain(t, e, 0.2))  // 0.175
	e.Steps = 7                                                 // nothing is filled up again
	assert.Equal(t, []float32{1, 1, 1, 0, 0, 0, 0}, spikeTrain(t, e, 1))
	assert.Equal(t, []float32{0, 1, 1, 0, 0, 0, 0}, spikeTrain(t, e, 0.5))

	thirds := datasets.WeightedPhase{Phases: 3, Weight: func(i int) float64 { return math.Pow(3, -float64(i+1)) }}
	assert.Equal(t, []float32{1, 1, 1}, spikeTrain(t, thirds, 1)) // 26/27 is 1/3 + 1/9 + 1/27 and more
}

func TestWeightedPhaseSumIsTheValue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		phases := rapid.IntRange(1, 20).Draw(rt, "phases")
		u := rapid.Float32Range(0, 1).Draw(rt, "u")
		sum := 0.0
		for i, z := range spikeTrain(t, datasets.WeightedPhase{Phases: phases}, u) {
			sum += float64(z) * math.Ldexp(1, -i-1)
		}
		unit := math.Ldexp(1, -phases)
		r := float64(u) * (1 - unit)
		require.LessOrEqual(rt, sum, r)
		require.Less(rt, r-sum, unit)
	})
}
