package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// panelSteps is the number of rows of B that a round of the loop takes; package kernel knows it by the same name.
const panelSteps = 4

// gemmPanel writes the function that computes a whole tile of C from an A whose columns are contiguous, as in
// panels. It sums up at least rows*nv*panelSteps products, as it asks for one line of C after every few of
// them: all at once would keep what is to be multiplied waiting.
func (v vector) gemmPanel(rows, nv int) {
	v.begin(fmt.Sprintf("gemmPanel%dx%d", rows, nv),
		"func(k int, a *%[1]s, cs int, b *%[1]s, bs int, c *%[1]s, ldc int, add bool)",
		fmt.Sprintf("Computes a tile of C of %d rows and %d vectors from contiguous columns of A; strides in bytes;",
			rows, nv), fmt.Sprintf("k >= %d.", rows*nv*panelSteps))
	k, a, cs := v.arg("k"), v.arg("a"), v.arg("cs")
	b, bs := v.arg("b"), v.arg("bs")
	sums := make([][]reg.VecVirtual, rows)
	for i := range sums {
		sums[i] = v.regs(nv)
		for _, s := range sums[i] {
			v.clear(s)
		}
	}
	bl, al := v.regs(nv), v.regs(2)
	column, row := v.multiples(a, cs), v.multiples(b, bs)
	step := func(l int) {
		for j := range bl {
			m := row(l)
			m.Disp = j * v.width
			v.load(m, mask{}, bl[j])
		}
		for i := range rows {
			m := column(l)
			m.Disp = i * v.size
			v.broadcast(v.Context, m, al[i%2])
			for j := range bl {
				v.fma(v.Context, bl[j], al[i%2], sums[i][j])
			}
		}
	}
	steps := func() {
		for l := range panelSteps {
			step(l)
		}
		v.LEAQ(operand.Mem{Base: a, Index: cs, Scale: panelSteps}, a)
		v.LEAQ(operand.Mem{Base: b, Index: bs, Scale: panelSteps}, b)
	}

	line, left := v.GP64(), v.GP64()
	ldc, end := v.arg("ldc"), v.GP64()
	v.SUBQ(operand.U32(uint32(rows*nv*panelSteps)), k)
	v.Load(v.Param("c"), line)
	v.LEAQ(operand.Mem{Base: line, Disp: nv * v.width}, end)
	v.Label("column")
	v.MOVQ(operand.U32(uint32(rows)), left)
	next := v.GP64()
	v.LEAQ(operand.Mem{Base: line, Disp: v.width}, next)
	v.Label("row")
	steps()
	v.PREFETCHT0(operand.Mem{Base: line})
	v.ADDQ(ldc, line)
	v.DECQ(left)
	v.JNZ(operand.LabelRef("row"))
	v.MOVQ(next, line)
	v.CMPQ(line, end)
	v.JNE(operand.LabelRef("column"))

	v.SUBQ(operand.Imm(panelSteps), k)
	v.JL(operand.LabelRef("rest"))
	v.Label("steps")
	steps()
	v.SUBQ(operand.Imm(panelSteps), k)
	v.JGE(operand.LabelRef("steps"))
	v.Label("rest")
	v.ADDQ(operand.Imm(panelSteps), k)
	v.JZ(operand.LabelRef("store"))
	v.Label("one")
	step(0)
	v.ADDQ(cs, a)
	v.ADDQ(bs, b)
	v.DECQ(k)
	v.JNZ(operand.LabelRef("one"))
	v.Label("store")
	v.storeTile(sums, func(int) mask { return mask{} }, bl[0])
	v.end()
}

// multiples returns the operand l strides behind a pointer that advances, for l < 4.
func (v vector) multiples(base, stride reg.Register) func(l int) operand.Mem {
	three := v.GP64()
	v.LEAQ(operand.Mem{Base: stride, Index: stride, Scale: 2}, three)
	return func(l int) operand.Mem {
		switch l {
		case 0:
			return operand.Mem{Base: base}
		case 3:
			return operand.Mem{Base: base, Index: three, Scale: 1}
		}
		return operand.Mem{Base: base, Index: stride, Scale: uint8(l)}
	}
}
