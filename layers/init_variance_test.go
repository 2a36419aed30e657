package layers_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"
)

func TestVarianceScaling(t *testing.T) {
	t.Parallel()
	with := func(v layers.VarianceScaling, f func(*layers.VarianceScaling)) layers.VarianceScaling {
		f(&v)
		return v
	}
	dense, kernel := []int{300, 100}, []int{5, 5, 30, 40} // kernel: fan in 750, fan out 1000
	for name, c := range map[string]struct {
		p        layers.VarianceScaling
		shape    []int
		variance float64
		bound    float64 // of |w|, in standard deviations
	}{
		"kaiming uniform":  {layers.KaimingUniform(), dense, 2. / 300, math.Sqrt(3)},
		"kaiming normal":   {layers.KaimingNormal(), dense, 2. / 300, 2 / 0.87962566103423978},
		"xavier uniform":   {layers.XavierUniform(), dense, 1. / 200, math.Sqrt(3)},
		"xavier normal":    {layers.XavierNormal(), dense, 1. / 200, 2 / 0.87962566103423978},
		"lecun uniform":    {layers.LecunUniform(), dense, 1. / 300, math.Sqrt(3)},
		"lecun normal":     {layers.LecunNormal(), dense, 1. / 300, 2 / 0.87962566103423978},
		"not truncated":    {with(layers.LecunNormal(), func(v *layers.VarianceScaling) { v.Law = layers.NormalLaw }), dense, 1. / 300, 6},
		"fan out":          {with(layers.LecunNormal(), func(v *layers.VarianceScaling) { v.Fan = layers.FanOut }), dense, 1. / 100, 3},
		"kernel":           {layers.KaimingNormal(), kernel, 2. / 750, 3},
		"kernel, average":  {layers.XavierUniform(), kernel, 2. / 1750, 3},
		"kernel, other in": {with(layers.LecunNormal(), func(v *layers.VarianceScaling) { v.InAxis, v.OutAxis = -1, -2 }), kernel, 1. / 1000, 3},
		"axes from front":  {with(layers.LecunNormal(), func(v *layers.VarianceScaling) { v.InAxis, v.OutAxis = 0, 1 }), dense, 1. / 300, 3},
	} {
		t.Run(name, func(t *testing.T) {
			x, err := c.p.Init(c.shape, rng())
			require.NoError(t, err)
			mean, variance := stat.MeanVariance(x, nil)
			std, n := math.Sqrt(c.variance), float64(len(x))
			assert.InDelta(t, 0, mean, 5*std/math.Sqrt(n))
			assert.InEpsilon(t, c.variance, variance, 5*math.Sqrt(2/n))
			for _, w := range x {
				require.LessOrEqual(t, math.Abs(w), std*c.bound*(1+1e-12))
			}
		})
	}
}
