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
		if v.wide() {
			v.dotRows(2 * strips[0])
		}
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
	x := v.regs(nv)
	for j, r := range x {
		v.load(v.at(a, j), mask{}, r)
	}
	group := v.dotsAtOnce()
	v.Label("group")
	v.CMPQ(n, operand.Imm(uint64(group)))
	v.JL(operand.LabelRef("row"))
	lanes := make([]reg.VecVirtual, group)
	for i := range lanes {
		lanes[i] = v.dotLanes(operand.Mem{Base: rows, Disp: 4 * i}, ldb, b, x)
	}
	v.addTotals(operand.Mem{Base: sums}, lanes)
	v.ADDQ(operand.Imm(uint64(4*group)), rows)
	v.ADDQ(operand.Imm(uint64(v.size*group)), sums)
	v.SUBQ(operand.Imm(uint64(group)), n)
	v.JMP(operand.LabelRef("group"))
	v.Label("row")
	v.SUBQ(operand.Imm(1), n)
	v.JL(operand.LabelRef("done"))
	v.addTo(operand.Mem{Base: sums}, v.total(v.dotLanes(operand.Mem{Base: rows}, ldb, b, x)))
	v.ADDQ(operand.Imm(4), rows)
	v.ADDQ(operand.Imm(uint64(v.size)), sums)
	v.JMP(operand.LabelRef("row"))
	v.Label("done")
	v.end()
}

// dotsAtOnce is the number of rows whose sums are added up lane by lane together: as many as an XMM register
// holds sums.
func (v vector) dotsAtOnce() int { return 16 / v.size }

// dotLanes returns the products of the vectors x and the row whose number is in memory, two vectors of them
// added up, and their high half added to the low one, and of that again, in an XMM register.
func (v vector) dotLanes(number operand.Mem, ldb, b reg.Register, x []reg.VecVirtual) reg.VecVirtual {
	row := v.GP64()
	v.MOVL(number, row.As32())
	v.IMULQ(ldb, row)
	v.ADDQ(b, row)
	acc := v.regs(min(len(x), 2))
	for _, s := range acc {
		v.clear(s)
	}
	for j, r := range x {
		v.fma(v.Context, v.at(row, j), r, acc[j%len(acc)])
	}
	if len(acc) == 2 {
		v.add(v.Context, acc[1], acc[0], acc[0])
	}
	return v.folded(acc[0])
}

// addTotals adds the sums of the lanes of as many registers as each has lanes to elements in memory. Lanes are
// added in the order of total.
func (v vector) addTotals(at operand.Mem, x []reg.VecVirtual) {
	for ; len(x) > 1; x = x[:len(x)/2] {
		for i := range len(x) / 2 {
			x[i] = v.neighbours(x[2*i], x[2*i+1])
		}
	}
	v.add(v.Context, at, x[0], x[0])
	v.move(v.Context, x[0], at)
}

// folded returns s with halves added to one another until an XMM register holds them.
func (v vector) folded(s reg.VecVirtual) reg.VecVirtual {
	x := v.XMM()
	if !v.wide() {
		v.VEXTRACTF128(operand.Imm(1), s, x)
		v.add(v.Context, s.AsX(), x, x)
		return x
	}
	high := v.YMM()
	v.VEXTRACTF64X4(operand.Imm(1), s, high)
	v.add(v.Context, s.AsY(), high, high)
	v.VEXTRACTF32X4(operand.Imm(1), high, x)
	v.add(v.Context, high.AsX(), x, x)
	return x
}

// neighbours returns the sums of neighbouring lanes of a, and then of b.
func (v vector) neighbours(a, b reg.VecVirtual) reg.VecVirtual {
	even, odd := v.XMM(), v.XMM()
	if v.size == 8 {
		v.VSHUFPD(operand.Imm(0), b, a, even)
		v.VSHUFPD(operand.Imm(3), b, a, odd)
	} else {
		v.VSHUFPS(operand.Imm(0x88), b, a, even)
		v.VSHUFPS(operand.Imm(0xdd), b, a, odd)
	}
	v.add(v.Context, odd, even, even)
	return even
}

// total returns the sum of the lanes of x, in the first lane.
func (v vector) total(x reg.VecVirtual) reg.VecVirtual {
	for lanes := 16 / v.size; lanes > 1; lanes /= 2 {
		x = v.neighbours(x, x)
	}
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
