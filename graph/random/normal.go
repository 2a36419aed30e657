package random

import (
	"fmt"
	"slices"

	"github.com/spikegraph/spikegraph/graph"
)

// Normal draws loc + scale·z of standard normal z, scale >= 0. Gradients pass to both.
func Normal(loc, scale node, size ...int) node {
	return place(loc, scale, normal(like(size, loc, scale)))
}

// LogNormal draws e^(mean + sigma·z), sigma >= 0. Gradients pass to both.
func LogNormal(mean, sigma node, size ...int) node {
	z := normal(like(size, mean, sigma))
	return mean.Within("mean", graph.Finite).Add(sigma.Within("sigma", graph.NotNegative).Mul(z)).Exp()
}

// Maxwell draws the length of a standard normal vector of three numbers.
func Maxwell(g *graph.Graph, d graph.DType, size ...int) node {
	return g.Normal(d, append(slices.Clone(size), 3)...).Square().Sum(-1).Sqrt()
}

// TruncatedNormal draws scale·z of standard normal z between lower < upper, which may be infinite;
// scale >= 0. Gradients pass to scale.
func TruncatedNormal(lower, upper, scale node, size ...int) node {
	z := variates(graph.TruncatedNormalLaw, like(size, lower, upper, scale), lower, upper)
	return scale.Within("scale", graph.NotNegative).Mul(z)
}

// Factor says how a covariance is divided into A·Aᵀ.
type Factor int

// The factors of a covariance.
const (
	Cholesky Factor = iota // lower triangular, of a positive definite matrix
	Eigh                   // V·diag(√λ)·Vᵀ of the eigenvalues λ and vectors V: the matrix may be singular
	SVD                    // as Eigh: the singular values of a positive semidefinite matrix are its eigenvalues
)

// MultivariateNormal is MultivariateNormalBy the factor of Cholesky.
func MultivariateNormal(mean, cov node, size ...int) node {
	return MultivariateNormalBy(Cholesky, mean, cov, size...)
}

// MultivariateNormalBy draws mean + A·z [size... N] of standard normal z, with A·Aᵀ = cov [N N], and mean [N].
// Gradients pass to both. A covariance without the factor is an error of the run.
func MultivariateNormalBy(f Factor, mean, cov node, size ...int) node {
	if !mean.Valid() || !cov.Valid() {
		return mean.Add(cov)
	}
	n := mean.Dim(0)
	if mean.Rank() != 1 || !cov.Shape().Equal(graph.Shape{n, n}) {
		return mean.Graph().Fail(fmt.Errorf("MultivariateNormal: %w: mean %v and cov %v, want [N] and [N N]",
			graph.ErrShape, mean.Type(), cov.Type()))
	}
	rows := graph.Shape(size).Size()
	z := mean.Graph().Normal(mean.DType(), rows, n)
	var root node
	switch f {
	case Cholesky:
		root = cov.Cholesky().Transpose()
	case Eigh, SVD:
		root = cov.SymmetricRoot()
	default:
		return mean.Graph().Fail(fmt.Errorf("MultivariateNormalBy: %w: factor %d, want Cholesky, Eigh or SVD", graph.ErrValue, f))
	}
	y := z.MatMul(root).Add(mean.Within("mean", graph.Finite))
	return y.Reshape(append(slices.Clone(size), n)...)
}

// Orthogonal draws orthogonal matrices [size... n n], evenly among all: the factor Q of a normal matrix
// A = QR with a positive diagonal of R (Mezzadri 2007, Notices of the AMS 54, 592). It is
// A·L⁻ᵀ with L·Lᵀ = AᵀA, applied twice in float64 to be orthogonal to rounding (Yamamoto, Nakatsukasa,
// Yanagisawa, Fukaya 2015, Electronic Transactions on Numerical Analysis 44, 306). It has no gradient.
func Orthogonal(g *graph.Graph, d graph.DType, n int, size ...int) node {
	a := g.Normal(graph.Float64, append(slices.Clone(size), n, n)...)
	r := a.Rank()
	if r < 2 {
		return a
	}
	swap := make([]int, r)
	for i := range swap {
		swap[i] = i
	}
	swap[r-2], swap[r-1] = r-1, r-2
	for range 2 {
		at := a.Transpose(swap...)
		a = at.MatMul(a).Cholesky().Solve(at).Transpose(swap...)
	}
	return a.Cast(d).StopGradient()
}
