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
		e := make([]*graph.Node, len(l.state))
		var g *graph.Node
		for i, k := range s.along {
			h := l.state[k]
			e[k] = traces[i].Else(h.Graph().Const(h.DType(), 0, s.wires.trace(s, h)...))
			g = plus(g, s.wires.reduced(s, e[k].Mul(s.wires.after(signal[h]))))
		}
		traces, past = traces[len(s.along):], append(past, g)
		next = append(next, l.eligibility(s, e)...)
	}
	return past, next
}

// eligibility returns the traces of a synapse after the step, of those before it: from value to value, the
// derivative of what is computed of several is a sum.
func (l *local) eligibility(s *synapse, e []*graph.Node) (next []*graph.Node) {
	of, traces := []*graph.Node{s.at}, []*graph.Node{s.wires.before(s)}
	for _, k := range s.along {
		of, traces = append(of, l.state[k]), append(traces, e[k])
	}
	sum := func(slopes map[*graph.Node]*graph.Node) (t *graph.Node) {
		for i, n := range of {
			if d := slopes[n]; d != nil {
				t = plus(t, s.wires.after(d).Mul(traces[i]))
			}
		}
		return t
	}
	for _, c := range l.carriers {
		if t := sum(c.slopes); t != nil && s.wires.passes(c.at) {
			of, traces = append(of, c.at), append(traces, s.wires.through(c.at, t))
		}
	}
	for _, k := range s.along {
		next = append(next, sum(l.slopes[k]))
	}
	return next
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
			x = s.wires.before(s)
		}
		a := traces[i].Else(x.Like(0)).Scale(decay)
		if next = append(next, a.Add(x)); s.pre != nil {
			past = append(past, s.instead(a, gy))
		} else {
			past = append(past, s.wires.reduced(s, a.Mul(gy)))
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

func plus(a, b *graph.Node) *graph.Node {
	if a == nil {
		return b
	}
	return a.Add(b)
}
