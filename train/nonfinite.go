package train

import (
	"fmt"
	"slices"

	"github.com/spikegraph/spikegraph/graph"
	"gorgonia.org/tensor"
)

// checkParameters returns an error for the first parameter of s that holds a value that is not
// finite. A run cannot be relied on to find it: a potential that is NaN is below every threshold, and
// the spikes of such a neuron are ordinary zeros.
func checkParameters(s *graph.Store) error {
	for _, p := range s.Params() {
		if err := checkParameter(p.Name, p.Value); err != nil {
			return err
		}
	}
	return nil
}

func checkParameter(name string, x *tensor.Dense) error {
	if at, v := notFinite(x); at >= 0 {
		return fmt.Errorf("%w: element %v of the parameter %q is %v", graph.ErrNonFinite, indices(at, x.Shape()), name, v)
	}
	return nil
}

// notFinite returns the first element of x that is NaN or infinite, at -1 if there is none.
func notFinite(x *tensor.Dense) (at int, v float64) {
	switch graph.DTypeOf(x) {
	case graph.Float32:
		return firstNotFinite(x.Float32s())
	case graph.Float64:
		return firstNotFinite(x.Float64s())
	}
	return -1, 0
}

// checkOutput returns an error if an output of p is NaN, which says where that came about. An infinite
// output can be meant: the logarithm of a probability of 0.
func (p *program) checkOutput(y *tensor.Dense, in []*tensor.Dense) error {
	at := -1
	switch graph.DTypeOf(y) {
	case graph.Float32:
		at = firstNaN(y.Float32s())
	case graph.Float64:
		at = firstNaN(y.Float64s())
	}
	if at < 0 {
		return nil
	}
	return p.located(fmt.Errorf("element %v of the output is NaN: %w", indices(at, y.Shape()), graph.ErrNonFinite), in)
}

func firstNotFinite[T float32 | float64](xs []T) (at int, v float64) {
	if at = slices.IndexFunc(xs, func(x T) bool { return x-x != 0 }); at >= 0 {
		v = float64(xs[at])
	}
	return at, v
}

func firstNaN[T float32 | float64](xs []T) int {
	return slices.IndexFunc(xs, func(x T) bool { return x != x })
}
