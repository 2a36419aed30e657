package autodiff

import (
	"fmt"
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
	us := make([]*graph.Node, len(ys))
	for i, y := range ys {
		us[i] = y.Like(0).After(y) // a node of its own, whose value is never used
	}
	gxs := pull(ys, us, xs)
	var at, along []*graph.Node
	for i, g := range gxs {
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
	if bad := floats("Jacobian", y, x); bad != nil {
		return bad
	}
	n := y.Shape().Size()
	rows := overUnits(y, n, func(e *graph.Node) *graph.Node {
		return VJP([]*graph.Node{y}, []*graph.Node{e}, x)[0].Here()
	})
	return rows.Reshape(slices.Concat(y.Shape(), x.Shape())...)
}

// JacobianForward returns the same as Jacobian by forward mode: one pass for each element of x.
func JacobianForward(y, x *graph.Node) *graph.Node {
	if bad := floats("JacobianForward", y, x); bad != nil {
		return bad
	}
	cols := overUnits(x, x.Shape().Size(), func(e *graph.Node) *graph.Node {
		return JVP([]*graph.Node{y}, []*graph.Node{x}, []*graph.Node{e})[0].Here()
	})
	ny := y.Shape().Size()
	return cols.Reshape(x.Shape().Size(), ny).Transpose(1, 0).Reshape(slices.Concat(y.Shape(), x.Shape())...)
}

// Hessian returns the second derivative of the scalar loss, with shape x.shape + x.shape: the
// forward-mode Jacobian of its gradient.
func Hessian(loss, x *graph.Node) *graph.Node {
	return JacobianForward(Grad(loss, x)[0], x)
}

func floats(what string, y, x *graph.Node) *graph.Node {
	switch {
	case !y.Valid():
		return y
	case !x.Valid():
		return x
	case !y.DType().IsFloat() || !x.DType().IsFloat():
		return y.Graph().Fail(fmt.Errorf("%s: %w: of %v by %v, want floats", what, graph.ErrDType, y.Type(), x.Type()))
	}
	return nil
}

// overUnits stacks f of each unit vector of x's space, in a loop.
func overUnits(x *graph.Node, n int, f func(e *graph.Node) *graph.Node) *graph.Node {
	type none struct{ Unused *graph.Node }
	ys, _ := graph.Loop([]*graph.Node{}, none{x.Like(0).Sum()}, func(_ []*graph.Node, s none) (*graph.Node, none) {
		top := x.Graph().Top()
		e := top.StepIndex().OneHot(max(n, 1), x.DType()).Reshape(x.Shape()...)
		return f(e), s
	}, graph.LoopOptions{Steps: n})
	return ys
}

// Checkpoint returns f(), and makes its backward pass compute f's intermediate values again instead
// of keeping them: less memory, one more forward computation. Gradients are the same.
func Checkpoint(g *graph.Graph, f func() *graph.Node) *graph.Node {
	g = g.Top()
	before := len(g.Nodes())
	y := f()
	if !y.Valid() || y.Graph() != g || y.ID() < before {
		return y
	}
	reads := frontier(y, before)
	rule := func(xs []*graph.Node, _, gy *graph.Node) []*graph.Node {
		at := map[*graph.Node]*graph.Node{}
		again := make([]*graph.Node, len(xs))
		for i, x := range xs {
			again[i] = x.After(gy)
			at[x] = again[i]
		}
		return pull(graph.Replay([]*graph.Node{y}, at), []*graph.Node{gy}, again)
	}
	return graph.Custom(func([]*graph.Node) *graph.Node { return y }, rule, reads...)
}

// frontier returns the float nodes older than number before that y is computed from by newer ones.
func frontier(y *graph.Node, before int) []*graph.Node {
	var reads []*graph.Node
	seen := map[*graph.Node]bool{}
	var visit func(n *graph.Node)
	visit = func(n *graph.Node) {
		if seen[n] {
			return
		}
		seen[n] = true
		leaf := n.ID() < before || len(n.Inputs()) == 0
		if leaf && n.DType().IsFloat() && n.Attrs().Name != "Const" {
			reads = append(reads, n)
		}
		if !leaf {
			for _, x := range n.Inputs() {
				visit(x)
			}
		}
	}
	visit(y)
	return reads
}
