package kernel

import (
	"fmt"
	"math"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// special are the numbers that tell careful arithmetic from careless.
var special = []float64{0, math.Copysign(0, -1), 1, -1, 0.5, -2.5, 3, 1e-40, -1e-40, 1e30, -1e30,
	math.Inf(1), math.Inf(-1), math.NaN()}

// array is an operand with its numbers.
type array struct {
	Operand
	buf Buf
}

// get returns element at, as a register of float64 or float32 would see it.
func (a array) get(at int) float64 { return getFrom(a.buf, a.Kind, at) }

func getFrom(b Buf, kind Kind, at int) float64 {
	switch kind {
	case Float32:
		return float64(b.F32()[at])
	case Float64:
		return b.F64()[at]
	case Int32:
		return float64(b.I32()[at])
	}
	return truth(b.Bool()[at])
}

// newBuf returns memory of n elements, filled by number.
func newBuf(kind Kind, n int, number func() float64) Buf {
	f32, f64, i32, bools := make([]float32, n), make([]float64, n), make([]int32, n), make([]bool, n)
	for i := range n {
		v := number()
		f32[i], f64[i], bools[i] = float32(v), v, v > 0
		if math.Abs(v) < 1e6 {
			i32[i] = int32(v)
		}
	}
	switch kind {
	case Float32:
		return Of(f32)
	case Float64:
		return Of(f64)
	case Int32:
		return Of(i32)
	}
	return Of(bools)
}

// naive evaluates one element after the other, each instruction by its own loop on a slice of one.
func naive[T Number](loops *loops[T], code []Instr, shape []int, in []array, out []Output) [][]T {
	results := make([][]T, len(out))
	index := make([]int, len(shape))
	for range volume(shape) {
		regs := make([]T, 64)
		for i, a := range in {
			at := 0
			for d, s := range a.Strides {
				at += index[d] * s
			}
			regs[i] = T(a.get(at))
		}
		for _, c := range code {
			dst := make([]T, 1)
			loops.ops[c.Op](dst, []T{regs[c.A]}, []T{regs[c.B]}, []T{regs[c.C]}, T(c.Imm0), T(c.Imm1))
			regs[c.Dst] = dst[0]
		}
		for j, o := range out {
			results[j] = append(results[j], regs[o.Reg])
		}
		for d := len(shape) - 1; d >= 0; d-- {
			if index[d]++; index[d] < shape[d] {
				break
			}
			index[d] = 0
		}
	}
	return results
}

// drawShape draws an iteration space: small, or with a long inner dimension.
func drawShape(t *rapid.T) []int {
	shape := rapid.SliceOfN(rapid.IntRange(0, 7), 0, 4).Draw(t, "shape")
	if rapid.Bool().Draw(t, "long") {
		shape = append(shape, rapid.SampledFrom([]int{10, 33, 255, 256, 257, 700, 1025, 2500}).Draw(t, "inner"))
	}
	for volume(shape) > 6000 {
		shape = shape[1:]
	}
	return shape
}

// drawOperand draws a layout: dense, broadcast along some dimensions, strided or transposed.
func drawOperand(t *rapid.T, shape []int, number func() float64) array {
	kind := rapid.SampledFrom([]Kind{Float32, Float32, Float64, Int32, Bool}).Draw(t, "kind")
	strides := make([]int, len(shape))
	order := make([]int, len(shape))
	for d := range order {
		order[d] = d
	}
	if rapid.IntRange(0, 3).Draw(t, "permuted") == 0 && len(shape) > 0 {
		order = rapid.Permutation(order).Draw(t, "order")
	}
	step := rapid.SampledFrom([]int{1, 1, 1, 2}).Draw(t, "step")
	broadcast := rapid.SampledFrom([]int{0, 0, 1, 2, 15}).Draw(t, "broadcast")
	for k := len(order) - 1; k >= 0; k-- {
		d := order[k]
		if broadcast>>k&1 != 0 {
			continue
		}
		strides[d] = step
		step *= max(shape[d], 1)
	}
	reach := 1
	for d, n := range shape {
		reach += max(n-1, 0) * strides[d]
	}
	return array{Operand{kind, strides}, newBuf(kind, reach, number)}
}

// drawCode draws a program over inputs registers, and the register after its last.
func drawCode(t *rapid.T, compute Kind, inputs int) ([]Instr, int) {
	const regs = 12
	written := inputs
	var code []Instr
	ops := make([]Opcode, opcodes)
	for op := range ops {
		ops[op] = Opcode(op)
	}
	if rapid.Bool().Draw(t, "plain") { // what the planner joins
		ops = []Opcode{OpConst, OpConst, OpMul, OpMul, OpSquare, OpAdd, OpSub, OpSub, OpStep, OpGe, OpFMA, OpFMS, OpFNMA}
	}
	for range rapid.IntRange(0, 14).Draw(t, "instructions") {
		op := rapid.SampledFrom(ops).Draw(t, "op")
		if !op.On(compute) || written == 0 && op.Arity() > 0 {
			op = OpConst
		}
		reg := func(name string) uint16 {
			return uint16(rapid.IntRange(0, max(written-1, 0)).Draw(t, name))
		}
		dst := uint16(rapid.IntRange(0, min(written, regs-1)).Draw(t, "dst"))
		code = append(code, Instr{op, dst, reg("a"), reg("b"), reg("c"),
			float64(rapid.IntRange(-3, 3).Draw(t, "imm0")), float64(rapid.IntRange(-3, 3).Draw(t, "imm1"))})
		written = max(written, int(dst)+1)
	}
	if written == 0 {
		return []Instr{{Op: OpConst, Imm0: 3}}, 1
	}
	return code, written
}

// agreesWithNaive is the property that a random program over random layouts, partly in place and run
// in two parts, stores what the naive evaluation finds, to the bit.
func agreesWithNaive[T Number](compute Kind, l isa, loops *loops[T]) func(t *rapid.T) {
	return func(t *rapid.T) {
		seed := uint32(0)
		number := func() float64 {
			seed++
			word := Philox([4]uint32{seed}, [2]uint32{})
			if word[0]%4 == 0 && compute != Int32 {
				return special[word[1]%uint32(len(special))]
			}
			return float64(int32(word[1])>>24) / 8
		}
		shape := drawShape(t)
		in := make([]array, rapid.IntRange(0, 4).Draw(t, "inputs"))
		operands := make([]Operand, len(in))
		ins := make([]Buf, len(in))
		for i := range in {
			in[i] = drawOperand(t, shape, number)
			operands[i], ins[i] = in[i].Operand, in[i].buf
		}
		code, written := drawCode(t, compute, len(in))
		out := make([]Output, rapid.IntRange(1, 4).Draw(t, "outputs"))
		for j := range out {
			out[j].Reg = uint16(rapid.IntRange(0, written-1).Draw(t, "reg"))
			out[j].Kind = rapid.SampledFrom([]Kind{compute, compute, Bool, Float64}).Draw(t, "kind")
		}
		want := naive(loops, code, shape, in, out)
		drawReductions(t, compute, shape, operands, out)

		outs := make([]Buf, len(out))
		taken := map[int]bool{}
		for j, o := range out {
			if o.Reduce != ReduceNone {
				outs[j] = newBuf(o.Kind, kept(shape, o), func() float64 { return 77 })
				continue
			}
			outs[j] = newBuf(o.Kind, volume(shape), func() float64 { return 77 })
			i := rapid.IntRange(0, 4).Draw(t, "alias")
			if i < len(in) && !taken[i] && in[i].Kind == o.Kind && isDense(in[i].Strides, shape) {
				outs[j], taken[i] = ins[i], true // in place
			}
		}
		e := NewElementwise(compute, code, shape, operands, out)
		cut := rapid.IntRange(0, e.Blocks()).Draw(t, "cut")
		s := e.scratchAt(l)
		e.Run(e.anotherAt(l, s), cut, e.Blocks(), outs, ins)
		e.Run(s, 0, cut, outs, ins)
		e.Finish(s, outs)
		for j, o := range out {
			if o.Reduce != ReduceNone {
				checkReduced(t, loops, e, o, want[j], outs[j])
				continue
			}
			for i, w := range want[j] {
				wanted := float64(w)
				if o.Kind == Bool {
					wanted = truth(w != 0)
				}
				requireSame(t, wanted, getFrom(outs[j], o.Kind, i), "output %d element %d of %v", j, i, shape)
			}
		}
	}
}

func isDense(strides, shape []int) bool {
	return fmt.Sprint(strides) == fmt.Sprint(denseStrides(shape))
}

// requireSame requires the same number: the same bits, or both NaN.
func requireSame(t require.TestingT, want, got float64, format string, args ...any) {
	if math.Float64bits(want) != math.Float64bits(got) && !(want != want && got != got) {
		require.Failf(t, "not the same", "want %v, got %v: "+format, append([]any{want, got}, args...)...)
	}
}

func TestElementwiseAgainstNaive(t *testing.T) {
	eachLevel(t, func(t *testing.T, l isa) {
		t.Run("Float32", func(t *testing.T) { rapid.Check(t, agreesWithNaive(Float32, l, loops32[l])) })
		t.Run("Float64", func(t *testing.T) { rapid.Check(t, agreesWithNaive(Float64, l, loops64[l])) })
		t.Run("Int32", func(t *testing.T) { rapid.Check(t, agreesWithNaive(Int32, l, loopsI)) })
	})
}

func FuzzElementwise(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(func(t *rapid.T) {
		l := isa(rapid.IntRange(0, int(supported())).Draw(t, "level"))
		switch rapid.SampledFrom([]Kind{Float32, Float64, Int32}).Draw(t, "kind") {
		case Float32:
			agreesWithNaive(Float32, l, loops32[l])(t)
		case Float64:
			agreesWithNaive(Float64, l, loops64[l])(t)
		case Int32:
			agreesWithNaive(Int32, l, loopsI)(t)
		}
	}))
}

// TestElementwiseBroadcasts adds [a b c] to all eight ways of broadcasting it, around every limit of
// the tiling.
func TestElementwiseBroadcasts(t *testing.T) {
	shapes := [][]int{{1, 1, 1}, {3, 5, 7}, {2, 128, 10}, {2, 3, 255}, {2, 3, 257}, {3, 1, 1025}, {1030, 2, 1}}
	for _, shape := range shapes {
		dense := denseStrides(shape)
		n := volume(shape)
		x := make([]float32, n)
		Iota(x, 0, 1)
		for mask := range 8 {
			strides := make([]int, 3)
			size := 1
			for d := 2; d >= 0; d-- {
				if mask>>d&1 == 0 {
					strides[d] = size
					size *= shape[d]
				}
			}
			y, got, want := make([]float32, size), make([]float32, n), make([]float32, n)
			Iota(y, 0.25, 2)
			walk(shape, func(k int, index []int) { want[k] = x[k] + y[at(index, strides)] })
			e := NewElementwise(Float32, []Instr{{Op: OpAdd, Dst: 2, A: 0, B: 1}}, shape,
				[]Operand{{Float32, dense}, {Float32, strides}}, []Output{{Kind: Float32, Reg: 2}})
			e.Run(e.NewScratch(), 0, e.Blocks(), []Buf{Of(got)}, []Buf{Of(x), Of(y)})
			require.Equal(t, want, got, "%v broadcast %03b", shape, mask)
		}
	}
}

func TestElementwiseSharedByGoroutines(t *testing.T) {
	const n, workers = 50_000, 4
	x, got := make([]float64, n), make([]float64, n)
	Iota(x, 0, 1)
	e := NewElementwise(Float64, []Instr{{Op: OpMul, Dst: 2, A: 0, B: 1}}, []int{n},
		[]Operand{{Float64, []int{1}}, {Float64, []int{0}}}, []Output{{Kind: Float64, Reg: 2}})
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			lo, hi := e.Blocks()*w/workers, e.Blocks()*(w+1)/workers
			e.Run(e.NewScratch(), lo, hi, []Buf{Of(got)}, []Buf{Of(x), Of([]float64{3})})
		})
	}
	wg.Wait()
	for i, v := range got {
		require.Equal(t, 3*x[i], v)
	}
}

func TestElementwiseSwapsInPlace(t *testing.T) {
	a, b := []float32{1, 2, 3}, []float32{4, 5, 6}
	dense := Operand{Float32, []int{1}}
	e := NewElementwise(Float32, nil, []int{3}, []Operand{dense, dense}, []Output{{Kind: Float32, Reg: 1}, {Kind: Float32, Reg: 0}})
	e.Run(e.NewScratch(), 0, e.Blocks(), []Buf{Of(a), Of(b)}, []Buf{Of(a), Of(b)})
	assert.Equal(t, []float32{4, 5, 6}, a)
	assert.Equal(t, []float32{1, 2, 3}, b)
}

func TestElementwiseRefuses(t *testing.T) {
	dense := []Operand{{Float32, []int{1}}}
	assert.Panics(t, func() {
		NewElementwise(Float32, []Instr{{Op: OpNeg, Dst: 1, A: 5}}, []int{3}, dense, nil)
	}, "a register without a value")
	assert.Panics(t, func() {
		NewElementwise(Int32, []Instr{{Op: OpExp, Dst: 1}}, []int{3}, dense, nil)
	}, "an operation that integers do not have")
	assert.Panics(t, func() { NewElementwise(Float32, nil, []int{3, 3}, dense, nil) }, "too few strides")
}

// TestPlannerJoins counts the instructions of a tile and the tiles of scratch memory.
func TestPlannerJoins(t *testing.T) {
	tests := []struct {
		name  string
		code  []Instr // over one input, register 0; the result is register 9
		ops   []Opcode
		slots int
	}{
		{"product and sum", []Instr{{Op: OpMul, Dst: 1, A: 0, B: 0}, {Op: OpAdd, Dst: 9, A: 0, B: 1}}, []Opcode{OpFMA}, 0},
		{"product less", []Instr{{Op: OpMul, Dst: 1, A: 0, B: 0}, {Op: OpSub, Dst: 9, A: 1, B: 0}}, []Opcode{OpFMS}, 0},
		{"less product", []Instr{{Op: OpSquare, Dst: 1, A: 0}, {Op: OpSub, Dst: 9, A: 0, B: 1}}, []Opcode{OpFNMA}, 0},
		{"product read twice", []Instr{{Op: OpMul, Dst: 1, A: 0, B: 0}, {Op: OpAdd, Dst: 9, A: 1, B: 1}},
			[]Opcode{OpMul, OpAdd}, 1},
		{"constants", []Instr{{Op: OpConst, Dst: 1, Imm0: 2}, {Op: OpMul, Dst: 2, A: 1, B: 0},
			{Op: OpSub, Dst: 9, A: 1, B: 2}}, []Opcode{OpAffine}, 0},
		{"threshold", []Instr{{Op: OpConst, Dst: 1, Imm0: 2}, {Op: OpSub, Dst: 2, A: 0, B: 1},
			{Op: OpStep, Dst: 9, A: 2}}, []Opcode{OpGe}, 1},
		{"infinite threshold", []Instr{{Op: OpConst, Dst: 1, Imm0: math.Inf(1)}, {Op: OpSub, Dst: 2, A: 0, B: 1},
			{Op: OpStep, Dst: 9, A: 2}}, []Opcode{OpAffine, OpStep}, 1},
		{"constant less", []Instr{{Op: OpConst, Dst: 1, Imm0: 2}, {Op: OpSub, Dst: 9, A: 1, B: 0}}, []Opcode{OpAffine}, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := NewElementwise(Float32, test.code, []int{100}, []Operand{{Float32, []int{1}}}, []Output{{Kind: Float32, Reg: 9}})
			var ops []Opcode
			for _, o := range e.code {
				ops = append(ops, o.op)
			}
			assert.Equal(t, test.ops, ops)
			assert.Equal(t, test.slots, e.slots)
		})
	}
}

func TestElementwiseAllocatesNothing(t *testing.T) {
	for l := portable; l <= supported(); l++ {
		testAllocatesNothing(t, l)
	}
}

func testAllocatesNothing(t *testing.T, l isa) {
	for _, shape := range [][]int{{5000}, {128, 10}, {10, 1000}, {3, 4, 5}} {
		dense, row := denseStrides(shape), make([]int, len(shape))
		row[len(row)-1] = 1
		n := volume(shape)
		code := []Instr{
			{Op: OpAdd, Dst: 3, A: 0, B: 1},
			{Op: OpExp, Dst: 3, A: 3},
			{Op: OpMul, Dst: 4, A: 2, B: 3},
		}
		e := NewElementwise(Float32, code, shape,
			[]Operand{{Float32, dense}, {Int32, row}, {Float64, make([]int, len(shape))}},
			[]Output{{Kind: Float32, Reg: 3}, {Kind: Bool, Reg: 4}})
		in := []Buf{Of(make([]float32, n)), Of(make([]int32, n)), Of([]float64{2})}
		out := []Buf{in[0], Of(make([]bool, n))}
		s := e.scratchAt(l)
		assert.Zero(t, testing.AllocsPerRun(10, func() { e.Run(s, 0, e.Blocks(), out, in) }), "%v", shape)
	}
}
