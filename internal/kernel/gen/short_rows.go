package main

import (
	"math"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// shortRows writes the functions that treat many rows which are shorter than a few vectors.
func shortRows(c *build.Context) {
	laneData(c)
	for _, e := range elems {
		truthData(c, e)
	}
	for _, v := range vectors(c) {
		if !v.wide() {
			v.columns()
		}
		v.spread("spread", v.goType, func(src reg.Register, dst reg.VecVirtual) {
			v.broadcast(v.Context, operand.Mem{Base: src}, dst)
		})
		v.spread("spreadBools", "uint8", func(src reg.Register, dst reg.VecVirtual) {
			at, truth := v.GP64(), v.GP64()
			v.LEAQ(operand.NewDataAddr(operand.NewStaticSymbol(truthTable+v.name), 0), at)
			v.MOVBQZX(operand.Mem{Base: src}, truth)
			v.broadcast(v.Context, operand.Mem{Base: at, Index: truth, Scale: uint8(v.size)}, dst)
		})
	}
}

const truthTable = "truths"

// truthData writes the elements 0 and 1.
func truthData(c *build.Context, e elem) {
	c.StaticGlobal(truthTable + e.name)
	c.DataAttributes(attr.RODATA | attr.NOPTR)
	if e.size == 4 {
		c.AppendDatum(operand.U32(0))
		c.AppendDatum(operand.U32(math.Float32bits(1)))
		return
	}
	c.AppendDatum(operand.U64(0))
	c.AppendDatum(operand.U64(math.Float64bits(1)))
}

// columns writes the function that turns some elements of many rows into columns, a square at a time.
func (v vector) columns() {
	lanes := v.lanes()
	v.begin("columns", "func(squares int, src *%[1]s, lds int, dst *%[1]s, ldd int, n int)",
		"Transposes squares that lie one below the other in src and side by side in dst; strides in bytes.",
		"Of each row it reads the first n elements, of at most a vector; it writes zeros for the others.")
	squares, src, lds := v.arg("squares"), v.arg("src"), v.arg("lds")
	dst, ldd, n := v.arg("dst"), v.arg("ldd"), v.arg("n")
	m := v.firstLanes(n)
	row := v.rowAddresses(lanes, src, lds)
	to := v.GP64()
	v.Label("square")
	rows := v.regs(lanes)
	for i := range rows {
		v.load(row(i), m, rows[i])
	}
	turn := v.transpose8
	if v.size == 8 {
		turn = v.transpose4
	}
	v.MOVQ(dst, to)
	for _, x := range turn(rows) {
		v.VMOVUPS(x, operand.Mem{Base: to})
		v.ADDQ(ldd, to)
	}
	v.LEAQ(operand.Mem{Base: src, Index: lds, Scale: uint8(lanes)}, src)
	v.ADDQ(operand.Imm(uint64(v.width)), dst)
	v.DECQ(squares)
	v.JNZ(operand.LabelRef("square"))
	v.end()
}

// spread writes the function that repeats an element of src along each row of dst; load fills a vector with
// one.
func (v vector) spread(name, goType string, load func(src reg.Register, dst reg.VecVirtual)) {
	v.begin(name, "func(rows int, dst *%[1]s, inner int, src *"+goType+", between int, vectors int)",
		"Fills rows, inner bytes apart, with elements of src, between bytes apart. It writes so many vectors a row:",
		"what it writes beyond a row is written over by the next.")
	rows, dst, inner := v.arg("rows"), v.arg("dst"), v.arg("inner")
	src, between, vectors := v.arg("src"), v.arg("between"), v.arg("vectors")
	v.CMPQ(vectors, operand.Imm(1))
	v.JNE(operand.LabelRef("long"))
	v.Label("row")
	x := v.reg()
	load(src, x)
	v.VMOVUPS(x, operand.Mem{Base: dst})
	v.ADDQ(between, src)
	v.ADDQ(inner, dst)
	v.DECQ(rows)
	v.JNZ(operand.LabelRef("row"))
	v.end()

	v.Label("long")
	load(src, x)
	to, left := v.GP64(), v.GP64()
	v.MOVQ(dst, to)
	v.MOVQ(vectors, left)
	v.Label("vector")
	v.VMOVUPS(x, operand.Mem{Base: to})
	v.ADDQ(operand.Imm(uint64(v.width)), to)
	v.DECQ(left)
	v.JNZ(operand.LabelRef("vector"))
	v.ADDQ(between, src)
	v.ADDQ(inner, dst)
	v.DECQ(rows)
	v.JNZ(operand.LabelRef("long"))
	v.end()
}
