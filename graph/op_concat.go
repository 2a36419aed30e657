package graph

import (
	"fmt"
	"slices"
)

// concatOp joins its inputs along an axis.
type concatOp struct{ axis int }

func (o concatOp) String() string { return fmt.Sprintf("Concat[%d]", o.axis) }

func (o concatOp) Infer(in []Type) (Type, error) {
	t := Type{in[0].DType, slices.Clone(in[0].Shape)}
	for _, x := range in[1:] {
		if x.DType != t.DType {
			return Type{}, fmt.Errorf("%w: %v and %v; Cast one of them", ErrDType, t.DType, x.DType)
		}
		same := len(x.Shape) == len(t.Shape)
		for i := 0; same && i < len(t.Shape); i++ {
			same = i == o.axis || x.Shape[i] == t.Shape[i]
		}
		if !same {
			return Type{}, fmt.Errorf("%w: %v and %v differ on an axis other than %d", ErrShape, in[0].Shape, x.Shape, o.axis)
		}
		t.Shape[o.axis] += x.Shape[o.axis]
	}
	return t, nil
}

func (o concatOp) Grad(n, gy *Node) []*Node {
	gs := make([]*Node, len(n.in))
	at := 0
	for i, x := range n.in {
		gs[i] = gy.Narrow(o.axis, at, x.typ.Shape[o.axis])
		at += x.typ.Shape[o.axis]
	}
	return gs
}

func (o concatOp) attrs() Attrs { return Attrs{Name: "Concat", Axes: []int{o.axis}} }

func (o concatOp) kernel(n *Node) evalFunc {
	parts := make([]evalFunc, len(n.in))
	st := n.typ.Shape.strides()
	at := 0
	for i, x := range n.in {
		parts[i] = copyKernel(x.typ, st, at*st[o.axis], x.typ.Shape.strides(), 0, x.typ.Shape)
		at += x.typ.Shape[o.axis]
	}
	return func(c *call) error {
		in := c.in
		defer func() { c.in = in }()
		for i, part := range parts {
			c.in = in[i : i+1]
			if err := part(c); err != nil {
				return err
			}
		}
		return nil
	}
}

// Concat joins values along an axis that is there already.
func Concat(axis int, xs ...*Node) *Node {
	if len(xs) == 0 {
		return &Node{}
	}
	if slices.ContainsFunc(xs, func(x *Node) bool { return !x.Valid() }) {
		return apply(concatOp{}, xs...)
	}
	a, err := xs[0].axes([]int{axis})
	if err != nil {
		return xs[0].g.Fail(fmt.Errorf("Concat(%v): %w", xs[0].typ, err))
	}
	if len(xs) == 1 {
		return xs[0]
	}
	return apply(concatOp{a[0]}, xs...)
}

// Stack joins values of one shape along a new axis.
func Stack(axis int, xs ...*Node) *Node {
	ys := make([]*Node, len(xs))
	for i, x := range xs {
		ys[i] = x.Unsqueeze(axis)
	}
	return Concat(axis, ys...)
}
