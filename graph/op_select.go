package graph

import (
	"fmt"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

// selectOp chooses between two values, element by element.
type selectOp struct{}

func (selectOp) String() string { return "Select" }

func (selectOp) Infer(in []Type) (Type, error) {
	if in[0].DType != Bool {
		return Type{}, fmt.Errorf("%w: the condition is %v, want Bool", ErrDType, in[0].DType)
	}
	if in[1].DType != in[2].DType {
		return Type{}, fmt.Errorf("%w: %v and %v; Cast one of them", ErrDType, in[1].DType, in[2].DType)
	}
	s, err := broadcast(in[1].Shape, in[2].Shape)
	if err == nil {
		s, err = broadcast(s, in[0].Shape)
	}
	return Type{in[1].DType, s}, err
}

func (selectOp) Grad(n, gy *Node) []*Node {
	if !n.typ.DType.IsFloat() {
		return []*Node{nil, nil, nil}
	}
	ga, gb := split(n.in[0], gy)
	return []*Node{nil, ga.sumTo(n.in[1].typ.Shape), gb.sumTo(n.in[2].typ.Shape)}
}

func (selectOp) attrs() Attrs          { return Attrs{Name: "Select"} }
func (selectOp) kernel(*Node) evalFunc { return nil }
func (selectOp) code() kernel.Opcode   { return kernel.OpSelect }

// Select returns a where the Bool c holds, else b, broadcast. The branch not taken gets no
// gradient, but its value is computed: a NaN there does no harm, an error does.
func (c *Node) Select(a, b *Node) *Node { return apply(selectOp{}, c, a, b) }

// castOp changes the element type.
type castOp struct{ to DType }

func (o castOp) String() string { return "Cast[" + o.to.String() + "]" }

func (o castOp) Infer(in []Type) (Type, error) {
	if o.to == Invalid || o.to > Bool {
		return Type{}, fmt.Errorf("%w: %v", ErrDType, o.to)
	}
	return Type{o.to, in[0].Shape}, nil
}

func (o castOp) Grad(n, gy *Node) []*Node {
	if from := n.in[0].typ.DType; o.to.IsFloat() && from.IsFloat() {
		return []*Node{gy.Cast(from)}
	}
	return []*Node{nil}
}

func (o castOp) attrs() Attrs            { return Attrs{Name: "Cast", DType: o.to} }
func (o castOp) kernel(n *Node) evalFunc { return castKernel(n.in[0].typ, o.to) }

// Cast returns x as elements of type d. Floats become whole numbers toward zero, numbers become
// Bool by x != 0, Bool becomes 0 or 1.
func (x *Node) Cast(d DType) *Node {
	if x.Valid() && x.typ.DType == d {
		return x
	}
	if x.Valid() && d == Invalid {
		return x.g.noType(fmt.Sprintf("Cast(%v)", x.typ), d)
	}
	return apply(castOp{d}, x)
}
