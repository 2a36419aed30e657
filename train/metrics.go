package train

import (
	"fmt"
	"slices"

	"github.com/spikegraph/spikegraph/graph"
)

// A Metric is a number that is measured beside the loss.
type Metric struct {
	Name string // unlike that of any other, and not "loss"
	// Of returns a scalar, a mean over samples, for the outputs out [T B ...] and the target as the
	// data give it. It takes no part in training.
	Of func(out, target *graph.Node) *graph.Node
}

// accuracyName is the metric of trainers without Metrics whose targets are labels.
const accuracyName = "accuracy"

// Accuracy returns the fraction of samples whose label is the class with the most spikes, or the
// largest sum of outputs over time, a Float32 scalar. out is [T B C], target Int32 [B] with labels
// in [0, C); of equal sums the first class counts. With labels for each step, [T B], it is the
// fraction of steps at which the label is the class with the largest output.
func Accuracy(out, target *graph.Node) *graph.Node { return accuracy(out, target, nil) }

// accuracy is Accuracy over the samples whose label is not to be ignored; 0 if there is none.
func accuracy(out, target *graph.Node, ignore []int) *graph.Node {
	if !out.Valid() {
		return out
	}
	if !target.Valid() || target.DType() != graph.Int32 {
		return out.Graph().Fail(fmt.Errorf("Accuracy: %w: the target is %v, want Int32 labels",
			graph.ErrDType, target.Type()))
	}
	if target.Rank() < out.Rank()-1 {
		out = out.Sum(0)
	}
	class := out.ArgMax(-1)
	if !class.Shape().Equal(target.Shape()) {
		return out.Graph().Fail(fmt.Errorf("Accuracy: %w: %v classes of the outputs, %v labels",
			graph.ErrShape, class.Shape(), target.Shape()))
	}
	right := class.Eq(target).Cast(graph.Float32)
	if len(ignore) == 0 {
		return right.Mean()
	}
	counts := right.Like(1)
	for _, c := range ignore {
		counts = counts.Mul(target.Ne(target.Like(float64(c))).Cast(graph.Float32))
	}
	n := counts.Sum()
	return right.Mul(counts).Sum().Div(n.Max(n.Like(1)))
}

// metricNames returns the names of the metrics that there may be, which depends on the targets where none
// are given.
func (t *BPTT[S]) metricNames() []string {
	if t.Metrics == nil {
		return []string{accuracyName}
	}
	var names []string
	for _, m := range t.Metrics {
		names = append(names, m.Name)
	}
	return names
}

// metrics returns the metrics of the outputs, and notes their names.
func (r *tracer[S]) metrics(out *graph.Node) []*graph.Node {
	list := r.t.Metrics
	if list == nil && r.target.Valid() && r.target.DType() == graph.Int32 {
		list = []Metric{{accuracyName, func(out, target *graph.Node) *graph.Node {
			return accuracy(out, target, r.t.Ignore)
		}}}
	}
	r.p.names.Metrics = nil
	var nodes []*graph.Node
	for i, m := range list {
		if m.Of == nil || m.Name == "" {
			r.g.Fail(fmt.Errorf("field Metrics[%d]: %w: it needs a name and a function", i, graph.ErrValue))
			continue
		}
		if m.Name == lossName || slices.Contains(r.p.names.Metrics, m.Name) {
			r.g.Fail(fmt.Errorf("field Metrics[%d]: %w: the name %q is taken", i, graph.ErrValue, m.Name))
			continue
		}
		v := m.Of(out, r.target)
		if v == nil {
			v = r.g.Fail(fmt.Errorf("metric %q: %w: it is nil", m.Name, graph.ErrValue))
		}
		if v.Valid() && v.Shape().Size() != 1 {
			v = r.g.Fail(fmt.Errorf("metric %q: %w: it is %v, want a scalar", m.Name, graph.ErrShape, v.Type()))
		}
		r.p.names.Metrics = append(r.p.names.Metrics, m.Name)
		nodes = append(nodes, v.StopGradient())
	}
	return nodes
}

// rates returns the mean over samples and neurons of what is marked in the body top, by scope.
// Further marks of a scope are numbered from 2, marks outside of scopes from 1.
func rates(marks []graph.Marked, top *graph.Graph) (names []string, means []*graph.Node) {
	count := map[string]int{}
	for _, m := range marks {
		if !readable(m.Node, top) {
			continue
		}
		name := m.Scope
		if count[m.Scope]++; count[m.Scope] > 1 || name == "" {
			name = fmt.Sprintf("%s#%d", name, count[m.Scope])
		}
		names = append(names, name)
		means = append(means, asFloat(m.Node).StopGradient().Mean().Cast(graph.Float64))
	}
	return names, means
}

// readable reports whether x is of top or of a graph around it, not of a loop within a step.
func readable(x *graph.Node, top *graph.Graph) bool {
	if !x.Valid() {
		return false
	}
	for ; top != nil; top = top.Parent() {
		if x.Graph() == top {
			return true
		}
	}
	return false
}

func asFloat(x *graph.Node) *graph.Node {
	if x.DType().IsFloat() {
		return x
	}
	return x.Cast(graph.Float32)
}
