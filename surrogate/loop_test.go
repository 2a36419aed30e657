package surrogate_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/surrogate"
	"github.com/stretchr/testify/assert"
)

// lif integrates x [T B] with a spike of the given kind, and returns the spikes and the gradient of
// their weighted sum at x: in a loop, or in its steps copied out.
func lif(x *graph.Node, unroll bool, spike func(v, before *graph.Node) *graph.Node) []*graph.Node {
	type state struct{ V *graph.Node }
	zs, _ := graph.Loop(x, state{x.Index(0).Like(0)}, func(x *graph.Node, s state) (*graph.Node, state) {
		v := s.V.Scale(0.8).Add(x)
		z := spike(v.Shift(-1), s.V.Shift(-1))
		return z, state{v.Sub(z)}
	}, graph.LoopOptions{Unroll: unroll})
	loss := zs.Mul(zs.CumSum(0, false, false).Shift(0.3)).Sum()
	return nodes(zs.Reshape(-1), autodiff.Grad(loss, x)[0].Reshape(-1))
}

// Through time, every kind of spike gives the same numbers in a loop as step by step, and learns.
func TestSpikesInALoop(t *testing.T) {
	s := surrogate.NewArctan()
	for name, spike := range map[string]func(v, before *graph.Node) *graph.Node{
		"spike":    func(v, _ *graph.Node) *graph.Node { return v.Spike(s) },
		"smooth":   func(v, _ *graph.Node) *graph.Node { return surrogate.Spiked(v, s, true) },
		"crossing": func(v, before *graph.Node) *graph.Node { return surrogate.InvSquareGrad2(v, before, 5) },
	} {
		x := []float64{0.7, 0.2, 0.9, 0.6, 0.1, 0.8, 1.3, 0.4, 0.3, 0.9, 0.5, 1.1}
		y := eval(t, x, func(x *graph.Node) []*graph.Node {
			x = x.Reshape(6, 2)
			return append(lif(x, false, spike), lif(x, true, spike)...)
		})
		assert.InDeltaSlice(t, y[2], y[0], 1e-13, name)
		assert.InDeltaSlice(t, y[3], y[1], 1e-12, name)
		assert.NotEqual(t, make([]float64, 12), y[1], name)
	}
}
