package autodiff_test

import (
	"fmt"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/assert"
)

// writtenOut returns the steps of twoStates one after the other; before(i) changes the state before the
// i-th.
func writtenOut(x, v, u, w node, order []int, before func(i int, v, u node) (node, node)) (ys node, lastV, lastU node) {
	rows := make([]node, len(order))
	for i, t := range order {
		if i > 0 {
			v, u = before(i, v, u)
		}
		v, u = twoStates(x.Index(t), v, u, w)
		rows[t] = v.Mul(u)
	}
	return graph.Stack(0, rows...), v, u
}

func twoStates(x, v, u, w node) (node, node) {
	return v.Mul(w).Add(u).Add(x).Tanh(), u.Mul(v).Add(x.Mul(w)).Sin()
}

type vu struct{ V, U node }

func stop(x node) node { return x.StopGradient() }

func order(steps int, reverse bool) []int {
	o := make([]int, steps)
	for i := range o {
		o[i] = i
		if reverse {
			o[i] = steps - 1 - i
		}
	}
	return o
}

// sameGradients compares a loop with options o to its steps written out.
func sameGradients(t *testing.T, steps int, o graph.LoopOptions, before func(i int, v, u node) (node, node)) {
	t.Helper()
	g := graph.New()
	x, v, u, w := ramp(g, steps, 3), ramp(g, 3), ramp(g, 3).Scale(0.5), ramp(g, 3).Scale(0.7)
	loss := func(ys, v, u node) node {
		return ys.Square().Sum().Add(v.Exp().Sum()).Add(u.Sin().Sum())
	}
	ys, last := graph.Loop(x, vu{v, u}, func(x node, s vu) (node, vu) {
		a, b := twoStates(x, s.V, s.U, w)
		return a.Mul(b), vu{a, b}
	}, o)
	in := []node{x, v, u, w}
	got := autodiff.Grad(loss(ys, last.V, last.U), in...)
	want := autodiff.Grad(loss(writtenOut(x, v, u, w, order(steps, o.Reverse), before)), in...)
	vals := values(t, g, append(got, want...)...)
	for i := range in {
		assert.InDeltaSlice(t, vals[len(in)+i], vals[i], 1e-12, "%d steps, %+v, gradient %d", steps, o, i)
	}
}

// Truncate stops the gradient of the state every so many steps.
func TestTruncate(t *testing.T) {
	t.Parallel()
	for _, steps := range []int{1, 2, 5, 6, 7} {
		for _, k := range []int{1, 2, 3, 10} {
			for _, o := range []graph.LoopOptions{{}, {Reverse: true}, {Unroll: true}, {Unroll: true, Reverse: true}} {
				o.Truncate = k
				sameGradients(t, steps, o, func(i int, v, u node) (node, node) {
					if i%k == 0 {
						return stop(v), stop(u)
					}
					return v, u
				})
			}
		}
	}
}

// Detach stops the gradient of one state between any two steps.
func TestDetach(t *testing.T) {
	t.Parallel()
	for _, steps := range []int{1, 2, 5} {
		for _, o := range []graph.LoopOptions{{}, {Reverse: true}, {Unroll: true}, {Segment: 2}, {Segment: 2, Reverse: true}} {
			o.Detach = []string{"U"}
			sameGradients(t, steps, o, func(_ int, v, u node) (node, node) { return v, stop(u) })
			o.Detach = []string{"U", "V"}
			sameGradients(t, steps, o, func(_ int, v, u node) (node, node) { return stop(v), stop(u) })
		}
		o := graph.LoopOptions{Truncate: 2, Detach: []string{"V"}}
		sameGradients(t, steps, o, func(i int, v, u node) (node, node) {
			if i%2 == 0 {
				u = stop(u)
			}
			return stop(v), u
		})
	}
}

// The comparison sees a truncation: gradients with and without differ.
func TestTruncationMatters(t *testing.T) {
	g := graph.New()
	x, v, w := ramp(g, 6, 3), ramp(g, 3), ramp(g, 3)
	grad := func(o graph.LoopOptions) node {
		_, last := graph.Loop(x, vu{v, v}, func(x node, s vu) (struct{}, vu) {
			a, b := twoStates(x, s.V, s.U, w)
			return struct{}{}, vu{a, b}
		}, o)
		return autodiff.Grad(last.V.Sum(), w)[0]
	}
	vals := values(t, g, grad(graph.LoopOptions{}), grad(graph.LoopOptions{Truncate: 2}), grad(graph.LoopOptions{Detach: []string{"U"}}))
	assert.NotEqual(t, vals[0], vals[1])
	assert.NotEqual(t, vals[0], vals[2])
	assert.NotEqual(t, vals[1], vals[2])
}

// What cannot be detached is an error that says what can.
func TestDetachOfNothing(t *testing.T) {
	g := graph.New()
	graph.Loop(ramp(g, 2, 3), vu{ramp(g, 3), ramp(g, 3)}, func(x node, s vu) (node, vu) { return x, s }, graph.LoopOptions{Detach: []string{"W"}})
	assert.ErrorContains(t, g.Err(), fmt.Sprintf("%q", []string{"V", "U"}))
}
