package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// rowVectors is the number of vectors of a strip of a row times a matrix, rowSums the number of sums of a
// single vector: as many as hide the time that a multiply-add takes.
const (
	rowVectors = 8
	rowSums    = 8
)

// rows writes the functions that multiply a row by a matrix.
func rows(c *build.Context) {
	laneData(c)
	for _, v := range vectors(c) {
		v.rowStrip()
		v.rowEdge()
	}
}

// rowStrip writes the function for a strip of several vectors, of which each is summed up in order.
func (v vector) rowStrip() {
	v.begin("rowStrip", "func(k int, x, b *%[1]s, ldb int, y *%[1]s)",
		fmt.Sprintf("Adds %d vectors of x·B for k > 0 rows of B to y; ldb in bytes.", rowVectors))
	k, x, b, ldb, y := v.arg("k"), v.arg("x"), v.arg("b"), v.arg("ldb"), v.arg("y")
	sums, factor := v.regs(rowVectors), v.reg()
	for j, s := range sums {
		v.load(v.at(y, j), mask{}, s)
	}
	v.Label("row")
	v.broadcast(v.Context, operand.Mem{Base: x}, factor)
	for j, s := range sums {
		v.fma(v.Context, v.at(b, j), factor, s)
	}
	v.ADDQ(operand.Imm(uint64(v.size)), x)
	v.ADDQ(ldb, b)
	v.DECQ(k)
	v.JNZ(operand.LabelRef("row"))
	for j, s := range sums {
		v.store(s, mask{}, v.at(y, j))
	}
	v.end()
}

// rowEdge writes the function for one vector or a part of it: every eighth row goes to the same sum.
func (v vector) rowEdge() {
	v.begin("rowEdge", "func(k int, x, b *%[1]s, ldb int, y *%[1]s, lanes int)",
		fmt.Sprintf("Adds up to a vector of x·B for k > 0 rows of B, in %d sums, to y; ldb in bytes.", rowSums))
	k, x, b, ldb, y := v.arg("k"), v.arg("x"), v.arg("b"), v.arg("ldb"), v.arg("y")
	some := v.firstLanes(v.arg("lanes"))
	sums := v.regs(rowSums)
	for _, s := range sums {
		v.clear(s)
	}
	row, factor := v.reg(), v.reg()
	add := func(i int) {
		v.broadcast(v.Context, operand.Mem{Base: x, Disp: i * v.size}, factor)
		v.load(operand.Mem{Base: b}, some, row)
		v.fma(v.Context, row, factor, sums[i])
		v.ADDQ(ldb, b)
	}
	v.Label("rows")
	v.SUBQ(operand.Imm(rowSums), k)
	v.JL(operand.LabelRef("rest"))
	for i := range sums {
		add(i)
	}
	v.ADDQ(operand.Imm(uint64(rowSums*v.size)), x)
	v.JMP(operand.LabelRef("rows"))
	v.Label("rest")
	v.ADDQ(operand.Imm(rowSums), k)
	for i := range rowSums - 1 {
		v.SUBQ(operand.Imm(1), k)
		v.JL(operand.LabelRef("done"))
		add(i)
	}
	v.Label("done")
	v.load(operand.Mem{Base: y}, some, row)
	v.add(v.Context, v.joined(sums), row, row)
	v.store(row, some, operand.Mem{Base: y})
	v.end()
}

// joined adds sums up in pairs, neighbours first.
func (v vector) joined(sums []reg.VecVirtual) reg.VecVirtual {
	for ; len(sums) > 1; sums = sums[:len(sums)/2] {
		for i := range len(sums) / 2 {
			v.add(v.Context, sums[2*i+1], sums[2*i], sums[2*i])
			sums[i] = sums[2*i]
		}
	}
	return sums[0]
}
