package layers_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"
)

// The moments of each distribution: of n draws their sample values scatter by about 1/sqrt(n), and
// are held to five times that.
func TestDistributions(t *testing.T) {
	t.Parallel()
	const n = 40000
	inf := math.Inf(1)
	for name, c := range map[string]struct {
		p         layers.Param
		mean, std float64
		lo, hi    float64 // bounds of every draw
	}{
		"uniform":          {layers.Uniform{Lo: -1, Hi: 3}, 1, 4 / math.Sqrt(12), -1, 3},
		"normal":           {layers.Normal{Mean: 2, Std: 0.5}, 2, 0.5, -inf, inf},
		"lognormal":        {layers.LogNormal{Mu: 1, Sigma: 0.25}, math.Exp(1 + 0.03125), math.Exp(1.03125) * math.Sqrt(math.Expm1(0.0625)), 0, inf},
		"truncated at 2":   {layers.TruncatedNormal{Mean: 1, Std: 2, Lo: -2, Hi: 2}, 1, 2 * 0.87962566103423978, -3, 5},
		"half normal":      {layers.TruncatedNormal{Std: 1, Lo: 0, Hi: inf}, math.Sqrt(2 / math.Pi), math.Sqrt(1 - 2/math.Pi), 0, inf},
		"far tail":         {layers.TruncatedNormal{Std: 1, Lo: 10, Hi: 12}, 10.098093233, 0.097187329, 10, 12},
		"gamma":            {layers.Gamma{Shape: 3, Scale: 2}, 6, math.Sqrt(12), 0, inf},
		"gamma below one":  {layers.Gamma{Shape: 0.5, Scale: 1}, 0.5, math.Sqrt(0.5), 0, inf},
		"exponential":      {layers.Exponential{Scale: 4}, 4, 4, 0, inf},
		"clipped constant": {layers.Clip{Of: layers.Const(5), Lo: -inf, Hi: 2}, 2, 0, 2, 2},
	} {
		t.Run(name, func(t *testing.T) {
			x, err := c.p.Init([]int{n / 100, 100}, rng())
			require.NoError(t, err)
			require.Len(t, x, n)
			mean, std := stat.MeanStdDev(x, nil)
			assert.InDelta(t, c.mean, mean, 5*c.std/math.Sqrt(n)+1e-15)
			assert.InDelta(t, c.std, std, 0.03*c.std+1e-15)
			for _, v := range x {
				require.GreaterOrEqual(t, v, c.lo)
				require.LessOrEqual(t, v, c.hi)
			}
			again, err := c.p.Init([]int{n / 100, 100}, rng())
			require.NoError(t, err)
			assert.Equal(t, x, again, "the generator decides")
			empty, err := c.p.Init([]int{0, 2}, rng())
			require.NoError(t, err)
			assert.Empty(t, empty)
		})
	}
}

func TestInitializersRefuse(t *testing.T) {
	t.Parallel()
	nan := math.NaN()
	one, square := []int{3}, []int{3, 3}
	for name, c := range map[string]struct {
		p     layers.Param
		shape []int
		is    error
	}{
		"const":                  {layers.Const(nan), one, graph.ErrValue},
		"values":                 {layers.Values{1}, one, graph.ErrShape},
		"uniform":                {layers.Uniform{Lo: 1, Hi: nan}, one, graph.ErrValue},
		"normal":                 {layers.Normal{Std: -1}, one, graph.ErrValue},
		"lognormal":              {layers.LogNormal{Sigma: -1}, one, graph.ErrValue},
		"truncated normal":       {layers.TruncatedNormal{Std: 1}, one, graph.ErrValue},
		"nothing there":          {layers.TruncatedNormal{Std: 1, Lo: 50, Hi: 60}, one, graph.ErrValue},
		"gamma":                  {layers.Gamma{Shape: 1}, one, graph.ErrValue},
		"exponential":            {layers.Exponential{}, one, graph.ErrValue},
		"clip":                   {layers.Clip{Of: layers.Const(1), Lo: 1}, one, graph.ErrValue},
		"clip of nothing":        {layers.Clip{Hi: 1}, one, graph.ErrValue},
		"train of nothing":       {layers.Train(nil), one, graph.ErrValue},
		"identity":               {layers.Identity{Scale: 1}, one, graph.ErrShape},
		"xavier of a vector":     {layers.XavierNormal(), one, graph.ErrShape},
		"xavier without axes":    {layers.VarianceScaling{Scale: 1}, square, graph.ErrShape},
		"xavier without scale":   {layers.VarianceScaling{OutAxis: 1}, square, graph.ErrValue},
		"no such fan":            {layers.VarianceScaling{Scale: 1, Fan: 9, OutAxis: 1}, square, graph.ErrValue},
		"no such law":            {layers.VarianceScaling{Scale: 1, Law: 9, OutAxis: 1}, square, graph.ErrValue},
		"orthogonal vector":      {layers.NewOrthogonal(), one, graph.ErrShape},
		"orthogonal, no axis":    {layers.Orthogonal{Scale: 1, Axis: 2}, square, graph.ErrShape},
		"orthogonal, no scale":   {layers.Orthogonal{}, square, graph.ErrValue},
		"delta orthogonal":       {layers.NewDeltaOrthogonal(), square, graph.ErrShape},
		"delta, fewer out":       {layers.NewDeltaOrthogonal(), []int{3, 4, 2}, graph.ErrShape},
		"delta, no scale":        {layers.DeltaOrthogonal{}, []int{3, 2, 2}, graph.ErrValue},
		"decay, other size":      {layers.NewGaussianDecay(layers.Grid{Size: []int{4}}, 1, 1), square, graph.ErrShape},
		"decay, no grid":         {layers.NewGaussianDecay(layers.Grid{}, 1, 1), square, graph.ErrShape},
		"decay, ranges":          {layers.NewGaussianDecay(layers.Grid{Size: []int{3}, Ranges: make([][2]float64, 2)}, 1, 1), square, graph.ErrShape},
		"decay, empty range":     {layers.NewGaussianDecay(layers.Grid{Size: []int{3}, Ranges: make([][2]float64, 1)}, 1, 1), square, graph.ErrValue},
		"decay, no width":        {layers.NewGaussianDecay(layers.Grid{Size: []int{3}}, 0, 1), square, graph.ErrValue},
		"difference, no width":   {layers.NewDOGDecay(layers.Grid{Size: []int{3}}, [2]float64{1, 0}, [2]float64{1, 1}), square, graph.ErrValue},
		"difference, not finite": {layers.NewDOGDecay(layers.Grid{Size: []int{3}}, [2]float64{1, 1}, [2]float64{nan, 1}), square, graph.ErrValue},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.p.Init(c.shape, rng())
			require.ErrorIs(t, err, c.is)
		})
	}
}

func TestGain(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]float64{
		"linear": 1, "conv": 1, "sigmoid": 1, "tanh": 5. / 3, "relu": 1.4142135623730951,
		"leaky_relu": 1.4141428569978354, "selu": 0.75,
	} {
		g, err := layers.Gain(name)
		require.NoError(t, err)
		assert.InDelta(t, want, g, 1e-15, name)
	}
	_, err := layers.Gain("no such")
	assert.ErrorIs(t, err, graph.ErrValue)
}
