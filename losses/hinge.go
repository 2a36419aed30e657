package losses

import (
	"fmt"
	"math"

	"github.com/spikegraph/spikegraph/graph"
)

// HingeOptions are the settings of the hinge losses.
type HingeOptions struct {
	Margin    float64   // distance by which the right answer must win, > 0; 1
	Squared   bool      // whether violations are squared
	Reduction Reduction // Mean
}

// NewHingeOptions returns HingeOptions with the default Margin = 1.
func NewHingeOptions() HingeOptions { return HingeOptions{Margin: 1} }

// Hinge returns max(0, margin - y x) for scores x and targets y, -1 or +1, of one shape, squared if
// o says so; the reduction is over all elements.
func Hinge(scores, targets *graph.Node, o HingeOptions) *graph.Node {
	defer within("Hinge", scores)()
	if bad := unlike(scores, targets); bad != nil {
		return bad
	}
	if err := notPositive("Margin", o.Margin); err != nil {
		return fail(scores, err)
	}
	return o.Reduction.of(o.violation(scores.Mul(targets)))
}

// MulticlassHinge returns, for scores x [… C] and Int32 class ids y [...], the violation of the
// strongest wrong class
//
//	ℓ = max(0, margin + max_{c≠y} x_c - x_y)
//
// per sample; the reduction is over all samples, None returns [...].
//
// Source: Crammer and Singer 2001, "On the algorithmic implementation of multiclass kernel-based
// vector machines", Journal of Machine Learning Research 2, 265-292.
func MulticlassHinge(scores, ids *graph.Node, o HingeOptions) *graph.Node {
	defer within("MulticlassHinge", scores)()
	if bad := o.refuse(scores, ids); bad != nil {
		return bad
	}
	y := ids.OneHot(scores.Dim(-1), scores.DType())
	rival := y.Gt(scalar(y, 0)).Select(scalar(y, math.Inf(-1)), scores).ReduceMax(-1)
	return o.Reduction.of(o.violation(expected(y, scores).Sub(rival)))
}

// MultiMargin is [MulticlassHinge] with all wrong classes counted:
//
//	ℓ = 1/C Σ_{c≠y} max(0, margin + x_c - x_y)
//
// Source: Weston and Watkins 1999, "Support vector machines for multi-class pattern recognition",
// ESANN, 219-224.
func MultiMargin(scores, ids *graph.Node, o HingeOptions) *graph.Node {
	defer within("MultiMargin", scores)()
	if bad := o.refuse(scores, ids); bad != nil {
		return bad
	}
	y := ids.OneHot(scores.Dim(-1), scores.DType())
	v := o.violation(expected(y, scores).Unsqueeze(-1).Sub(scores))
	return o.Reduction.of(y.Gt(scalar(y, 0)).Select(scalar(y, 0), v).Mean(-1))
}

// violation returns by how much a lead falls short of the margin.
func (o HingeOptions) violation(lead *graph.Node) *graph.Node {
	v := lead.Neg().Shift(o.Margin).Relu()
	if o.Squared {
		return v.Square()
	}
	return v
}

// refuse returns an invalid node if operands or settings do not fit, else nil.
func (o HingeOptions) refuse(scores, ids *graph.Node) *graph.Node {
	if bad := notClasses(scores, ids); bad != nil {
		return bad
	}
	if scores.Dim(-1) < 2 {
		return fail(scores, fmt.Errorf("%w: %v has no class to lose against", graph.ErrShape, scores.Type()))
	}
	if err := notPositive("Margin", o.Margin); err != nil {
		return fail(scores, err)
	}
	return nil
}
