package offline

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Numbers that are none are found wherever they stand, beside those whose sum overflows, which pass.
func TestFiniteFindsEveryNumberThatIsNone(t *testing.T) {
	for n := range 12 {
		for _, fill := range []float32{1, math.MaxFloat32, -math.MaxFloat32} {
			x := make([]float32, n)
			for i := range x {
				x[i] = fill
			}
			assert.NoError(t, matrix{cols: 3, single: x}.finite("inputs"), "%d of %v", n, fill)
			for i := range x {
				for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
					x[i] = float32(bad)
					assert.ErrorIs(t, matrix{cols: 3, single: x}.finite("inputs"), ErrValue)
					x[i] = fill
					y := make([]float64, n)
					y[i] = bad
					assert.ErrorIs(t, matrix{cols: 3, double: y}.finite("inputs"), ErrValue)
				}
			}
		}
	}
}
