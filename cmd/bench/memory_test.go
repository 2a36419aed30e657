package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// J2 and a shorter J7 give the same losses, to the bit, in less memory.
func TestBoundsOnMemory(t *testing.T) {
	for _, steps := range []int{100, 150} {
		measure := func(mb float64) result {
			r, err := recurrent(config{job: "J2", threads: 2, warmup: 0, batches: 2, seed: 1, memory: mb}, steps)
			require.NoError(t, err)
			return r
		}
		whole := measure(0)
		for _, share := range []float64{0.85, 0.75} {
			bound := share * whole.PlanMB
			r := measure(bound)
			assert.LessOrEqual(t, r.PlanMB, bound)
			assert.Equal(t, *whole.FirstLoss, *r.FirstLoss, "%d steps", steps)
			assert.Equal(t, *whole.Loss, *r.Loss, "%d steps", steps)
		}
	}
}
