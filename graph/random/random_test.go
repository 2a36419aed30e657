package random_test

import (
	"math"
	"slices"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/graph/random"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
	"gorgonia.org/tensor"
)

type node = *graph.Node

const draws = 20_000

// floats runs y and returns its elements.
func floats(t *testing.T, o graph.Options, y node) []float64 {
	t.Helper()
	g := y.Graph()
	require.NoError(t, g.Err())
	p, err := g.CompileWith(o, y.Cast(graph.Float64))
	require.NoError(t, err)
	out, err := p.Run()
	require.NoError(t, err)
	return slices.Clone(out[0].Float64s())
}

// sampler is one sampler with fixed parameters.
type sampler struct {
	name           string
	draw           func(c func(float64) node, g *graph.Graph, d graph.DType) node
	mean, variance float64 // NaN where there is none
	cdf            func(x float64) float64
	mass           func(k float64) float64 // of counts, instead of cdf
}

func inf() float64 { return math.NaN() }

// uniformly returns numbers of [0, 1), evenly spaced.
func uniformly(g *graph.Graph, d graph.DType, n int) node {
	return g.Const(d, 1/float64(n), n).CumSum(0, false, true)
}

func phi(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

func choose(n, k float64) float64 {
	a, _ := math.Lgamma(n + 1)
	b, _ := math.Lgamma(k + 1)
	c, _ := math.Lgamma(n - k + 1)
	return math.Exp(a - b - c)
}

// integral returns the CDF of a density over [lo, ...) that is normalized over [lo, hi].
func integral(lo, hi float64, f func(x float64) float64) func(x float64) float64 {
	const n = 20_000
	sums := make([]float64, n+1)
	for i := range n {
		sums[i+1] = sums[i] + f(lo+(float64(i)+0.5)*(hi-lo)/n)
	}
	return func(x float64) float64 {
		at := min(max((x-lo)/(hi-lo), 0), 1) * n
		i := min(int(at), n-1)
		return (sums[i] + (at-float64(i))*(sums[i+1]-sums[i])) / sums[n]
	}
}

func truncatedMoments(a, b float64) (mean, variance float64) {
	pdf := func(x float64) float64 { return math.Exp(-x*x/2) / math.Sqrt(2*math.Pi) }
	z := phi(b) - phi(a)
	mean = (pdf(a) - pdf(b)) / z
	return mean, 1 + (a*pdf(a)-b*pdf(b))/z - mean*mean
}

func samplers() []sampler {
	type cc = func(float64) node
	const n = draws
	tm, tv := truncatedMoments(-0.5, 2)
	tail, tailVar := truncatedMoments(3, 4)
	poisson := func(l float64) func(k float64) float64 { return distuv.Poisson{Lambda: l}.Prob }
	mixed := func(x float64, nonc float64, f func(k, x float64) float64) (sum float64) {
		for k := range 60 {
			sum += distuv.Poisson{Lambda: nonc / 2}.Prob(float64(k)) * f(float64(k), x)
		}
		return sum
	}
	bessel := integral(-math.Pi, math.Pi, func(x float64) float64 { return math.Exp(2 * math.Cos(x)) })
	turned := func(x float64) float64 { return math.Exp(2 * math.Cos(x-2.5)) }
	wald := func(mean, l float64) func(x float64) float64 {
		return func(x float64) float64 {
			r := math.Sqrt(l / x)
			return phi(r*(x/mean-1)) + math.Exp(2*l/mean)*phi(-r*(x/mean+1))
		}
	}
	gumbel, laplace := distuv.GumbelRight{Mu: 1, Beta: 2}, distuv.Laplace{Mu: 1, Scale: 2}
	weibull, logn := distuv.Weibull{K: 1.5, Lambda: 2}, distuv.LogNormal{Mu: 0.3, Sigma: 0.5}
	tri := distuv.NewTriangle(-1, 3, 2, nil)
	beta, f := distuv.Beta{Alpha: 0.5, Beta: 2}, distuv.F{D1: 5, D2: 12}
	return []sampler{
		{"Uniform", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.Uniform(c(-1), c(3), n) }, 1, 16. / 12, func(x float64) float64 { return (x + 1) / 4 }, nil},
		{"UniformLike", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.UniformLike(c(5).BroadcastTo(n)) }, 0.5, 1. / 12, func(x float64) float64 { return x }, nil},
		{"NormalLike", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.NormalLike(c(5).BroadcastTo(n)) }, 0, 1, phi, nil},
		{"Normal", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.Normal(c(1), c(2), n) }, 1, 4, func(x float64) float64 { return phi((x - 1) / 2) }, nil},
		{"LogNormal", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.LogNormal(c(0.3), c(0.5), n) }, logn.Mean(), logn.Variance(), logn.CDF, nil},
		{"Exponential", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.Exponential(c(3), n) }, 3, 9, distuv.Exponential{Rate: 1. / 3}.CDF, nil},
		{"Gumbel", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.Gumbel(c(1), c(2), n) }, gumbel.Mean(), gumbel.Variance(), gumbel.CDF, nil},
		{"Laplace", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.Laplace(c(1), c(2), n) }, 1, 8, laplace.CDF, nil},
		{"Logistic", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.Logistic(c(1), c(2), n) }, 1, 4 * math.Pi * math.Pi / 3, distuv.Logistic{Mu: 1, S: 2}.CDF, nil},
		{"Rayleigh", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.Rayleigh(c(2), n) }, 2 * math.Sqrt(math.Pi/2), (4 - math.Pi) / 2 * 4, func(x float64) float64 { return 1 - math.Exp(-x*x/8) }, nil},
		{"Maxwell", func(_ cc, g *graph.Graph, d graph.DType) node { return random.Maxwell(g, d, n) }, 2 * math.Sqrt(2/math.Pi), 3 - 8/math.Pi, func(x float64) float64 { return mathext.GammaIncReg(1.5, x*x/2) }, nil},
		{"Weibull", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.Weibull(c(1.5), n) }, weibull.Mean() / 2, weibull.Variance() / 4, func(x float64) float64 { return weibull.CDF(2 * x) }, nil},
		{"WeibullMin", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.WeibullMin(c(1.5), c(2), n) }, weibull.Mean(), weibull.Variance(), weibull.CDF, nil},
		{"Pareto", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.Pareto(c(5), n) }, 0.25, 5. / 48, func(x float64) float64 { return 1 - math.Pow(1+x, -5) }, nil},
		{"Power", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.Power(c(2.5), n) }, 2.5 / 3.5, 2.5 / (3.5 * 3.5 * 4.5), func(x float64) float64 { return math.Pow(x, 2.5) }, nil},
		{"Cauchy", func(_ cc, g *graph.Graph, d graph.DType) node { return random.Cauchy(g, d, n) }, inf(), inf(), func(x float64) float64 { return 0.5 + math.Atan(x)/math.Pi }, nil},
		{"Triangular", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.Triangular(c(-1), c(2), c(3), n) }, tri.Mean(), tri.Variance(), tri.CDF, nil},
		{"TruncatedNormal", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.TruncatedNormal(c(-0.5), c(2), c(3), n) }, 3 * tm, 9 * tv, func(x float64) float64 { return (phi(x/3) - phi(-0.5)) / (phi(2) - phi(-0.5)) }, nil},
		{"TruncatedNormal tail", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.TruncatedNormal(c(3), c(4), c(1), n) }, tail, tailVar, func(x float64) float64 { return (phi(-3) - phi(-x)) / (phi(-3) - phi(-4)) }, nil},
		{"Gamma", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.Gamma(c(2.5), c(2), n) }, 5, 10, distuv.Gamma{Alpha: 2.5, Beta: 0.5}.CDF, nil},
		{"Gamma small", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.Gamma(c(0.15), c(2), n) }, 0.3, 0.6, distuv.Gamma{Alpha: 0.15, Beta: 0.5}.CDF, nil},
		{"LogGamma", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.LogGamma(c(0.6), n) }, mathext.Digamma(0.6), mathext.Zeta(2, 0.6), func(x float64) float64 { return mathext.GammaIncReg(0.6, math.Exp(x)) }, nil},
		{"Beta", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.Beta(c(0.5), c(2), n) }, beta.Mean(), beta.Variance(), beta.CDF, nil},
		{"ChiSquare", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.ChiSquare(c(3), n) }, 3, 6, distuv.ChiSquared{K: 3}.CDF, nil},
		{"Dirichlet", func(c cc, g *graph.Graph, d graph.DType) node {
			return random.Dirichlet(g.Values(d, []float64{0.5, 1.5, 0.5}, 3), n).Narrow(1, 0, 1).Flatten(0, 1)
		}, beta.Mean(), beta.Variance(), beta.CDF, nil},
		{"StudentT", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.StudentT(c(7), n) }, 0, 1.4, distuv.StudentsT{Sigma: 1, Nu: 7}.CDF, nil},
		{"F", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.F(c(5), c(12), n) }, f.Mean(), f.Variance(), f.CDF, nil},
		{"NoncentralChiSquare", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.NoncentralChiSquare(c(3), c(4), n) }, 7, 22, func(x float64) float64 {
			return mixed(x, 4, func(k, x float64) float64 { return distuv.ChiSquared{K: 3 + 2*k}.CDF(x) })
		}, nil},
		{"NoncentralF", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.NoncentralF(c(3), c(20), c(4), n) }, 20. * 7 / (18 * 3), inf(), func(x float64) float64 {
			return mixed(x, 4, func(k, x float64) float64 { return distuv.F{D1: 3 + 2*k, D2: 20}.CDF(x * 3 / (3 + 2*k)) })
		}, nil},
		{"VonMises", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.VonMises(c(0), c(2), n) }, 0, inf(), bessel, nil},
		{"VonMises turned", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.VonMises(c(2.5), c(2), n) }, inf(), inf(), integral(-math.Pi, math.Pi, turned), nil},
		{"VonMises even", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.VonMises(c(0), c(0), n) }, 0, math.Pi * math.Pi / 3, func(x float64) float64 { return 0.5 + x/(2*math.Pi) }, nil},
		{"VonMises small", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.VonMises(c(0), c(1e-6), n) }, 0, math.Pi * math.Pi / 3, func(x float64) float64 { return 0.5 + x/(2*math.Pi) }, nil},
		{"VonMises narrow", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.VonMises(c(0), c(1e5), n) }, 0, 1e-5, func(x float64) float64 { return phi(x * math.Sqrt(1e5)) }, nil},
		{"Wald", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.Wald(c(2), c(3), n) }, 2, 8. / 3, wald(2, 3), nil},
		{"Zipf", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.Zipf(c(4.5), n) }, mathext.Zeta(3.5, 1) / mathext.Zeta(4.5, 1), inf(), nil, func(k float64) float64 { return math.Pow(k, -4.5) / mathext.Zeta(4.5, 1) }},
		{"Poisson", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.Poisson(c(3), n) }, 3, 3, nil, poisson(3)},
		{"Poisson large", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.Poisson(c(40), n) }, 40, 40, nil, poisson(40)},
		{"Binomial", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.Binomial(c(12), c(0.75), n) }, 9, 2.25, nil, distuv.Binomial{N: 12, P: 0.75}.Prob},
		{"Binomial large", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.Binomial(c(200), c(0.25), n) }, 50, 37.5, nil, distuv.Binomial{N: 200, P: 0.25}.Prob},
		{"Binomial rare", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.Binomial(c(50), c(1./64), n) }, 50. / 64, 50. / 64 * 63 / 64, nil, distuv.Binomial{N: 50, P: 1. / 64}.Prob},
		{"NegativeBinomial", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.NegativeBinomial(c(3), c(0.25), n) }, 9, 36, nil, func(k float64) float64 { return choose(k+2, k) / 64 * math.Pow(0.75, k) }},
		{"Geometric", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.Geometric(c(0.25), n) }, 4, 12, nil, func(k float64) float64 { return 0.25 * math.Pow(0.75, k-1) }},
		{"Hypergeometric", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.Hypergeometric(c(30), c(20), c(25), n) }, 15, 25 * 0.6 * 0.4 * 25 / 49, nil, func(k float64) float64 { return choose(30, k) * choose(20, 25-k) / choose(50, 25) }},
		{"LogSeries", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.LogSeries(c(0.75), n) }, 3 / math.Log(4), 0.75 * (math.Log(4) - 0.75) / math.Pow(0.25*math.Log(4), 2), nil, func(k float64) float64 { return math.Pow(0.75, k) / (k * math.Log(4)) }},
		{"Bernoulli", func(c cc, _ *graph.Graph, _ graph.DType) node { return random.Bernoulli(c(0.25), n) }, 0.25, 3. / 16, nil, func(k float64) float64 { return 0.25 + 0.5*(1-k) }},
		{"IntegersLike", func(c cc, g *graph.Graph, _ graph.DType) node {
			return random.IntegersLike(c(4).BroadcastTo(n), c(-2), nil)
		}, 0.5, 35. / 12, nil, func(k float64) float64 { return 1. / 6 }},
		{"Multinomial", func(c cc, g *graph.Graph, d graph.DType) node {
			return random.Multinomial(c(12), g.Values(d, []float64{0.5, 3, 0.5}, 3).BroadcastTo(n, 3)).Narrow(1, 1, 1).Flatten(0, 1)
		}, 9, 2.25, nil, distuv.Binomial{N: 12, P: 0.75}.Prob},
		{"Categorical", func(c cc, g *graph.Graph, d graph.DType) node {
			return random.Categorical(g.Values(d, []float64{0, math.Inf(-1), math.Log(3)}, 3).BroadcastTo(n, 3), -1)
		}, 1.5, 0.75, nil, func(k float64) float64 { return []float64{0.25, 0, 0.75}[int(k)] }},
		{"PermutationEach", func(c cc, g *graph.Graph, d graph.DType) node {
			return random.PermutationEach(g.Values(d, []float64{0, 1, 2, 3}, 4).BroadcastTo(n, 4), 1).Narrow(1, 1, 1).Flatten(0, 1)
		}, 1.5, 1.25, nil, func(k float64) float64 { return 0.25 }},
		{"ChoiceWithout", func(c cc, g *graph.Graph, d graph.DType) node {
			return random.ChoiceWithout(uniformly(g, d, n+1000), g.Const(d, 1, n+1000), n)
		}, 0.5, 1. / 12, func(x float64) float64 { return x }, nil},
		{"MultivariateNormalBy", func(c cc, g *graph.Graph, d graph.DType) node {
			cov := g.Values(d, []float64{4, 2, 2, 1}, 2, 2)
			return random.MultivariateNormalBy(random.Eigh, c(1).BroadcastTo(2), cov, n).Narrow(1, 0, 1).Flatten(0, 1)
		}, 1, 4, distuv.Normal{Mu: 1, Sigma: 2}.CDF, nil},
		{"Choice", func(c cc, g *graph.Graph, d graph.DType) node {
			return random.Choice(g.Values(d, []float64{4, 5, 6}, 3), g.Values(d, []float64{1, 0, 3}, 3), n)
		}, 5.5, 0.75, nil, func(k float64) float64 { return []float64{0.25, 0, 0.75}[int(k)-4] }},
		{"Choice even", func(c cc, g *graph.Graph, d graph.DType) node {
			return random.Choice(g.Values(d, []float64{4, 5, 6}, 3), nil, n)
		}, 5, 2. / 3, nil, func(k float64) float64 { return 1. / 3 }},
	}
}

// Every sampler has mean, variance and distribution of its closed form: 20,000 draws of a fixed seed.
func TestDistributions(t *testing.T) {
	t.Parallel()
	for _, s := range samplers() {
		for _, d := range []graph.DType{graph.Float32, graph.Float64} {
			t.Run(s.name+"/"+d.String(), func(t *testing.T) {
				g := graph.NewIn(graph.NewStore(11))
				y := s.draw(func(v float64) node { return g.Const(d, v) }, g, d)
				require.Equal(t, graph.Shape{draws}, y.Shape())
				x := floats(t, graph.Options{Verify: true}, y)
				checkMoments(t, x, s)
				slices.Sort(x)
				if s.cdf != nil {
					checkContinuous(t, x, s.cdf)
				} else {
					checkCounts(t, x, s.mass)
				}
			})
		}
	}
}

func checkMoments(t *testing.T, x []float64, s sampler) {
	t.Helper()
	mean, variance, fourth := 0., 0., 0.
	for _, v := range x {
		mean += v / draws
	}
	for _, v := range x {
		variance += (v - mean) * (v - mean) / draws
		fourth += math.Pow(v-mean, 4) / draws
	}
	if !math.IsNaN(s.mean) {
		assert.InDelta(t, s.mean, mean, 4*math.Sqrt(variance/draws), "mean")
	}
	if !math.IsNaN(s.variance) {
		assert.InDelta(t, s.variance, variance, 5*math.Sqrt((fourth-variance*variance)/draws), "variance")
	}
}

// checkContinuous is the test of Kolmogorov and Smirnov at a level of one in a thousand.
func checkContinuous(t *testing.T, sorted []float64, cdf func(x float64) float64) {
	t.Helper()
	worst := 0.
	for i, v := range sorted {
		p := cdf(v)
		worst = max(worst, math.Abs(p-float64(i)/draws), math.Abs(p-float64(i+1)/draws))
	}
	assert.Less(t, worst, 1.95/math.Sqrt(draws))
}

// checkCounts is the chi-square test at a level of one in a thousand; rare values are taken together.
func checkCounts(t *testing.T, sorted []float64, mass func(k float64) float64) {
	t.Helper()
	stat, bins, seen, expected, at := 0., 0, 0., 0., 0
	restSeen, rest := float64(draws), float64(draws)
	for k := sorted[0]; k <= sorted[draws-1]; k++ {
		for ; at < draws && sorted[at] == k; at++ {
			seen++
		}
		p := mass(k)
		if p == 0 {
			assert.Zero(t, seen, "%v cannot be", k)
		}
		if expected += p * draws; expected >= 5 && rest-expected >= 5 {
			stat += (seen - expected) * (seen - expected) / expected
			bins, rest, restSeen = bins+1, rest-expected, restSeen-seen
			seen, expected = 0, 0
		}
	}
	assert.Equal(t, draws, at, "all are whole numbers")
	stat += (restSeen - rest) * (restSeen - rest) / rest
	assert.Less(t, stat, distuv.ChiSquared{K: float64(max(bins, 1))}.Quantile(0.999))
}

// The same numbers for any number of workers and in each run of a seed; others for another step, seed and call.
func TestDrawsAreRepeatable(t *testing.T) {
	t.Parallel()
	for _, s := range samplers() {
		draw := func(seed uint64, before int, o graph.Options) []float64 {
			g := graph.NewIn(graph.NewStore(seed))
			c := func(v float64) node { return g.Const(graph.Float64, v) }
			y := s.draw(c, g, graph.Float64)
			for range before {
				y = s.draw(c, g, graph.Float64)
			}
			return floats(t, o, y)
		}
		want := draw(1, 0, graph.Options{Workers: 1})
		for _, w := range []int{1, 2, 3, 8} {
			require.Equal(t, want, draw(1, 0, graph.Options{Workers: w}), s.name)
		}
		assert.NotEqual(t, want, draw(2, 0, graph.Options{}), s.name)
		assert.NotEqual(t, want, draw(1, 1, graph.Options{}), s.name)
	}
}

// Shards of a loop draw what the whole draws, and every step its own.
func TestDrawsInShards(t *testing.T) {
	t.Parallel()
	const batch, n = 256, 64
	run := func(o graph.Options) (out []*tensor.Dense) {
		g := graph.New()
		x := g.Input("x", graph.Float64, 6, batch, n)
		ys, _ := graph.Loop(x, struct{}{}, func(x node, s struct{}) (node, struct{}) {
			y := random.Gamma(x.Square().Shift(0.1), x.Like(2)).Add(random.Exponential(x.Abs()))
			return y.Add(random.Poisson(x.Square()).Cast(graph.Float64)).Add(random.Zipf(g.Const(graph.Float64, 3), batch, n)), s
		})
		p, err := g.CompileWith(o, ys)
		require.NoError(t, err)
		in := tensor.New(tensor.Of(tensor.Float64), tensor.WithShape(6, batch, n))
		for i := range in.Float64s() {
			in.Float64s()[i] = math.Sin(float64(i % (batch * n)))
		}
		out, err = p.Run(in)
		require.NoError(t, err)
		return out
	}
	want := run(graph.Options{Disable: []string{"shard"}, Workers: 1})[0].Float64s()
	for _, w := range []int{1, 2, 3, 8} {
		require.Equal(t, want, run(graph.Options{Workers: w})[0].Float64s())
	}
	assert.NotEqual(t, want[:batch*n], want[batch*n:2*batch*n], "steps differ")
}

// A run that goes on from a clock draws what a run without a break does.
func TestDrawsGoOn(t *testing.T) {
	t.Parallel()
	run := func(s *graph.Store, clock float64) []float64 {
		g := graph.NewIn(s)
		y := random.Gamma(g.Const(graph.Float64, 0.5, 9), g.Const(graph.Float64, 1))
		g.Update(g.Clock(), g.Clock().Shift(1))
		if clock > 0 {
			s.Get("spikegraph.clock").Value.Int32s()[0] = int32(clock)
		}
		return floats(t, graph.Options{}, y)
	}
	s := graph.NewStore(3)
	first, second := run(s, 0), run(s, 0)
	assert.NotEqual(t, first, second)
	assert.Equal(t, second, run(graph.NewStore(3), 1))
}
