package train

import (
	"errors"
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// OverTime is a network over all of time at once: from the input as the data give it, [T B ...] or
// with BPTT.Steps [B ...], to the outputs [T B ...]. It takes layers without state as they are, on
// stacked values, and runs those with state by a graph.Loop each:
//
//	current := norm.Apply(dense.Apply(x))                                  // [T B N]
//	z, _ := graph.Loop(current, layers.LIFState{}, hidden.Step)            // [T B N]
//
// So a layer can see all steps: a norm over time and batch, a convolution over time.
type OverTime func(x *graph.Node) (y *graph.Node)

// validateForm returns an error unless the network is given in one form, and
// nothing is asked of an OverTime that only a Step can do.
func (t *BPTT[S]) validateForm() error {
	if t.OverTime == nil {
		return refuse(t.Net != nil, "Net", nil, "a function, or OverTime one")
	}
	const want = "unset with OverTime: "
	return errors.Join(
		refuse(t.Net == nil, "Net", "a function", want+"they are two forms of one network"),
		refuse(t.Init == nil, "Init", "a function", want+"its loops take initial states of their own"),
		refuse(t.Truncate == 0, "Truncate", t.Truncate, want+"its loops take LoopOptions.Truncate"),
		refuse(t.Segment == 0, "Segment", t.Segment, want+"its loops take LoopOptions.Segment"),
		refuse(t.Chunks.K == 0, "Chunks.K", t.Chunks.K, want+"a part of the sequence is not all of it"),
		refuse(t.InTime.Trace == NoTrace, "InTime.Trace", t.InTime.Trace, want+"its layers do not go forward in time together"),
	)
}

// place places the layers in the form that they are given, and reports whether there is a network.
func (r *tracer[S]) place() bool {
	field, what := "Net", "step"
	if r.t.OverTime != nil {
		field, what = "OverTime", "network"
		r.over = r.t.OverTime(r.g, r.learns())
	} else {
		r.step = r.t.Net(r.g, r.learns())
	}
	if r.over == nil && r.step == nil {
		r.g.Fail(fmt.Errorf("field %s: %w: the %s is nil", field, graph.ErrValue, what))
		return false
	}
	return true
}

// whole runs an OverTime. Rates are means over all steps.
func (r *tracer[S]) whole() run {
	before := len(r.g.Marks())
	y := run{Out: r.over(r.x)}
	if y.Out.Valid() && y.Out.Rank() < 2 {
		y.Out = r.g.Fail(fmt.Errorf("field OverTime: %w: it returns %v, want outputs [T B ...]", graph.ErrShape, y.Out.Type()))
	}
	if r.t.Rates && r.p.kind != predicting {
		r.names, y.Rates = rates(outside(r.g.Marks()[before:]), r.g)
	}
	return y
}

// outside returns what was marked in loops as it is outside of them, stacked over their steps, and
// leaves out what cannot be seen there.
func outside(marks []graph.Marked) []graph.Marked {
	for i, m := range marks {
		marks[i].Node = graph.Stacked(m.Node)
	}
	return marks
}
