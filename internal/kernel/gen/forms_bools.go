package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// formBools reads and writes Bools for forms: bytes of 0 or 1, a quarter as far apart as numbers.
type formBools struct {
	numbers
	all, at   reg.Register // the number of elements, and of those that are done
	one, zero reg.VecVirtual
	loops     *int // written, for their names
}

// formBools prepares what a form with n elements needs for its Bools.
func (v numbers) formBools(f form, n reg.Register) *formBools {
	t := &formBools{numbers: v, loops: new(int)}
	bools := len(f.operands("b"))
	for _, o := range f.out {
		if o[0] == '?' {
			bools++
			if t.one == nil {
				r, one := v.GP64(), v.XMM()
				v.MOVQ(operand.U64(0x0101010101010101), r)
				v.VMOVQ(r, one)
				v.VPUNPCKLQDQ(one, one, one)
				t.one, t.zero = one, v.reg()
				v.clear(t.zero)
			}
		}
	}
	if bools > 0 {
		t.at = v.GP64()
		if !v.wide() {
			t.all = v.GP64()
			v.MOVQ(n, t.all)
		}
	}
	return t
}

// place returns where the Bools of a vector are whose numbers would be at m.
func (t *formBools) place(m operand.Mem) operand.Mem {
	t.MOVQ(m.Index, t.at)
	t.SHRQ(operand.Imm(2), t.at)
	m.Index = t.at
	return m
}

// load makes numbers of Bools.
func (t *formBools) load(from operand.Mem, m mask, x reg.VecVirtual) {
	switch {
	case m.reg == nil:
		t.VPMOVZXBD(from, x)
	case t.wide():
		t.VPMOVZXBD_Z(from, m.reg, x)
	default:
		bytes := t.GP64()
		t.XORQ(bytes, bytes)
		t.each(from, func(at operand.Mem) {
			b := t.GP64()
			t.MOVBQZX(at, b)
			t.SHLQ(operand.Imm(8), bytes)
			t.ORQ(b, bytes)
		})
		t.VMOVQ(bytes, x.AsX())
		t.VPMOVZXBD(x.AsX(), x)
	}
	t.VCVTDQ2PS(x, x)
}

// store makes Bools of numbers, 1 of what is not 0.
func (t *formBools) store(x reg.VecVirtual, m mask, to operand.Mem) {
	not0, bytes := t.test(notEqual, x, t.zero), t.XMM()
	switch {
	case t.wide():
		t.VMOVDQU8_Z(t.one, not0.Register, bytes)
		if m.reg == nil {
			t.VMOVUPS(bytes, to)
		} else {
			t.VMOVDQU8(bytes, m.reg, to)
		}
		return
	default:
		packed := t.reg()
		t.narrow(not0.Register.(reg.VecVirtual), packed)
		t.VPAND(t.one, packed.AsX(), bytes)
	}
	if m.reg == nil {
		t.VMOVQ(bytes, to)
		return
	}
	rest := t.GP64()
	t.VMOVQ(bytes, rest)
	t.BSWAPQ(rest) // the last of eight comes first
	left := t.GP64()
	t.MOVQ(t.all, left)
	t.SUBQ(t.at, left)
	t.NEGQ(left)
	t.ADDQ(operand.Imm(8), left)
	t.SHLQ(operand.Imm(3), left)
	t.SHRXQ(left, rest, rest)
	t.each(to, func(at operand.Mem) {
		t.MOVB(rest.As8(), at)
		t.SHRQ(operand.Imm(8), rest)
	})
}

// each writes a loop over the bytes of the last vector, from the last to the first.
func (t *formBools) each(m operand.Mem, one func(at operand.Mem)) {
	*t.loops++
	label := fmt.Sprint("byte", *t.loops)
	last, index := t.GP64(), m.Index
	t.MOVQ(t.all, last)
	t.DECQ(last)
	t.Label(label)
	m.Index = last
	one(m)
	t.DECQ(last)
	t.CMPQ(last, index)
	t.JGE(operand.LabelRef(label))
}
