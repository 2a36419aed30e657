package kernel

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ulps returns how many float32 numbers lie between got and the float64 result want, rounded.
func ulps(want float64, got float32) int64 {
	w := float32(want)
	if w != w && got != got {
		return 0
	}
	d := ordered(w) - ordered(got)
	return max(d, -d)
}

// ordered maps floats to integers in the same order.
func ordered(x float32) int64 {
	b := int64(math.Float32bits(x))
	if b >= 1<<31 {
		return 1<<31 - b
	}
	return b
}

// worstUlps are the bounds of the float32 loops in units in the last place, portable and with vectors;
// what is not listed errs by at most 1, which is what rounding a float64 result twice can do.
var worstUlps = map[Opcode][isas]int64{
	OpExp:      {1, 1, 1},
	OpExpm1:    {1, 1, 1},
	OpLog:      {1, 1, 1},
	OpLog1p:    {1, 1, 1},
	OpTanh:     {1, 2, 2},
	OpSigmoid:  {1, 2, 2},
	OpSoftplus: {1, 2, 2},
	OpAtan:     {2, 1, 1},
	OpErf:      {1, 1, 1},
}

// TestSingleAgainstDouble holds the float32 loops of every level against the meaning of their operation,
// over all exponents.
func TestSingleAgainstDouble(t *testing.T) {
	var samples []float32
	for bits := uint64(0); bits < 1<<32; bits += 9973 {
		samples = append(samples, math.Float32frombits(uint32(bits)))
	}
	for v := float32(-20); v < 20; v += 1e-4 {
		samples = append(samples, v)
	}
	for _, v := range special {
		samples = append(samples, float32(v))
	}
	for op := range opcodes {
		if op == OpMod || op.Arity() != 1 {
			continue
		}
		for l := portable; l <= supported(); l++ {
			checkUlps(t, op, l, samples)
		}
	}
}

// ulpsAt is the bound of an operation at a level.
func ulpsAt(op Opcode, l isa) int64 {
	if bounds, listed := worstUlps[op]; listed {
		return bounds[l]
	}
	return 1
}

// checkUlps holds a float32 loop to its bound.
func checkUlps(t *testing.T, op Opcode, l isa, samples []float32) {
	t.Helper()
	got := make([]float32, len(samples))
	loops32[l].ops[op](got, samples, samples, samples, 1, 0)
	worst, at := int64(0), 0
	for i, v := range samples {
		if d := ulps(op.Eval(float64(v), 0, 0, 1, 0), got[i]); d > worst {
			worst, at = d, i
		}
	}
	if worst > ulpsAt(op, l) {
		t.Errorf("%v at level %v: %v gives %v, want %v: %d ulps", op, l, samples[at], got[at], op.Eval(float64(samples[at]), 0, 0, 1, 0), worst)
	}
}

func TestSingleKeepsSignOfZero(t *testing.T) {
	zero := float32(math.Copysign(0, -1))
	for _, op := range []Opcode{OpExpm1, OpLog1p, OpTanh, OpAtan, OpErf, OpSqrt, OpFloor, OpRound} {
		y := []float32{1}
		instructions[op].f32(y, []float32{zero}, []float32{0}, []float32{0}, 0, 0)
		assert.True(t, math.Signbit(float64(y[0])), op.String())
	}
}

// TestTwoOperands holds the loops of two and three operands against the meaning of the operation.
func TestTwoOperands(t *testing.T) {
	for op := range opcodes {
		if op.Arity() < 2 {
			continue
		}
		for _, a := range special {
			for _, b := range special {
				for _, c := range special[:6] {
					x, y, z := float32(a), float32(b), float32(c)
					got32, got64 := []float32{0}, []float64{0}
					instructions[op].f32(got32, []float32{x}, []float32{y}, []float32{z}, 0, 0)
					instructions[op].f64(got64, []float64{a}, []float64{b}, []float64{c}, 0, 0)
					requireSame(t, op.Eval(a, b, c, 0, 0), got64[0], "%v(%v, %v, %v)", op, a, b, c)
					want := op.Eval(float64(x), float64(y), float64(z), 0, 0)
					require.LessOrEqual(t, ulps(want, got32[0]), int64(1),
						"%v(%v, %v, %v) = %v", op, x, y, z, got32[0])
				}
			}
		}
	}
}

func TestInt32Loops(t *testing.T) {
	tests := []struct {
		op         Opcode
		x, y, want int32
	}{
		{OpDiv, 7, 2, 3}, {OpDiv, -7, 2, -3}, {OpDiv, 7, 0, 0},
		{OpDiv, math.MinInt32, -1, math.MinInt32},
		{OpMod, 7, 3, 1}, {OpMod, -7, 3, 2}, {OpMod, 7, -3, -2}, {OpMod, -7, -3, -1}, {OpMod, 7, 0, 0},
		{OpMod, math.MinInt32, -1, 0}, {OpMod, 6, -3, 0},
		{OpAbs, -5, 0, 5}, {OpSign, -5, 0, -1}, {OpSign, 0, 0, 0}, {OpSign, 9, 0, 1},
		{OpRelu, -5, 0, 0}, {OpStep, 0, 0, 1}, {OpStep, -1, 0, 0}, {OpNot, 0, 0, 1}, {OpNot, 4, 0, 0},
		{OpMin, 3, -4, -4}, {OpMax, 3, -4, 3}, {OpAnd, 2, 1, 1}, {OpXor, 2, 1, 0}, {OpOr, 0, 0, 0},
		{OpFloor, -5, 0, -5}, {OpFMA, 3, 4, 12 + 9}, {OpSelect, 2, 5, 5}, {OpSelect, math.MinInt32, 5, 5}, {OpSelect, 0, 5, 9},
	}
	for _, test := range tests {
		got := []int32{0}
		instructions[test.op].i32(got, []int32{test.x}, []int32{test.y}, []int32{9}, 0, 0)
		assert.Equal(t, test.want, got[0], "%v(%d, %d)", test.op, test.x, test.y)
	}
}
