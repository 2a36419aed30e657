package losses

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// NLL returns the negative log likelihood of log probabilities logp [… C] for Int32 class ids [...]:
//
//	ℓ = -logp[y]
//
// per sample; the reduction is over all samples, None returns [...].
func NLL(logp, ids *graph.Node, r Reduction) *graph.Node {
	defer within("NLL", logp)()
	if bad := notClasses(logp, ids); bad != nil {
		return bad
	}
	return r.of(pick(logp, ids).Neg())
}

// pick returns x[y] of each sample, for scores [… C] and class ids.
func pick(x, ids *graph.Node) *graph.Node {
	return expected(ids.OneHot(x.Dim(-1), x.DType()), x)
}

// CrossEntropySparse returns ln Σ e^x - x[y] of each sample, not reduced, for logits [… C] and Int32
// class ids: [...], or [… 1], or a scalar that is the class of all samples.
func CrossEntropySparse(logits, ids *graph.Node) *graph.Node {
	defer within("CrossEntropySparse", logits)()
	if bad := without(logits, ids); bad != nil {
		return bad
	}
	switch {
	case ids.Rank() == logits.Rank() && ids.Dim(-1) == 1:
		ids = ids.Squeeze(-1)
	case ids.Rank() == 0 && logits.Rank() > 1:
		ids = ids.BroadcastTo(logits.Shape()[:logits.Rank()-1]...)
	}
	if bad := notClasses(logits, ids); bad != nil {
		return bad
	}
	return pick(logits.LogSoftmax(-1), ids).Neg()
}

// MulticlassLogistic returns ln Σ e^x - x[y] of each sample, not reduced, for Int32 class ids [...]
// and logits [… C]. Mind the order of the arguments: labels come first.
func MulticlassLogistic(ids, logits *graph.Node) *graph.Node {
	defer within("MulticlassLogistic", logits)()
	if bad := notClasses(logits, ids); bad != nil {
		return bad
	}
	return pick(logits.LogSoftmax(-1), ids).Neg()
}

// SoftmaxCrossEntropy returns -Σ_c y_c ln softmax(x)_c of each sample, not reduced, for logits x and
// probabilities y, both [… C].
func SoftmaxCrossEntropy(logits, probabilities *graph.Node) *graph.Node {
	defer within("SoftmaxCrossEntropy", logits)()
	if bad := notDistributions(logits, probabilities); bad != nil {
		return bad
	}
	return expected(probabilities, logits.LogSoftmax(-1)).Neg()
}

// SmoothLabels returns (1-α) y + α/C for target distributions y [… C]; α is in [0, 1].
//
// Source: Szegedy et al. 2016, "Rethinking the Inception architecture for computer vision",
// section 7, doi:10.1109/CVPR.2016.308.
func SmoothLabels(y *graph.Node, alpha float64) *graph.Node {
	defer within("SmoothLabels", y)()
	if bad := notFloats(y); bad != nil {
		return bad
	}
	if err := outside("alpha", alpha, 0, 1); err != nil {
		return fail(y, err)
	}
	if y.Rank() == 0 {
		return fail(y, fmt.Errorf("%w: a scalar has no axis of classes", graph.ErrShape))
	}
	return smooth(y, alpha)
}

func smooth(y *graph.Node, alpha float64) *graph.Node {
	return y.Scale(1 - alpha).Shift(alpha / float64(y.Dim(-1)))
}
