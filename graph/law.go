package graph

import (
	"fmt"
	"math"

	"github.com/spikegraph/spikegraph/internal/kernel"
	"gonum.org/v1/gonum/stat/distuv"
)

// A Law is a distribution that takes rejection, or sums, to draw from: see Variates.
type Law uint8

// The laws, with their parameters in order.
const (
	// GammaLaw has density x^(a-1)·e^(-x)/Γ(a) for x > 0; a > 0. Marsaglia and Tsang 2000,
	// doi:10.1145/358407.358414; for a < 0.2 Liu, Martin and Syring 2017, doi:10.1007/s00180-016-0692-0.
	GammaLaw Law = iota
	// LogGammaLaw is the logarithm of a gamma variate of shape a > 0, precise where that is 0: for
	// a < 1 that of shape a+1, plus ln(u)/a (Stuart 1962, Biometrika 49, 243).
	LogGammaLaw
	// PoissonLaw counts events of which lam >= 0 are expected. Below lam = 10 by waiting times, above by
	// Hörmann 1993, doi:10.1016/0167-6687(93)90997-4.
	PoissonLaw
	// BinomialLaw counts successes of probability p in n trials (Press and others, Numerical Recipes in
	// C, section 7.3).
	BinomialLaw
	// HypergeometricLaw counts good ones among nsample drawn without replacement from ngood good and
	// nbad bad ones: by inversion from the mode.
	HypergeometricLaw
	// GeometricLaw counts trials, the first success included, of probability p in (0, 1]: 1, 2, ...
	GeometricLaw
	// LogSeriesLaw has the probabilities -p^k/(k·ln(1-p)) for k = 1, 2, ..., 0 <= p < 1: Kemp 1981,
	// doi:10.2307/2346348.
	LogSeriesLaw
	// ZipfLaw has probabilities that go with k^-a for k = 1, 2, ..., a > 1: Devroye 1986, Non-Uniform
	// Random Variate Generation, X.6.1. Its draws are floats, as its tail is longer than Int32.
	ZipfLaw
	// VonMisesLaw is a direction in [-π, π] about 0 of density e^(kappa·cos x), kappa >= 0: Best and
	// Fisher 1979, doi:10.2307/2346732.
	VonMisesLaw
	// WaldLaw, also called inverse Gaussian, has mean mean > 0 and variance mean³/scale, scale > 0: Michael,
	// Schucany and Haas 1976, doi:10.2307/2683801.
	WaldLaw
	// TruncatedNormalLaw is the standard normal distribution between lower and upper, which may be
	// infinite: by inversion.
	TruncatedNormalLaw
	// BetweenLaw draws whole numbers of [low, high), each as likely as the others.
	BetweenLaw
)

// lawRow is what is known of a law.
type lawRow struct {
	name   string
	count  bool // whether draws are Int32
	params []lawParam
	draw   func(p []float64, s *kernel.Source) float64
	fit    func(p []float64) error // what parameters have to do with one another; nil if nothing
}

type lawParam struct {
	name   string
	domain Domain
}

var (
	counts    = Domain{Lo: 0, Hi: math.MaxInt32, Whole: true}
	int32s    = Domain{Lo: math.MinInt32, Hi: math.MaxInt32 + 1, Whole: true}
	notNaN    = Domain{Lo: math.Inf(-1), Hi: math.Inf(1)}
	chance    = Domain{Lo: 0, Hi: 1, OpenLo: true}
	uncertain = Domain{Lo: 0, Hi: 1, OpenHi: true}
	aboveOne  = Domain{Lo: 1, Hi: math.MaxFloat64, OpenLo: true}
)

var lawTable = [...]lawRow{
	GammaLaw:    {name: "Gamma", params: []lawParam{{"a", Positive}}, draw: drawGamma},
	LogGammaLaw: {name: "LogGamma", params: []lawParam{{"a", Positive}}, draw: drawLogGamma},
	PoissonLaw: {name: "Poisson", count: true, params: []lawParam{{"lam", NotNegative}}, draw: func(p []float64, s *kernel.Source) float64 {
		return distuv.Poisson{Lambda: p[0], Src: s}.Rand()
	}},
	BinomialLaw: {name: "Binomial", count: true, params: []lawParam{{"n", counts}, {"p", Probability}}, draw: func(p []float64, s *kernel.Source) float64 {
		return distuv.Binomial{N: p[0], P: p[1], Src: s}.Rand()
	}},
	HypergeometricLaw: {name: "Hypergeometric", count: true, params: []lawParam{{"ngood", counts}, {"nbad", counts}, {"nsample", counts}},
		draw: drawHypergeometric, fit: fitHypergeometric},
	GeometricLaw:       {name: "Geometric", count: true, params: []lawParam{{"p", chance}}, draw: drawGeometric},
	LogSeriesLaw:       {name: "LogSeries", count: true, params: []lawParam{{"p", uncertain}}, draw: drawLogSeries},
	ZipfLaw:            {name: "Zipf", params: []lawParam{{"a", aboveOne}}, draw: drawZipf},
	VonMisesLaw:        {name: "VonMises", params: []lawParam{{"kappa", NotNegative}}, draw: drawVonMises},
	WaldLaw:            {name: "Wald", params: []lawParam{{"mean", Positive}, {"scale", Positive}}, draw: drawWald},
	TruncatedNormalLaw: {name: "TruncatedNormal", params: []lawParam{{"lower", notNaN}, {"upper", notNaN}}, draw: drawTruncated, fit: fitTruncated},
	BetweenLaw: {name: "Between", count: true, params: []lawParam{{"low", int32s}, {"high", int32s}}, draw: func(p []float64, s *kernel.Source) float64 {
		return p[0] + float64(s.Below(uint64(p[1]-p[0])))
	}, fit: fitBetween},
}

func (l Law) String() string {
	if int(l) < len(lawTable) {
		return lawTable[l].name
	}
	return fmt.Sprintf("Law(%d)", uint8(l))
}

// check returns what is wrong with the parameters of an element.
func (r *lawRow) check(i int, p []float64) error {
	for k, q := range r.params {
		if !q.domain.Has(p[k]) {
			return q.domain.fault(q.name, i, p[k])
		}
	}
	if r.fit != nil {
		if err := r.fit(p); err != nil {
			return fmt.Errorf("%w: element %d: %w", ErrValue, i, err)
		}
	}
	return nil
}

// checkKnown returns what is wrong with parameters that are constants.
func (l Law) checkKnown(params []*Node) error {
	row := lawTable[l]
	p := make([]float64, len(params))
	single := true
	for k, x := range params {
		at, n := known(x)
		if at == nil {
			single = false
			continue
		}
		if err := row.params[k].domain.check(row.params[k].name, n, at); err != nil {
			return err
		}
		if single = single && n == 1; single {
			p[k] = at(0)
		}
	}
	if single {
		return row.check(0, p)
	}
	return nil
}
