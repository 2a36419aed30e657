package random

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

type node = *graph.Node

// like returns a node of the type and shape of draws: what the parameters broadcast to, or size.
func like(size []int, params ...node) node {
	x := params[0]
	for _, p := range params[1:] {
		x = x.Add(p)
	}
	if len(size) > 0 {
		x = x.BroadcastTo(size...)
	}
	return x
}

// variates draws from a law for every element of x.
func variates(l graph.Law, x node, params ...node) node {
	if !x.Valid() {
		return x.Neg()
	}
	return graph.Variates(l, x.Shape(), params...)
}

// uniform draws from [0, 1) for every element of x.
func uniform(x node) node {
	if !x.Valid() {
		return x.Neg()
	}
	return x.Graph().Uniform(x.DType(), x.Shape()...)
}

// inner draws from (0, 1): 0 counts as half of the least step of the type.
func inner(x node) node {
	u := uniform(x)
	if !u.Valid() {
		return u
	}
	least := 0x1p-54
	if u.DType() == graph.Float32 {
		least = 0x1p-25
	}
	return u.Max(u.Graph().Const(u.DType(), least))
}

// normal draws standard normal numbers for every element of x.
func normal(x node) node {
	if !x.Valid() {
		return x.Neg()
	}
	return x.Graph().Normal(x.DType(), x.Shape()...)
}

// exponential draws -ln u for every element of x.
func exponential(x node) node { return inner(x).Log().Neg() }

// Uniform draws low + (high-low)·u from [low, high), low <= high. Gradients pass to both.
func Uniform(low, high node, size ...int) node {
	x := like(size, low, high)
	low = low.Within("low", graph.Finite)
	return low.Add(high.Sub(low).Within("high - low", graph.NotNegative).Mul(uniform(x)))
}

// Bernoulli draws Bools that are true with probability p, within [0, 1]; graph.Node.Bernoulli is the same
// without a check.
func Bernoulli(p node, size ...int) node {
	p = p.Within("p", graph.Probability)
	if len(size) > 0 {
		p = p.BroadcastTo(size...)
	}
	return p.Bernoulli()
}

// UniformLike draws from [0, 1), of shape and type of x.
func UniformLike(x node) node { return uniform(x) }

// NormalLike draws standard normal numbers, of shape and type of x.
func NormalLike(x node) node { return normal(x) }

// IntegersLike draws Int32 of [low, high), low < high, in the shape of x. Without high, it is the
// largest element of x.
func IntegersLike(x, low, high node) node {
	if high == nil {
		high = x.Cast(graph.Float64).ReduceMax()
	}
	if !x.Valid() {
		return x.Neg()
	}
	if x.Rank() == 0 {
		return graph.Variates(graph.BetweenLaw, []int{1}, low, high).Reshape()
	}
	return graph.Variates(graph.BetweenLaw, x.Shape(), low, high)
}

// Triangular draws from the triangle over [left, right] with its peak at mode, left <= mode <= right:
// of two uniform numbers u, v
//
//	x = left + (right-mode)·min(u, v) + (mode-left)·max(u, v)
//
// (Stein and Keblis 2009, doi:10.1016/j.mcm.2008.07.025). Gradients pass to all three.
func Triangular(left, mode, right node, size ...int) node {
	x := like(size, left, mode, right)
	u, v := uniform(x), uniform(x)
	up := mode.Sub(left).Within("mode - left", graph.NotNegative)
	down := right.Sub(mode).Within("right - mode", graph.NotNegative)
	return left.Within("left", graph.Finite).Add(down.Mul(u.Min(v))).Add(up.Mul(u.Max(v)))
}

// Cauchy draws from the standard Cauchy distribution: tan(π(u - ½)).
func Cauchy(g *graph.Graph, d graph.DType, size ...int) node {
	return inner(g.Const(d, 0, size...)).Shift(-0.5).Scale(pi).Tan()
}

// PermutationEach returns x with the elements along an axis in random order, each line by itself.
func PermutationEach(x node, axis int) node {
	if !x.Valid() {
		return x.Neg()
	}
	g, r := x.Graph(), x.Rank()
	if axis >= r || axis < -r {
		return g.Fail(fmt.Errorf("PermutationEach: %w: axis %d of %v", graph.ErrShape, axis, x.Type()))
	}
	if x.Shape().Size() == 0 {
		return x
	}
	last := make([]int, r) // the axis changes places with the last
	for i := range last {
		last[i] = i
	}
	axis = (axis + r) % r
	last[axis], last[r-1] = r-1, axis
	x = x.Transpose(last...)
	k := x.Dim(-1)
	lines := x.Shape().Size() / k
	first := make([]float64, lines)
	for i := range first {
		first[i] = float64(i * k)
	}
	order := g.Uniform(graph.Float64, lines, k).ArgSort(1).Add(g.Values(graph.Int32, first, lines, 1))
	return x.Reshape(lines*k).Gather(0, order).Reshape(x.Shape()...).Transpose(last...)
}

// Permutation returns x with its slices along an axis in random order.
func Permutation(x node, axis int) node {
	if !x.Valid() {
		return x.Neg()
	}
	if axis >= x.Rank() || axis < -x.Rank() {
		return x.Graph().Fail(fmt.Errorf("Permutation: %w: axis %d of %v", graph.ErrShape, axis, x.Type()))
	}
	return x.Gather(axis, x.Graph().Permutation(x.Dim(axis)))
}
