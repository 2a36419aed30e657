package losses

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// RateCrossEntropy takes the spikes (or potentials) x [T B C] of every step as logits and returns
// the mean over steps of their [CrossEntropy]:
//
//	ℓ_b = 1/T Σ_t CE(x_tb, y_b)
//
// Targets are Int32 class ids [B] or probabilities [B C], the same at every step; None returns [B].
//
// Source: Eshraghian et al. 2023, "Training spiking neural networks using lessons from deep
// learning", doi:10.1109/JPROC.2023.3308088 (there the cross entropy spike rate).
func RateCrossEntropy(x, targets *graph.Node, o CEOptions) *graph.Node {
	defer within("RateCrossEntropy", x)()
	if bad := notTrains(x); bad != nil {
		return bad
	}
	t := o.target(x.Index(0), targets)
	if t.bad != nil {
		return t.bad
	}
	return o.reduce(t.entropy(x).Mean(0), t)
}

// CountCrossEntropy returns the [CrossEntropy] of the spike counts Σ_t x_t as logits, for spikes x
// [T B C] and targets [B] or [B C].
func CountCrossEntropy(x, targets *graph.Node, o CEOptions) *graph.Node {
	return o.overTime("CountCrossEntropy", x, targets, func() *graph.Node { return x.Sum(0) })
}

// LastCrossEntropy returns the [CrossEntropy] of the last step's x [T B C], for targets [B] or [B C].
func LastCrossEntropy(x, targets *graph.Node, o CEOptions) *graph.Node {
	return o.overTime("LastCrossEntropy", x, targets, func() *graph.Node { return x.Index(-1) })
}

// MaxCrossEntropy returns the [CrossEntropy] of the largest value over time of the potentials x
// [T B C], for targets [B] or [B C].
//
// Source: Cramer et al. 2022, "The Heidelberg spiking data sets for the systematic evaluation of
// spiking neural networks", doi:10.1109/TNNLS.2020.3044364 (max-over-time loss).
func MaxCrossEntropy(x, targets *graph.Node, o CEOptions) *graph.Node {
	return o.overTime("MaxCrossEntropy", x, targets, func() *graph.Node { return x.ReduceMax(0) })
}

// MeanCrossEntropy returns the [CrossEntropy] of the mean over time of the potentials x [T B C], for
// targets [B] or [B C].
func MeanCrossEntropy(x, targets *graph.Node, o CEOptions) *graph.Node {
	return o.overTime("MeanCrossEntropy", x, targets, func() *graph.Node { return x.Mean(0) })
}

// overTime is the cross entropy of logits made of x.
func (o CEOptions) overTime(name string, x, targets *graph.Node, logits func() *graph.Node) *graph.Node {
	defer within(name, x)()
	if bad := notTrains(x); bad != nil {
		return bad
	}
	return o.ofLogits(logits(), targets)
}

// notTrains returns an invalid node unless x are floats [T B …], else nil.
func notTrains(x *graph.Node) *graph.Node {
	if bad := notFloats(x); bad != nil {
		return bad
	}
	if x.Rank() < 2 {
		return fail(x, fmt.Errorf("%w: %v, want [T B …]", graph.ErrShape, x.Type()))
	}
	return nil
}
