package layers

import "github.com/spikegraph/spikegraph/graph"

// Straight is the connection that changes nothing, y = x: the shortcut of a residual block, or a
// place to fill.
type Straight struct{}

// Apply returns x.
func (Straight) Apply(x *graph.Node) *graph.Node { return x }
