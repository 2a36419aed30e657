package graph

import (
	"fmt"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

// binary is an op of two arguments, applied to each pair of elements after broadcasting.
type binary uint8

const (
	opAdd binary = iota
	opSub
	opMul
	opDiv
	opPow
	opMin
	opMax
	opAtan2
	opMod
	opEq
	opNe
	opLt
	opLe
	opGt
	opGe
	opAnd
	opOr
	opXor
	numBinary
)

var binaryTable = [numBinary]struct {
	name string
	code kernel.Opcode
	grad func(a, b, y, gy *Node) (ga, gb *Node) // nil: the derivative is zero
	on   span
}{
	opAdd: {"Add", kernel.OpAdd, func(a, b, y, gy *Node) (*Node, *Node) { return gy, gy }, span{-3, 3}},
	opSub: {"Sub", kernel.OpSub, func(a, b, y, gy *Node) (*Node, *Node) { return gy, gy.Neg() }, span{-3, 3}},
	opMul: {"Mul", kernel.OpMul, func(a, b, y, gy *Node) (*Node, *Node) { return gy.Mul(b), gy.Mul(a) }, span{-3, 3}},
	opDiv: {"Div", kernel.OpDiv, func(a, b, y, gy *Node) (*Node, *Node) {
		q := gy.Div(b)
		return q, q.Mul(y).Neg()
	}, span{0.5, 3}},
	opPow: {"Pow", kernel.OpPow, powGrad, span{0.5, 2}},
	opMin: {"Min", kernel.OpMin, func(a, b, y, gy *Node) (*Node, *Node) { return split(a.Le(b), gy) }, span{-3, 3}},
	opMax: {"Max", kernel.OpMax, func(a, b, y, gy *Node) (*Node, *Node) { return split(a.Ge(b), gy) }, span{-3, 3}},
	opAtan2: {"Atan2", kernel.OpAtan2, func(a, b, y, gy *Node) (*Node, *Node) {
		q := gy.Div(a.Square().Add(b.Square()))
		return q.Mul(b), q.Mul(a).Neg()
	}, span{0.5, 3}},
	opMod: {"Mod", kernel.OpMod, func(a, b, y, gy *Node) (*Node, *Node) {
		return gy, gy.Mul(a.Div(b).Floor()).Neg()
	}, span{2.1, 3.9}},
	opEq:  {"Eq", kernel.OpEq, nil, span{-3, 3}},
	opNe:  {"Ne", kernel.OpNe, nil, span{-3, 3}},
	opLt:  {"Lt", kernel.OpLt, nil, span{-3, 3}},
	opLe:  {"Le", kernel.OpLe, nil, span{-3, 3}},
	opGt:  {"Gt", kernel.OpGt, nil, span{-3, 3}},
	opGe:  {"Ge", kernel.OpGe, nil, span{-3, 3}},
	opAnd: {"And", kernel.OpAnd, nil, span{0, 1}},
	opOr:  {"Or", kernel.OpOr, nil, span{0, 1}},
	opXor: {"Xor", kernel.OpXor, nil, span{0, 1}},
}

// split sends gy to the first operand where first, else to the second.
func split(first, gy *Node) (*Node, *Node) {
	zero := gy.scalar(0)
	return first.Select(gy, zero), first.Select(zero, gy)
}

// powGrad: d a^b = b·a^(b-1) da + ln(a)·a^b db, the second part 0 where a <= 0.
func powGrad(a, b, y, gy *Node) (*Node, *Node) {
	safe := a.Gt(a.scalar(0)).Select(a, a.scalar(1))
	return gy.Mul(b).Mul(a.Pow(b.Shift(-1))), gy.Mul(y).Mul(safe.Log())
}

func (o binary) compares() bool { return o >= opEq && o <= opGe }
func (o binary) logic() bool    { return o >= opAnd }

func (o binary) String() string { return binaryTable[o].name }

func (o binary) Infer(in []Type) (Type, error) {
	a, b := in[0].DType, in[1].DType
	if a != b {
		return Type{}, fmt.Errorf("%w: %v and %v; Cast one of them", ErrDType, a, b)
	}
	if o.logic() && a != Bool {
		return Type{}, fmt.Errorf("%w: want Bool", ErrDType)
	}
	if !o.logic() && a == Bool && o != opEq && o != opNe {
		return Type{}, fmt.Errorf("%w: want numbers; Cast first", ErrDType)
	}
	if (o == opPow || o == opAtan2) && !a.IsFloat() {
		return Type{}, fmt.Errorf("%w: want floats; Cast first", ErrDType)
	}
	s, err := broadcast(in[0].Shape, in[1].Shape)
	if o.compares() {
		a = Bool
	}
	return Type{a, s}, err
}

func (o binary) Grad(n, gy *Node) []*Node {
	g := binaryTable[o].grad
	if g == nil || !n.typ.DType.IsFloat() {
		return []*Node{nil, nil}
	}
	a, b := n.in[0], n.in[1]
	ga, gb := g(a, b, n, gy)
	return []*Node{ga.sumTo(a.typ.Shape), gb.sumTo(b.typ.Shape)}
}

func (o binary) attrs() Attrs          { return Attrs{Name: o.String()} }
func (o binary) kernel(*Node) evalFunc { return nil }
func (o binary) code() kernel.Opcode   { return binaryTable[o].code }

// broadcast returns the shape that two shapes take together: aligned at the last axis, an extent
// of 1, or an axis that is missing in front, is repeated.
func broadcast(a, b Shape) (Shape, error) {
	if len(a) < len(b) {
		a, b = b, a
	}
	s := append(Shape{}, a...)
	off := len(a) - len(b)
	for i, d := range b {
		switch have := s[off+i]; {
		case have == d || d == 1:
		case have == 1:
			s[off+i] = d
		default:
			return nil, fmt.Errorf("%w: %v and %v cannot be broadcast together", ErrShape, a, b)
		}
	}
	return s, nil
}

// sumTo sums x over the axes along which shape was repeated to become x's.
func (x *Node) sumTo(shape Shape) *Node {
	if !x.Valid() {
		return x
	}
	// A gradient can itself be of a smaller shape than its target: of a scalar, say.
	if x.typ.Shape.Equal(shape) {
		return x
	}
	var axes []int
	off := len(x.typ.Shape) - len(shape)
	for i, d := range x.typ.Shape {
		if i < off || (shape[i-off] == 1 && d != 1) {
			axes = append(axes, i)
		}
	}
	return x.Sum(axes...).Reshape(shape...)
}

// Add returns a + b, broadcast.
func (a *Node) Add(b *Node) *Node { return apply(opAdd, a, b) }

// Sub returns a - b, broadcast.
func (a *Node) Sub(b *Node) *Node { return apply(opSub, a, b) }

// Mul returns a·b element by element, broadcast.
func (a *Node) Mul(b *Node) *Node { return apply(opMul, a, b) }

// Div returns a / b, broadcast. Int32 rounds toward zero and gives 0 for a division by 0.
func (a *Node) Div(b *Node) *Node { return apply(opDiv, a, b) }

// Pow returns a^b, broadcast. Where a <= 0 no gradient goes to b.
func (a *Node) Pow(b *Node) *Node { return apply(opPow, a, b) }

// Min returns the smaller of a and b, broadcast; NaN if either is. Of equals, a gets the gradient.
func (a *Node) Min(b *Node) *Node { return apply(opMin, a, b) }

// Max returns the larger of a and b, broadcast; NaN if either is. Of equals, a gets the gradient.
func (a *Node) Max(b *Node) *Node { return apply(opMax, a, b) }

// Atan2 returns the angle of the point (b, a) in radians, broadcast.
func (a *Node) Atan2(b *Node) *Node { return apply(opAtan2, a, b) }

// Mod returns a - floor(a/b)·b, which has the sign of b, broadcast.
func (a *Node) Mod(b *Node) *Node { return apply(opMod, a, b) }

// Eq returns where a == b, a Bool, broadcast.
func (a *Node) Eq(b *Node) *Node { return apply(opEq, a, b) }

// Ne returns where a != b, a Bool, broadcast.
func (a *Node) Ne(b *Node) *Node { return apply(opNe, a, b) }

// Lt returns where a < b, a Bool, broadcast.
func (a *Node) Lt(b *Node) *Node { return apply(opLt, a, b) }

// Le returns where a <= b, a Bool, broadcast.
func (a *Node) Le(b *Node) *Node { return apply(opLe, a, b) }

// Gt returns where a > b, a Bool, broadcast.
func (a *Node) Gt(b *Node) *Node { return apply(opGt, a, b) }

// Ge returns where a >= b, a Bool, broadcast.
func (a *Node) Ge(b *Node) *Node { return apply(opGe, a, b) }

// And returns where both Bools hold, broadcast.
func (a *Node) And(b *Node) *Node { return apply(opAnd, a, b) }

// Or returns where at least one of two Bools holds, broadcast.
func (a *Node) Or(b *Node) *Node { return apply(opOr, a, b) }

// Xor returns where exactly one of two Bools holds, broadcast.
func (a *Node) Xor(b *Node) *Node { return apply(opXor, a, b) }
