package losses

import "github.com/spikegraph/spikegraph/graph"

// L1 sums |x - y| within each sample, whose index is the first axis, and reduces the sums of the
// samples: Mean is the mean of sums, not of elements. Predictions and targets are [N …]; None
// returns [N].
func L1(predicts, targets *graph.Node, r Reduction) *graph.Node {
	defer within("L1", predicts)()
	if bad := unlike(predicts, targets); bad != nil {
		return bad
	}
	e := predicts.Sub(targets).Abs()
	if e.Rank() > 1 {
		e = e.Flatten(1, -1).Sum(1)
	}
	return r.of(e)
}

// L2 returns ½ (x - y)², element by element and not reduced.
func L2(predicts, targets *graph.Node) *graph.Node {
	defer within("L2", predicts)()
	if bad := unlike(predicts, targets); bad != nil {
		return bad
	}
	return predicts.Sub(targets).Square().Scale(0.5)
}

// Huber returns, element by element and not reduced, half the square of small errors and a line for
// large ones; delta > 0 is where they meet, 1 by custom. With e = |x - y|:
//
//	ℓ = ½ e²  where e <= δ,  else δ (e - ½ δ)
//
// Source: Huber 1964, "Robust estimation of a location parameter", doi:10.1214/aoms/1177703732.
func Huber(predicts, targets *graph.Node, delta float64) *graph.Node {
	defer within("Huber", predicts)()
	if bad := unlike(predicts, targets); bad != nil {
		return bad
	}
	if err := notPositive("delta", delta); err != nil {
		return fail(predicts, err)
	}
	e := predicts.Sub(targets).Abs()
	near := e.Min(scalar(e, delta)) // e in two parts: what is squared, and what goes on linearly
	return near.Square().Scale(0.5).Add(e.Sub(near).Scale(delta))
}

// LogCoshLoss returns ln cosh(x - y), element by element and not reduced.
func LogCoshLoss(predicts, targets *graph.Node) *graph.Node {
	defer within("LogCoshLoss", predicts)()
	if bad := unlike(predicts, targets); bad != nil {
		return bad
	}
	return logCosh(predicts.Sub(targets))
}

// MeanAbsoluteError returns |x - y|, reduced over axes, all of them if none is named; None returns
// every element, whatever the axes.
func MeanAbsoluteError(predicts, targets *graph.Node, r Reduction, axes ...int) *graph.Node {
	defer within("MeanAbsoluteError", predicts)()
	if bad := unlike(predicts, targets); bad != nil {
		return bad
	}
	return r.of(predicts.Sub(targets).Abs(), axes...)
}

// MeanSquaredError returns (x - y)², reduced as in [MeanAbsoluteError].
func MeanSquaredError(predicts, targets *graph.Node, r Reduction, axes ...int) *graph.Node {
	defer within("MeanSquaredError", predicts)()
	if bad := unlike(predicts, targets); bad != nil {
		return bad
	}
	return r.of(predicts.Sub(targets).Square(), axes...)
}

// MeanSquaredLogError returns (ln(1+x) - ln(1+y))² for x, y > -1, reduced as in
// [MeanAbsoluteError].
func MeanSquaredLogError(predicts, targets *graph.Node, r Reduction, axes ...int) *graph.Node {
	defer within("MeanSquaredLogError", predicts)()
	if bad := unlike(predicts, targets); bad != nil {
		return bad
	}
	return r.of(predicts.Log1p().Sub(targets.Log1p()).Square(), axes...)
}
