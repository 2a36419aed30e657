package main

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// truths writes the functions on bytes of 0 or 1 that need no numbers.
func truths(c *build.Context) {
	for _, v := range vectors(c) {
		if v.size == 4 {
			v.packTruths()
			v.countTruths()
		}
	}
}

// beginBytes begins a function on bytes.
func (v vector) beginBytes(name, signature string, doc ...string) {
	v.Function(name + v.isa)
	v.Attributes(attr.NOSPLIT)
	v.Pragma("noescape")
	v.SignatureExpr(signature)
	v.Doc(doc...)
}

// packTruths writes the function that turns 64 bytes into a word, with AVX-512 also what is left of them.
func (v vector) packTruths() {
	signature, doc := "func(words int, x *bool, dst *uint64)", "Makes 64 bytes of 0 or 1 a word each time."
	if v.wide() {
		signature = "func(words, rest int, x *bool, dst *uint64)"
		doc = "Makes 64 bytes of 0 or 1 a word each time, and one of rest < 64 bytes behind them."
	}
	v.beginBytes("packTruths", signature, doc)
	words, x, dst := v.arg("words"), v.arg("x"), v.arg("dst")
	v.Label("word")
	v.SUBQ(operand.Imm(1), words)
	v.JL(operand.LabelRef("rest"))
	v.PREFETCHT0(operand.Mem{Base: x, Disp: truthsAhead})
	if v.wide() {
		v.packWide(x, dst, nil)
	} else {
		low, high := v.topBits(v.at(x, 0)), v.topBits(v.at(x, 1))
		v.MOVL(low.As32(), operand.Mem{Base: dst})
		v.MOVL(high.As32(), operand.Mem{Base: dst, Disp: 4})
	}
	v.ADDQ(operand.Imm(64), x)
	v.ADDQ(operand.Imm(8), dst)
	v.JMP(operand.LabelRef("word"))
	v.Label("rest")
	if v.wide() {
		rest := v.arg("rest")
		v.TESTQ(rest, rest)
		v.JZ(operand.LabelRef("done"))
		ones, some := v.GP64(), v.K()
		v.MOVQ(operand.I32(-1), ones)
		v.BZHIQ(rest, ones, ones)
		v.KMOVQ(ones, some)
		v.packWide(x, dst, some)
		v.Label("done")
	}
	v.end()
}

// truthsAhead is how many bytes ahead memory is asked for: the processor by itself stops at the end of a page.
const truthsAhead = 2048

// packWide makes a word of 64 bytes, or of those of them that the mask names.
func (v vector) packWide(x, dst reg.Register, some reg.Register) {
	bytes, k := v.ZMM(), v.K()
	if some == nil {
		v.VMOVDQU64(v.at(x, 0), bytes)
	} else {
		v.VMOVDQU8_Z(v.at(x, 0), some, bytes)
	}
	v.VPTESTMB(bytes, bytes, k)
	v.KMOVQ(k, operand.Mem{Base: dst})
}

// topBits returns the bits of 32 bytes of 0 or 1, which a shift moves to the top of each.
func (v vector) topBits(src operand.Mem) reg.GPVirtual {
	bytes, bits := v.YMM(), v.GP32()
	v.VMOVDQU(src, bytes)
	v.VPSLLW(operand.Imm(7), bytes, bytes)
	v.VPMOVMSKB(bytes, bits)
	return bits
}

// countTruths writes the function that adds up bytes, in two interleaved chains.
func (v vector) countTruths() {
	v.beginBytes("countTruths", "func(pairs int, x *bool, sums *uint64)",
		"Adds the bytes of so many pairs of vectors, those of every eight to a sum of a vector of sums.")
	pairs, x, sums := v.arg("pairs"), v.arg("x"), v.arg("sums")
	acc, zero := v.regs(2), v.reg()
	v.clear(zero)
	for _, a := range acc {
		v.clear(a)
	}
	v.Label("pair")
	for i, a := range acc {
		eights := v.reg()
		v.VPSADBW(v.at(x, i), zero, eights)
		v.VPADDQ(eights, a, a)
	}
	v.ADDQ(operand.U32(uint32(2*v.width)), x)
	v.DECQ(pairs)
	v.JNZ(operand.LabelRef("pair"))
	v.VPADDQ(acc[0], acc[1], acc[0])
	v.store(acc[0], mask{}, v.at(sums, 0))
	v.end()
}
