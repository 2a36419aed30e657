package surrogate

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// Smoother is a surrogate that knows the function of which it is the slope.
type Smoother interface {
	graph.Surrogate
	// Smooth returns that function at x.
	Smooth(x *graph.Node) *graph.Node
}

// Spiked returns the spike of x, the potential above threshold: x.Spike(s). If smooth holds, its
// value is s.Smooth(x) instead, and its derivative is that of s all the same: a network can run
// with graded spikes by a switch. A surrogate without a smooth function is then a fault.
func Spiked(x *graph.Node, s graph.Surrogate, smooth bool) *graph.Node {
	if !smooth || !x.Valid() {
		return x.Spike(s)
	}
	f, ok := s.(Smoother)
	if !ok {
		return x.Graph().Fail(fmt.Errorf("Spiked(%v): %w: %v has no smooth function", x.Type(), graph.ErrValue, s))
	}
	return graph.Custom(
		func(xs []*graph.Node) *graph.Node { return f.Smooth(xs[0]) },
		func(xs []*graph.Node, _, gy *graph.Node) []*graph.Node { return []*graph.Node{f.Grad(xs[0], gy)} },
		x)
}
