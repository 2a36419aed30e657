package layers

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// DeepReservoir are reservoirs in series, each driven by the activity of the one before it
// (Gallicchio, Micheli, Pedrelli 2017, doi:10.1016/j.neucom.2016.12.089). Its output is the
// activity of all of them. They must have as many inputs as the one before has neurons.
//
//	deep := layers.DeepReservoir{first.Place(g, "r1"), second.Place(g, "r2")}
//	rs, _ := graph.Loop(xs, deep.Rest(), deep.Step)
type DeepReservoir []ReservoirCell

// Rest returns the state at the start.
func (d DeepReservoir) Rest() []ReservoirState { return make([]ReservoirState, len(d)) }

// Step advances every reservoir by one time step. x is the input of the first [... In], r the
// activity of all, the first reservoir's first: [... N1+N2+...]. The state has one for each.
func (d DeepReservoir) Step(x *graph.Node, s []ReservoirState) (r *graph.Node, next []ReservoirState) {
	return together(d, x, s, true)
}

// ParallelReservoir are reservoirs side by side that get the same input: of several time scales,
// say. Its output is the activity of all of them.
type ParallelReservoir []ReservoirCell

// Rest returns the state at the start.
func (p ParallelReservoir) Rest() []ReservoirState { return make([]ReservoirState, len(p)) }

// Step advances every reservoir by one time step. x is the input of each [... In], r the activity
// of all, the first reservoir's first: [... N1+N2+...]. The state has one for each.
func (p ParallelReservoir) Step(x *graph.Node, s []ReservoirState) (r *graph.Node, next []ReservoirState) {
	return together(p, x, s, false)
}

// together steps the reservoirs, in series or not, and joins what they give.
func together(
	cells []ReservoirCell, x *graph.Node, s []ReservoirState, series bool,
) (*graph.Node, []ReservoirState) {
	if len(s) != len(cells) || len(cells) == 0 {
		err := fmt.Errorf("%w: %d states for %d reservoirs; Rest returns the state to start from",
			graph.ErrShape, len(s), len(cells))
		if len(cells) > 0 {
			return cells[0].g.Fail(err), s
		}
		return x.Graph().Fail(err), s
	}
	next := make([]ReservoirState, len(s))
	rs := make([]*graph.Node, len(s))
	for i, c := range cells {
		rs[i], next[i] = c.Step(x, s[i])
		if series {
			x = rs[i]
		}
	}
	return graph.Concat(-1, rs...), next
}
