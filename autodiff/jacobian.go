package autodiff

import (
	"slices"

	"github.com/spikegraph/spikegraph/graph"
)

// JVP returns, for each y in ys, the Jacobian-vector product Σᵢ ∂y/∂xsᵢ vsᵢ: the derivative of y along
// the direction vs (forward mode). vs[i] has the type of xs[i].
//
// u ↦ uᵀJ is linear in u, and its own vector-Jacobian product with v is Jv: two sweeps back make one
// forward, so that ops need no second table of derivatives (Townsend 2017, "A new trick for
// calculating Jacobian vector products").
func JVP(ys, xs, vs []*graph.Node) []*graph.Node {
	if bad := unfit(xs, vs, ys); bad != nil {
		return fill(bad, ys)
	}
	us := make([]*graph.Node, len(ys))
	for i, y := range ys { // nodes like no other, whose values are never used
		before := y
		if i > 0 {
			before = us[i-1]
		}
		us[i] = y.Like(0).After(before)
	}
	var at, along []*graph.Node
	for i, g := range pull(ys, us, xs) {
		if g != nil {
			at, along = append(at, g), append(along, vs[i])
		}
	}
	out := pull(at, along, us)
	for i, y := range ys {
		out[i] = orZero(out[i], y)
	}
	return out
}

// Jacobian returns ∂y/∂x with shape y.shape + x.shape, by reverse mode: one backward pass for each
// element of y.
func Jacobian(y, x *graph.Node) *graph.Node {
	if bad := unfit([]*graph.Node{y}, []*graph.Node{y}, []*graph.Node{x}); bad != nil {
		return bad
	}
	rows := overUnits(y, func(e *graph.Node) *graph.Node {
		return VJP([]*graph.Node{y}, []*graph.Node{e}, x)[0]
	})
	return rows.Reshape(slices.Concat(y.Shape(), x.Shape())...)
}

// JacobianForward returns the same as Jacobian by forward mode: one pass for each element of x.
func JacobianForward(y, x *graph.Node) *graph.Node {
	if bad := unfit([]*graph.Node{y}, []*graph.Node{y}, []*graph.Node{x}); bad != nil {
		return bad
	}
	cols := overUnits(x, func(e *graph.Node) *graph.Node {
		return JVP([]*graph.Node{y}, []*graph.Node{x}, []*graph.Node{e})[0]
	})
	ny := y.Shape().Size()
	return cols.Reshape(x.Shape().Size(), ny).Transpose(1, 0).Reshape(slices.Concat(y.Shape(), x.Shape())...)
}

// Hessian returns the second derivative of the scalar loss, with shape x.shape + x.shape: the
// forward-mode Jacobian of its gradient.
func Hessian(loss, x *graph.Node) *graph.Node {
	return JacobianForward(Grad(loss, x)[0], x)
}

// overUnits stacks f of each unit vector of x's space, in a loop.
func overUnits(x *graph.Node, f func(e *graph.Node) *graph.Node) *graph.Node {
	n := x.Shape().Size()
	var none []*graph.Node
	// The steps carry nothing, but a loop needs a node to know its graph by.
	rows, _ := graph.Loop(none, x.Like(0), func(_ []*graph.Node, s *graph.Node) (*graph.Node, *graph.Node) {
		if n == 0 {
			return f(s), s
		}
		i := x.Graph().Top().StepIndex()
		return f(i.OneHot(n, x.DType()).Reshape(x.Shape()...)), s
	}, graph.LoopOptions{Steps: n})
	return rows
}
