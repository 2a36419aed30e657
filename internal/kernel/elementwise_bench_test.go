package kernel

import (
	"fmt"
	"testing"
)

// program is a fused program over dense operands.
type program struct {
	name string
	ins  int
	code []Instr
	out  []uint16
}

var programs = []program{
	// v' = 0.95 v + x - z; u = v' - 1; z' = step(u)
	{"LIF", 3, []Instr{
		{Op: OpAffine, Dst: 3, A: 0, Imm0: 0.95},
		{Op: OpAdd, Dst: 3, A: 3, B: 1},
		{Op: OpSub, Dst: 3, A: 3, B: 2},
		{Op: OpAffine, Dst: 4, A: 3, Imm0: 1, Imm1: -1},
		{Op: OpStep, Dst: 5, A: 4},
	}, []uint16{3, 4, 5}},
	// gv' = gv + (gz - gv)/(1 + (pi u)^2), the gradient of the current; gv' decays
	{"ArctanBackward", 3, []Instr{
		{Op: OpAffine, Dst: 3, A: 0, Imm0: 3.14159265},
		{Op: OpSquare, Dst: 3, A: 3},
		{Op: OpAffine, Dst: 3, A: 3, Imm0: 1, Imm1: 1},
		{Op: OpSub, Dst: 4, A: 1, B: 2},
		{Op: OpDiv, Dst: 4, A: 4, B: 3},
		{Op: OpAdd, Dst: 5, A: 4, B: 2},
		{Op: OpAffine, Dst: 6, A: 5, Imm0: 0.95},
	}, []uint16{5, 6}},
	{"Exp", 1, []Instr{{Op: OpExp, Dst: 1}}, []uint16{1}},
	{"Log", 1, []Instr{{Op: OpLog, Dst: 1}}, []uint16{1}},
	{"Tanh", 1, []Instr{{Op: OpTanh, Dst: 1}}, []uint16{1}},
	{"Sigmoid", 1, []Instr{{Op: OpSigmoid, Dst: 1}}, []uint16{1}},
	{"Softplus", 1, []Instr{{Op: OpSoftplus, Dst: 1}}, []uint16{1}},
	{"Atan", 1, []Instr{{Op: OpAtan, Dst: 1}}, []uint16{1}},
	{"Erf", 1, []Instr{{Op: OpErf, Dst: 1}}, []uint16{1}},
	{"Add", 2, []Instr{{Op: OpAdd, Dst: 2, A: 0, B: 1}}, []uint16{2}},
	{"Select", 3, []Instr{{Op: OpSelect, Dst: 3, A: 0, B: 1, C: 2}}, []uint16{3}},
}

func BenchmarkElementwise(b *testing.B) {
	const n = 128 << 10
	for _, p := range programs {
		b.Run(p.name, func(b *testing.B) {
			dense := make([]Operand, p.ins)
			in := make([]Buf, p.ins)
			for i := range in {
				x := make([]float32, n)
				Normal(x, [2]uint32{1, 2}, uint32(i), 0)
				dense[i], in[i] = Operand{Float32, []int{1}}, Of(x)
			}
			out, outs := make([]Output, len(p.out)), make([]Buf, len(p.out))
			for j, reg := range p.out {
				out[j], outs[j] = Output{Float32, reg}, Of(make([]float32, n))
			}
			e := NewElementwise(Float32, p.code, []int{n}, dense, out)
			report(b, e, n, outs, in)
		})
	}
	for _, shape := range [][2]int{{12800, 10}, {128, 1000}} {
		for _, layout := range []struct {
			name    string
			strides []int
		}{{"row", []int{0, 1}}, {"column", []int{1, 0}}} {
			b.Run(fmt.Sprintf("Add/%v+%s", shape, layout.name), func(b *testing.B) {
				n := shape[0] * shape[1]
				x, y := Of(make([]float32, n)), Of(make([]float32, max(shape[0], shape[1])))
				e := NewElementwise(Float32, []Instr{{Op: OpAdd, Dst: 2, A: 0, B: 1}}, shape[:],
					[]Operand{{Float32, []int{shape[1], 1}}, {Float32, layout.strides}}, []Output{{Float32, 2}})
				report(b, e, n, []Buf{x}, []Buf{x, y})
			})
		}
	}
}

func report(b *testing.B, e *Elementwise, n int, out, in []Buf) {
	b.ReportAllocs()
	s := e.NewScratch()
	for b.Loop() {
		e.Run(s, 0, e.Blocks(), out, in)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/element")
}
