package losses

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// Reduction says how the losses of the samples, or of the elements, become the result.
type Reduction uint8

// The reductions. The zero value is Mean.
const (
	Mean Reduction = iota // their mean
	Sum                   // their sum
	None                  // all of them, as they are
)

var reductions = [...]string{Mean: "mean", Sum: "sum", None: "none"}

func (r Reduction) String() string {
	if int(r) < len(reductions) {
		return reductions[r]
	}
	return fmt.Sprintf("Reduction(%d)", uint8(r))
}

// ParseReduction returns the Reduction of that name: "mean", "sum" or "none". Another name is an
// error that wraps graph.ErrValue.
func ParseReduction(name string) (Reduction, error) {
	for r, n := range reductions {
		if n == name {
			return Reduction(r), nil
		}
	}
	return 0, fmt.Errorf("losses: %w: there is no reduction %q; there are %q", graph.ErrValue, name, reductions)
}

// of reduces x over axes, all of them if none is named; None leaves x alone.
func (r Reduction) of(x *graph.Node, axes ...int) *graph.Node {
	switch {
	case !x.Valid() || r == None:
		return x
	case r == Mean:
		return x.Mean(axes...)
	case r == Sum:
		return x.Sum(axes...)
	}
	return x.Graph().Fail(fmt.Errorf("%w: there is no %v", graph.ErrValue, r))
}
