package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// sumColumns is how many columns of a matrix sumRows treats: their sums, in float64, stay in registers.
const sumColumns = 32

// sums writes the functions that add the rows of a matrix in float64.
func sums(c *build.Context) {
	laneData(c)
	for _, v := range vectors(c) {
		v.sumRows()
	}
}

// sumRows writes the function that adds rows of a few columns to sums, with one loop for each number of
// vectors. The last vector may be incomplete: what is read of it is masked, and zero is added to the
// other sums.
func (v vector) sumRows() {
	v.begin("sumRows", "func(rows int, x *%[1]s, stride int, sums *float64, columns int)",
		fmt.Sprintf("Adds rows of at most %d columns to sums in float64; stride in bytes.", sumColumns),
		"Sums are read and written in whole vectors.")
	rows, x, stride := v.arg("rows"), v.arg("x"), v.arg("stride")
	sums, columns := v.arg("sums"), v.arg("columns")
	lanes := v.width / 8
	for nv := 1; nv*lanes <= sumColumns; nv++ {
		label, next := fmt.Sprintf("row%d", nv), fmt.Sprintf("more%d", nv)
		v.CMPQ(columns, operand.Imm(uint64(nv*lanes)))
		v.JG(operand.LabelRef(next))
		v.SUBQ(operand.Imm(uint64((nv-1)*lanes)), columns)
		last := v.firstLanes(columns)
		acc := v.regs(nv)
		for j, s := range acc {
			v.VMOVUPD(v.at(sums, j), s)
		}
		v.Label(label)
		for j, s := range acc {
			m := mask{}
			if j == nv-1 {
				m = last
			}
			v.VADDPD(v.loadDouble(operand.Mem{Base: x, Disp: j * lanes * v.size}, m), s, s)
		}
		v.ADDQ(stride, x)
		v.DECQ(rows)
		v.JNZ(operand.LabelRef(label))
		for j, s := range acc {
			v.VMOVUPD(s, v.at(sums, j))
		}
		v.end()
		v.Label(next)
	}
	v.end()
}

// loadDouble returns elements as a vector of float64.
func (v vector) loadDouble(src operand.Mem, m mask) reg.VecVirtual {
	x := v.reg()
	switch {
	case v.size == 8:
		v.load(src, m, x)
	case m.reg == nil:
		v.VCVTPS2PD(src, x)
	case v.wide():
		v.VCVTPS2PD_Z(src, m.reg, x)
	default:
		v.VMASKMOVPS(src, m.reg.(reg.Vec).AsX(), x.AsX())
		v.VCVTPS2PD(x.AsX(), x)
	}
	return x
}
