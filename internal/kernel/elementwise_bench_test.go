package kernel

import (
	"fmt"
	"testing"
)

// program is a fused program over dense operands of float32; inPlace outputs overwrite the input of
// their number, as the plan of a loop has it where that is read for the last time.
type program struct {
	name    string
	ins     []Kind
	code    []Instr
	out     []Output
	inPlace bool
}

// floats are outputs of float32.
func floats(regs ...uint16) (out []Output) {
	for _, r := range regs {
		out = append(out, Output{Kind: Float32, Reg: r})
	}
	return out
}

func unary(op Opcode) program {
	return program{op.String(), single, []Instr{{Op: op, Dst: 1}}, floats(1), false}
}

var (
	triple = []Kind{Float32, Float32, Float32}
	single = triple[:1]
)

var lif = []Instr{ // v' = 0.95 v + x - z; u = v' - 1; z' = step(u), as the graph writes it
	{Op: OpConst, Dst: 3, Imm0: 0.95},
	{Op: OpMul, Dst: 4, A: 0, B: 3},
	{Op: OpAdd, Dst: 4, A: 4, B: 1},
	{Op: OpSub, Dst: 4, A: 4, B: 2},
	{Op: OpConst, Dst: 5, Imm0: 1},
	{Op: OpSub, Dst: 5, A: 4, B: 5},
	{Op: OpStep, Dst: 6, A: 5},
}

// slopeOf is a step back through a spike of potential v (register 0) with threshold 1: slope, of the
// distance from it in register 4 where register 3 is 1, times gz (1) goes to the gradient gv (2).
func slopeOf(slope []Instr) []Instr {
	code := []Instr{
		{Op: OpConst, Dst: 3, Imm0: 1},
		{Op: OpSub, Dst: 4, A: 0, B: 3},
		{Op: OpStep, Dst: 7, A: 4},
	}
	return append(append(code, slope...),
		Instr{Op: OpMul, Dst: 5, A: 1, B: 4},
		Instr{Op: OpAdd, Dst: 5, A: 5, B: 2},
		Instr{Op: OpConst, Dst: 6, Imm0: 0.95},
		Instr{Op: OpMul, Dst: 6, A: 5, B: 6})
}

var programs = []program{
	{"LIF", triple, lif, floats(4, 5, 6), false},
	{"LIFBool", []Kind{Float32, Float32, Bool}, lif, []Output{{Kind: Float32, Reg: 4}, {Kind: Bool, Reg: 6}}, true},
	// gv' = gv + (gz - gv)/(1 + (pi u)^2), the gradient of the current; gv' decays
	{"ArctanBackward", triple, []Instr{
		{Op: OpConst, Dst: 3, Imm0: 3.14159265},
		{Op: OpMul, Dst: 4, A: 2, B: 3},
		{Op: OpSquare, Dst: 4, A: 4},
		{Op: OpConst, Dst: 5, Imm0: 1},
		{Op: OpAdd, Dst: 4, A: 4, B: 5},
		{Op: OpSub, Dst: 6, A: 1, B: 0},
		{Op: OpDiv, Dst: 4, A: 6, B: 4},
		{Op: OpAdd, Dst: 4, A: 4, B: 0},
		{Op: OpConst, Dst: 3, Imm0: 0.95},
		{Op: OpMul, Dst: 6, A: 4, B: 3},
	}, floats(6, 4), true},
	// The step of a LIF neuron, without and with a bias, and those back through it, as the graph writes them. The
	// potential is kept for the step back, which leaves its results where it read it and its gradients.
	{"Step", triple[:2], []Instr{ // v' = 0.95 v + x - z; z' of v'
		{Op: OpConst, Dst: 3, Imm0: 0.95},
		{Op: OpConst, Dst: 4, Imm0: 1},
		{Op: OpSub, Dst: 6, A: 1, B: 4},
		{Op: OpStep, Dst: 6, A: 6},
		{Op: OpMul, Dst: 7, A: 3, B: 1},
		{Op: OpAdd, Dst: 5, A: 0, B: 7},
		{Op: OpSub, Dst: 7, A: 5, B: 6},
		{Op: OpSub, Dst: 8, A: 7, B: 4},
		{Op: OpStep, Dst: 8, A: 8},
	}, floats(7, 8), false},
	{"BiasedStep", triple, []Instr{ // v' = 0.95 v + (x + b) - z; z' of v'
		{Op: OpConst, Dst: 3, Imm0: 0.95},
		{Op: OpConst, Dst: 4, Imm0: 1},
		{Op: OpAdd, Dst: 5, A: 0, B: 1},
		{Op: OpSub, Dst: 6, A: 2, B: 4},
		{Op: OpStep, Dst: 6, A: 6},
		{Op: OpMul, Dst: 7, A: 3, B: 2},
		{Op: OpAdd, Dst: 5, A: 5, B: 7},
		{Op: OpSub, Dst: 7, A: 5, B: 6},
		{Op: OpSub, Dst: 8, A: 7, B: 4},
		{Op: OpStep, Dst: 8, A: 8},
	}, floats(7, 8), false},
	{"ArctanBack", triple, slopeOf([]Instr{
		{Op: OpConst, Dst: 5, Imm0: 3.14159265},
		{Op: OpMul, Dst: 4, A: 4, B: 5},
		{Op: OpSquare, Dst: 4, A: 4},
		{Op: OpAdd, Dst: 4, A: 4, B: 3},
		{Op: OpReciprocal, Dst: 4, A: 4},
	}), floats(5, 7, 6), true},
	{"InvSquareBack", triple, slopeOf([]Instr{
		{Op: OpConst, Dst: 5, Imm0: 25},
		{Op: OpAbs, Dst: 4, A: 4},
		{Op: OpMul, Dst: 4, A: 4, B: 5},
		{Op: OpAdd, Dst: 4, A: 4, B: 3},
		{Op: OpSquare, Dst: 4, A: 4},
		{Op: OpReciprocal, Dst: 4, A: 4},
	}), floats(5, 7, 6), true},
	// m' = 0.9 m + 0.1 g; v' = 0.999 v + 0.001 g^2; theta' = theta - rate m'/(b sqrt(v') + eps)
	{"Adam", []Kind{Float32, Float32, Float32, Float32}, []Instr{
		{Op: OpConst, Dst: 4, Imm0: 0.9},
		{Op: OpMul, Dst: 0, A: 0, B: 4},
		{Op: OpConst, Dst: 4, Imm0: 0.1},
		{Op: OpMul, Dst: 8, A: 3, B: 4},
		{Op: OpAdd, Dst: 0, A: 0, B: 8},
		{Op: OpConst, Dst: 4, Imm0: 0.999},
		{Op: OpMul, Dst: 1, A: 1, B: 4},
		{Op: OpConst, Dst: 4, Imm0: 0.001},
		{Op: OpSquare, Dst: 8, A: 3},
		{Op: OpMul, Dst: 8, A: 8, B: 4},
		{Op: OpAdd, Dst: 1, A: 1, B: 8},
		{Op: OpConst, Dst: 4, Imm0: 1.01},
		{Op: OpConst, Dst: 5, Imm0: 1e-8},
		{Op: OpSqrt, Dst: 8, A: 1},
		{Op: OpMul, Dst: 8, A: 8, B: 4},
		{Op: OpAdd, Dst: 8, A: 8, B: 5},
		{Op: OpConst, Dst: 4, Imm0: 0.0005},
		{Op: OpMul, Dst: 9, A: 0, B: 4},
		{Op: OpDiv, Dst: 8, A: 9, B: 8},
		{Op: OpSub, Dst: 2, A: 2, B: 8},
	}, floats(0, 1, 2), true},
	unary(OpExp), unary(OpLog), unary(OpTanh), unary(OpSigmoid), unary(OpSoftplus), unary(OpAtan), unary(OpErf),
	{"Add", triple[:2], []Instr{{Op: OpAdd, Dst: 2, A: 0, B: 1}}, floats(2), false},
	{"Select", triple, []Instr{{Op: OpSelect, Dst: 3, A: 0, B: 1, C: 2}}, floats(3), false},
}

// benchAtLevels runs a benchmark for every level of this processor.
func benchAtLevels(b *testing.B, name string, run func(b *testing.B, l isa)) {
	for l := portable; l <= supported(); l++ {
		b.Run(name+"/"+l.String(), func(b *testing.B) { run(b, l) })
	}
}

func BenchmarkElementwise(b *testing.B) {
	const n = 64 * 1000 // rows and neurons of a shard of J1: all operands are in the second-level cache
	for _, p := range programs {
		benchAtLevels(b, p.name, func(b *testing.B, l isa) {
			dense := make([]Operand, len(p.ins))
			in := make([]Buf, len(p.ins))
			block := make([]float32, (len(p.ins)+len(p.out))*n) // where one lies behind the other, as in a plan
			place := func() (x []float32) {
				x, block = block[:n:n], block[n:]
				return x
			}
			for i, kind := range p.ins {
				x := place()
				Normal(x, [2]uint32{1, 2}, uint32(i), 0)
				if p.inPlace {
					Fill(x, 1.05) // keeps what is fed back finite, and normal
				}
				dense[i], in[i] = Operand{kind, []int{1}}, Of(x)
				if kind == Bool {
					in[i] = Of(make([]bool, n))
				}
			}
			outs := make([]Buf, len(p.out))
			for j, o := range p.out {
				switch {
				case o.Kind == Bool:
					outs[j] = Of(make([]bool, n))
				case p.inPlace:
					outs[j] = in[j]
				default:
					outs[j] = Of(place())
				}
			}
			report(b, NewElementwise(Float32, p.code, []int{n}, dense, p.out), l, n, outs, in)
		})
	}
	for _, shape := range [][2]int{{12800, 10}, {128, 1000}} {
		for _, layout := range []struct {
			name    string
			strides []int
		}{{"row", []int{0, 1}}, {"column", []int{1, 0}}} {
			benchAtLevels(b, fmt.Sprintf("Add/%v+%s", shape, layout.name), func(b *testing.B, l isa) {
				n := shape[0] * shape[1]
				x, y := Of(make([]float32, n)), Of(make([]float32, max(shape[0], shape[1])))
				e := NewElementwise(Float32, []Instr{{Op: OpAdd, Dst: 2, A: 0, B: 1}}, shape[:],
					[]Operand{{Float32, []int{shape[1], 1}}, {Float32, layout.strides}}, []Output{{Kind: Float32, Reg: 2}})
				report(b, e, l, n, []Buf{x}, []Buf{x, y})
			})
		}
	}
}

func report(b *testing.B, e *Elementwise, l isa, n int, out, in []Buf) {
	b.ReportAllocs()
	s := e.scratchAt(l)
	for b.Loop() {
		e.Run(s, 0, e.Blocks(), out, in)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/element")
}
