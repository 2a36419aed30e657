package train

import (
	"fmt"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
)

// InTime computes gradients forward in time, beside the network, in place of back-propagation
// through time: each step adds to the gradient, no step is looked back at, and memory does not grow
// with the number of steps T. The loss is the mean over steps of the loss of each,
//
//	L = 1/T Σₜ Lₜ,  Lₜ = Loss(yₜ, target),  yₜ [1 B ...]
//
// which for losses that are means over time is the loss itself. With h the state and I = x·W the
// current by which the weights enter a neuron, the gradient is
//
//	dL/dW = 1/T Σₜ ∂Lₜ/∂W + (∂Lₜ/∂hₜ₋₁)(dhₜ₋₁/dW)
//
// Both partial derivatives are exact for the step, through all layers above. dhₜ₋₁/dW, which tells of
// the steps before, is a Trace: it is kept along the state of the neuron that I enters, and left out
// along that of other neurons. So with EProp the gradient is that of BPTT for networks without state,
// and for one layer of neurons of whatever equations, without recurrent connections, with layers
// without state before and above it and weights directly before it; further below, and with recurrent
// weights, it is an approximation.
//
// Traced are weights of products [B in]·[in out], full, masked or sparse (CSRLinear, a Reservoir's), kernels
// of convolutions, and parameters that enter elementwise (biases, time constants, thresholds), where
// what they make enters a state elementwise, or through pools over space (of kernels, and of parameters with one
// number for each channel) and Reshape; the statistics of a norm between count as constants. All other
// parameters have the gradient of their own step alone, and initial states none; a kernel that enters a
// state by other ways alone, such as Transpose, a Sum, a fixed product, or a Slice (gates of a ConvLSTM), is refused
// with EProp; products behind which values are sliced (gates of LSTM and GRU) count among the other parameters.
// Metrics and rates are means over steps too. Evaluate takes the loss of the whole sequence.
type InTime struct {
	Trace Trace // NoTrace: back-propagation through time
	// Decay is λ of OTTT, in [0, 1): the share of the membrane potential that a step leaves.
	Decay float64
	// Whole says that targets are of whole sequences, such as labels [B], and are given to every
	// step. Else a target for sequences is [T B ...] and step t sees its part [1 B ...].
	Whole bool
}

// Trace says what InTime knows of the steps before.
type Trace uint8

// The traces.
const (
	NoTrace Trace = iota
	// EProp is the eligibility trace of each synapse (Bellec and others, "A solution to the learning
	// dilemma for recurrent networks of spiking neurons", Nature Communications 11, 2020, eq. 14,
	// doi:10.1038/s41467-020-17236-y), along every variable h of the neuron j:
	//
	//	eₜ = (∂hⱼₜ/∂hⱼₜ₋₁) eₜ₋₁ + (∂hⱼₜ/∂Iⱼₜ) xᵢₜ,  dL/dWᵢⱼ = 1/T Σₜ ∂Lₜ/∂Wᵢⱼ + (∂Lₜ/∂hⱼₜ₋₁) eₜ₋₁
	//
	// The derivatives come from the step itself, the reset with its surrogate. The learning signal is
	// the true one of the step (symmetric feedback). Memory: [B in out] for each state of a neuron, of
	// sparse weights [B connections], of a kernel [B K Y... out] for its K = taps·in/groups inputs of each place
	// of the neurons [Y...]. Where it is an approximation, in the deep and the recurrent net of
	// its tests, and the one with few recurrent connections, the cosine of the angle to the gradient of
	// BPTT is 0.94, 0.998 and 0.996 over all weights; without traces 0.90, 0.92 and 0.88. In its net of two
	// convolutions it is 0.96 for the first kernel, 0.9995 for the second; without traces 0.86 and 0.997.
	EProp
	// OTTT is the trace of the presynaptic activity (Xiao and others, "Online training through time
	// for spiking neural networks", NeurIPS 2022, arXiv:2210.04195), cheaper by a factor
	// of out:
	//
	//	âₜ = λ âₜ₋₁ + xₜ,  dL/dW = 1/T Σₜ âₜᵀ (∂Lₜ/∂Iₜ)
	//
	// It is exact where the state is one leaky potential of that λ, without reset, under the loss. Weights whose
	// current acts from the next step on (those of a DoubleExponential) learn nothing by it. In the
	// nets named at EProp the cosine is 0.91, 0.96 and 0.96, and for the kernels 0.97 and 0.997.
	OTTT
)

var traceNames = [...]string{"NoTrace", "EProp", "OTTT"}

// String returns the name of the constant.
func (k Trace) String() string {
	if int(k) < len(traceNames) {
		return traceNames[k]
	}
	return fmt.Sprintf("Trace(%d)", uint8(k))
}

// validate returns an error if the settings do not fit each other, or those of the trainer that
// split time.
func (o InTime) validate(chunk, truncate, segment int) error {
	switch {
	case int(o.Trace) >= len(traceNames):
		return refuse(false, "InTime.Trace", o.Trace, "NoTrace, EProp or OTTT")
	case !(o.Decay >= 0 && o.Decay < 1):
		return refuse(false, "InTime.Decay", o.Decay, "at least 0 and below 1")
	case o.Decay > 0 && o.Trace != OTTT:
		return refuse(false, "InTime.Decay", o.Decay, "0 without OTTT")
	case o.Trace != NoTrace && (chunk > 0 || truncate > 0 || segment > 0):
		return refuse(false, "InTime", o.Trace, "NoTrace with Chunks, Truncate or Segment")
	}
	return nil
}

// forward is what is carried from step to step.
type forward[S any] struct {
	Net    S
	Traces []*graph.Node
	Grads  []*graph.Node // sums over steps, of what the step captures
	Sums   []*graph.Node // of loss, metrics and rates
}

// inTime runs the network over time with its gradients beside it. It returns the loss, and what else
// is measured, as means over steps.
func (r *tracer[S]) inTime() (loss *graph.Node, measured []*graph.Node) {
	if r.t.Steps == 0 && r.x.Rank() < 2 {
		return r.timeless(), nil
	}
	s := forward[S]{Net: r.start()}
	if dry := r.rehearse(); dry != nil { // as many nodes as the first step will fill in
		s.Traces, s.Grads, s.Sums = blank(dry.Traces), blank(dry.Grads), blank(dry.Sums)
	}
	var learned []*graph.Node
	s = r.walk(s, func(l *local) { learned = l.learned })
	if len(s.Sums) == 0 {
		if r.g.Err() != nil { // told already: an invalid node, which passes in silence
			return r.g.Const(graph.Invalid, 0), nil
		}
		return r.g.Fail(fmt.Errorf("field Net: %w: it is called twice, and failed once", graph.ErrValue)), nil
	}
	share := 1 / float64(r.steps())
	for i, n := range s.Sums {
		s.Sums[i] = n.Scale(share)
	}
	for i, n := range s.Grads {
		s.Grads[i] = n.Scale(share)
	}
	r.backward = func(params []*graph.Node) []*graph.Node { return autodiff.VJP(learned, s.Grads, params...) }
	r.g.Check("the loss", s.Sums[0])
	return s.Sums[0], s.Sums[1:]
}

// steps returns the number of steps.
func (r *tracer[S]) steps() int {
	if r.t.Steps > 0 {
		return r.t.Steps
	}
	return r.x.Dim(0)
}

// rehearse builds the loop in a graph of its own, to learn how many traces a step keeps: a loop must
// know before its first step what it carries. It returns nil after a fault, which the loop itself
// will meet again.
func (r *tracer[S]) rehearse() *forward[S] {
	if !r.x.Valid() {
		return nil
	}
	g := graph.NewIn(r.t.Store)
	dry := &tracer[S]{t: r.t, g: g, p: &program{variant: r.p.variant}, dry: true}
	dry.x = g.Input("x", r.x.DType(), r.x.Shape()...)
	if r.target.Valid() {
		dry.target = g.Input("target", r.target.DType(), r.target.Shape()...)
	}
	if dry.step = r.t.Net(g, true); dry.step == nil {
		return nil
	}
	var f forward[S]
	dry.walk(forward[S]{Net: dry.start()}, func(l *local) {
		f = forward[S]{Traces: l.traces(r.t.InTime.Trace), Grads: l.learned, Sums: l.measured}
	})
	if g.Err() != nil {
		return nil
	}
	return &f
}

func blank(like []*graph.Node) []*graph.Node { return make([]*graph.Node, len(like)) }

// walk runs the loop over all steps; see is told what each body has of local derivatives.
func (r *tracer[S]) walk(s forward[S], see func(*local)) forward[S] {
	seqs, o := []*graph.Node{r.x}, graph.LoopOptions{Graph: r.g, Steps: r.steps()}
	if r.t.Steps > 0 {
		seqs = nil
	} else if r.target.Valid() && !r.t.InTime.Whole {
		seqs = append(seqs, r.target)
	}
	_, s = graph.Loop(seqs, s, func(seqs []*graph.Node, s forward[S]) (struct{}, forward[S]) {
		x, target := r.x, r.target
		if len(seqs) > 0 {
			x = seqs[0]
		}
		if len(seqs) > 1 {
			target = seqs[1].Unsqueeze(0)
		}
		l, next := r.locally(x, target, s.Net)
		see(l)
		if r.dry || len(s.Sums) == 0 {
			return struct{}{}, forward[S]{next, s.Traces, s.Grads, s.Sums}
		}
		fits := len(l.traces(r.t.InTime.Trace)) == len(s.Traces) && len(l.learned) == len(s.Grads)
		if !fits || len(l.measured) != len(s.Sums) {
			r.g.Fail(fmt.Errorf("field Net: %w: it is called twice, and gave another network", graph.ErrValue))
			return struct{}{}, forward[S]{next, s.Traces, s.Grads, s.Sums}
		}
		grads, traces := l.advance(s.Traces, r.t.InTime)
		return struct{}{}, forward[S]{next, traces, sums(s.Grads, grads), sums(s.Sums, l.measured)}
	}, o)
	return s
}

// sums adds xs to what is carried, zeros at first.
func sums(carried, xs []*graph.Node) []*graph.Node {
	out := make([]*graph.Node, len(carried))
	for i, c := range carried {
		out[i] = c.Else(xs[i].Like(0)).Add(xs[i])
	}
	return out
}

// locally takes one step and returns what it holds of local derivatives.
func (r *tracer[S]) locally(x, target *graph.Node, s S) (*local, S) {
	before := nodesOf(&s)
	y, next := r.body(x, s)
	out := y.Out.Unsqueeze(0).Here() // of the step, also where it is the same in all
	whole := r.target
	r.target = target
	l := newLocal(r.g, r.t.InTime.Trace, before, nodesOf(&next))
	l.loss = r.loss(out)
	l.measured = append([]*graph.Node{l.loss.Reshape()}, r.metrics(out)...)
	r.target = whole
	for i, m := range l.measured {
		l.measured[i] = m.Reshape().StopGradient()
	}
	l.measured = append(l.measured, y.Rates...)
	return l, next
}

// nodesOf returns the nodes inside the state that s points to.
func nodesOf[S any](s *S) []*graph.Node {
	var ns []*graph.Node
	for _, n := range nodesIn(s) {
		ns = append(ns, *n)
	}
	return ns
}
