package kernel

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

// chainTests are programs over three inputs, registers 0 to 2, with the result in register 9, and what
// a tile runs of them.
var chainTests = []struct {
	name string
	code []Instr
	ops  []Opcode
}{
	{"leak of a sum", []Instr{{Op: OpConst, Dst: 3, Imm0: 0.9}, {Op: OpAdd, Dst: 4, A: 0, B: 1},
		{Op: OpMul, Dst: 5, A: 2, B: 3}, {Op: OpAdd, Dst: 9, A: 4, B: 5}}, []Opcode{OpScaledSum}},
	{"sum read twice", []Instr{{Op: OpConst, Dst: 3, Imm0: 0.9}, {Op: OpAdd, Dst: 4, A: 0, B: 1},
		{Op: OpMul, Dst: 5, A: 2, B: 3}, {Op: OpAdd, Dst: 5, A: 4, B: 5}, {Op: OpMul, Dst: 9, A: 4, B: 5}},
		[]Opcode{OpAdd, OpFMA, OpMul}},
	{"reset", []Instr{{Op: OpGe, Dst: 4, A: 1, B: 2}, {Op: OpSub, Dst: 9, A: 0, B: 4}}, []Opcode{OpSubAbove}},
	{"reset by a constant", []Instr{{Op: OpConst, Dst: 3, Imm0: -2.7}, {Op: OpSub, Dst: 4, A: 1, B: 3},
		{Op: OpStep, Dst: 4, A: 4}, {Op: OpMul, Dst: 4, A: 3, B: 4}, {Op: OpSub, Dst: 9, A: 0, B: 4}},
		[]Opcode{OpSubAbove}},
	{"reset from", []Instr{{Op: OpGe, Dst: 4, A: 1, B: 2}, {Op: OpSub, Dst: 9, A: 4, B: 0}},
		[]Opcode{OpGe, OpSub}},
	{"Lorentzian", slope(OpConst, OpMul, OpSquare, OpAdd, OpReciprocal), []Opcode{OpLorentzian}},
	{"Lorentzian and step", []Instr{{Op: OpConst, Dst: 3, Imm0: 1}, {Op: OpSub, Dst: 4, A: 0, B: 3},
		{Op: OpStep, Dst: 7, A: 4}, {Op: OpSquare, Dst: 4, A: 4}, {Op: OpAdd, Dst: 4, A: 4, B: 3},
		{Op: OpReciprocal, Dst: 4, A: 4}, {Op: OpMul, Dst: 4, A: 1, B: 4}, {Op: OpAdd, Dst: 4, A: 4, B: 2}, {Op: OpMul, Dst: 9, A: 4, B: 7}},
		[]Opcode{OpGe, OpLorentzian, OpMul}},
	{"Lorentzian of width 1", slope(OpSquare, OpAdd, OpReciprocal), []Opcode{OpLorentzian}},
	{"not quite Lorentzian", slope(OpConst, OpMul, OpSquare, OpConst, OpAdd, OpReciprocal),
		[]Opcode{OpAffine, OpAffine, OpFMA, OpReciprocal, OpFMA}},
	{"inverse square", slope(OpConst, OpAbs, OpMul, OpAdd, OpSquare, OpReciprocal), []Opcode{OpInverseSquare}},
	{"inverse square of a signed number", slope(OpConst, OpMul, OpAdd, OpSquare, OpReciprocal),
		[]Opcode{OpAffine, OpAffine, OpSquare, OpReciprocal, OpFMA}},
	{"unshifted", []Instr{{Op: OpConst, Dst: 3, Imm0: 1}, {Op: OpSquare, Dst: 4, A: 0}, {Op: OpAdd, Dst: 4, A: 3, B: 4},
		{Op: OpReciprocal, Dst: 4, A: 4}, {Op: OpMul, Dst: 4, A: 4, B: 1}, {Op: OpAdd, Dst: 9, A: 2, B: 4}},
		[]Opcode{OpLorentzian}},
	{"reciprocal read twice", append(slope(OpConst, OpMul, OpSquare, OpAdd, OpReciprocal),
		Instr{Op: OpMul, Dst: 9, A: 9, B: 4}), []Opcode{OpAffine, OpAffine, OpFMA, OpReciprocal, OpFMA, OpMul}},
}

// slope is a program that ends a chain of operations on x - 1 with y times it plus z. The constant 1 is
// in register 3, the second operand of Add; Const puts one in register 5, the second operand of Mul, a
// second Const in register 3.
func slope(ops ...Opcode) []Instr {
	code := []Instr{{Op: OpConst, Dst: 3, Imm0: 1}, {Op: OpSub, Dst: 4, A: 0, B: 3}}
	constant := uint16(5)
	for _, op := range ops {
		c := Instr{Op: op, Dst: 4, A: 4, B: 3}
		switch op {
		case OpConst:
			c.Dst, c.Imm0, constant = constant, 2.7, 3
		case OpMul:
			c.B = 5
		}
		code = append(code, c)
	}
	return append(code, Instr{Op: OpMul, Dst: 9, A: 1, B: 4}, Instr{Op: OpAdd, Dst: 9, A: 9, B: 2})
}

func TestPlannerJoinsChains(t *testing.T) {
	dense := []Operand{{Float32, []int{1}}, {Float32, []int{1}}, {Float32, []int{1}}}
	for _, test := range chainTests {
		e := NewElementwise(Float32, test.code, []int{100}, dense, []Output{{Kind: Float32, Reg: 9}})
		var ops []Opcode
		for _, o := range e.code {
			ops = append(ops, o.op)
		}
		assert.Equal(t, test.ops, ops, test.name)
	}
}

// TestChainsAgree holds joined chains to the bits of the single instructions.
func TestChainsAgree(t *testing.T) {
	eachLevel(t, func(t *testing.T, l isa) {
		for _, test := range chainTests {
			testChainAgrees(t, l, loops32[l], test.name, test.code)
			testChainAgrees(t, l, loops64[l], test.name, test.code)
		}
	})
}

func testChainAgrees[T Float](t *testing.T, l isa, loops *loops[T], name string, code []Instr) {
	const n = 3000
	r := rand.New(rand.NewPCG(1, 2))
	kind := kindOf[T]()
	var in []array
	var operands []Operand
	var bufs []Buf
	for range 3 {
		numbers := numbersOf[float32](r, n)
		i := 0
		a := array{Operand{kind, []int{1}}, newBuf(kind, n, func() float64 { i++; return float64(numbers[i-1]) })}
		in, operands, bufs = append(in, a), append(operands, a.Operand), append(bufs, a.buf)
	}
	out := []Output{{Kind: kind, Reg: 9}}
	want := naive(loops, code, []int{n}, in, out)[0]
	got := newBuf(kind, n, func() float64 { return 77 })
	e := NewElementwise(kind, code, []int{n}, operands, out)
	e.Run(e.scratchAt(l), 0, e.Blocks(), []Buf{got}, bufs)
	for i, w := range want {
		requireSame(t, float64(w), getFrom(got, kind, i), "%s: element %d of %v, %v and %v",
			name, i, in[0].get(i), in[1].get(i), in[2].get(i))
	}
}
