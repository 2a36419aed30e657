package random

import (
	"fmt"
	"math"
	"slices"

	"github.com/spikegraph/spikegraph/graph"
)

// Poisson draws counts of mean lam >= 0.
func Poisson(lam node, size ...int) node { return graph.Variates(graph.PoissonLaw, size, lam) }

// Binomial draws counts of successes of probability p in n trials; n may be Int32.
func Binomial(n, p node, size ...int) node { return graph.Variates(graph.BinomialLaw, size, n, p) }

// NegativeBinomial draws counts of failures before n successes of probability p in (0, 1], n > 0:
// Poisson(Gamma(n, (1-p)/p)).
func NegativeBinomial(n, p node, size ...int) node {
	x := variates(graph.GammaLaw, like(size, n, p), n)
	p = p.Within("p", graph.Domain{Hi: 1, OpenLo: true})
	return graph.Variates(graph.PoissonLaw, nil, x.Mul(p.Neg().Shift(1).Div(p)))
}

// Geometric draws how many trials it takes to the first success, that included, of probability p in (0, 1].
func Geometric(p node, size ...int) node { return graph.Variates(graph.GeometricLaw, size, p) }

// Hypergeometric draws counts of good ones among nsample drawn without replacement from ngood good and nbad
// bad ones; nsample <= ngood + nbad.
func Hypergeometric(ngood, nbad, nsample node, size ...int) node {
	return graph.Variates(graph.HypergeometricLaw, size, ngood, nbad, nsample)
}

// LogSeries draws k = 1, 2, ... of probability -p^k/(k·ln(1-p)), p in [0, 1).
func LogSeries(p node, size ...int) node { return graph.Variates(graph.LogSeriesLaw, size, p) }

// Zipf draws k = 1, 2, ... of probability k^-a/ζ(a), a > 1, as floats: no Int32 has its tail.
func Zipf(a node, size ...int) node { return graph.Variates(graph.ZipfLaw, size, a) }

// Multinomial draws how often each of K outcomes comes about in n trials: Int32 [... K] of probabilities p
// [... K] >= 0, relative to their sum, and whole numbers n of p's type and of its shape without the last axis, or a
// scalar; with a size, [size... K], to which both broadcast. Each outcome is binomial given those before it.
func Multinomial(n, p node, size ...int) node {
	if !p.Valid() || p.Rank() == 0 || p.Dim(-1) == 0 {
		if p.Valid() {
			return p.Graph().Fail(fmt.Errorf("Multinomial: %w: p is %v, want [... K]", graph.ErrShape, p.Type()))
		}
		return p.Neg()
	}
	k := p.Dim(-1)
	p = p.Within("p", graph.NotNegative)
	if len(size) > 0 {
		n, p = n.BroadcastTo(size...), p.BroadcastTo(append(slices.Clone(size), k)...)
	}
	rest := p.CumSum(-1, true, false)
	left := n.Add(p.Sum(-1).Within("the sum of p", graph.Positive).Scale(0)).Cast(graph.Float64)
	var outs []node
	for i := range k {
		of := func(x node) node { return x.Narrow(-1, i, 1).Sum(-1) }
		share := of(p).Cast(graph.Float64).Div(of(rest).Cast(graph.Float64))
		if !share.Valid() {
			return share
		}
		some := of(rest).Gt(of(rest).Like(0))
		share = some.Select(share.Min(share.Like(1)), share.Like(0))
		out := graph.Variates(graph.BinomialLaw, nil, left, share)
		left = left.Sub(out.Cast(graph.Float64))
		outs = append(outs, out)
	}
	return graph.Stack(-1, outs...)
}

// Categorical draws which of K outcomes comes about, of probabilities that go with e^logits, along an axis:
// Int32 of the shape without it, or of size, to which that broadcasts. It is the largest of logits with
// Gumbel noise (Maddison, Tarlow, Minka 2014, arXiv:1411.0030). A logit of -Inf is an outcome that is
// impossible; not all of them may be.
func Categorical(logits node, axis int, size ...int) node {
	upTo := graph.Domain{Lo: math.Inf(-1), Hi: math.MaxFloat64}
	logits = logits.Within("logits", upTo)
	best := logits.ReduceMax(axis).Within("the largest of logits", graph.Finite)
	if !best.Valid() {
		return best
	}
	logits = logits.After(best)
	if len(size) > 0 {
		logits, axis = lastAxis(logits, axis).BroadcastTo(append(slices.Clone(size), logits.Dim(axis))...), -1
	}
	return logits.Add(gumbel(logits)).ArgMax(axis)
}

// lastAxis moves an axis behind the others.
func lastAxis(x node, axis int) node {
	r := x.Rank()
	order := make([]int, 0, r)
	for i := range r {
		if i != (axis+r)%r {
			order = append(order, i)
		}
	}
	return x.Transpose(append(order, (axis+r)%r)...)
}

// Choice draws slices of x along axis 0, each anew, of probabilities that go with p [N] >= 0, or
// even ones if p is nil: [size... ...] of x [N ...].
func Choice(x, p node, size ...int) node {
	n := x.Dim(0)
	if !x.Valid() || n == 0 {
		if x.Valid() {
			return x.Graph().Fail(fmt.Errorf("Choice: %w: of %v", graph.ErrShape, x.Type()))
		}
		return x.Neg()
	}
	if p == nil {
		return x.Gather(0, x.Graph().Integers(0, n, size...))
	}
	if p.Valid() && (p.Rank() != 1 || p.Dim(0) != n) {
		return x.Graph().Fail(fmt.Errorf("Choice: %w: p is %v, want one for each of %d", graph.ErrShape, p.Type(), n))
	}
	logits := p.Within("p", graph.NotNegative).Log().BroadcastTo(append(slices.Clone(size), n)...)
	return x.Gather(0, Categorical(logits, -1))
}

// ChoiceWithout draws n slices of x along axis 0 one after the other, no one twice: [n ...] of x [N ...],
// n <= N. Each is of probabilities that go with p [N] >= 0 among those that are left, or even ones if p is nil. At
// least n of p must be above 0. They are the first by ln p with Gumbel noise (Efraimidis, Spirakis 2006,
// doi:10.1016/j.ipl.2005.11.003; Vieira 2014).
func ChoiceWithout(x, p node, n int) node {
	if p == nil || !x.Valid() {
		return Permutation(x, 0).Narrow(0, 0, n)
	}
	if p.Valid() && (x.Rank() == 0 || p.Rank() != 1 || p.Dim(0) != x.Dim(0)) {
		return x.Graph().Fail(fmt.Errorf("ChoiceWithout: %w: p is %v, want one for each of %v", graph.ErrShape, p.Type(), x.Type()))
	}
	p = p.Within("p", graph.NotNegative).Cast(graph.Float64)
	some := p.Gt(p.Like(0)).Cast(graph.Float64).Sum().Within("the number of p above 0", graph.Domain{Lo: float64(n), Hi: math.Inf(1)})
	keys := p.After(some).Log()
	return x.Gather(0, keys.Add(gumbel(keys)).Neg().ArgSort(0).Narrow(0, 0, n))
}
