package random

import (
	"slices"

	"github.com/spikegraph/spikegraph/graph"
)

// Gamma draws scale·x of x with the density x^(a-1)·e^(-x)/Γ(a), a > 0, scale >= 0. Gradients pass to scale.
func Gamma(a, scale node, size ...int) node {
	x := variates(graph.GammaLaw, like(size, a, scale), a)
	return scale.Within("scale", graph.NotNegative).Mul(x)
}

// LogGamma draws the logarithm of a gamma variate of shape a > 0.
func LogGamma(a node, size ...int) node { return graph.Variates(graph.LogGammaLaw, size, a) }

// Beta draws from the density x^(a-1)·(1-x)^(b-1)/B(a, b), a, b > 0: x/(x+y) of gamma variates x and y,
// computed of their logarithms.
func Beta(a, b node, size ...int) node {
	s := like(size, a, b)
	x, y := variates(graph.LogGammaLaw, s, a), variates(graph.LogGammaLaw, s, b)
	return x.Sub(y).Sigmoid()
}

// ChiSquare draws from the distribution of the sum of df squares of standard normal numbers, df > 0.
func ChiSquare(df node, size ...int) node {
	return graph.Variates(graph.GammaLaw, size, half(df)).Scale(2)
}

// half returns df/2, checked.
func half(df node) node { return df.Within("df", graph.Positive).Scale(0.5) }

// Dirichlet draws vectors [size... K] of positive numbers that add up to 1, of density ∏ x_k^(alpha_k-1),
// alpha [... K] > 0: gamma variates divided by their sum, computed of their logarithms.
func Dirichlet(alpha node, size ...int) node {
	if len(size) > 0 {
		size = append(slices.Clone(size), alpha.Dim(-1))
	}
	return graph.Variates(graph.LogGammaLaw, size, alpha).Softmax(-1)
}

// StudentT draws z/sqrt(x/df) of standard normal z and x of ChiSquare(df), df > 0. The tails for df < 1 may
// leave Float32: such a draw is infinite.
func StudentT(df node, size ...int) node {
	x := graph.Variates(graph.LogGammaLaw, size, half(df))
	return normal(x).Mul(half(df).StopGradient().Log().Sub(x).Scale(0.5).Exp())
}

// F draws (x/dfnum)/(y/dfden) of x and y of ChiSquare with dfnum > 0 and dfden > 0. The tail for small
// dfden may leave Float32: such a draw is infinite.
func F(dfnum, dfden node, size ...int) node {
	s := like(size, dfnum, dfden)
	x, y := variates(graph.LogGammaLaw, s, half(dfnum)), variates(graph.LogGammaLaw, s, half(dfden))
	return x.Sub(y).Exp().Mul(dfden.Div(dfnum).StopGradient())
}

// NoncentralChiSquare draws from the distribution of the sum of df squares of normal numbers of variance 1,
// whose squared means add up to nonc; df > 0, nonc >= 0: ChiSquare(df + 2·k) with k of Poisson(nonc/2).
func NoncentralChiSquare(df, nonc node, size ...int) node {
	s := like(size, df, nonc)
	k := variates(graph.PoissonLaw, s, nonc.Within("nonc", graph.NotNegative).Scale(0.5))
	return variates(graph.GammaLaw, s, half(df).Add(k.Cast(df.DType()))).Scale(2)
}

// NoncentralF draws (x/dfnum)/(y/dfden) of x of NoncentralChiSquare(dfnum, nonc) and y of ChiSquare(dfden).
func NoncentralF(dfnum, dfden, nonc node, size ...int) node {
	s := like(size, dfnum, dfden, nonc)
	x := NoncentralChiSquare(dfnum, nonc, s.Shape()...)
	y := variates(graph.LogGammaLaw, s, half(dfden)).Exp().Scale(2)
	return x.Div(y).Mul(dfden.Div(dfnum).StopGradient())
}

// VonMises draws directions in [-π, π) about mu of density e^(kappa·cos(x-mu)), kappa >= 0. Gradients pass to mu.
func VonMises(mu, kappa node, size ...int) node {
	x := variates(graph.VonMisesLaw, like(size, mu, kappa), kappa).Add(mu.Within("mu", graph.Finite))
	if !x.Valid() {
		return x
	}
	return x.Shift(pi).Mod(x.Like(2 * pi)).Shift(-pi)
}

// Wald draws from the inverse Gaussian distribution of mean > 0 and variance mean³/scale, scale > 0.
func Wald(mean, scale node, size ...int) node {
	return graph.Variates(graph.WaldLaw, size, mean, scale)
}
