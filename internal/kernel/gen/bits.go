package main

import (
	"math"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// bits writes the functions between elements and single bits.
func bits(c *build.Context) {
	for _, e := range elems {
		bitData(c, e)
	}
	for _, v := range vectors(c) {
		v.packBits()
		v.expandBits()
		v.countNonzero()
	}
}

// notEqual is the predicate of a comparison: unequal or unordered, so that NaN is not 0.
const notEqual = 4

// constant returns a vector of one 64-bit pattern, or of the lower half of it for elements of 4 bytes.
// It uses no instruction of SSE: after one of AVX that would cost a hundred cycles on some processors.
func (v vector) constant(pattern uint64) reg.VecVirtual {
	if all, ok := v.known[pattern]; ok {
		return all
	}
	r, x, all := v.GP64(), v.XMM(), v.reg()
	v.MOVQ(operand.U64(pattern), r)
	v.VMOVQ(r, x)
	v.broadcast(v.Context, x, all)
	if v.known != nil {
		v.known[pattern] = all
	}
	return all
}

func (v vector) one() reg.VecVirtual {
	if v.size == 4 {
		return v.constant(uint64(math.Float32bits(1)))
	}
	return v.constant(math.Float64bits(1))
}

// packBits writes the function that turns 64 elements into a word, a bit for each that is not 0.
func (v vector) packBits() {
	v.begin("packBits", "func(words int, x *%[1]s, stride int, dst *uint64) (other bool)",
		"Sets a bit for each element that is not 0 and returns whether any is neither 0 nor 1.",
		"The 64 elements of a word lie together, those of the next one stride bytes further.")
	words, x, stride, dst := v.arg("words"), v.arg("x"), v.arg("stride"), v.arg("dst")
	zero, one := v.reg(), v.one()
	v.clear(zero)
	other := v.GP64()
	v.XORQ(other, other)
	var others reg.OpmaskVirtual
	if v.wide() {
		others = v.K()
		v.KXORW(others, others, others)
	}
	v.Label("word")
	if v.wide() {
		v.packMasks(x, dst, zero, one, others)
	} else {
		v.packSigns(x, dst, zero, one, other)
	}
	v.ADDQ(stride, x)
	v.ADDQ(operand.Imm(8), dst)
	v.DECQ(words)
	v.JNZ(operand.LabelRef("word"))
	if v.wide() {
		v.KMOVW(others, other.As32())
	}
	v.TESTQ(other, other)
	v.SETNE(other.As8())
	v.Store(other.As8(), v.ReturnIndex(0))
	v.end()
}

// packMasks writes a word of the vectors from x on, each of whose masks is a piece of it, and gathers in others
// which elements are neither 0 nor 1.
func (v vector) packMasks(x, dst reg.Register, zero, one reg.VecVirtual, others reg.OpmaskVirtual) {
	for i := range 64 / v.lanes() {
		e, not0, neither := v.reg(), v.K(), v.K()
		v.load(v.at(x, i), mask{}, e)
		v.compare(v.Context, operand.Imm(notEqual), zero, e, not0)
		v.compare(v.Context, operand.Imm(notEqual), one, e, not0, neither)
		v.KORW(neither, others, others)
		piece := operand.Mem{Base: dst, Disp: i * v.lanes() / 8}
		if v.lanes() == 16 {
			v.KMOVW(not0, piece)
		} else {
			v.KMOVB(not0, piece)
		}
	}
}

// packSigns is packMasks for vectors that have no masks: byte by byte, of one vector or of two.
func (v vector) packSigns(x, dst reg.Register, zero, one reg.VecVirtual, other reg.GPVirtual) {
	for i := range 8 {
		vectors := 8 / v.lanes()
		bits := v.unequal(v.at(x, i*vectors), zero, one, other)
		if vectors == 2 {
			high := v.unequal(v.at(x, 2*i+1), zero, one, other)
			v.SHLL(operand.Imm(4), high.As32())
			v.ORL(high.As32(), bits.As32())
		}
		v.MOVB(bits.As8(), operand.Mem{Base: dst, Disp: i})
	}
}

// unequal returns a bit for each lane that is not 0, and gathers in other those that are not 1 either.
func (v vector) unequal(src operand.Mem, zero, one reg.VecVirtual, other reg.GPVirtual) reg.GPVirtual {
	e, not0, not1 := v.reg(), v.reg(), v.reg()
	bits, second := v.GP64(), v.GP64()
	v.load(src, mask{}, e)
	v.compare(v.Context, operand.Imm(notEqual), zero, e, not0)
	v.compare(v.Context, operand.Imm(notEqual), one, e, not1)
	v.signs(v.Context, not0, bits.As32())
	v.signs(v.Context, not1, second.As32())
	v.ANDL(bits.As32(), second.As32())
	v.ORQ(second, other)
	return bits
}

// expandBits writes the inverse: 64 elements, 0 or 1, from each word.
func (v vector) expandBits() {
	v.begin("expandBits", "func(words int, bits *uint64, dst *%[1]s)",
		"Writes 64 elements for each word, 1 where a bit is set and 0 elsewhere.")
	words, bits, dst := v.arg("words"), v.arg("bits"), v.arg("dst")
	one := v.one()
	expand := v.expandByMask(one)
	if !v.wide() {
		expand = v.expandByCompare(one)
	}
	v.Label("word")
	for i := 0; i < 64/v.lanes(); i++ {
		v.store(expand(bits, i*v.lanes()), mask{}, v.at(dst, i))
	}
	v.ADDQ(operand.Imm(8), bits)
	v.ADDQ(operand.U32(uint32(64*v.size)), dst)
	v.DECQ(words)
	v.JNZ(operand.LabelRef("word"))
	v.end()
}

// expandByMask uses the bits as the mask of a move.
func (v vector) expandByMask(one reg.VecVirtual) func(bits reg.Register, at int) reg.VecVirtual {
	return func(bits reg.Register, at int) reg.VecVirtual {
		k, x := v.K(), v.reg()
		src := operand.Mem{Base: bits, Disp: at / 8}
		if v.lanes() == 16 {
			v.KMOVW(src, k)
		} else {
			v.KMOVB(src, k)
		}
		v.moveZero(v.Context, one, k, x)
		return x
	}
}

// expandByCompare copies a byte to all lanes and picks a bit of it in each; with 4 lanes the lower or
// the upper half of it.
func (v vector) expandByCompare(one reg.VecVirtual) func(bits reg.Register, at int) reg.VecVirtual {
	table := v.GP64()
	v.LEAQ(operand.NewDataAddr(operand.NewStaticSymbol(bitTable(v.elem)), 0), table)
	pick := v.regs(8 / v.lanes())
	for i, p := range pick {
		v.load(v.at(table, i), mask{}, p)
	}
	equal := v.VPCMPEQD
	if v.size == 8 {
		equal = v.VPCMPEQQ
	}
	return func(bits reg.Register, at int) reg.VecVirtual {
		b, x, all := v.GP32(), v.XMM(), v.reg()
		v.MOVBLZX(operand.Mem{Base: bits, Disp: at / 8}, b)
		v.VMOVD(b, x)
		v.broadcast(v.Context, x, all)
		p := pick[at%8/v.lanes()]
		v.VPAND(p, all, all)
		equal(p, all, all)
		v.VPAND(one, all, all)
		return all
	}
}

func bitTable(e elem) string { return "bit" + e.name }

// bitData writes the table that expandByCompare reads: the powers of two up to 128.
func bitData(c *build.Context, e elem) {
	c.StaticGlobal(bitTable(e))
	c.DataAttributes(attr.RODATA | attr.NOPTR)
	for i := range 8 {
		if e.size == 4 {
			c.AppendDatum(operand.U32(1 << i))
		} else {
			c.AppendDatum(operand.U64(1 << i))
		}
	}
}

// countNonzero writes the function that counts the elements of whole words of 64 that are not 0.
func (v vector) countNonzero() {
	v.begin("countNonzero", "func(words int, x *%[1]s) int", "Counts what is not 0 in words times 64 elements.")
	words, x := v.arg("words"), v.arg("x")
	zero, count := v.reg(), v.GP64()
	v.clear(zero)
	v.XORQ(count, count)
	v.Label("word")
	for i := 0; i < 64/v.lanes(); i++ {
		bits := v.GP64()
		if v.wide() {
			k := v.K()
			v.compare(v.Context, operand.Imm(notEqual), v.at(x, i), zero, k)
			v.KMOVW(k, bits.As32())
		} else {
			not0 := v.reg()
			v.compare(v.Context, operand.Imm(notEqual), v.at(x, i), zero, not0)
			v.signs(v.Context, not0, bits.As32())
		}
		v.POPCNTL(bits.As32(), bits.As32())
		v.ADDQ(bits, count)
	}
	v.ADDQ(operand.U32(uint32(64*v.size)), x)
	v.DECQ(words)
	v.JNZ(operand.LabelRef("word"))
	v.Store(count, v.ReturnIndex(0))
	v.end()
}
