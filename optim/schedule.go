package optim

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// A Schedule is the learning rate as a function of time.
type Schedule interface {
	// Validate returns what is wrong with the settings, nil if nothing is.
	Validate() error
	// Rate returns the rate at time t: elementwise operations on t's nodes, or a constant.
	Rate(t Time) *graph.Node
}

// Time is when a rate is in force. Its nodes are Float64 and of one shape: scalars in a training
// program. Schedules say which of the two they go by.
type Time struct {
	Update *graph.Node // updates done before: 0 at the first
	Epoch  *graph.Node // epochs done before: 0 in the first
}

// timeOf reads the counters of g.
func timeOf(g *graph.Graph) Time {
	return Time{Update: Steps(g).Cast(graph.Float64), Epoch: Epoch(g).Cast(graph.Float64)}
}

// Rate returns the rate that s gives at the counters of g, a Float64 scalar: to be reported.
func Rate(g *graph.Graph, s Schedule) *graph.Node {
	if err := scheduled("Rate", s); err != nil {
		return g.Fail(fmt.Errorf("optim: %w", err))
	}
	return s.Rate(timeOf(g))
}

// Curve returns the rates of the first n updates, for epochs of perEpoch updates: to be plotted.
func Curve(s Schedule, n, perEpoch int) ([]float64, error) {
	if err := settings("Curve", scheduled("s", s), positive("n", n), positive("perEpoch", perEpoch)); err != nil {
		return nil, fmt.Errorf("optim: %w", err)
	}
	x := make([]float64, n)
	for i := range x {
		x[i] = float64(i)
	}
	g := graph.New()
	i := g.Values(graph.Float64, x, n)
	rates := s.Rate(Time{Update: i, Epoch: i.Scale(1 / float64(perEpoch)).Floor()})
	prog, err := g.Compile(rates.BroadcastTo(n))
	if err != nil {
		return nil, fmt.Errorf("optim: Curve: %w", err)
	}
	out, err := prog.Run()
	if err != nil {
		return nil, fmt.Errorf("optim: Curve: %w", err)
	}
	return append(x[:0], out[0].Float64s()...), nil
}

// Constant is a rate that does not change; at least 0.
type Constant float64

// Validate implements Schedule.
func (c Constant) Validate() error { return atLeast("Constant", float64(c), 0) }

// Rate implements Schedule.
func (c Constant) Rate(t Time) *graph.Node {
	return t.Update.Graph().Const(graph.Float64, float64(c))
}
