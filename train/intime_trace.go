package train

import (
	"slices"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
)

// advance returns the step's part of the gradients of l.learned, and the traces after the step; the
// equations are those at EProp and OTTT.
func (l *local) advance(traces []*graph.Node, o InTime) (grads, next []*graph.Node) {
	rule := l.eProp
	if o.Trace == OTTT {
		rule = func(traces []*graph.Node) (past, next []*graph.Node) { return l.ottt(traces, o.Decay) }
	}
	past, next := rule(traces)
	ys, gys := []*graph.Node{l.loss}, []*graph.Node{l.loss.Like(1)}
	for i, s := range l.synapses {
		ys, gys = append(ys, s.weight), append(gys, past[i])
	}
	return autodiff.VJP(ys, gys, l.captures...), next
}

// traces lists one node, of whatever type, for each trace of a step.
func (l *local) traces(k Trace) []*graph.Node {
	var ns []*graph.Node
	for _, s := range l.synapses {
		for range s.count(k) {
			ns = append(ns, s.at)
		}
	}
	return ns
}

// count returns the number of traces of a synapse.
func (s *synapse) count(k Trace) int {
	if k == OTTT {
		return 1
	}
	return len(s.along)
}

// eProp returns, for each synapse, what the steps before add to the gradient of its weight, and the
// eligibility traces after the step.
func (l *local) eProp(traces []*graph.Node) (past, next []*graph.Node) {
	signals := autodiff.Grad(l.loss, l.differentiable()...)
	signal := map[*graph.Node]*graph.Node{}
	for i, h := range l.differentiable() {
		signal[h] = signals[i]
	}
	for _, s := range l.synapses {
		e := map[int]*graph.Node{}
		for i, k := range s.along {
			e[k] = traces[i].Else(s.zero())
		}
		traces = traces[len(s.along):]
		var g *graph.Node
		for _, k := range s.along {
			g = plus(g, s.reduced(e[k].Mul(s.spread(signal[l.state[k]]))))
		}
		past = append(past, g)
		for _, k := range s.along {
			next = append(next, l.eligibility(s, k, e))
		}
	}
	return past, next
}

// eligibility returns the trace of a synapse along state k after the step.
func (l *local) eligibility(s *synapse, k int, e map[int]*graph.Node) *graph.Node {
	var now *graph.Node
	for _, m := range s.along {
		if d := l.slopes[k][l.state[m]]; d != nil {
			now = plus(now, s.spread(d).Mul(e[m]))
		}
	}
	if d := l.slopes[k][s.at]; d != nil {
		now = plus(now, s.spread(d).Mul(s.arriving()))
	}
	return now
}

// ottt is eProp with traces of what arrives at each synapse.
func (l *local) ottt(traces []*graph.Node, decay float64) (past, next []*graph.Node) {
	at := make([]*graph.Node, len(l.synapses))
	for i, s := range l.synapses {
		at[i] = s.at
	}
	for i, gy := range autodiff.Grad(l.loss, at...) {
		s, x := l.synapses[i], l.synapses[i].pre
		if x == nil {
			x = s.slope
		}
		a := traces[i].Else(x.Like(0)).Scale(decay)
		if next = append(next, a.Add(x)); s.pre != nil {
			past = append(past, s.instead(a, gy))
		} else {
			past = append(past, s.reduced(a.Mul(gy)))
		}
	}
	return past, next
}

// instead returns the gradient of the weight for gy arriving at the synapse, if a had been before it.
// The gradient is linear in what is before it: so its derivative along a.
func (s *synapse) instead(a, gy *graph.Node) *graph.Node {
	g := s.at.Op().Grad(s.at, gy.StopGradient())[s.input]
	return autodiff.JVP([]*graph.Node{g}, []*graph.Node{s.pre}, []*graph.Node{a})[0]
}

// differentiable returns the states before the step that some trace is kept along.
func (l *local) differentiable() []*graph.Node {
	var hs []*graph.Node
	for k, h := range l.state {
		if slices.ContainsFunc(l.synapses, func(s *synapse) bool { return slices.Contains(s.along, k) }) {
			hs = append(hs, h)
		}
	}
	return hs
}

// zero returns the trace of a synapse before the first step.
func (s *synapse) zero() *graph.Node {
	if s.pre == nil {
		return s.at.Like(0)
	}
	return s.at.Graph().Const(s.at.DType(), 0, append([]int{s.at.Dim(0)}, s.wires.trace(s.at)...)...)
}

// spread returns a value [B out] of the neurons as one of their synapses, to be multiplied by traces.
func (s *synapse) spread(x *graph.Node) *graph.Node {
	if s.pre == nil {
		return x
	}
	return s.wires.after(x)
}

// arriving returns what arrives at the synapse, as spread does.
func (s *synapse) arriving() *graph.Node {
	if s.pre == nil {
		return s.slope
	}
	return s.wires.before(s.pre)
}

// reduced returns the sum over all that share the weight.
func (s *synapse) reduced(x *graph.Node) *graph.Node {
	if s.pre != nil {
		return x.Sum(0)
	}
	whole := s.weight.BroadcastTo(s.at.Shape()...)
	return autodiff.VJP([]*graph.Node{whole}, []*graph.Node{x}, s.weight)[0]
}

func plus(a, b *graph.Node) *graph.Node {
	if a == nil {
		return b
	}
	return a.Add(b)
}
