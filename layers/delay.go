package layers

import "github.com/spikegraph/spikegraph/graph"

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
	if c.D = c.fault; c.fault == nil {
		c.D, c.taps, c.fault = l.delays(p.D, field{shape: c.shape}, tapFields{p.Max, p.Interp, p.Sigma, p.Training, dt})
	}
	return c
}

// Step returns x [... N] of D ago, of the same shape.
func (c DelayCell) Step(x *graph.Node, s DelayState) (y *graph.Node, next DelayState) {
	defer c.g.Scope(c.name)()
	if x = c.arrive(x); !x.Valid() || !c.D.Valid() {
		x = invalid(x, c.D)
		return x, DelayState{x, x}
	}
	if !c.rounded && c.sigma != nil {
		return c.whole(x, s, len(c.shape), func(line *graph.Node) *graph.Node {
			return line.Mul(c.weigh(c.D)).Sum(-len(c.shape) - 1)
		})
	}
	if c.last == 0 {
		return x, s
	}
	n := size(c.shape)
	line, at, next := c.put(x.Reshape(x.Shape().Size()/n, n), s, nil)
	d := c.D.Reshape(n)
	if c.rounded {
		y = line.TakeAlong(c.slots(at, d.Round()))
	} else {
		y = c.between(line, at, d, d.Floor().Min(d.Like(float64(c.last-1))).StopGradient())
	}
	return y.Reshape(x.Shape()...), next
}
