package offline_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/train/offline"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The gradient of the squares balances the penalty where a weight is not 0, and is within it elsewhere.
func TestElasticNetMeetsItsConditions(t *testing.T) {
	x, y := normal(1, 40, 8), normal(2, 40, 3)
	e := offline.ElasticNet{Alpha: 5, L1Ratio: 0.7, Raw: true}
	for _, free := range []bool{false, true} {
		m := fit(t, e, x, y, nil, offline.Options{Bias: true, FreeBias: free})
		p, err := m.Predict(x)
		require.NoError(t, err)
		zeros := 0
		for k := range 3 {
			for j := range 9 {
				g := 0.0
				for i := range 40 {
					in := 1.0
					if j > 0 {
						in = x.Float64s()[8*i+j-1]
					}
					g += in * (y.Float64s()[3*i+k] - p.Float64s()[3*i+k])
				}
				w := m.W.Float64s()[3*j+k]
				switch {
				case j == 0 && free:
					assert.InDelta(t, 0, g, 1e-8)
				case w == 0:
					zeros++
					assert.LessOrEqual(t, math.Abs(g), 3.5)
				default:
					assert.InDelta(t, math.Copysign(3.5, w)+1.5*w, g, 1e-8)
				}
			}
		}
		assert.Positive(t, zeros)
		assert.Less(t, zeros, 24)
	}
}

func TestASearchThatIsCutShortSaysSo(t *testing.T) {
	x, y := normal(1, 40, 8), normal(2, 40, 1)
	m := fit(t, offline.Lasso{Alpha: 0.1, MaxIter: 1}, x, y, nil, offline.Options{})
	require.Len(t, m.Warnings, 1)
	assert.Contains(t, m.Warnings[0], "converged")
	assert.Equal(t, 1, m.Iterations)
}
