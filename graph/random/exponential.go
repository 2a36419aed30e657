package random

import (
	"math"

	"github.com/spikegraph/spikegraph/graph"
)

const pi = math.Pi

// Exponential draws from the exponential distribution of mean scale >= 0: -scale·ln u. Gradients pass
// to scale.
func Exponential(scale node, size ...int) node {
	return scale.Within("scale", graph.NotNegative).Mul(exponential(like(size, scale)))
}

// Gumbel draws loc - scale·ln(-ln u), scale >= 0. Gradients pass to both.
func Gumbel(loc, scale node, size ...int) node {
	return place(loc, scale, gumbel(like(size, loc, scale)))
}

// gumbel draws -ln(-ln u) for every element of x.
func gumbel(x node) node { return exponential(x).Log().Neg() }

// place returns loc + scale·x, checked.
func place(loc, scale, x node) node {
	return loc.Within("loc", graph.Finite).Add(scale.Within("scale", graph.NotNegative).Mul(x))
}

// Laplace draws from the density e^(-|x-loc|/scale)/(2·scale), scale >= 0: of w = u - ½ it is
// loc - scale·sign(w)·ln(1 - 2|w|). Gradients pass to both.
func Laplace(loc, scale node, size ...int) node {
	w := inner(like(size, loc, scale)).Shift(-0.5)
	return place(loc, scale, w.Sign().Mul(w.Abs().Scale(-2).Log1p()).Neg())
}

// Logistic draws loc + scale·ln(u/(1-u)), scale >= 0. Gradients pass to both.
func Logistic(loc, scale node, size ...int) node {
	u := inner(like(size, loc, scale))
	return place(loc, scale, u.Log().Sub(u.Neg().Log1p()))
}

// Weibull draws (-ln u)^(1/a), a > 0. Gradients pass to a.
func Weibull(a node, size ...int) node {
	a = a.Within("a", graph.Positive)
	return exponential(like(size, a)).Pow(a.Reciprocal())
}

// WeibullMin draws scale·(-ln u)^(1/a), a > 0, scale >= 0. Gradients pass to both.
func WeibullMin(a, scale node, size ...int) node {
	x := like(size, a, scale)
	a = a.Within("a", graph.Positive)
	return scale.Within("scale", graph.NotNegative).Mul(exponential(x).Pow(a.Reciprocal()))
}

// Pareto draws u^(-1/a) - 1, a > 0: the Pareto distribution of the second kind, or Lomax
// distribution, which begins at 0. Add 1 for the classical one. Gradients pass to a.
func Pareto(a node, size ...int) node {
	a = a.Within("a", graph.Positive)
	return exponential(like(size, a)).Div(a).Expm1()
}

// Power draws from the density a·x^(a-1) over [0, 1], a > 0: u^(1/a). Gradients pass to a.
func Power(a node, size ...int) node {
	a = a.Within("a", graph.Positive)
	return inner(like(size, a)).Pow(a.Reciprocal())
}

// Rayleigh draws scale·sqrt(-2 ln u), scale >= 0. Gradients pass to scale.
func Rayleigh(scale node, size ...int) node {
	return scale.Within("scale", graph.NotNegative).Mul(exponential(like(size, scale)).Scale(2).Sqrt())
}
