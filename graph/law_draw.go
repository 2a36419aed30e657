package graph

import (
	"fmt"
	"math"

	"github.com/spikegraph/spikegraph/internal/kernel"
	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

func drawGamma(p []float64, s *kernel.Source) float64 {
	return gamma(p[0], s)
}

func gamma(a float64, s *kernel.Source) float64 {
	return distuv.Gamma{Alpha: a, Beta: 1, Src: s}.Rand()
}

func drawLogGamma(p []float64, s *kernel.Source) float64 {
	if a := p[0]; a < 1 {
		return math.Log(gamma(a+1, s)) + math.Log(s.Positive())/a
	}
	return math.Log(gamma(p[0], s))
}

func fitHypergeometric(p []float64) error {
	if p[2] > p[0]+p[1] {
		return fmt.Errorf("nsample is %v of ngood + nbad = %v", p[2], p[0]+p[1])
	}
	return nil
}

// drawHypergeometric goes from the mode outwards, by turns up and down, until the probabilities that
// it passed are more than a uniform number. Neighbours are to one another as
//
//	P(k+1)/P(k) = (good-k)(n-k) / ((k+1)(bad-n+k+1))
func drawHypergeometric(p []float64, s *kernel.Source) float64 {
	good, bad, n := p[0], p[1], p[2]
	lo, hi := max(0, n-bad), min(n, good)
	mode := min(max(math.Floor((n+1)*(good+1)/(good+bad+2)), lo), hi)
	ratio := func(k float64) float64 { return (good - k) / (k + 1) * (n - k) / (bad - n + k + 1) }
	up, down := mode, mode
	pUp := math.Exp(logChoose(good, mode) + logChoose(bad, n-mode) - logChoose(good+bad, n))
	pDown := pUp
	u := s.Float64() - pUp
	for u >= 0 && (up < hi || down > lo) {
		if up < hi {
			pUp *= ratio(up)
			up++
			if u -= pUp; u < 0 {
				return up
			}
		}
		if down > lo {
			down--
			pDown /= ratio(down)
			if u -= pDown; u < 0 {
				return down
			}
		}
	}
	return mode // what rounding leaves over belongs nowhere else
}

// logChoose returns the logarithm of the number of ways to choose k of n.
func logChoose(n, k float64) float64 {
	a, _ := math.Lgamma(n + 1)
	b, _ := math.Lgamma(k + 1)
	c, _ := math.Lgamma(n - k + 1)
	return a - b - c
}

// drawGeometric inverts P(K > k) = (1-p)^k.
func drawGeometric(p []float64, s *kernel.Source) float64 {
	return max(1, math.Ceil(math.Log(s.Positive())/math.Log1p(-p[0])))
}

// drawLogSeries is Kemp's algorithm LK.
func drawLogSeries(p []float64, s *kernel.Source) float64 {
	v := s.Positive()
	if v >= p[0] {
		return 1
	}
	q := -math.Expm1(math.Log1p(-p[0]) * s.Positive())
	if q == 0 || v >= q {
		return 1
	}
	if v > q*q {
		return 2
	}
	return math.Floor(1 + math.Log(v)/math.Log(q))
}

// drawZipf rejects from the integer part of a Pareto variate. One beyond all floats is returned, for
// its reader to refuse.
func drawZipf(p []float64, s *kernel.Source) float64 {
	a := p[0] - 1
	b := math.Exp2(a)
	for {
		x := math.Floor(math.Pow(s.Positive(), -1/a))
		more := math.Expm1(a * math.Log1p(1/x)) // (1 + 1/x)^a - 1
		if math.IsInf(x, 1) || s.Float64()*x*more/math.Expm1(a*math.Ln2) <= (1+more)/b {
			return x
		}
	}
}

// drawVonMises rejects from a wrapped Cauchy distribution. Where kappa is so large that the
// circle is a line, it is the normal distribution of variance 1/kappa.
func drawVonMises(p []float64, s *kernel.Source) float64 {
	const line = 1e8
	kappa := p[0]
	if kappa > line {
		return distuv.Normal{Sigma: 1 / math.Sqrt(kappa), Src: s}.Rand()
	}
	r := 1 + 1/kappa // of the envelope, for small kappa to second order
	if kappa > 1e-5 {
		tau := 1 + math.Sqrt(1+4*kappa*kappa)
		rho := (tau - math.Sqrt(2*tau)) / (2 * kappa)
		r = (1 + rho*rho) / (2 * rho)
	}
	if kappa < 1e-8 {
		return math.Pi * (2*s.Float64() - 1)
	}
	for {
		z := math.Cos(math.Pi * s.Float64())
		f := (1 + r*z) / (r + z)
		c, u := kappa*(r-f), s.Positive()
		if c*(2-c) > u || math.Log(c/u)+1 >= c {
			return math.Copysign(math.Acos(min(max(f, -1), 1)), s.Float64()-0.5)
		}
	}
}

// drawWald solves for the smaller root x of scale·(x-mean)²/(mean²·x) = z², here without cancellation,
// and takes it or mean²/x.
func drawWald(p []float64, s *kernel.Source) float64 {
	mean, scale := p[0], p[1]
	z := distuv.Normal{Sigma: 1, Src: s}.Rand()
	w := mean / scale * z * z
	root := math.Sqrt(w) + math.Sqrt(w+4)
	x := mean * 4 / (root * root)
	if s.Float64()*(mean+x) > mean {
		x = mean * (mean / x)
	}
	return x
}

func fitTruncated(p []float64) error {
	if a, b := normalTails(p[0], p[1]); !(a < b) {
		return fmt.Errorf("nothing of the normal distribution is between lower %v and upper %v", p[0], p[1])
	}
	return nil
}

// drawTruncated is Φ⁻¹ of a uniform number between those of the bounds.
func drawTruncated(p []float64, s *kernel.Source) float64 {
	a, b := normalTails(p[0], p[1])
	z := mathext.NormalQuantile(a + (b-a)*s.Positive())
	if p[0] > 0 {
		z = -z
	}
	return min(max(z, p[0]), p[1])
}

// normalTails returns Φ(lo) and Φ(hi), or, where both are above 0, Φ(-hi) and Φ(-lo), which are
// precise there.
func normalTails(lo, hi float64) (a, b float64) {
	if lo > 0 {
		lo, hi = -hi, -lo
	}
	return math.Erfc(-lo/math.Sqrt2) / 2, math.Erfc(-hi/math.Sqrt2) / 2
}

func fitBetween(p []float64) error {
	if p[0] >= p[1] {
		return fmt.Errorf("no whole number is in [low, high) = [%v, %v)", p[0], p[1])
	}
	return nil
}
