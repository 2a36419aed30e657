package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// transpose writes the functions that transpose as many rows as a 256-bit vector has lanes.
func transpose(c *build.Context) {
	laneData(c)
	for _, v := range vectors(c) {
		if v.wide() {
			continue // a wider square gains nothing: the shuffles are the same in number
		}
		v.transposeSquares(false)
		v.transposeSquares(true)
	}
}

// transposeSquares writes a loop over the squares of lanes×lanes elements in a row of them. What is turned has
// but some columns in the end, and may be added to what is there.
func (v vector) transposeSquares(turn bool) {
	lanes := v.lanes()
	name, args, to := "transpose", "", "writes them"
	if turn {
		name, args, to = "turn", ", lanes int, add bool", "writes (add: adds) the first columns of them"
	}
	v.begin(name, "func(squares int, src *%[1]s, lds int, dst *%[1]s, ldd int"+args+")",
		"Transposes squares that lie side by side in src, and "+to+" one below the other to dst;", "strides in bytes.")
	squares, src, lds := v.arg("squares"), v.arg("src"), v.arg("lds")
	dst, ldd := v.arg("dst"), v.arg("ldd")
	row := v.rowAddresses(lanes, src, lds)
	var some mask
	var add reg.Register
	if turn {
		some = v.firstLanes(v.arg("lanes"))
		add = v.Load(v.Param("add"), v.GP8())
	}
	v.Label("square")
	rows := v.regs(lanes)
	var columns []reg.VecVirtual
	for i := range rows {
		v.VMOVUPS(row(i), rows[i])
	}
	if v.size == 4 {
		columns = v.transpose8(rows)
	} else {
		columns = v.transpose4(rows)
	}
	if turn {
		v.addColumns(columns, dst, ldd, add, some)
	}
	for _, x := range columns {
		v.store(x, some, operand.Mem{Base: dst})
		v.ADDQ(ldd, dst)
	}
	v.ADDQ(operand.Imm(uint64(v.width)), src)
	v.DECQ(squares)
	v.JNZ(operand.LabelRef("square"))
	v.end()
}

// addColumns adds to columns what is in their places if add is set.
func (v vector) addColumns(columns []reg.VecVirtual, dst, ldd, add reg.Register, some mask) {
	v.TESTB(add, add)
	v.JZ(operand.LabelRef("store"))
	at, there := v.GP64(), v.reg()
	v.MOVQ(dst, at)
	for _, x := range columns {
		v.load(operand.Mem{Base: at}, some, there)
		v.add(v.Context, there, x, x)
		v.ADDQ(ldd, at)
	}
	v.Label("store")
}

// transpose8 transposes 8×8 elements of 4 bytes: pairs, then fours, then halves change places.
func (v vector) transpose8(r []reg.VecVirtual) []reg.VecVirtual {
	pair := v.regs(8)
	for i := 0; i < 8; i += 2 {
		v.VUNPCKLPS(r[i+1], r[i], pair[i])
		v.VUNPCKHPS(r[i+1], r[i], pair[i+1])
	}
	four := v.regs(8) // four[c] holds columns c and c+4 of the upper rows, four[4+c] of the lower
	for h := 0; h < 8; h += 4 {
		for c := range 4 {
			low, high := pair[h+c/2], pair[h+c/2+2]
			v.VSHUFPS(operand.Imm([]uint64{0x44, 0xee}[c%2]), high, low, four[h+c])
		}
	}
	return v.swapHalves(four)
}

// transpose4 does the same for 4×4 elements of 8 bytes.
func (v vector) transpose4(r []reg.VecVirtual) []reg.VecVirtual {
	pair := v.regs(4)
	for i := 0; i < 4; i += 2 {
		v.VUNPCKLPD(r[i+1], r[i], pair[i])
		v.VUNPCKHPD(r[i+1], r[i], pair[i+1])
	}
	return v.swapHalves(pair)
}

// swapHalves returns the columns from vectors that hold two half columns each.
func (v vector) swapHalves(x []reg.VecVirtual) []reg.VecVirtual {
	n := len(x)
	columns := v.regs(n)
	for c := range n / 2 {
		v.VPERM2F128(operand.Imm(0x20), x[n/2+c], x[c], columns[c])
		v.VPERM2F128(operand.Imm(0x31), x[n/2+c], x[c], columns[n/2+c])
	}
	return columns
}
