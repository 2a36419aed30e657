package losses

import (
	"fmt"
	"math"

	"github.com/spikegraph/spikegraph/graph"
)

// within names the loss for errors, those of a run too; the returned function ends it.
func within(name string, x *graph.Node) (end func()) {
	if !x.Valid() {
		return func() {}
	}
	return x.Graph().Scope(name)
}

// fail records a fault of the loss that x is given to, and returns an invalid node.
func fail(x *graph.Node, err error) *graph.Node { return x.Graph().Fail(err) }

// failIn is fail for a list of nodes; if none is valid, what is wrong with them is known already.
func failIn(name string, xs []*graph.Node, err error) *graph.Node {
	for _, x := range xs {
		if x.Valid() {
			defer within(name, x)()
			return fail(x, err)
		}
	}
	return &graph.Node{}
}

// notFloats returns an invalid node if x does not hold floats, at least one, else nil.
func notFloats(x *graph.Node) *graph.Node {
	switch {
	case !x.Valid():
		return x.Neg() // says so if x is nil, and passes on what has been said already
	case !x.DType().IsFloat():
		return fail(x, fmt.Errorf("%w: %v, want floats; Cast first", graph.ErrDType, x.Type()))
	case x.Shape().Size() == 0:
		return fail(x, fmt.Errorf("%w: %v is empty", graph.ErrShape, x.Type()))
	}
	return nil
}

// without returns an invalid node if predictions x or targets y are not there, else nil.
func without(x, y *graph.Node) *graph.Node {
	switch {
	case x.Valid() && y == nil:
		return fail(x, fmt.Errorf("%w: the targets are nil", graph.ErrValue))
	case !x.Valid() || !y.Valid():
		return x.Sub(y) // passes on what has been said already
	}
	return nil
}

// unlike returns an invalid node if x and y are not floats of one type and shape, else nil.
func unlike(x, y *graph.Node) *graph.Node {
	if bad := without(x, y); bad != nil {
		return bad
	}
	if bad := notFloats(x); bad != nil {
		return bad
	}
	if x.DType() != y.DType() {
		return fail(x, fmt.Errorf("%w: predictions %v, targets %v; Cast one of them", graph.ErrDType, x.Type(), y.Type()))
	}
	if !x.Shape().Equal(y.Shape()) {
		return fail(x, fmt.Errorf("%w: predictions %v, targets %v", graph.ErrShape, x.Type(), y.Type()))
	}
	return nil
}

// notClasses returns an invalid node unless x are scores [… C] and ids Int32 class ids [...].
func notClasses(x, ids *graph.Node) *graph.Node {
	if bad := without(x, ids); bad != nil {
		return bad
	}
	if bad := notFloats(x); bad != nil {
		return bad
	}
	if ids.DType() != graph.Int32 {
		return fail(x, fmt.Errorf("%w: class ids are %v, want Int32", graph.ErrDType, ids.Type()))
	}
	if x.Rank() == 0 || !x.Shape()[:x.Rank()-1].Equal(ids.Shape()) {
		return fail(x, fmt.Errorf("%w: predictions %v, class ids %v; classes are the last axis of the predictions",
			graph.ErrShape, x.Type(), ids.Type()))
	}
	return nil
}

// outside returns an error unless v, a setting of that name, is in [lo, hi]; infinities never are.
func outside(name string, v, lo, hi float64) error {
	if v >= lo && v <= hi && !math.IsInf(v, 0) {
		return nil
	}
	return fmt.Errorf("%w: %s is %v, want it in [%v, %v]", graph.ErrValue, name, v, lo, hi)
}

// notPositive returns an error unless v, a setting of that name, is a positive number.
func notPositive(name string, v float64) error {
	if v > 0 && !math.IsInf(v, 1) {
		return nil
	}
	return fmt.Errorf("%w: %s is %v, want a positive number", graph.ErrValue, name, v)
}

// scalar returns v as a constant of x's type that broadcasts.
func scalar(x *graph.Node, v float64) *graph.Node { return x.Graph().Const(x.DType(), v) }
