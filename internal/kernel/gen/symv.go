package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// symvRows is how many rows of a symmetric matrix a product takes at a time.
const symvRows = 4

// symv writes the functions that use rows of a symmetric matrix twice while they are in registers.
func symv(c *build.Context) {
	laneData(c)
	for _, v := range vectors(c) {
		v.symv()
	}
}

// symv writes the function for rows of n columns, n at least 1.
func (v vector) symv() {
	v.begin("symvRows", "func(n int, a *%[1]s, lda, next int, factors, x, y, sums *%[1]s)",
		"Adds four rows of A, each times its factor, to y, and writes each row times x to sums, in parts of",
		"16 bytes that are to be added. It asks for the memory next bytes behind that of each; lda in bytes.")
	n, a, lda := v.arg("n"), v.arg("a"), v.arg("lda")
	factors, x, y, parts := v.arg("factors"), v.arg("x"), v.arg("y"), v.arg("sums")
	rows := []reg.Register{a}
	for i := range symvRows - 1 {
		next := v.GP64()
		v.MOVQ(rows[i], next)
		v.ADDQ(lda, next)
		rows = append(rows, next)
	}
	f, sums := v.regs(symvRows), v.regs(symvRows)
	for i, s := range sums {
		v.clear(s)
		v.broadcast(v.Context, operand.Mem{Base: factors, Disp: i * v.size}, f[i])
	}
	ahead := v.arg("next")
	at := v.GP64()
	v.XORQ(at, at)
	step := func(m mask) {
		here := func(base reg.Register) operand.Mem { return operand.Mem{Base: base, Index: at, Scale: 1} }
		xv, yv := v.reg(), v.reg()
		v.load(here(x), m, xv)
		v.load(here(y), m, yv)
		for i, s := range sums {
			row := v.reg()
			v.load(here(rows[i]), m, row)
			if m.reg == nil {
				v.PREFETCHT0(operand.Mem{Base: rows[i], Index: ahead, Scale: 1})
			}
			v.fma(v.Context, row, f[i], yv)
			v.fma(v.Context, row, xv, s)
		}
		v.store(yv, m, here(y))
	}
	v.Label("columns")
	v.SUBQ(operand.Imm(uint64(v.lanes())), n)
	v.JL(operand.LabelRef("rest"))
	step(mask{})
	v.ADDQ(operand.Imm(uint64(v.width)), at)
	v.ADDQ(operand.Imm(uint64(v.width)), ahead)
	v.JMP(operand.LabelRef("columns"))
	v.Label("rest")
	v.ADDQ(operand.Imm(uint64(v.lanes())), n)
	v.JZ(operand.LabelRef("store"))
	step(v.firstLanes(n))
	v.Label("store")
	for i, s := range sums {
		v.quarter(s, operand.Mem{Base: parts, Disp: 16 * i})
	}
	v.end()
}

// quarter adds the parts of 16 bytes of s to each other and stores the sum.
func (v vector) quarter(s reg.VecVirtual, dst operand.Mem) {
	low, high := s, v.YMM()
	if v.wide() {
		v.VEXTRACTF64X4(operand.Imm(1), s, high)
		v.add(v.Context, high, low.AsY(), high)
		low = high
	}
	part := v.XMM()
	v.VEXTRACTF128(operand.Imm(1), low.AsY(), part)
	v.add(v.Context, part, low.AsX(), part)
	v.move(v.Context, part, dst)
}
