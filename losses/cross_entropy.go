package losses

import (
	"fmt"
	"math"

	"github.com/spikegraph/spikegraph/graph"
)

// Divisor says what the mean of weighted samples divides by.
type Divisor uint8

// The divisors. The zero value is OverWeights.
const (
	OverWeights Divisor = iota // the sum of the weights of the samples' classes, as PyTorch does
	OverSamples                // the number of samples
)

// CEOptions are the settings of a cross entropy. The zero value is the plain mean.
type CEOptions struct {
	Weight    []float64 // factor of each class, >= 0, one per class; all 1 if empty
	Reduction Reduction // Mean
	// MeanOver is what Mean divides by where there are weights and class ids. Probabilities have no
	// class that could be looked up: their mean is over samples.
	MeanOver Divisor // OverWeights
	// Ignore lists class ids that mark samples without a class, such as -100: their loss and
	// gradient are 0, and no mean counts them. A mean over nothing is 0.
	Ignore []int
	// LabelSmoothing is the share α of the target that is spread evenly over the classes; in [0, 1].
	LabelSmoothing float64
}

// CrossEntropy returns the cross entropy of softmax(logits) [… C] relative to targets: Int32 class
// ids [...] or probabilities [… C] of the type of logits. With p = softmax(x), y the target
// distribution (one-hot for ids), smoothed as [SmoothLabels] says, and w the class weights,
//
//	ℓ = -Σ_c w_c y_c ln p_c
//
// per sample; the reduction is over all samples, None returns [...]. A class that is impossible
// (a logit of -Inf) does no harm where its target is 0. A class id outside [0, C) that is not
// ignored is an error when the program runs.
func CrossEntropy(logits, targets *graph.Node, o CEOptions) *graph.Node {
	defer within("CrossEntropy", logits)()
	return o.ofLogits(logits, targets)
}

func (o CEOptions) ofLogits(logits, targets *graph.Node) *graph.Node {
	t := o.target(logits, targets)
	if t.bad != nil {
		return t.bad
	}
	return o.reduce(t.entropy(logits), t)
}

// target is what a cross entropy makes of its targets, for logits [… C].
type target struct {
	y      *graph.Node // weighted distribution over the classes, [… C]
	skip   *graph.Node // Bool [...], samples to ignore; nil: none
	weight *graph.Node // what each sample counts in the mean, [...]; nil: 1
	bad    *graph.Node // an invalid node if logits, targets or settings are at fault
}

func (o CEOptions) target(logits, targets *graph.Node) target {
	ids := targets.DType() == graph.Int32
	if bad := o.refuse(logits, targets, ids); bad != nil {
		return target{bad: bad}
	}
	t := target{y: targets}
	if ids {
		t.skip = among(targets, o.Ignore)
		if t.skip != nil {
			targets = t.skip.Select(scalar(targets, 0), targets)
		}
		t.y = targets.OneHot(logits.Dim(-1), logits.DType())
	}
	weights := len(o.Weight) > 0
	var w *graph.Node
	if weights {
		w = logits.Graph().Values(logits.DType(), o.Weight, len(o.Weight))
	}
	if ids && weights && o.MeanOver == OverWeights {
		t.weight = t.y.Mul(w).Sum(-1)
	}
	if t.skip != nil {
		kept := t.skip.Not().Cast(logits.DType())
		if t.weight != nil {
			kept = kept.Mul(t.weight)
		}
		t.weight = kept
	}
	if o.LabelSmoothing > 0 {
		t.y = smooth(t.y, o.LabelSmoothing)
	}
	if weights {
		t.y = t.y.Mul(w)
	}
	return t
}

// refuse returns an invalid node if operands or settings do not fit, else nil.
func (o CEOptions) refuse(logits, targets *graph.Node, ids bool) *graph.Node {
	if ids {
		if bad := notClasses(logits, targets); bad != nil {
			return bad
		}
	} else if bad := notDistributions(logits, targets); bad != nil {
		return bad
	}
	if len(o.Weight) > 0 && len(o.Weight) != logits.Dim(-1) {
		return fail(logits, fmt.Errorf("%w: %d class weights for %d classes", graph.ErrShape, len(o.Weight), logits.Dim(-1)))
	}
	err := outside("LabelSmoothing", o.LabelSmoothing, 0, 1)
	for c, w := range o.Weight {
		if err == nil {
			err = outside(fmt.Sprintf("Weight[%d]", c), w, 0, math.MaxFloat64)
		}
	}
	if err == nil && !ids && len(o.Ignore) > 0 {
		err = fmt.Errorf("%w: Ignore names class ids, and the targets are probabilities", graph.ErrValue)
	}
	if err == nil && o.MeanOver > OverSamples {
		err = fmt.Errorf("%w: there is no Divisor(%d)", graph.ErrValue, o.MeanOver)
	}
	if err != nil {
		return fail(logits, err)
	}
	return nil
}

// notDistributions returns an invalid node unless x and y are floats [… C] of one type.
func notDistributions(x, y *graph.Node) *graph.Node {
	if bad := unlike(x, y); bad != nil {
		return bad
	}
	if x.Rank() == 0 {
		return fail(x, fmt.Errorf("%w: a scalar has no axis of classes", graph.ErrShape))
	}
	return nil
}

// among returns where an id is one of the list; nil if the list is empty.
func among(ids *graph.Node, list []int) *graph.Node {
	var in *graph.Node
	for _, v := range list {
		is := ids.Eq(scalar(ids, float64(v)))
		if in == nil {
			in = is
		} else {
			in = in.Or(is)
		}
	}
	return in
}

// entropy returns -Σ y ln softmax(logits) of each sample; logits may have axes in front of t's.
func (t target) entropy(logits *graph.Node) *graph.Node {
	l := expected(t.y, logits.LogSoftmax(-1)).Neg()
	if t.skip == nil {
		return l
	}
	return t.skip.Select(scalar(l, 0), l)
}

// expected returns Σ_c y_c v_c over the last axis, with 0·(-∞) = 0.
func expected(y, v *graph.Node) *graph.Node {
	zero := scalar(v, 0)
	never := v.Eq(scalar(v, math.Inf(-1))).And(y.Eq(zero))
	return y.Mul(never.Select(zero, v)).Sum(-1)
}

// reduce reduces the losses of samples, which have the shape of t's.
func (o CEOptions) reduce(l *graph.Node, t target) *graph.Node {
	if o.Reduction != Mean || t.weight == nil {
		return o.Reduction.of(l)
	}
	total := t.weight.Sum()
	return l.Sum().Div(total.Eq(scalar(total, 0)).Select(scalar(total, 1), total))
}
