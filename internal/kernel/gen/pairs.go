package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// pairs writes the functions that multiply pairs of rows of two matrices, and that put the products where they
// belong.
func pairs(c *build.Context) {
	for _, v := range vectors(c) {
		for _, nv := range strips {
			v.pairDots(nv, 1)
			if v.wide() {
				v.pairDots(nv, pairsOfRow)
			}
		}
		if v.wide() {
			v.placeSums()
		}
	}
}

// pairsOfRow is the number of pairs of one row of A that are taken together, so that it is loaded once.
const pairsOfRow = 8

// pairDots writes the function that adds, to a sum for each pair, the products of the elements of two rows. As
// many pairs as a vector has lanes are taken together, so that the sums of their lanes are one vector; so many
// pairs after one another have the row of A in common.
func (v vector) pairDots(nv, common int) {
	name, what := "pairDots", ""
	if common > 1 {
		name, what = "rowDots", fmt.Sprintf(", which is the same for each %d of them", common)
	}
	v.begin(fmt.Sprint(name, nv), "func(n int, pairs *uint32, a *%[1]s, lda int, b, sums *%[1]s)",
		fmt.Sprintf("Adds to n sums, a multiple > 0 of %d, the products of %d vectors of row p/64 of A%s, and row p%%64 of B, ", v.lanes(), nv, what)+
			"for each p of pairs; lda in bytes, rows of B follow one another.")
	p := &pairing{vector: v, nv: nv, common: common, pairs: v.arg("pairs"), a: v.arg("a"), lda: v.arg("lda"), b: v.arg("b")}
	if common > 1 {
		p.row = v.regs(nv)
	}
	n, sums := v.arg("n"), v.arg("sums")
	v.Label("group")
	s := p.sums(0, v.lanes())
	v.add(v.Context, operand.Mem{Base: sums}, s, s)
	v.move(v.Context, s, operand.Mem{Base: sums})
	v.ADDQ(operand.Imm(uint64(4*v.lanes())), p.pairs)
	v.ADDQ(operand.U32(uint32(v.width)), sums)
	v.SUBQ(operand.Imm(uint64(v.lanes())), n)
	v.JNZ(operand.LabelRef("group"))
	v.end()
}

// pairing is where pairs of rows of nv vectors are.
type pairing struct {
	vector
	nv, common       int
	pairs, a, lda, b reg.Register
	row              []reg.VecVirtual // the row of A that several pairs have in common
}

// sums returns the sums of n pairs from the first on. Where a vector has more lanes than that, each sum is in
// parts: those of a pair are apart by n lanes within 16 bytes, and by as many lanes as those have beyond.
func (p *pairing) sums(first, n int) reg.VecVirtual {
	if n == 1 {
		return p.products(first)
	}
	x, y := p.sums(first, n/2), p.sums(first+n/2, n/2)
	p.join(x, y, n)
	return x
}

// products returns the products of a pair, those of its vectors added up.
func (p *pairing) products(i int) reg.VecVirtual {
	number, x, y := operand.Mem{Base: p.pairs, Disp: 4 * i}, p.GP64(), p.GP64()
	p.MOVL(number, y.As32())
	if i%p.common == 0 {
		p.MOVL(y.As32(), x.As32())
		p.SHRL(operand.Imm(6), x.As32())
		p.IMULQ(p.lda, x)
		p.ADDQ(p.a, x)
		for j, r := range p.row {
			p.load(p.at(x, j), mask{}, r)
		}
	}
	p.ANDL(operand.Imm(63), y.As32())
	p.IMUL3Q(operand.U32(uint32(p.nv*p.width)), y, y)
	p.ADDQ(p.b, y)
	sum, e := p.reg(), p.reg()
	p.clear(sum)
	for j := range p.nv {
		from := e
		if p.row != nil {
			from = p.row[j]
		} else {
			p.load(p.at(x, j), mask{}, e)
		}
		p.fma(p.Context, p.at(y, j), from, sum)
	}
	return sum
}

// join adds up lanes of x and of y, the sums of n/2 pairs each, to the sums of n, in x.
func (p *pairing) join(x, y reg.VecVirtual, n int) {
	low, high := p.reg(), p.reg()
	switch in := 16 / p.size; {
	case n > in && p.wide():
		p.VSHUFF32X4(operand.Imm(0x88), y, x, low)
		p.VSHUFF32X4(operand.Imm(0xdd), y, x, high)
	case n > in:
		p.VPERM2F128(operand.Imm(0x20), y, x, low)
		p.VPERM2F128(operand.Imm(0x31), y, x, high)
	case n < in:
		p.VUNPCKLPS(y, x, low)
		p.VUNPCKHPS(y, x, high)
	default:
		p.VUNPCKLPD(y, x, low)
		p.VUNPCKHPD(y, x, high)
	}
	p.add(p.Context, low, high, x)
}

// placeSums writes the function that writes sums to the places of their pairs.
func (v vector) placeSums() {
	v.begin("placeSums", "func(n int, pairs *uint32, sums, c *%[1]s, ldc int)",
		"Writes each of n > 0 sums to element (p/64, p%64) of C for its p of pairs; ldc in elements.")
	n, pairs, sums, c := v.arg("n"), v.arg("pairs"), v.arg("sums"), v.arg("c")
	ldc, column := v.reg(), v.reg()
	first := v.XMM()
	v.VMOVD(v.Load(v.Param("ldc"), v.GP64()).(reg.GPVirtual).As32(), first)
	v.VPBROADCASTD(first, ldc)
	v.read32(63, column)
	at, of, s, lanes := v.reg(), v.reg(), v.reg(), v.GP64()
	k, now := v.K(), v.K()
	v.Label("group")
	v.MOVQ(operand.U32(uint32(v.lanes())), lanes)
	v.CMPQ(n, lanes)
	v.CMOVQLT(n, lanes)
	v.SUBQ(lanes, n)
	k = v.firstLanes(lanes).reg.(reg.OpmaskVirtual)
	v.VMOVDQU32_Z(operand.Mem{Base: pairs}, k, at)
	v.VPANDD(column, at, of)
	v.VPSRLD(operand.Imm(6), at, at)
	v.VPMULLD(ldc, at, at)
	v.VPADDD(of, at, at)
	v.load(operand.Mem{Base: sums}, mask{k}, s)
	v.KMOVW(k, now)
	to := operand.Mem{Base: c, Index: at, Scale: uint8(v.size)}
	if v.size == 4 {
		v.VSCATTERDPS(s, now, to)
	} else {
		to.Index = at.AsY()
		v.VSCATTERDPD(s, now, to)
	}
	v.ADDQ(operand.Imm(uint64(4*v.lanes())), pairs)
	v.ADDQ(operand.U32(uint32(v.width)), sums)
	v.TESTQ(n, n)
	v.JNZ(operand.LabelRef("group"))
	v.end()
}
