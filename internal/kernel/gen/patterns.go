package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// patterns writes the functions on matrices of bits, for AVX-512: there a square of 64 rows is eight
// registers, and one instruction brings the places of the ones of a word together.
func patterns(c *build.Context) {
	patternData(c)
	for _, v := range vectors(c) {
		if v.wide() && v.size == 4 {
			v.transposeBits()
			v.listWords()
			v.listPairs()
			v.listApart()
		}
	}
}

const (
	halvesTable = "halves" // for 32, 16, 8: the lower half of each so many bits
	swapsTable  = "swaps"  // for 4, 2, 1: what a word of a vector keeps of itself, and by how much the other is rotated
	placesTable = "places" // 0 … 63
)

// patternData writes the tables.
func patternData(c *build.Context) {
	table := func(name string, words []uint64) {
		c.StaticGlobal(name)
		c.DataAttributes(attr.RODATA | attr.NOPTR)
		for _, w := range words {
			c.AppendDatum(operand.U64(w))
		}
	}
	var halves, swaps, places []uint64
	for j := 32; j > 0; j /= 2 {
		var keep, turn []uint64
		for lane := range 8 {
			mask, by := lowerHalves(j), uint64(j)
			if lane&j != 0 {
				mask, by = ^mask, uint64(64-j)
			}
			keep, turn = append(keep, mask), append(turn, by)
		}
		if j >= 8 {
			halves = append(halves, keep...)
		} else {
			swaps = append(append(swaps, keep...), turn...)
		}
	}
	for b := range uint64(8) {
		places = append(places, 0x0706050403020100+0x0808080808080808*b)
	}
	table(halvesTable, halves)
	table(swapsTable, swaps)
	table(placesTable, places)
}

// lowerHalves returns the lower j of every 2j bits.
func lowerHalves(j int) (m uint64) {
	for i := range 64 {
		if i&j == 0 {
			m |= 1 << i
		}
	}
	return m
}

// table returns the i-th vector of a table in a register.
func (v vector) table(name string, i int) reg.VecVirtual {
	r := v.ZMM()
	v.VMOVDQU64(operand.NewDataAddr(operand.NewStaticSymbol(name), i*v.width), r)
	return r
}

// Truth tables of VPTERNLOGQ, of which the third operand says for each bit which it is to be: that of
// the destination, or that of the second operand.
const (
	keepWhereSet  = 0xe4 // the destination's where the third has a one
	keepWhereZero = 0xd8 // the second's where the third has a one
)

// transposeBits writes the function that transposes squares of bits: the bits of row numbers and of
// column numbers change places one by one, those of 32, 16 and 8 between registers, the others within.
func (v vector) transposeBits() {
	v.beginBytes("transposeBits", "func(squares int, src, dst *uint64, ldd int)",
		"Transposes squares > 0 of 64 words each, which follow one another in src and are ldd bytes apart in dst.")
	squares, src, dst, ldd := v.arg("squares"), v.arg("src"), v.arg("dst"), v.arg("ldd")
	var halves, keep, turn []reg.VecVirtual
	for i := range 3 {
		halves = append(halves, v.table(halvesTable, i))
		keep, turn = append(keep, v.table(swapsTable, 2*i)), append(turn, v.table(swapsTable, 2*i+1))
	}
	x := v.regs(8)
	v.Label("square")
	for i := range x {
		v.VMOVDQU64(v.at(src, i), x[i])
	}
	for s, half := range halves {
		for i, apart := 0, 4>>s; i < 8; i = (i + apart + 1) &^ apart {
			v.exchange(x[i], x[i+apart], half, uint64(8*apart))
		}
	}
	for i := range x {
		for s := range keep {
			other := v.ZMM()
			switch s {
			case 0:
				v.VSHUFI64X2(operand.Imm(0x4e), x[i], x[i], other)
			case 1:
				v.VPERMQ(operand.Imm(0x4e), x[i], other)
			case 2:
				v.VPSHUFD(operand.Imm(0x4e), x[i], other)
			}
			v.VPROLVQ(turn[s], other, other)
			v.VPTERNLOGQ(operand.Imm(keepWhereSet), keep[s], other, x[i])
		}
		v.VMOVDQU64(x[i], v.at(dst, i))
	}
	v.ADDQ(operand.U32(512), src)
	v.ADDQ(ldd, dst)
	v.DECQ(squares)
	v.JNZ(operand.LabelRef("square"))
	v.end()
}

// exchange gives to a the lower halves of b in place of its upper ones, and those to b.
func (v vector) exchange(a, b, half reg.VecVirtual, bits uint64) {
	up, down := v.ZMM(), v.ZMM()
	v.VPSLLQ(operand.Imm(bits), b, up)
	v.VPSRLQ(operand.Imm(bits), a, down)
	v.VPTERNLOGQ(operand.Imm(keepWhereSet), half, up, a)
	v.VPTERNLOGQ(operand.Imm(keepWhereZero), half, down, b)
}

// Words of a pattern whose ones are listed one behind the other are sparse, or blocks of rows are gone through by
// their bits; those that are listed apart have any number of ones.
const (
	sparseParts = 1 // sixteens that are written for a word whether it has so many ones or not
	manyParts   = 2
)

// listWords writes the function that lists the ones of rows of words, one behind the other.
func (v vector) listWords() {
	v.beginBytes("listWords", "func(rows, words int, x *uint64, ldx int, dst *uint32, n int, ends *int)",
		"Lists the places of the ones of rows > 0 rows from dst[n] on, and where the list of each ends.",
		"Word q > 0 of a row lies q times ldx bytes behind its first. Up to 64 elements behind the last are spoilt.")
	n := v.arg("n")
	v.list(n, sparseParts, func(reg.Register) {})
}

// listApart writes the function that lists the ones of rows of words, each row in a place of its own.
func (v vector) listApart() {
	v.beginBytes("listApart", "func(rows, words int, x *uint64, ldx int, dst *uint32, stride int, ends *int)",
		"Lists the places of the ones of rows > 0 rows in lists that begin stride bytes apart, and their lengths.",
		"Word q > 0 of a row lies q times ldx bytes behind its first. Up to 64 elements behind each list are spoilt.")
	n, stride := v.GP64(), v.arg("stride")
	v.XORQ(n, n)
	v.list(n, manyParts, func(dst reg.Register) {
		v.XORQ(n, n)
		v.ADDQ(stride, dst)
	})
}

// list lists from element n of dst on. So many sixteens of places are written for a word whether it has them or
// not, the others only if there are any. It does next after each row.
func (v vector) list(n reg.Register, always int, next func(dst reg.Register)) {
	rows, words, x, ldx := v.arg("rows"), v.arg("words"), v.arg("x"), v.arg("ldx")
	dst, ends := v.arg("dst"), v.arg("ends")
	places := v.table(placesTable, 0)
	first, step := v.ZMM(), v.ZMM()
	v.read32(64, step)
	at, left, ones := v.GP64(), v.GP64(), v.GP64()
	k, listed, four := v.K(), v.ZMM(), v.ZMM()
	store := func(part int) {
		if part > 0 {
			v.VSHUFI64X2(operand.Imm(0x39), listed, listed, listed) // the next sixteen come first
		}
		v.VPMOVZXBD(listed.AsX(), four)
		v.VPADDD(first, four, four)
		v.VMOVDQU32(four, operand.Mem{Base: dst, Index: n, Scale: 4, Disp: part * v.width})
	}

	v.Label("row")
	v.MOVQ(x, at)
	v.MOVQ(words, left)
	v.VPXORD(first, first, first)
	v.Label("word")
	v.KMOVQ(operand.Mem{Base: at}, k)
	v.POPCNTQ(operand.Mem{Base: at}, ones)
	v.VPCOMPRESSB_Z(places, k, listed)
	for part := range always {
		store(part)
	}
	v.CMPQ(ones, operand.Imm(uint64(16*always)))
	v.JA(operand.LabelRef("many"))
	v.Label("next")
	v.ADDQ(ones, n)
	v.ADDQ(ldx, at)
	v.VPADDD(step, first, first)
	v.DECQ(left)
	v.JNZ(operand.LabelRef("word"))
	v.MOVQ(n, operand.Mem{Base: ends})
	next(dst)
	v.ADDQ(operand.Imm(8), ends)
	v.ADDQ(operand.Imm(8), x)
	v.DECQ(rows)
	v.JNZ(operand.LabelRef("row"))
	v.end()

	v.Label("many")
	for part := always; part < 4; part++ {
		store(part)
	}
	v.JMP(operand.LabelRef("next"))
}

// listPairs writes the function that lists the ones of words: those of a word in eights to one list, what is left
// to another.
func (v vector) listPairs() {
	v.beginBytes("listPairs", "func(words int, x *uint64, ldx int, eights, rest *uint32) (n, left int)",
		fmt.Sprintf("Lists the places of the ones of words > 0 words, ldx bytes apart, 64 for each word before: as many of a word as are a multiple of %d ", pairsOfRow)+
			"in one list, the last ones, less than that, in another. Returns how many are in each. Up to 64 elements behind are spoilt.")
	words, x, ldx, eights, rest := v.arg("words"), v.arg("x"), v.arg("ldx"), v.arg("eights"), v.arg("rest")
	places := v.table(placesTable, 0)
	first, step := v.ZMM(), v.ZMM()
	v.read32(64, step)
	v.VPXORD(first, first, first)
	n, left, word, ones, many := v.GP64(), v.GP64(), v.GP64(), v.GP64(), v.GP64()
	v.XORQ(n, n)
	v.XORQ(left, left)
	k, listed, four := v.K(), v.ZMM(), v.ZMM()
	store := func(part int) {
		v.VPMOVZXBD(listed.AsX(), four)
		v.VPADDD(first, four, four)
		v.VMOVDQU32(four, operand.Mem{Base: eights, Index: n, Scale: 4, Disp: part * v.width})
	}
	v.Label("word")
	v.MOVQ(operand.Mem{Base: x}, word)
	v.KMOVQ(word, k)
	v.POPCNTQ(word, ones)
	v.VPCOMPRESSB_Z(places, k, listed)
	store(0)
	v.CMPQ(ones, operand.Imm(16))
	v.JA(operand.LabelRef("many"))
	v.Label("next")
	v.MOVQ(ones, many)
	v.ANDQ(operand.I32(-pairsOfRow), many)
	v.SUBQ(many, ones)
	v.ADDQ(many, n)
	// The ones behind the first so many of the word.
	behind := v.GP64()
	v.MOVQ(operand.I32(-1), behind)
	v.SHLXQ(many, behind, behind)
	v.PDEPQ(word, behind, behind)
	v.CMPQ(many, operand.Imm(64))
	v.JE(operand.LabelRef("whole"))
	v.KMOVQ(behind, k)
	v.VPCOMPRESSB_Z(places, k, listed)
	v.VPMOVZXBD(listed.AsX(), four)
	v.VPADDD(first, four, four)
	v.VMOVDQU32(four, operand.Mem{Base: rest, Index: left, Scale: 4})
	v.ADDQ(ones, left)
	v.Label("whole")
	v.ADDQ(ldx, x)
	v.VPADDD(step, first, first)
	v.DECQ(words)
	v.JNZ(operand.LabelRef("word"))
	v.Store(n, v.ReturnIndex(0))
	v.Store(left, v.ReturnIndex(1))
	v.end()

	v.Label("many")
	for part := 1; part < 4; part++ {
		v.VSHUFI64X2(operand.Imm(0x39), listed, listed, listed) // the next sixteen come first
		store(part)
	}
	v.JMP(operand.LabelRef("next"))
}

// read32 fills a register with an integer.
func (v vector) read32(x uint32, dst reg.VecVirtual) {
	r, first := v.GP32(), v.XMM()
	v.MOVL(operand.U32(x), r)
	v.VMOVD(r, first)
	v.VPBROADCASTD(first, dst)
}
