package kernel

import "math"

// scalar is an operation on one element.
type scalar func(x, y, z, c0, c1 float64) float64

// vector is an operation on a tile. All slices have the length of dst, which may be the very slice
// of an operand: a loop reads element i of its operands before it writes it, and never after.
type vector[T Number] func(dst, x, y, z []T, c0, c1 T)

// instruction is one row of the table; a nil loop means that the kind does not have the operation.
type instruction struct {
	name   string
	arity  int
	scalar scalar
	f32    vector[float32]
	f64    vector[float64]
	i32    vector[int32]
}

// instructions says what every operation is, with its portable loops; those of the other levels are in
// [loops].
var instructions = [opcodes]instruction{
	OpConst: define("Const", 0, func(_, _, _, c0, _ float64) float64 { return c0 }, constant, constant, constant),
	OpCopy:  define("Copy", 1, of1(func(x float64) float64 { return x }), duplicate, duplicate, duplicate),

	OpNeg:    define("Neg", 1, of1(func(x float64) float64 { return -x }), negate, negate, negate),
	OpAbs:    define("Abs", 1, of1(math.Abs), abs32, abs64, absInt),
	OpSquare: define("Square", 1, of1(func(x float64) float64 { return x * x }), square, square, square),
	OpReciprocal: define("Reciprocal", 1, of1(func(x float64) float64 { return 1 / x }),
		reciprocal, reciprocal, nil),
	OpSqrt: define("Sqrt", 1, of1(math.Sqrt), squareRoot, squareRoot, nil),

	OpExp:   define("Exp", 1, of1(math.Exp), each(exp32), each(math.Exp), nil),
	OpExpm1: define("Expm1", 1, of1(math.Expm1), each(expm132), each(math.Expm1), nil),
	OpLog:   define("Log", 1, of1(math.Log), each(log32), each(math.Log), nil),
	OpLog1p: define("Log1p", 1, of1(math.Log1p), each(log1p32), each(math.Log1p), nil),

	OpSin:  define("Sin", 1, of1(math.Sin), via64(math.Sin), each(math.Sin), nil),
	OpCos:  define("Cos", 1, of1(math.Cos), via64(math.Cos), each(math.Cos), nil),
	OpTan:  define("Tan", 1, of1(math.Tan), via64(math.Tan), each(math.Tan), nil),
	OpAsin: define("Asin", 1, of1(math.Asin), via64(math.Asin), each(math.Asin), nil),
	OpAcos: define("Acos", 1, of1(math.Acos), via64(math.Acos), each(math.Acos), nil),
	OpAtan: define("Atan", 1, of1(math.Atan), each(atan32), each(math.Atan), nil),
	OpSinh: define("Sinh", 1, of1(math.Sinh), via64(math.Sinh), each(math.Sinh), nil),
	OpCosh: define("Cosh", 1, of1(math.Cosh), via64(math.Cosh), each(math.Cosh), nil),
	OpTanh: define("Tanh", 1, of1(math.Tanh), each(tanh32), each(math.Tanh), nil),

	OpErf:      define("Erf", 1, of1(math.Erf), each(erf32), each(math.Erf), nil),
	OpSigmoid:  define("Sigmoid", 1, of1(sigmoid64), each(sigmoid32), each(sigmoid64), nil),
	OpSoftplus: define("Softplus", 1, of1(softplus64), each(softplus32), each(softplus64), nil),

	OpRelu:  define("Relu", 1, of1(func(x float64) float64 { return max(x, 0) }), relu, relu, relu),
	OpSign:  define("Sign", 1, of1(sign64), sign, sign, sign),
	OpFloor: define("Floor", 1, of1(math.Floor), floor, floor, duplicate),
	OpCeil:  define("Ceil", 1, of1(math.Ceil), ceil, ceil, duplicate),
	OpRound: define("Round", 1, of1(math.RoundToEven), round, round, duplicate),
	OpStep:  define("Step", 1, of1(func(x float64) float64 { return truth(x >= 0) }), step, step, step),
	OpNot:   define("Not", 1, of1(func(x float64) float64 { return truth(x == 0) }), not, not, not),

	OpAdd:   define("Add", 2, of2(func(x, y float64) float64 { return x + y }), add, add, add),
	OpSub:   define("Sub", 2, of2(func(x, y float64) float64 { return x - y }), subtract, subtract, subtract),
	OpMul:   define("Mul", 2, of2(func(x, y float64) float64 { return x * y }), multiply, multiply, multiply),
	OpDiv:   define("Div", 2, of2(func(x, y float64) float64 { return x / y }), divide, divide, divideInt),
	OpPow:   define("Pow", 2, of2(math.Pow), via64x2(math.Pow), each2(math.Pow), nil),
	OpMin:   define("Min", 2, of2(func(x, y float64) float64 { return min(x, y) }), minimum, minimum, minimum),
	OpMax:   define("Max", 2, of2(func(x, y float64) float64 { return max(x, y) }), maximum, maximum, maximum),
	OpAtan2: define("Atan2", 2, of2(math.Atan2), via64x2(math.Atan2), each2(math.Atan2), nil),
	OpMod: define("Mod", 2, of2(func(x, y float64) float64 { return x - float64(math.Floor(x/y)*y) }),
		modulo, modulo, moduloInt),

	OpEq: define("Eq", 2, of2(func(x, y float64) float64 { return truth(x == y) }), equal, equal, equal),
	OpNe: define("Ne", 2, of2(func(x, y float64) float64 { return truth(x != y) }), unequal, unequal, unequal),
	OpLt: define("Lt", 2, of2(func(x, y float64) float64 { return truth(x < y) }), less, less, less),
	OpLe: define("Le", 2, of2(func(x, y float64) float64 { return truth(x <= y) }),
		lessEqual, lessEqual, lessEqual),
	OpGt: define("Gt", 2, of2(func(x, y float64) float64 { return truth(x > y) }), greater, greater, greater),
	OpGe: define("Ge", 2, of2(func(x, y float64) float64 { return truth(x >= y) }),
		greaterEqual, greaterEqual, greaterEqual),
	OpAnd: define("And", 2, of2(func(x, y float64) float64 { return truth(x != 0 && y != 0) }), and, and, and),
	OpOr:  define("Or", 2, of2(func(x, y float64) float64 { return truth(x != 0 || y != 0) }), or, or, or),
	OpXor: define("Xor", 2, of2(func(x, y float64) float64 { return truth((x != 0) != (y != 0)) }), xor, xor, xor),

	OpFMA: define("FMA", 3, func(x, y, z, _, _ float64) float64 { return float64(x*y) + z },
		multiplyAdd, multiplyAdd, multiplyAdd),
	OpFMS: define("FMS", 3, func(x, y, z, _, _ float64) float64 { return float64(x*y) - z },
		multiplySubtract, multiplySubtract, multiplySubtract),
	OpFNMA: define("FNMA", 3, func(x, y, z, _, _ float64) float64 { return z - float64(x*y) },
		subtractProduct, subtractProduct, subtractProduct),
	OpSelect: define("Select", 3, func(x, y, z, _, _ float64) float64 {
		if x != 0 {
			return y
		}
		return z
	}, select32, select64, selectInt),
	OpAffine: define("Affine", 1, func(x, _, _, c0, c1 float64) float64 { return float64(c0*x) + c1 },
		affine, affine, affine),

	OpScaledSum: define("ScaledSum", 3, func(x, y, z, c0, _ float64) float64 {
		return float64(c0*x) + float64(y+z)
	}, scaledSum, scaledSum, nil),
	OpSubAbove: define("SubAbove", 3, func(x, y, z, c0, _ float64) float64 {
		return x - float64(c0*truth(y >= z))
	}, subtractAbove, subtractAbove, nil),
	OpLorentzian: define("Lorentzian", 3, func(x, y, z, c0, c1 float64) float64 {
		u := float64(c0 * float64(x+c1))
		return float64(y*float64(1/(float64(u*u)+1))) + z
	}, lorentzian, lorentzian, nil),
	OpInverseSquare: define("InverseSquare", 3, func(x, y, z, c0, c1 float64) float64 {
		u := float64(c0*math.Abs(float64(x+c1))) + 1
		return float64(y*float64(1/float64(u*u))) + z
	}, inverseSquare, inverseSquare, nil),
}

// define makes a row of the table; in a call, unlike in a literal, the compiler finds the loops' types.
func define(name string, arity int, s scalar,
	f32 vector[float32], f64 vector[float64], i32 vector[int32]) instruction {
	return instruction{name, arity, s, f32, f64, i32}
}

func of1(f func(x float64) float64) scalar {
	return func(x, _, _, _, _ float64) float64 { return f(x) }
}

func of2(f func(x, y float64) float64) scalar {
	return func(x, y, _, _, _ float64) float64 { return f(x, y) }
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// each makes a loop of a function whose own cost is far above that of a call.
func each[T Float](f func(T) T) vector[T] {
	return func(dst, x, _, _ []T, _, _ T) {
		x = x[:len(dst)]
		for i := range dst {
			dst[i] = f(x[i])
		}
	}
}

func each2[T Float](f func(x, y T) T) vector[T] {
	return func(dst, x, y, _ []T, _, _ T) {
		x, y = x[:len(dst)], y[:len(dst)]
		for i := range dst {
			dst[i] = f(x[i], y[i])
		}
	}
}

// via64 computes a float32 loop with a float64 function: correct to half a unit in the last place.
func via64(f func(float64) float64) vector[float32] {
	return each(func(x float32) float32 { return float32(f(float64(x))) })
}

func via64x2(f func(x, y float64) float64) vector[float32] {
	return each2(func(x, y float32) float32 { return float32(f(float64(x), float64(y))) })
}
