package layers

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/spikegraph/spikegraph/graph"
	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// Uniform draws from [Lo, Hi); Lo <= Hi.
type Uniform struct{ Lo, Hi float64 }

// Init draws the values from r.
func (u Uniform) Init(shape []int, r *rand.Rand) ([]float64, error) {
	if !(u.Lo <= u.Hi) || !finite(u.Lo) || !finite(u.Hi) {
		return nil, fmt.Errorf("%w: %+v, want Lo <= Hi", graph.ErrValue, u)
	}
	return draw(shape, func() float64 { return u.Lo + (u.Hi-u.Lo)*r.Float64() }), nil
}

// Normal draws from the normal distribution of mean Mean and standard deviation Std >= 0.
type Normal struct{ Mean, Std float64 }

// Init draws the values from r.
func (n Normal) Init(shape []int, r *rand.Rand) ([]float64, error) {
	if !finite(n.Mean) || !notNegative.has(n.Std) {
		return nil, fmt.Errorf("%w: %+v, want Std >= 0", graph.ErrValue, n)
	}
	return draw(shape, func() float64 { return n.Mean + n.Std*r.NormFloat64() }), nil
}

// LogNormal draws numbers above 0 whose logarithm is normal, of mean Mu and standard deviation
// Sigma >= 0: their median is e^Mu, their mean e^(Mu + Sigma²/2).
type LogNormal struct{ Mu, Sigma float64 }

// Init draws the values from r.
func (l LogNormal) Init(shape []int, r *rand.Rand) ([]float64, error) {
	if !finite(l.Mu) || !notNegative.has(l.Sigma) {
		return nil, fmt.Errorf("%w: %+v, want Sigma >= 0", graph.ErrValue, l)
	}
	return draw(shape, func() float64 { return math.Exp(l.Mu + l.Sigma*r.NormFloat64()) }), nil
}

// TruncatedNormal draws from the normal distribution of mean Mean and standard deviation Std >= 0,
// given that a draw lies within Lo and Hi standard deviations of the mean: Lo = -2, Hi = 2 cut the
// tails at two of them. The deviation of what is left is smaller than Std.
type TruncatedNormal struct{ Mean, Std, Lo, Hi float64 }

// Init draws the values from r.
func (n TruncatedNormal) Init(shape []int, r *rand.Rand) ([]float64, error) {
	if !finite(n.Mean) || !notNegative.has(n.Std) || !(n.Lo < n.Hi) {
		return nil, fmt.Errorf("%w: %+v, want Std >= 0 and Lo < Hi", graph.ErrValue, n)
	}
	if a, b := tails(n.Lo, n.Hi); a == b {
		return nil, fmt.Errorf("%w: %+v: nothing of the distribution lies there", graph.ErrValue, n)
	}
	return draw(shape, func() float64 { return n.Mean + n.Std*truncated(n.Lo, n.Hi, r) }), nil
}

// truncated draws a standard normal number within [lo, hi] by inversion: Φ⁻¹ of a uniform number
// between Φ(lo) and Φ(hi).
func truncated(lo, hi float64, r *rand.Rand) float64 {
	a, b := tails(lo, hi)
	z := mathext.NormalQuantile(a + (b-a)*r.Float64())
	if lo > 0 {
		z = -z
	}
	return min(max(z, lo), hi)
}

// tails returns Φ(lo) and Φ(hi), or, where both are above the mean, Φ(-hi) and Φ(-lo), which are
// precise there.
func tails(lo, hi float64) (a, b float64) {
	if lo > 0 {
		lo, hi = -hi, -lo
	}
	return 0.5 * math.Erfc(-lo/math.Sqrt2), 0.5 * math.Erfc(-hi/math.Sqrt2)
}

// Gamma draws from the gamma distribution of shape Shape > 0 and scale Scale > 0: mean
// Shape·Scale, variance Shape·Scale².
type Gamma struct{ Shape, Scale float64 }

// Init draws the values from r.
func (d Gamma) Init(shape []int, r *rand.Rand) ([]float64, error) {
	if !positive.has(d.Shape) || !positive.has(d.Scale) {
		return nil, fmt.Errorf("%w: %+v, want Shape > 0 and Scale > 0", graph.ErrValue, d)
	}
	return draw(shape, distuv.Gamma{Alpha: d.Shape, Beta: 1 / d.Scale, Src: r}.Rand), nil
}

// Exponential draws from the exponential distribution of mean Scale > 0.
type Exponential struct{ Scale float64 }

// Init draws the values from r.
func (e Exponential) Init(shape []int, r *rand.Rand) ([]float64, error) {
	if !positive.has(e.Scale) {
		return nil, fmt.Errorf("%w: %+v, want Scale > 0", graph.ErrValue, e)
	}
	return draw(shape, func() float64 { return e.Scale * r.ExpFloat64() }), nil
}

// draw returns independent draws, one for each element.
func draw(shape []int, next func() float64) []float64 {
	x := make([]float64, size(shape))
	for i := range x {
		x[i] = next()
	}
	return x
}
