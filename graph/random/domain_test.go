package random_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/autodiff/gradtest"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/graph/random"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// misuses are parameters out of their domain, and what the error says.
var misuses = []struct {
	name string
	at   []float64
	draw func(p []node) node
	says string
}{
	{"Uniform", []float64{2, 1}, func(p []node) node { return random.Uniform(p[0], p[1]) }, "high - low is -1"},
	{"Bernoulli", []float64{1.25}, func(p []node) node { return random.Bernoulli(p[0]) }, "p is 1.25 at element 0, want within [0, 1]"},
	{"Normal", []float64{0, -1}, func(p []node) node { return random.Normal(p[0], p[1]) }, "scale is -1 at element 0, want a finite number >= 0"},
	{"Normal loc", []float64{math.Inf(1), 1}, func(p []node) node { return random.Normal(p[0], p[1]) }, "loc is +Inf"},
	{"LogNormal", []float64{0, -1}, func(p []node) node { return random.LogNormal(p[0], p[1]) }, "sigma is -1"},
	{"Exponential", []float64{-2}, func(p []node) node { return random.Exponential(p[0], 3) }, "scale is -2"},
	{"Exponential NaN", []float64{math.NaN()}, func(p []node) node { return random.Exponential(p[0], 3) }, "scale is NaN"},
	{"Gumbel", []float64{0, -1}, func(p []node) node { return random.Gumbel(p[0], p[1]) }, "scale is -1"},
	{"Laplace", []float64{0, -1}, func(p []node) node { return random.Laplace(p[0], p[1]) }, "scale is -1"},
	{"Logistic", []float64{0, -1}, func(p []node) node { return random.Logistic(p[0], p[1]) }, "scale is -1"},
	{"Rayleigh", []float64{-1}, func(p []node) node { return random.Rayleigh(p[0]) }, "scale is -1"},
	{"Weibull", []float64{0}, func(p []node) node { return random.Weibull(p[0]) }, "a is 0 at element 0, want a finite number > 0"},
	{"WeibullMin", []float64{1, -1}, func(p []node) node { return random.WeibullMin(p[0], p[1]) }, "scale is -1"},
	{"Pareto", []float64{0}, func(p []node) node { return random.Pareto(p[0]) }, "a is 0"},
	{"Power", []float64{-1}, func(p []node) node { return random.Power(p[0]) }, "a is -1"},
	{"Triangular", []float64{0, 3, 2}, func(p []node) node { return random.Triangular(p[0], p[1], p[2]) }, "right - mode is -1"},
	{"TruncatedNormal", []float64{2, 1, 1}, func(p []node) node { return random.TruncatedNormal(p[0], p[1], p[2]) }, "nothing of the normal distribution is between lower 2 and upper 1"},
	{"Gamma", []float64{-1, 1}, func(p []node) node { return random.Gamma(p[0], p[1]) }, "a is -1"},
	{"Gamma scale", []float64{1, -1}, func(p []node) node { return random.Gamma(p[0], p[1]) }, "scale is -1"},
	{"LogGamma", []float64{0}, func(p []node) node { return random.LogGamma(p[0]) }, "a is 0"},
	{"Beta", []float64{1, 0}, func(p []node) node { return random.Beta(p[0], p[1]) }, "a is 0"},
	{"ChiSquare", []float64{-3}, func(p []node) node { return random.ChiSquare(p[0]) }, "df is -3"},
	{"Dirichlet", []float64{-3}, func(p []node) node { return random.Dirichlet(p[0].BroadcastTo(2)) }, "a is -3"},
	{"StudentT", []float64{0}, func(p []node) node { return random.StudentT(p[0]) }, "df is 0"},
	{"F", []float64{1, -1}, func(p []node) node { return random.F(p[0], p[1]) }, "df is -1"},
	{"NoncentralChiSquare", []float64{1, -1}, func(p []node) node { return random.NoncentralChiSquare(p[0], p[1]) }, "nonc is -1"},
	{"NoncentralF", []float64{1, 0, 1}, func(p []node) node { return random.NoncentralF(p[0], p[1], p[2]) }, "df is 0"},
	{"VonMises", []float64{0, -1}, func(p []node) node { return random.VonMises(p[0], p[1]) }, "kappa is -1"},
	{"Wald", []float64{0, 1}, func(p []node) node { return random.Wald(p[0], p[1]) }, "mean is 0"},
	{"Poisson", []float64{-1}, func(p []node) node { return random.Poisson(p[0]) }, "lam is -1"},
	{"Binomial", []float64{3, -0.5}, func(p []node) node { return random.Binomial(p[0], p[1]) }, "p is -0.5"},
	{"Binomial n", []float64{2.5, 0.5}, func(p []node) node { return random.Binomial(p[0], p[1]) }, "n is 2.5 at element 0, want a whole number within [0, 2.147483647e+09]"},
	{"NegativeBinomial", []float64{3, 0}, func(p []node) node { return random.NegativeBinomial(p[0], p[1]) }, "p is 0 at element 0, want within (0, 1]"},
	{"Geometric", []float64{0}, func(p []node) node { return random.Geometric(p[0]) }, "p is 0"},
	{"Hypergeometric", []float64{3, 2, 6}, func(p []node) node { return random.Hypergeometric(p[0], p[1], p[2]) }, "nsample is 6 of ngood + nbad = 5"},
	{"LogSeries", []float64{1}, func(p []node) node { return random.LogSeries(p[0]) }, "p is 1 at element 0, want within [0, 1)"},
	{"Zipf", []float64{1}, func(p []node) node { return random.Zipf(p[0]) }, "a is 1"},
	{"IntegersLike", []float64{2, 2}, func(p []node) node { return random.IntegersLike(p[0], p[0], p[1]) }, "no whole number is in [low, high) = [2, 2)"},
	{"Multinomial", []float64{3, -1}, func(p []node) node { return random.Multinomial(p[0], p[1].BroadcastTo(3)) }, "p is -1"},
	{"Multinomial n", []float64{-3, 1}, func(p []node) node { return random.Multinomial(p[0], p[1].BroadcastTo(3)) }, "n is -3"},
	{"Multinomial zeros", []float64{3, 0}, func(p []node) node { return random.Multinomial(p[0], p[1].BroadcastTo(3)) }, "the sum of p is 0"},
	{"Categorical", []float64{math.NaN()}, func(p []node) node { return random.Categorical(p[0].BroadcastTo(3), -1) }, "logits is NaN"},
	{"Categorical none", []float64{math.Inf(-1)}, func(p []node) node { return random.Categorical(p[0].BroadcastTo(3), -1) }, "the largest of logits is -Inf"},
	{"Choice", []float64{1, -1}, func(p []node) node { return random.Choice(p[0].BroadcastTo(3), p[1].BroadcastTo(3), 4) }, "p is -1"},
	{"ChoiceWithout", []float64{1, -1}, func(p []node) node {
		return random.ChoiceWithout(p[0].BroadcastTo(3), p[1].BroadcastTo(3), 2)
	}, "p is -1"},
	{"ChoiceWithout of too few", []float64{1, 0}, func(p []node) node {
		return random.ChoiceWithout(p[0].BroadcastTo(3), graph.Stack(0, p[0], p[1], p[1]), 2)
	}, "the number of p above 0 is 1"},
	{"MultivariateNormalBy Eigh", []float64{0, -1}, func(p []node) node {
		return random.MultivariateNormalBy(random.Eigh, p[0].BroadcastTo(1), p[1].BroadcastTo(1, 1), 4)
	}, "not positive semidefinite: its least eigenvalue is -1"},
	{"MultivariateNormal", []float64{0, -1}, func(p []node) node {
		return random.MultivariateNormal(p[0].BroadcastTo(1), p[1].BroadcastTo(1, 1), 4)
	}, "not positive definite"},
}

// What is out of the domain is an error that names it: of building, or of the run where it is no constant.
func TestParametersOutOfTheirDomain(t *testing.T) {
	t.Parallel()
	for _, m := range misuses {
		g := graph.New()
		consts := make([]node, len(m.at))
		for i, v := range m.at {
			consts[i] = g.Const(graph.Float64, v)
		}
		if p, err := g.Compile(m.draw(consts)); err == nil { // computed of constants
			_, err = p.Run()
			require.ErrorContains(t, err, m.says, m.name)
		} else {
			require.ErrorIs(t, err, graph.ErrValue, m.name)
			assert.ErrorContains(t, err, m.says, m.name)
		}
		g = graph.New()
		inputs, values := make([]node, len(m.at)), make([]*tensor.Dense, len(m.at))
		for i, v := range m.at {
			inputs[i] = g.Input("p", graph.Float64)
			values[i] = tensor.New(tensor.FromScalar(v))
		}
		p, err := g.Compile(m.draw(inputs))
		require.NoError(t, err, m.name)
		_, err = p.Run(values...)
		require.ErrorIs(t, err, graph.ErrValue, m.name)
		assert.ErrorContains(t, err, m.says, m.name)
	}
}

// A draw that its type cannot hold is an error, not another number.
func TestDrawsBeyondTheirType(t *testing.T) {
	t.Parallel()
	for _, f := range []func(g *graph.Graph) node{
		func(g *graph.Graph) node { return random.Geometric(g.Const(graph.Float64, 1e-12), 9) },
		func(g *graph.Graph) node { return random.Poisson(g.Const(graph.Float64, 1e11), 9) },
		func(g *graph.Graph) node { return random.Zipf(g.Const(graph.Float32, 1.01), 99) },
		func(g *graph.Graph) node { return random.Zipf(g.Const(graph.Float64, 1.000001), 9) },
	} {
		g := graph.New()
		p, err := g.Compile(f(g))
		require.NoError(t, err)
		_, err = p.Run()
		require.ErrorIs(t, err, graph.ErrValue)
		assert.ErrorContains(t, err, "which is no ")
	}
}

// Shapes that do not fit are faults, and invalid nodes pass in silence.
func TestShapes(t *testing.T) {
	t.Parallel()
	g := graph.New()
	v, m := g.Const(graph.Float64, 0.5, 3), g.Const(graph.Float64, 0.5, 2, 1)
	one := g.Const(graph.Float64, 1)
	assert.Equal(t, graph.Shape{2, 3}, random.Gamma(v, m).Shape())
	assert.Equal(t, graph.Shape{2, 3}, random.Normal(v, m).Shape())
	assert.Equal(t, graph.Shape{4, 2, 3}, random.Beta(v, m, 4, 2, 3).Shape())
	assert.Equal(t, graph.Shape{}, random.Gumbel(one, one).Shape())
	assert.Equal(t, graph.Shape{}, random.Poisson(one).Shape())
	assert.Equal(t, graph.Shape{4, 3}, random.Dirichlet(v, 4).Shape())
	assert.Equal(t, graph.Shape{5, 2, 1}, random.Choice(m, g.Const(graph.Float64, 1, 2), 5).Index(0).Unsqueeze(0).BroadcastTo(5, 2, 1).Shape()[:3])
	assert.Equal(t, graph.Int32, random.Binomial(g.Const(graph.Int32, 5), v).DType())
	assert.Equal(t, graph.Shape{2, 4, 4}, random.Orthogonal(g, graph.Float32, 4, 2).Shape())
	assert.Equal(t, graph.Shape{2, 5}, random.Multinomial(g.Const(graph.Float64, 4, 2), g.Const(graph.Float64, 1, 2, 5)).Shape())
	require.NoError(t, g.Err())
	for _, f := range []func(g *graph.Graph, v node) node{
		func(g *graph.Graph, v node) node { return random.Gamma(v, v, 2) },
		func(g *graph.Graph, v node) node { return random.Poisson(v, 4) },
		func(g *graph.Graph, v node) node { return random.Exponential(v, 3, 4) },
		func(g *graph.Graph, v node) node { return random.MultivariateNormal(v, v) },
		func(g *graph.Graph, v node) node { return random.Choice(v, g.Const(graph.Float64, 1, 2), 4) },
		func(g *graph.Graph, v node) node { return random.Multinomial(v, g.Const(graph.Float64, 1)) },
		func(g *graph.Graph, v node) node { return random.Multinomial(v, v, 4) },
		func(g *graph.Graph, v node) node { return random.ChoiceWithout(v, v, -1) },
		func(g *graph.Graph, v node) node { return random.Permutation(v, 1) },
		func(g *graph.Graph, v node) node { return random.ChoiceWithout(v, nil, 4) },
		func(g *graph.Graph, v node) node { return random.Categorical(v, 1) },
	} {
		g := graph.New()
		bad := f(g, g.Const(graph.Float64, 1, 3))
		assert.False(t, bad.Valid())
		require.ErrorIs(t, g.Err(), graph.ErrShape)
	}
	for _, m := range misuses {
		g := graph.New()
		bad := g.Const(graph.Float32, 1, 2).Add(g.Const(graph.Float32, 1, 3))
		before := g.Err().Error()
		require.NotPanics(t, func() { assert.False(t, m.draw([]node{bad, bad, bad}).Valid(), m.name) }, m.name)
		assert.Equal(t, before, g.Err().Error(), m.name)
	}
}

// Gradients pass to what a draw is a smooth function of: it has the same numbers for other parameters.
func TestGradients(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]func(p []node) node{
		"Uniform":            func(p []node) node { return random.Uniform(p[0], p[1].Shift(3)) },
		"Normal":             func(p []node) node { return random.Normal(p[0], p[1]) },
		"LogNormal":          func(p []node) node { return random.LogNormal(p[0], p[1]) },
		"Exponential":        func(p []node) node { return random.Exponential(p[0].Mul(p[1])) },
		"Gumbel":             func(p []node) node { return random.Gumbel(p[0], p[1]) },
		"Laplace":            func(p []node) node { return random.Laplace(p[0], p[1]) },
		"Logistic":           func(p []node) node { return random.Logistic(p[0], p[1]) },
		"Rayleigh":           func(p []node) node { return random.Rayleigh(p[0].Add(p[1])) },
		"Weibull":            func(p []node) node { return random.Weibull(p[0].Add(p[1])) },
		"WeibullMin":         func(p []node) node { return random.WeibullMin(p[0], p[1]) },
		"Pareto":             func(p []node) node { return random.Pareto(p[0].Add(p[1]).Shift(2)) },
		"Power":              func(p []node) node { return random.Power(p[0].Add(p[1])) },
		"Triangular":         func(p []node) node { return random.Triangular(p[0].Neg(), p[1], p[1].Shift(2)) },
		"Gamma":              func(p []node) node { return random.Gamma(p[0].Like(2), p[0].Mul(p[1])) },
		"TruncatedNormal":    func(p []node) node { return random.TruncatedNormal(p[0].Like(-1), p[0].Like(2), p[0].Mul(p[1])) },
		"VonMises":           func(p []node) node { return random.VonMises(p[0].Mul(p[1]).Scale(0.1), p[0].Like(5)) },
		"MultivariateNormal": func(p []node) node { return random.MultivariateNormal(p[0], p[1].DiagonalMatrix(), 4) },
		"Eigh":               func(p []node) node { return random.MultivariateNormalBy(random.Eigh, p[0], p[1].DiagonalMatrix(), 4) },
	} {
		gradtest.Check(t, gradtest.Case{
			Name: name, Inputs: []gradtest.Input{{Shape: []int{3}, Lo: 0.5, Hi: 1.5}, {Shape: []int{3}, Lo: 0.5, Hi: 1.5}},
			Build: func(_ *graph.Graph, p []node) node { return f(p) },
		})
	}
	g := graph.New()
	df := g.Input("df", graph.Float64, 3)
	for _, y := range []node{random.StudentT(df), random.F(df, df), random.Beta(df, df), random.Wald(df, df)} {
		assert.Equal(t, make([]float64, 3), gradientAt(t, g, y, df), "a draw by rejection is a constant")
	}
}

func gradientAt(t *testing.T, g *graph.Graph, y, x node) []float64 {
	t.Helper()
	p, err := g.Compile(autodiff.Grad(y.Sum(), x)[0])
	require.NoError(t, err)
	out, err := p.Run(tensor.New(tensor.WithBacking([]float64{1, 2, 3})))
	require.NoError(t, err)
	return out[0].Float64s()
}
