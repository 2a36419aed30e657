package graph

import (
	"fmt"
	"math"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

// unary is an op of one argument, applied to each element.
type unary uint8

const (
	opNeg unary = iota
	opAbs
	opExp
	opExpm1
	opLog
	opLog1p
	opSqrt
	opSquare
	opReciprocal
	opSin
	opCos
	opTan
	opTanh
	opSinh
	opCosh
	opAsin
	opAcos
	opAtan
	opErf
	opSigmoid
	opSoftplus
	opRelu
	opSign
	opFloor
	opCeil
	opRound
	opStep
	opNot
	numUnary
)

// span is the interval an op is smooth on: tests draw arguments from it.
type span struct{ lo, hi float64 }

var unaryTable = [numUnary]struct {
	name string
	code kernel.Opcode
	grad func(x, y, gy *Node) *Node // nil: the derivative is zero
	on   span
}{
	opNeg:        {"Neg", kernel.OpNeg, func(x, y, gy *Node) *Node { return gy.Neg() }, span{-3, 3}},
	opAbs:        {"Abs", kernel.OpAbs, func(x, y, gy *Node) *Node { return gy.Mul(x.Sign()) }, span{0.2, 3}},
	opExp:        {"Exp", kernel.OpExp, func(x, y, gy *Node) *Node { return gy.Mul(y) }, span{-3, 3}},
	opExpm1:      {"Expm1", kernel.OpExpm1, func(x, y, gy *Node) *Node { return gy.Mul(y.Shift(1)) }, span{-3, 3}},
	opLog:        {"Log", kernel.OpLog, func(x, y, gy *Node) *Node { return gy.Div(x) }, span{0.2, 5}},
	opLog1p:      {"Log1p", kernel.OpLog1p, func(x, y, gy *Node) *Node { return gy.Div(x.Shift(1)) }, span{-0.7, 3}},
	opSqrt:       {"Sqrt", kernel.OpSqrt, func(x, y, gy *Node) *Node { return gy.Div(y.Scale(2)) }, span{0.2, 5}},
	opSquare:     {"Square", kernel.OpSquare, func(x, y, gy *Node) *Node { return gy.Mul(x.Scale(2)) }, span{-3, 3}},
	opReciprocal: {"Reciprocal", kernel.OpReciprocal, func(x, y, gy *Node) *Node { return gy.Mul(y.Square()).Neg() }, span{0.3, 3}},
	opSin:        {"Sin", kernel.OpSin, func(x, y, gy *Node) *Node { return gy.Mul(x.Cos()) }, span{-3, 3}},
	opCos:        {"Cos", kernel.OpCos, func(x, y, gy *Node) *Node { return gy.Mul(x.Sin()).Neg() }, span{-3, 3}},
	opTan:        {"Tan", kernel.OpTan, func(x, y, gy *Node) *Node { return gy.Mul(y.Square().Shift(1)) }, span{-1.2, 1.2}},
	opTanh:       {"Tanh", kernel.OpTanh, func(x, y, gy *Node) *Node { return gy.Mul(y.Square().Neg().Shift(1)) }, span{-3, 3}},
	opSinh:       {"Sinh", kernel.OpSinh, func(x, y, gy *Node) *Node { return gy.Mul(x.Cosh()) }, span{-3, 3}},
	opCosh:       {"Cosh", kernel.OpCosh, func(x, y, gy *Node) *Node { return gy.Mul(x.Sinh()) }, span{-3, 3}},
	opAsin:       {"Asin", kernel.OpAsin, func(x, y, gy *Node) *Node { return gy.Div(x.Square().Neg().Shift(1).Sqrt()) }, span{-0.8, 0.8}},
	opAcos:       {"Acos", kernel.OpAcos, func(x, y, gy *Node) *Node { return gy.Div(x.Square().Neg().Shift(1).Sqrt()).Neg() }, span{-0.8, 0.8}},
	opAtan:       {"Atan", kernel.OpAtan, func(x, y, gy *Node) *Node { return gy.Div(x.Square().Shift(1)) }, span{-3, 3}},
	opErf:        {"Erf", kernel.OpErf, func(x, y, gy *Node) *Node { return gy.Mul(x.Square().Neg().Exp().Scale(2 / math.Sqrt(math.Pi))) }, span{-2, 2}},
	opSigmoid:    {"Sigmoid", kernel.OpSigmoid, func(x, y, gy *Node) *Node { return gy.Mul(y).Mul(y.Neg().Shift(1)) }, span{-3, 3}},
	opSoftplus:   {"Softplus", kernel.OpSoftplus, func(x, y, gy *Node) *Node { return gy.Mul(x.Sigmoid()) }, span{-3, 3}},
	opRelu:       {"Relu", kernel.OpRelu, func(x, y, gy *Node) *Node { return x.Gt(x.scalar(0)).Select(gy, gy.scalar(0)) }, span{0.2, 3}},
	opSign:       {"Sign", kernel.OpSign, nil, span{0.2, 3}},
	opFloor:      {"Floor", kernel.OpFloor, nil, span{0.2, 0.8}},
	opCeil:       {"Ceil", kernel.OpCeil, nil, span{0.2, 0.8}},
	opRound:      {"Round", kernel.OpRound, nil, span{0.6, 0.9}},
	opStep:       {"Step", kernel.OpStep, nil, span{0.2, 3}},
	opNot:        {"Not", kernel.OpNot, nil, span{0, 1}},
}

func (o unary) String() string { return unaryTable[o].name }

func (o unary) Infer(in []Type) (Type, error) {
	switch d := in[0].DType; {
	case o == opNot && d != Bool:
		return Type{}, fmt.Errorf("%w: want Bool", ErrDType)
	case o != opNot && d == Bool:
		return Type{}, fmt.Errorf("%w: want numbers; Cast first", ErrDType)
	case d == Int32 && o != opNeg && o != opAbs && o != opSquare && o != opSign:
		return Type{}, fmt.Errorf("%w: want floats; Cast first", ErrDType)
	}
	return in[0], nil
}

func (o unary) Grad(n, gy *Node) []*Node {
	if g := unaryTable[o].grad; g != nil && n.typ.DType.IsFloat() {
		return []*Node{g(n.in[0], n, gy)}
	}
	return []*Node{nil}
}

func (o unary) attrs() Attrs          { return Attrs{Name: o.String()} }
func (o unary) kernel(*Node) evalFunc { return nil }
func (o unary) code() kernel.Opcode   { return unaryTable[o].code }

// Neg returns -x.
func (x *Node) Neg() *Node { return apply(opNeg, x) }

// Abs returns |x|; its derivative at 0 is 0.
func (x *Node) Abs() *Node { return apply(opAbs, x) }

// Exp returns e^x.
func (x *Node) Exp() *Node { return apply(opExp, x) }

// Expm1 returns e^x - 1, exact near 0.
func (x *Node) Expm1() *Node { return apply(opExpm1, x) }

// Log returns ln x; x > 0.
func (x *Node) Log() *Node { return apply(opLog, x) }

// Log1p returns ln(1+x), exact near 0; x > -1.
func (x *Node) Log1p() *Node { return apply(opLog1p, x) }

// Sqrt returns the square root; x >= 0.
func (x *Node) Sqrt() *Node { return apply(opSqrt, x) }

// Square returns x².
func (x *Node) Square() *Node { return apply(opSquare, x) }

// Reciprocal returns 1/x.
func (x *Node) Reciprocal() *Node { return apply(opReciprocal, x) }

// Sin returns the sine of x radians.
func (x *Node) Sin() *Node { return apply(opSin, x) }

// Cos returns the cosine of x radians.
func (x *Node) Cos() *Node { return apply(opCos, x) }

// Tan returns the tangent of x radians.
func (x *Node) Tan() *Node { return apply(opTan, x) }

// Tanh returns the hyperbolic tangent.
func (x *Node) Tanh() *Node { return apply(opTanh, x) }

// Sinh returns the hyperbolic sine.
func (x *Node) Sinh() *Node { return apply(opSinh, x) }

// Cosh returns the hyperbolic cosine.
func (x *Node) Cosh() *Node { return apply(opCosh, x) }

// Asin returns the arc sine in radians; |x| <= 1.
func (x *Node) Asin() *Node { return apply(opAsin, x) }

// Acos returns the arc cosine in radians; |x| <= 1.
func (x *Node) Acos() *Node { return apply(opAcos, x) }

// Atan returns the arc tangent in radians.
func (x *Node) Atan() *Node { return apply(opAtan, x) }

// Erf returns the error function 2/√π ∫₀ˣ e^(-t²) dt.
func (x *Node) Erf() *Node { return apply(opErf, x) }

// Sigmoid returns 1/(1+e^-x).
func (x *Node) Sigmoid() *Node { return apply(opSigmoid, x) }

// Softplus returns ln(1+e^x), without overflow.
func (x *Node) Softplus() *Node { return apply(opSoftplus, x) }

// Relu returns max(x, 0); its derivative at 0 is 0.
func (x *Node) Relu() *Node { return apply(opRelu, x) }

// Sign returns -1, 0 or 1; its derivative is zero.
func (x *Node) Sign() *Node { return apply(opSign, x) }

// Floor returns the largest whole number not above x; its derivative is zero.
func (x *Node) Floor() *Node { return apply(opFloor, x) }

// Ceil returns the smallest whole number not below x; its derivative is zero.
func (x *Node) Ceil() *Node { return apply(opCeil, x) }

// Round returns the nearest whole number, halves to even; its derivative is zero.
func (x *Node) Round() *Node { return apply(opRound, x) }

// Step returns 1 where x >= 0, else 0; its derivative is zero. See Spike for one that learns.
func (x *Node) Step() *Node { return apply(opStep, x) }

// Not returns the negation of a Bool.
func (x *Node) Not() *Node { return apply(opNot, x) }

// Scale returns c·x.
func (x *Node) Scale(c float64) *Node {
	if !x.Valid() {
		return apply(opNeg, x)
	}
	return x.Mul(x.scalar(c))
}

// Shift returns x + c.
func (x *Node) Shift(c float64) *Node {
	if !x.Valid() {
		return apply(opNeg, x)
	}
	return x.Add(x.scalar(c))
}

// LeakyRelu returns x where x >= 0, else slope·x.
func (x *Node) LeakyRelu(slope float64) *Node {
	if !x.Valid() {
		return apply(opNeg, x)
	}
	return x.Ge(x.scalar(0)).Select(x, x.Scale(slope))
}

// Elu returns x where x > 0, else alpha·(e^x - 1).
func (x *Node) Elu(alpha float64) *Node {
	if !x.Valid() {
		return apply(opNeg, x)
	}
	zero := x.scalar(0)
	return x.Gt(zero).Select(x, x.Min(zero).Expm1().Scale(alpha))
}

// Relu6 returns min(max(x, 0), 6).
func (x *Node) Relu6() *Node { return x.Clip(0, 6) }

// Clip returns x held to [lo, hi]; its derivative is 1 within, 0 outside. NaN stays NaN.
func (x *Node) Clip(lo, hi float64) *Node {
	if !x.Valid() {
		return apply(opNeg, x)
	}
	if !(lo <= hi) {
		return x.g.Fail(fmt.Errorf("Clip(%v, %v): %w: the lower bound is above the upper", lo, hi, ErrValue))
	}
	return x.Max(x.scalar(lo)).Min(x.scalar(hi))
}
