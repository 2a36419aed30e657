package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// sumColumns is how many columns of a matrix, in float64, the sums of rows keep in registers.
const sumColumns = 32

// sums writes the functions that add the rows of a matrix in float64.
func sums(c *build.Context) {
	laneData(c)
	for _, v := range vectors(c) {
		strip := sumColumns * 8 / v.width
		v.sumRows(strip, false)
		for nv := 1; nv <= strip; nv++ {
			v.sumRows(nv, true)
		}
	}
}

// sumRows writes the function that adds rows of so many vectors of float64 to sums. With edge, the last
// vector has but lanes elements, and its other sums are not changed.
func (v vector) sumRows(nv int, edge bool) {
	base := "sumRows"
	if edge {
		base = "sumEdgeRows"
	}
	v.begin(fmt.Sprintf("%s%d", base, nv), "func(rows int, x *%[1]s, stride int, sums *float64, lanes int)",
		fmt.Sprintf("Adds rows of %d vectors to sums in float64; stride in bytes.", nv))
	rows, x, stride, sums := v.arg("rows"), v.arg("x"), v.arg("stride"), v.arg("sums")
	var last mask
	if edge {
		last = v.firstLanes(v.arg("lanes"))
	}
	acc := v.regs(nv)
	for j, s := range acc {
		v.VMOVUPD(v.at(sums, j), s)
	}
	term := v.reg()
	v.Label("row")
	for j, s := range acc {
		src := operand.Mem{Base: x, Disp: j * v.width * v.size / 8}
		m := mask{}
		if j == nv-1 {
			m = last
		}
		switch {
		case v.size == 8:
			v.addMemory(src, m, s, term)
			continue
		case m.reg == nil:
			v.VCVTPS2PD(src, term)
		case v.wide():
			v.VCVTPS2PD_Z(src, m.reg, term)
		default:
			v.VMASKMOVPS(src, m.reg.(reg.Vec).AsX(), term.AsX())
			v.VCVTPS2PD(term.AsX(), term)
		}
		v.VADDPD(term, s, s)
	}
	v.ADDQ(stride, x)
	v.DECQ(rows)
	v.JNZ(operand.LabelRef("row"))
	for j, s := range acc {
		v.VMOVUPD(s, v.at(sums, j))
	}
	v.end()
}
