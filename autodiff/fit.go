package autodiff

import (
	"fmt"
	"slices"

	"github.com/spikegraph/spikegraph/graph"
)

// innermost returns the graph at which a sweep begins, nil if no gradient arrives; or an invalid
// node, if the arguments do not fit.
func innermost(ys, gys, wrt []*graph.Node) (g *graph.Graph, bad *graph.Node) {
	if bad := unfit(ys, gys, wrt); bad != nil {
		return nil, bad
	}
	for _, x := range wrt {
		if isConst(x) && x.Shape().Size() > 0 {
			return nil, x.Graph().Fail(fmt.Errorf("autodiff: %w: %v cannot be varied, for equal constants are one node, those of derivatives too; want an Input, a Param, Values, or it After another node", graph.ErrValue, x))
		}
	}
	for i, y := range ys {
		if gys[i] != nil && (g == nil || encloses(g, y.Graph())) {
			g = y.Graph()
		}
	}
	return g, nil
}

// unfit records why a product with the Jacobian cannot be formed and returns an invalid node; nil
// if it can.
func unfit(ys, gys, wrt []*graph.Node) *graph.Node {
	all := slices.Concat(ys, slices.DeleteFunc(slices.Clone(gys), isNil), wrt)
	at := slices.IndexFunc(all, func(n *graph.Node) bool { return n != nil && n.Graph() != nil })
	if at < 0 {
		return &graph.Node{} // there is no graph to report to
	}
	g := all[at].Graph()
	fail := func(err error, format string, args ...any) *graph.Node {
		return g.Fail(fmt.Errorf("autodiff: %w: "+format, append([]any{err}, args...)...))
	}
	if len(gys) != len(ys) {
		return fail(graph.ErrValue, "%d gradients arrive at %d values", len(gys), len(ys))
	}
	for _, n := range all {
		switch {
		case n == nil:
			return fail(graph.ErrValue, "a node is nil")
		case !n.Valid():
			return n
		case !encloses(n.Graph(), g.Top()):
			return fail(graph.ErrScope, "%v is of another graph, or of the body of a loop that is finished", n)
		}
	}
	for i, y := range ys {
		switch gy := gys[i]; {
		case gy == nil:
		case !y.DType().IsFloat():
			return fail(graph.ErrDType, "%v has no derivative, want floats", y)
		case !gy.Type().Equal(y.Type()):
			return fail(graph.ErrShape, "the gradient arriving is %v, the value %v", gy.Type(), y.Type())
		}
	}
	for _, x := range wrt {
		if !x.DType().IsFloat() {
			return fail(graph.ErrDType, "there is no derivative with respect to %v, want floats", x)
		}
	}
	return nil
}

func isNil(n *graph.Node) bool { return n == nil }

func isConst(n *graph.Node) bool { return n.Attrs().Name == "Const" }

// encloses reports whether body is g or a graph inside it.
func encloses(g, body *graph.Graph) bool {
	for ; body != nil; body = body.Parent() {
		if body == g {
			return true
		}
	}
	return false
}
