package layers

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// DelayLine remembers what each neuron gave over the last Max ms, to be read as often as one likes in a step,
// at delays that may be data: those of several targets, or that change while the network runs. For one delay
// of each neuron or connection, fixed or learned, take a Delay or DelayedDense.
//
//	s.Line = line.Push(x, s.Line)
//	near, far := line.Read(s.Line, g.Const(graph.Float32, 2)), line.Read(s.Line, distances)
type DelayLine struct {
	N     int         // neurons
	Shape []int       // in place of N: neurons along several axes, [H W C]
	Max   float64     // the longest delay, ms, >= 0
	Past  Param       // what the line holds before the first step, [Max/dt N...], the longest ago first; 0
	Round bool        // whether a delay is rounded to whole steps; else Read interpolates
	DType graph.DType // of input and state; Float32
}

// DelayLineCell is a DelayLine placed in a graph.
type DelayLineCell struct {
	Past *graph.Node // [Max/dt N], nil without steps
	taps
	site
}

// In places the line in g, for steps of dt ms; a Past that is drawn is named name.Past. Faults, each named by
// layer and field, are recorded on g.
func (p DelayLine) In(g *graph.Graph, name string, dt float64) DelayLineCell {
	defer g.Scope(name)()
	l := newPlacer(g, name, p.DType)
	c := DelayLineCell{site: l.neurons(p.N, p.Shape)}
	if c.fault == nil {
		c.taps, c.fault = l.taps(tapFields{max: p.Max, dt: dt})
	}
	if c.fault != nil || c.last == 0 {
		c.Past = c.fault
		return c
	}
	c.rounded = p.Round
	steps := append([]int{c.last}, c.shape...)
	past := l.node(p.Past, field{name: "Past", def: Const(0), shape: steps, domain: anyNumber})
	c.Past = past.BroadcastTo(steps...).Reshape(c.last, size(c.shape))
	return c
}

// Push returns the line after a step in which the neurons give x [... N].
func (c DelayLineCell) Push(x *graph.Node, s DelayState) DelayState {
	defer c.g.Scope(c.name)()
	if x = c.arrive(x); !x.Valid() {
		return DelayState{x, x}
	}
	n := size(c.shape)
	_, _, next := c.put(x.Reshape(x.Shape().Size()/n, n), s, c.Past)
	return next
}

// Read returns what the neurons gave d ms before the last Push, for each row of the line: [rows N...]. d
// has a delay for every neuron of every row, or broadcasts to that: one for all is a scalar, one for each
// neuron [N...]. It has a gradient where the line interpolates, (1-f)·x(t-k) + f·x(t-k-1) at a delay of k + f
// steps. A delay that is negative or beyond the line is an error when the program runs.
func (c DelayLineCell) Read(s DelayState, d *graph.Node) *graph.Node {
	defer c.g.Scope(c.name)()
	switch {
	case c.fault != nil:
		return c.fault
	case s.Line == nil || s.At == nil || d == nil:
		return c.g.Fail(fmt.Errorf("%w: Read before the first Push, or without delays", graph.ErrValue))
	case !s.Line.Valid() || !d.Valid():
		return invalid(s.Line, d)
	case d.DType() != c.dtype:
		return c.g.Fail(fmt.Errorf("%w: the delays are %v, want %v", graph.ErrDType, d.Type(), c.dtype))
	}
	rows, n := s.Line.Dim(0), size(c.shape)
	d = d.BroadcastTo(append([]int{rows}, c.shape...)...).Scale(c.perStep)
	if !d.Valid() {
		return d
	}
	d = d.Reshape(rows, n)
	y := c.look(s, d.Shift(1)) // At is where the next step writes: x itself is one step back
	return y.Reshape(append([]int{rows}, c.shape...)...)
}

// look reads the ring at d steps before the slot that is written next, within [1, steps+1] up to rounding.
func (c DelayLineCell) look(s DelayState, d *graph.Node) *graph.Node {
	const rounding = 1e-6
	most := float64(c.last + 1)
	inside := d.Gt(d.Like(1 - rounding)).And(d.Lt(d.Like(most * (1 + rounding))))
	outside := d.Like(3 * most) // no slot of the ring
	d = d.Clip(1, most)
	if c.rounded || c.last == 0 {
		return s.Line.TakeAlong(c.slots(s.At, inside.Select(d.Round(), outside)))
	}
	whole := d.Floor().Min(d.Like(most - 1)).StopGradient()
	return c.between(s.Line, s.At, d, inside.Select(whole, outside))
}
