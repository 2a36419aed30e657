package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// dots writes the functions that multiply a row by listed rows of a matrix.
func dots(c *build.Context) {
	for _, v := range vectors(c) {
		for _, nv := range strips {
			v.dotRows(nv)
		}
	}
}

// dotRows writes the function that adds, to a sum for each listed row of B, the products of its elements
// and those of a row a, which stays in registers.
func (v vector) dotRows(nv int) {
	v.begin(fmt.Sprintf("dotRows%d", nv), "func(n int, rows *uint32, a, b *%[1]s, ldb int, sums *%[1]s)",
		fmt.Sprintf("Adds to n sums the products of %d vectors of a and of the listed rows of B; ldb in bytes.", nv))
	n, rows, a, b, ldb, sums := v.arg("n"), v.arg("rows"), v.arg("a"), v.arg("b"), v.arg("ldb"), v.arg("sums")
	x, acc := v.regs(nv), v.regs(min(nv, 2))
	for j, r := range x {
		v.load(v.at(a, j), mask{}, r)
	}
	v.Label("row")
	v.SUBQ(operand.Imm(1), n)
	v.JL(operand.LabelRef("done"))
	row := v.GP64()
	v.MOVL(operand.Mem{Base: rows}, row.As32())
	v.IMULQ(ldb, row)
	v.ADDQ(b, row)
	for _, s := range acc {
		v.clear(s)
	}
	for j, r := range x {
		v.fma(v.Context, v.at(row, j), r, acc[j%len(acc)])
	}
	if len(acc) == 2 {
		v.add(v.Context, acc[1], acc[0], acc[0])
	}
	v.addTo(operand.Mem{Base: sums}, v.total(acc[0]))
	v.ADDQ(operand.Imm(4), rows)
	v.ADDQ(operand.Imm(uint64(v.size)), sums)
	v.JMP(operand.LabelRef("row"))
	v.Label("done")
	v.end()
}

// total returns the sum of the lanes of s, in the first lane.
func (v vector) total(s reg.VecVirtual) reg.VecVirtual {
	if v.wide() {
		high := v.YMM()
		v.VEXTRACTF64X4(operand.Imm(1), s, high)
		v.add(v.Context, s.AsY(), high, high)
		s = high
	}
	x := v.XMM()
	v.VEXTRACTF128(operand.Imm(1), s.AsY(), x)
	v.add(v.Context, s.AsX(), x, x)
	if v.size == 8 {
		v.VHADDPD(x, x, x)
		return x
	}
	v.VHADDPS(x, x, x)
	v.VHADDPS(x, x, x)
	return x
}

// addTo adds the first lane of x to an element in memory.
func (v vector) addTo(at operand.Mem, x reg.VecVirtual) {
	if v.size == 8 {
		v.VADDSD(at, x, x)
		v.VMOVSD(x, at)
		return
	}
	v.VADDSS(at, x, x)
	v.VMOVSS(x, at)
}
