package surrogate

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// InvSquareGrad2 returns 1 where the potential crosses threshold from below, xNew >= 0 and
// xOld < 0, else 0; xNew is the potential above threshold now and xOld the one of the step before,
// of one shape and type. With g' of [InvSquareGrad]{alpha} (default 100) its derivatives are
//
//	∂/∂xNew = g'(xNew) where xOld < 0        ∂/∂xOld = -g'(xOld) where xNew >= 0
//
// and 0 elsewhere.
func InvSquareGrad2(xNew, xOld *graph.Node, alpha float64) *graph.Node {
	return crossing("InvSquareGrad2", &InvSquareGrad{Alpha: alpha}, xNew, xOld)
}

// ReluGrad2 is [InvSquareGrad2] with the derivative of [ReluGrad]{alpha, width} (defaults 0.3, 1).
func ReluGrad2(xNew, xOld *graph.Node, alpha, width float64) *graph.Node {
	return crossing("ReluGrad2", &ReluGrad{Alpha: alpha, Width: width}, xNew, xOld)
}

// crossing returns the upward crossing of zero with the slope of c on both sides.
func crossing(name string, c curve, xNew, xOld *graph.Node) *graph.Node {
	if !xNew.Valid() || !xOld.Valid() {
		return xNew.Sub(xOld)
	}
	if !xNew.Type().Equal(xOld.Type()) {
		return xNew.Graph().Fail(fmt.Errorf("%s(%v, %v): %w", name, xNew.Type(), xOld.Type(), graph.ErrShape))
	}
	if bad := refuse(c, xNew); bad != nil {
		return bad
	}
	arrived := func(x *graph.Node) *graph.Node { return atLeast(x, 0) }
	came := func(x *graph.Node) *graph.Node { return x.Lt(scalar(x, 0)) }
	return graph.Custom(
		func(xs []*graph.Node) *graph.Node { return arrived(xs[0]).And(came(xs[1])).Cast(xs[0].DType()) },
		func(xs []*graph.Node, _, gy *graph.Node) []*graph.Node {
			zero := scalar(gy, 0)
			gNew := came(xs[1]).Select(gy.Mul(c.slope(xs[0])), zero)
			gOld := arrived(xs[0]).Select(gy.Mul(c.slope(xs[1])).Neg(), zero)
			return []*graph.Node{gNew, gOld}
		}, xNew, xOld)
}
