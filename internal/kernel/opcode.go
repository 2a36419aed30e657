package kernel

// Opcode names an elementwise operation. The table in instr.go says what each one does.
type Opcode uint8

// The operations. x, y and z stand for the registers A, B and C of the [Instr]; c0 and c1 for its
// immediates. Truth is "not zero" when read (so NaN is true) and 0 or 1 when written. A comparison
// with NaN is false, except OpNe.
const (
	OpConst      Opcode = iota // c0
	OpCopy                     // x
	OpNeg                      // -x
	OpAbs                      // |x|
	OpSquare                   // x*x
	OpReciprocal               // 1/x
	OpSqrt                     // square root of x
	OpExp                      // e^x
	OpExpm1                    // e^x - 1
	OpLog                      // ln x
	OpLog1p                    // ln(1 + x)
	OpSin
	OpCos
	OpTan
	OpAsin
	OpAcos
	OpAtan
	OpSinh
	OpCosh
	OpTanh
	OpErf      // error function
	OpSigmoid  // 1/(1 + e^-x)
	OpSoftplus // ln(1 + e^x)
	OpRelu     // max(x, 0); NaN of NaN
	OpSign     // -1, 0 or 1; NaN of NaN
	OpFloor
	OpCeil
	OpRound  // to the nearest integer, half to even
	OpStep   // 1 where x >= 0, else 0
	OpNot    // 1 where x is zero
	OpAdd    // x + y
	OpSub    // x - y
	OpMul    // x * y
	OpDiv    // x / y; in Int32 it truncates toward zero, and x/0 is 0
	OpPow    // x^y
	OpMin    // NaN if either is
	OpMax    // NaN if either is
	OpAtan2  // angle of the point (y, x), as math.Atan2(x, y)
	OpMod    // x - floor(x/y)*y, of the sign of y; in Int32 it is exact, and x mod 0 is 0
	OpEq     // x == y
	OpNe     // x != y
	OpLt     // x < y
	OpLe     // x <= y
	OpGt     // x > y
	OpGe     // x >= y
	OpAnd    // both true
	OpOr     // either true
	OpXor    // exactly one true
	OpFMA    // x*y + z; rounds the product, then the sum
	OpFMS    // x*y - z, in the same way
	OpFNMA   // z - x*y, in the same way
	OpSelect // y where x is true, else z
	OpAffine // c0*x + c1; rounds the product, then the sum

	// What the planner makes of chains; each step is rounded.
	OpScaledSum     // c0*x + (y + z)
	OpSubAbove      // x - c0*[y >= z]
	OpLorentzian    // y/(1 + (c0*(x + c1))^2) + z, by the reciprocal
	OpInverseSquare // y/(c0*|x + c1| + 1)^2 + z, by the reciprocal

	opcodes // how many there are
)

// String returns the name of the operation.
func (op Opcode) String() string { return instructions[op].name }

// Arity returns how many of the registers A, B and C the operation reads.
func (op Opcode) Arity() int { return instructions[op].arity }

// On reports whether the operation is defined on registers of kind k. Int32 has arithmetic,
// comparison, logic and selection; Bool has no registers.
func (op Opcode) On(k Kind) bool {
	switch k {
	case Float32:
		return instructions[op].f32 != nil
	case Float64:
		return instructions[op].f64 != nil
	case Int32:
		return instructions[op].i32 != nil
	}
	return false
}

// Eval returns the operation on one element, in float64: the meaning the loops are tested against.
func (op Opcode) Eval(x, y, z, c0, c1 float64) float64 {
	return instructions[op].scalar(x, y, z, c0, c1)
}

// Instr is one operation of an elementwise program: Dst = Op(A, B, C), with immediates where the
// operation takes any. Registers beyond the arity are ignored.
type Instr struct {
	Op           Opcode
	Dst, A, B, C uint16
	Imm0, Imm1   float64
}
