package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// bools writes the functions between elements and bytes of 0 or 1, in whole vectors.
func bools(c *build.Context) {
	for _, v := range numberVectors(c, &pool{}) {
		v.fromBools()
		v.toBools()
	}
}

// fromBools writes the function that turns bytes into elements.
func (v numbers) fromBools() {
	v.begin("fromBools", "func(vectors int, dst *%[1]s, src *uint8)", "Converts bytes, so many vectors of elements.")
	vectors, dst, src := v.arg("vectors"), v.arg("dst"), v.arg("src")
	v.Label("vector")
	x, bytes := v.reg(), operand.Mem{Base: src}
	switch {
	case v.size == 4:
		v.VPMOVZXBD(bytes, x)
		v.VCVTDQ2PS(x, x)
	case v.wide():
		v.VPMOVZXBD(bytes, x.AsY())
		v.VCVTDQ2PD(x.AsY(), x)
	default:
		v.VPMOVZXBD(bytes, x.AsX())
		v.VCVTDQ2PD(x.AsX(), x)
	}
	v.store(x, mask{}, v.at(dst, 0))
	v.ADDQ(operand.Imm(uint64(v.width)), dst)
	v.ADDQ(operand.Imm(uint64(v.lanes())), src)
	v.DECQ(vectors)
	v.JNZ(operand.LabelRef("vector"))
	v.end()
}

// toBools writes the function that turns elements into bytes, 1 for what is not 0.
func (v numbers) toBools() {
	v.begin("toBools", "func(vectors int, dst *uint8, src *%[1]s)",
		"Converts so many vectors of elements to bytes, 1 for what is not 0.")
	vectors, dst, src := v.arg("vectors"), v.arg("dst"), v.arg("src")
	const ones = 0x0101010101010101
	r, one, zero := v.GP64(), v.XMM(), v.reg()
	v.MOVQ(operand.U64(ones), r)
	v.VMOVQ(r, one)
	v.VPUNPCKLQDQ(one, one, one)
	v.clear(zero)
	v.Label("vector")
	x, bytes := v.reg(), operand.Mem{Base: dst}
	v.load(v.at(src, 0), mask{}, x)
	not0 := v.test(notEqual, x, zero)
	if v.wide() {
		v.VMOVDQU8_Z(one, not0.Register, x.AsX())
	} else {
		v.narrow(not0.Register.(reg.VecVirtual), x)
		v.VPAND(one, x.AsX(), x.AsX())
	}
	switch v.lanes() {
	case 16:
		v.VMOVUPS(x.AsX(), bytes)
	case 8:
		v.VMOVQ(x.AsX(), bytes)
	default:
		v.VMOVD(x.AsX(), bytes)
	}
	v.ADDQ(operand.Imm(uint64(v.width)), src)
	v.ADDQ(operand.Imm(uint64(v.lanes())), dst)
	v.DECQ(vectors)
	v.JNZ(operand.LabelRef("vector"))
	v.end()
}

// narrow packs the elements of f, all ones or zeros, to as many bytes at the beginning of x.
func (v numbers) narrow(f, x reg.VecVirtual) {
	low := x.AsX()
	v.VEXTRACTF128(operand.Imm(1), f, low)
	v.VPACKSSDW(low, f.AsX(), low)
	if v.size == 8 {
		v.VPACKSSDW(low, low, low)
	}
	v.VPACKSSWB(low, low, low)
}
