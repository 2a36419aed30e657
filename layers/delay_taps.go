package layers

import (
	"fmt"
	"math"

	"github.com/spikegraph/spikegraph/graph"
)

// taps are the steps that a delay line is read at.
type taps struct {
	last    int         // the longest delay, in steps
	perStep float64     // steps in a ms
	sigma   *graph.Node // of GaussianDelay, in steps; else nil
	rounded bool        // whether delays are whole steps
}

// tapFields are the settings of taps.
type tapFields struct {
	max      float64
	interp   Interpolation
	sigma    Param
	training bool
	dt       float64
}

// delays places the delays d of a layer, and returns them in steps, [f.shape], with the taps of its line, or
// what is wrong. They are whole steps unless they are trained.
func (l placer) delays(d Param, f field, p tapFields) (steps *graph.Node, t taps, fault *graph.Node) {
	if t, fault = l.taps(p); fault != nil {
		return fault, t, fault
	}
	tuned, _ := f.tune(d)
	t.rounded = !p.training || tuned.fixed
	f.name, f.def, f.domain = "D", Uniform{0, p.max}, upTo(p.max)
	return t.steps(l.node(d, f), f.shape), t, nil
}

// upTo is the domain of delays.
func upTo(hi float64) domain {
	return domain{fmt.Sprintf("within [0, %v]", hi), func(v float64) bool { return v >= 0 && v <= hi }}
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

// whole returns what f makes of the whole line, x in front, [... steps+1 N], and moves the line on by a copy.
// rank is that of x without its axes in front.
func (t taps) whole(x *graph.Node, s DelayState, rank int, f func(line *graph.Node) *graph.Node) (y *graph.Node, next DelayState) {
	axis := -rank - 1
	x = x.Unsqueeze(axis)
	if t.last == 0 {
		return f(x), s
	}
	shape := append([]int(nil), x.Shape()...)
	shape[len(shape)+axis] = t.last
	all := graph.Concat(axis, x, s.Line.Else(x.Graph().Const(x.DType(), 0, shape...)))
	return f(all), DelayState{all.Narrow(axis, 0, t.last), s.At}
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
