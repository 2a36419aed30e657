package layers

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/spikegraph/spikegraph/graph"
)

// Grid places neurons in space: Size cells along each axis, at a + j(b-a)/n, j = 0..n-1, on
// the range [a, b] of the axis. Neurons are numbered row by row. Distances are Euclidean; of a
// periodic grid, around the torus where that is shorter.
type Grid struct {
	Size     []int        // cells along each axis
	Ranges   [][2]float64 // one for every axis, or one for all; [0, n], positions are indices, if nil
	Periodic bool
}

// distances returns the squared distance of each pair of neurons [N N].
func (g Grid) distances() ([]float64, int, error) {
	rs, n := g.ranges(), size(g.Size)
	if len(g.Size) == 0 || n <= 0 || len(rs) != len(g.Size) {
		return nil, 0, fmt.Errorf("%w: %d ranges for a grid of %v", graph.ErrShape, len(g.Ranges), g.Size)
	}
	for _, r := range rs {
		if !(r[0] < r[1]) || !finite(r[1]-r[0]) {
			return nil, 0, fmt.Errorf("%w: range %v, want from below to above", graph.ErrValue, r)
		}
	}
	d := make([]float64, n*n)
	for i := range n {
		for j := range n {
			d[i*n+j] = g.squared(rs, i, j)
		}
	}
	return d, n, nil
}

func (g Grid) ranges() [][2]float64 {
	if len(g.Ranges) > 1 || len(g.Ranges) == 1 && len(g.Size) == 1 {
		return g.Ranges
	}
	rs := make([][2]float64, len(g.Size))
	for k, n := range g.Size {
		rs[k] = [2]float64{0, float64(n)}
		if len(g.Ranges) == 1 {
			rs[k] = g.Ranges[0]
		}
	}
	return rs
}

// squared returns the squared distance of neurons i and j.
func (g Grid) squared(rs [][2]float64, i, j int) float64 {
	var sum float64
	for k := len(g.Size) - 1; k >= 0; k-- {
		n, width := g.Size[k], rs[k][1]-rs[k][0]
		d := math.Abs(float64(i%n-j%n)) * width / float64(n)
		if g.Periodic && d > width/2 {
			d = width - d
		}
		sum += d * d
		i, j = i/n, j/n
	}
	return sum
}

// weights returns the matrix of a profile over squared distances: the diagonal zero if noSelf, and
// then what small names.
func (g Grid) weights(shape []int, noSelf bool, profile func(d2 float64) float64, small func(w float64) bool) ([]float64, error) {
	w, n, err := g.distances()
	if err != nil {
		return nil, err
	}
	if len(shape) != 2 || shape[0] != n || shape[1] != n {
		return nil, fmt.Errorf("%w: weights %v for a grid of %d neurons", graph.ErrShape, shape, n)
	}
	for i, d2 := range w {
		w[i] = profile(d2)
		if noSelf && i%(n+1) == 0 || small(w[i]) {
			w[i] = 0
		}
	}
	return w, nil
}

// negligible is the share of the largest weight below which weights are cut by default.
const negligible = 0.005

// GaussianDecay makes weights [N N] fall off with the distance d of two neurons of a grid:
//
//	w = MaxW · exp(-d² / 2 Sigma²), 0 where below MinW
//
// NewGaussianDecay fills in the defaults.
type GaussianDecay struct {
	Grid
	Sigma  float64 // width, in the unit of the grid's ranges; > 0
	MaxW   float64 // weight at distance 0
	MinW   float64 // smaller weights are 0; 0.005·MaxW
	NoSelf bool    // whether the diagonal is 0
}

// NewGaussianDecay returns the initializer with connections of neurons to themselves.
func NewGaussianDecay(g Grid, sigma, maxW float64) GaussianDecay {
	return GaussianDecay{Grid: g, Sigma: sigma, MaxW: maxW, MinW: negligible * maxW}
}

// Init returns the weights; a shape that is not [N N] is an error.
func (d GaussianDecay) Init(shape []int, _ *rand.Rand) ([]float64, error) {
	if !positive.has(d.Sigma) || !finite(d.MaxW) || !finite(d.MinW) {
		return nil, fmt.Errorf("%w: Sigma %v, MaxW %v, MinW %v", graph.ErrValue, d.Sigma, d.MaxW, d.MinW)
	}
	return d.weights(shape, d.NoSelf,
		func(d2 float64) float64 { return d.MaxW * bell(d2, d.Sigma) },
		func(w float64) bool { return w < d.MinW })
}

// bell returns exp(-d²/2σ²).
func bell(d2, sigma float64) float64 { return math.Exp(-d2 / (2 * sigma * sigma)) }

// DOGDecay makes weights [N N] the difference of two Gaussians of the distance d: near neurons
// excite, far ones inhibit,
//
//	w = MaxW[0] exp(-d² / 2 Sigma[0]²) - MaxW[1] exp(-d² / 2 Sigma[1]²), 0 where |w| < MinW
//
// NewDOGDecay fills in the defaults.
type DOGDecay struct {
	Grid
	Sigma  [2]float64 // widths of excitation and inhibition, > 0
	MaxW   [2]float64 // weights of both at distance 0
	MinW   float64    // smaller weights are 0; 0.005·min(MaxW)
	NoSelf bool       // whether the diagonal is 0
}

// NewDOGDecay returns the initializer with connections of neurons to themselves.
func NewDOGDecay(g Grid, sigma, maxW [2]float64) DOGDecay {
	return DOGDecay{Grid: g, Sigma: sigma, MaxW: maxW, MinW: negligible * min(maxW[0], maxW[1])}
}

// Init returns the weights; a shape that is not [N N] is an error.
func (d DOGDecay) Init(shape []int, _ *rand.Rand) ([]float64, error) {
	if !positive.has(d.Sigma[0]) || !positive.has(d.Sigma[1]) || !finite(d.MaxW[0]+d.MaxW[1]+d.MinW) {
		return nil, fmt.Errorf("%w: Sigma %v, MaxW %v, MinW %v", graph.ErrValue, d.Sigma, d.MaxW, d.MinW)
	}
	return d.weights(shape, d.NoSelf,
		func(d2 float64) float64 { return d.MaxW[0]*bell(d2, d.Sigma[0]) - d.MaxW[1]*bell(d2, d.Sigma[1]) },
		func(w float64) bool { return math.Abs(w) < d.MinW })
}
