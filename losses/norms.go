package losses

import (
	"math"

	"github.com/spikegraph/spikegraph/graph"
)

// L2Norm returns the Euclidean norm √Σ x² over all elements of all nodes, a scalar. Its gradient at
// zero is 0.
func L2Norm(xs ...*graph.Node) *graph.Node {
	s := overLeaves("L2Norm", xs, func(x *graph.Node) *graph.Node { return x.Square().Sum() })
	if !s.Valid() {
		return s
	}
	none := s.Eq(scalar(s, 0)) // where the root has no derivative
	return none.Select(scalar(s, 0), none.Select(scalar(s, 1), s).Sqrt())
}

// MeanAbsolute returns the mean of |x| over axes, all of them if none is named, added up over the
// nodes.
func MeanAbsolute(xs []*graph.Node, axes ...int) *graph.Node {
	return overLeaves("MeanAbsolute", xs, func(x *graph.Node) *graph.Node { return x.Abs().Mean(axes...) })
}

// MeanSquare returns the mean of x² over axes, all of them if none is named, added up over the nodes.
func MeanSquare(xs []*graph.Node, axes ...int) *graph.Node {
	return overLeaves("MeanSquare", xs, func(x *graph.Node) *graph.Node { return x.Square().Mean(axes...) })
}

// overLeaves adds f(x) up over the nodes.
func overLeaves(name string, xs []*graph.Node, f func(x *graph.Node) *graph.Node) *graph.Node {
	leaf := func(x *graph.Node) *graph.Node {
		defer within(name, x)()
		if bad := notFloats(x); bad != nil {
			return bad
		}
		return f(x)
	}
	parts := make([]*graph.Node, len(xs))
	for i, x := range xs {
		parts[i] = leaf(x)
	}
	return sum(parts)
}

// LogCosh returns ln cosh e, element by element: e²/2 near zero, |e| - ln 2 far from it.
func LogCosh(e *graph.Node) *graph.Node {
	defer within("LogCosh", e)()
	if bad := notFloats(e); bad != nil {
		return bad
	}
	return logCosh(e)
}

// logCosh is e + ln(1 + e^(-2e)) - ln 2, which does not overflow and is smooth at 0.
func logCosh(e *graph.Node) *graph.Node {
	return e.Scale(-2).Softplus().Add(e).Shift(-math.Ln2)
}
