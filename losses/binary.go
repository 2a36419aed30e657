package losses

import "github.com/spikegraph/spikegraph/graph"

// SigmoidBinaryCrossEntropy returns, element by element and not reduced, the cross entropy of the
// probability σ(x) for logits x and labels y in [0, 1] of one shape:
//
//	ℓ = -y ln σ(x) - (1-y) ln σ(-x) = y softplus(-x) + (1-y) softplus(x)
//
// The second form is exact for any x: where the label is certain, nothing cancels.
func SigmoidBinaryCrossEntropy(logits, labels *graph.Node) *graph.Node {
	defer within("SigmoidBinaryCrossEntropy", logits)()
	return sigmoidEntropy(logits, labels)
}

// CrossEntropySigmoid is [SigmoidBinaryCrossEntropy], which others write as
// max(x, 0) - x y + ln(1 + e^-|x|).
func CrossEntropySigmoid(predicts, targets *graph.Node) *graph.Node {
	defer within("CrossEntropySigmoid", predicts)()
	return sigmoidEntropy(predicts, targets)
}

// BinaryLogistic is [SigmoidBinaryCrossEntropy], which others write as softplus(x) - y x.
func BinaryLogistic(predicts, targets *graph.Node) *graph.Node {
	defer within("BinaryLogistic", predicts)()
	return sigmoidEntropy(predicts, targets)
}

func sigmoidEntropy(x, y *graph.Node) *graph.Node {
	if bad := unlike(x, y); bad != nil {
		return bad
	}
	return y.Mul(x.Neg().Softplus()).Add(y.Neg().Shift(1).Mul(x.Softplus()))
}

// The smallest normal numbers.
const (
	tiny32 = 0x1p-126
	tiny64 = 0x1p-1022
)

// BinaryCrossEntropy returns the binary cross entropy of probabilities p for labels y in [0, 1] of
// one shape:
//
//	ℓ = -y ln p - (1-y) ln(1-p)
//
// per element; the reduction is over all. A probability of 0 counts as the smallest normal number,
// so that the loss stays finite (at most 87.3 in float32); no gradient goes to it. What is no
// probability, below 0 or above 1, gives NaN. Where there are logits, [SigmoidBinaryCrossEntropy] is
// more exact.
func BinaryCrossEntropy(p, labels *graph.Node, r Reduction) *graph.Node {
	defer within("BinaryCrossEntropy", p)()
	if bad := unlike(p, labels); bad != nil {
		return bad
	}
	tiny := tiny32
	if p.DType() == graph.Float64 {
		tiny = tiny64
	}
	least := scalar(p, tiny)
	log := func(q *graph.Node) *graph.Node {
		none := q.Lt(least).And(q.Ge(scalar(q, 0)))
		return none.Select(least, q).Log()
	}
	l := labels.Mul(log(p)).Add(labels.Neg().Shift(1).Mul(log(p.Neg().Shift(1))))
	return r.of(l.Neg())
}
