package layers

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// between returns the site of a connection from in neurons to out neurons.
func (l placer) between(in, out int) site {
	s := l.site(in)
	if in < 1 || out < 1 {
		s.fault = l.fail("In, Out", fmt.Errorf("%w: %d to %d neurons, want at least 1", graph.ErrShape, in, out))
	}
	return s
}

// product returns x·w + b, [... out] of x [... in], w [in out] and b [out], which may be nil.
func product(x, w, b *graph.Node) *graph.Node {
	if bad := invalid(x, w); bad != nil {
		return bad
	}
	lead := x.Shape()[:x.Rank()-1]
	y := x.Reshape(lead.Size(), x.Dim(-1)).MatMul(w)
	if b != nil {
		y = y.Add(b)
	}
	return y.Reshape(append(lead[:len(lead):len(lead)], w.Dim(1))...)
}

// invalid returns the first node that is not valid, nil if there is none.
func invalid(xs ...*graph.Node) *graph.Node {
	for _, x := range xs {
		if !x.Valid() {
			return x
		}
	}
	return nil
}
