package layers

import (
	"fmt"
	"math"

	"github.com/spikegraph/spikegraph/graph"
)

// Interpolation says how a delay that is no whole number of steps weighs the steps around it, while
// it is trained. With d the delay and k steps, the output is Σ κ_k·x(t-k).
type Interpolation uint8

// The interpolations.
const (
	// LinearDelay weighs the two steps around d: κ_k = max(0, 1 - |k - d|). Only they give d a
	// gradient (Khalfaoui-Hassani, Pellegrini, Masquelier 2023, arXiv:2112.03740).
	LinearDelay Interpolation = iota
	// GaussianDelay weighs all steps by e^(-(k - d)²/(2 Sigma²)), divided by the sum of them
	// (Hammouamri, Khalfaoui-Hassani, Masquelier 2023, arXiv:2306.17670). Sigma begins wide,
	// so that d finds its way from afar, and is narrowed while training.
	GaussianDelay
)

// Delay holds back what each neuron gives by a time of its own: y(t) = x(t - D). The delay line is a
// part of the state; before the first step it holds zeros.
//
// Delays that are fixed, and any outside of training, are rounded to whole steps. Delays under Train
// are, in training, interpolated, and have a gradient. The line is a ring, of which a step writes one
// slot and reads one for each neuron, or two between which LinearDelay interpolates. Only GaussianDelay
// in training reads all of it, and moves it on by a copy: time and memory go with N·Max/dt.
type Delay struct {
	N        int           // neurons
	Shape    []int         // in place of N: neurons along several axes, [H W C]
	D        Param         // delay, ms, within [0, Max]; Uniform{0, Max}
	Max      float64       // the longest delay, ms, >= 0; trained delays are held to it
	Interp   Interpolation // how trained delays are read in training; LinearDelay
	Sigma    Param         // width of GaussianDelay, ms, > 0, one number, kept in the store; dt/2
	Training bool          // whether trained delays are interpolated
	DType    graph.DType   // of delays, input and state; Float32
}

// DelayCell is a Delay placed in a graph.
type DelayCell struct {
	D *graph.Node // delays in steps, within [0, Max/dt]
	taps
	site
}

// DelayState is the delay line: the inputs of this step and the last Max/dt, in a ring of
// [rows steps+1 neurons], a row for each element of the axes in front of the neurons', and how many
// steps were taken, modulo the slots, Int32 [rows]. Where the line is moved on by a copy it is the
// inputs of the last Max/dt steps, the latest first, [B steps N], and At stays nil.
type DelayState struct{ Line, At *graph.Node }

// In places the layer in g, for steps of dt ms. What is stored is named name.D and name.Sigma: a
// hook that narrows the latter writes to the store's tensor. Faults, each named by layer and field,
// are recorded on g.
func (p Delay) In(g *graph.Graph, name string, dt float64) DelayCell {
	defer g.Scope(name)()
	l := newPlacer(g, name, p.DType)
	c := DelayCell{site: l.neurons(p.N, p.Shape)}
	if c.fault == nil {
		c.taps, c.fault = l.taps(tapFields{max: p.Max, interp: p.Interp, sigma: p.Sigma, dt: dt})
	}
	if c.D = c.fault; c.fault != nil {
		return c
	}
	c.rounded = !p.Training || !trained(p.D)
	d := l.node(p.D, field{name: "D", def: Uniform{0, p.Max}, shape: c.shape, domain: upTo(p.Max)})
	c.D = c.steps(d, c.shape)
	return c
}

// trained reports whether p stands under Train.
func trained(p Param) bool {
	t, ok := p.(Tuned)
	return ok && !t.fixed
}

// upTo is the domain of delays.
func upTo(hi float64) domain {
	return domain{fmt.Sprintf("within [0, %v]", hi), func(v float64) bool { return v >= 0 && v <= hi }}
}

// Step returns x [... N] of D ago, of the same shape.
func (c DelayCell) Step(x *graph.Node, s DelayState) (y *graph.Node, next DelayState) {
	defer c.g.Scope(c.name)()
	if x = c.arrive(x); !x.Valid() || !c.D.Valid() {
		x = invalid(x, c.D)
		return x, DelayState{x, x}
	}
	if !c.rounded && c.sigma != nil {
		all, line := c.push(x, s.Line, len(c.shape))
		return all.Mul(c.weigh(c.D)).Sum(-len(c.shape) - 1), DelayState{line, s.At}
	}
	if c.last == 0 {
		return x, s
	}
	return c.ring(x, s)
}

// ring writes x to its slot and reads those of the delays: with f = D - k for whole k, LinearDelay is
// y = (1-f)·x(t-k) + f·x(t-k-1), whose derivative by D is that of the side of longer delays where D is
// whole, but of the shorter at Max.
func (c DelayCell) ring(x *graph.Node, s DelayState) (y *graph.Node, next DelayState) {
	n, slots := size(c.shape), c.last+1
	rows := x.Shape()[:x.Rank()-len(c.shape)].Size()
	line := s.Line.Else(c.g.Const(x.DType(), 0, rows, slots, n))
	at := s.At.Else(c.g.Const(graph.Int32, 0, rows))
	line = line.PutSlot(at, x.Reshape(rows, n))
	d := c.D.Reshape(n)
	if c.rounded {
		y = line.TakeAlong(c.slots(at, d.Round()))
	} else {
		whole := d.Floor().Min(d.Like(float64(c.last - 1))).StopGradient()
		f := d.Sub(whole)
		near, far := line.TakeAlong(c.slots(at, whole)), line.TakeAlong(c.slots(at, whole.Shift(1)))
		y = near.Add(f.Mul(far.Sub(near)))
	}
	over := at.Shift(1)
	return y.Reshape(x.Shape()...), DelayState{line, over.Lt(over.Like(float64(slots))).Select(over, over.Like(0))}
}

// slots returns where in the ring, whose latest slot is at [rows], the values of whole delays d [N] are:
// [rows N].
func (c DelayCell) slots(at, d *graph.Node) *graph.Node {
	slots := float64(c.last + 1)
	back := at.Unsqueeze(1).Sub(d.Cast(graph.Int32))
	ring := back.Like(slots)
	return back.Lt(back.Like(0)).Select(back.Add(ring), back)
}

// taps are the steps that a delay line is read at.
type taps struct {
	last    int         // the longest delay, in steps
	perStep float64     // steps in a ms
	sigma   *graph.Node // of GaussianDelay, in steps; else nil
	rounded bool        // whether delays are whole steps
}

// tapFields are the settings of taps.
type tapFields struct {
	max    float64
	interp Interpolation
	sigma  Param
	dt     float64
}

// kept is a Param that is stored even if it is a number.
type kept struct{ Param }

// taps returns the taps of a delay line, and what is wrong with its settings.
func (l placer) taps(p tapFields) (t taps, fault *graph.Node) {
	switch {
	case !positive.has(p.dt):
		return t, l.fail("dt", fmt.Errorf("%w: %v ms, want %s", graph.ErrValue, p.dt, positive.want))
	case !notNegative.has(p.max):
		return t, l.fail("Max", fmt.Errorf("%w: %v ms, want %s", graph.ErrValue, p.max, notNegative.want))
	case p.interp > GaussianDelay:
		return t, l.fail("Interp", fmt.Errorf("%w: Interpolation(%d)", graph.ErrValue, p.interp))
	case p.sigma != nil && p.interp != GaussianDelay:
		return t, l.fail("Sigma", fmt.Errorf("%w: it is of GaussianDelay", graph.ErrValue))
	}
	t = taps{last: int(math.Ceil(p.max / p.dt * (1 - rounding))), perStep: 1 / p.dt}
	if p.interp == GaussianDelay {
		t.sigma = l.number("Sigma", kept{or(p.sigma, Const(p.dt/2))}, nil, positive).Scale(t.perStep)
	}
	return t, nil
}

// steps returns delays of ms in steps, held to the line.
func (t taps) steps(d *graph.Node, shape []int) *graph.Node {
	return d.Scale(t.perStep).Clip(0, float64(t.last)).BroadcastTo(shape...)
}

// push returns the line with x in front, [... steps+1 N], and the line of the next step. rank is
// that of x without its axes in front.
func (t taps) push(x, line *graph.Node, rank int) (all, next *graph.Node) {
	axis := -rank - 1
	x = x.Unsqueeze(axis)
	if t.last == 0 {
		return x, line
	}
	shape := append([]int(nil), x.Shape()...)
	shape[len(shape)+axis] = t.last
	all = graph.Concat(axis, x, line.Else(x.Graph().Const(x.DType(), 0, shape...)))
	return all, all.Narrow(axis, 0, t.last)
}

// weigh returns κ_k for delays d in steps: [steps+1 ...] of d [...].
func (t taps) weigh(d *graph.Node) *graph.Node {
	k := make([]float64, t.last+1)
	shape := make([]int, d.Rank()+1)
	for i := range k {
		k[i] = float64(i)
	}
	for i := range shape {
		shape[i] = 1
	}
	shape[0] = len(k)
	if t.rounded {
		d = d.Round()
	}
	far := d.Graph().Values(d.DType(), k, shape...).Sub(d.Unsqueeze(0))
	if t.sigma == nil || t.rounded {
		return far.Abs().Neg().Shift(1).Relu()
	}
	// A softmax, in which no weight of all underflows to 0/0 however narrow Sigma is.
	return far.Div(t.sigma).Square().Scale(-0.5).Softmax(0)
}
