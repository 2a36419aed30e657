package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
)

// fanInSums is how many sums a slice is added up in, side by side.
const fanInSums = 4

// fanIn writes the product of slices of sixteen lists, for AVX-512 and float32: there alone a register
// pair is a table of 32 numbers that one instruction looks sixteen places up in.
func fanIn(c *build.Context) {
	for _, v := range vectors(c) {
		if v.wide() && v.size == 4 {
			v.fanIn()
		}
	}
}

// fanIn writes the function that sums up one slice.
func (v vector) fanIn() {
	v.begin("fanInSlice", "func(n int, at *uint32, places *uint8, weights, x, y *%[1]s)",
		"Computes the sums of sixteen lists of n packets, a multiple of four; at is in bytes.")
	n, at, places := v.arg("n"), v.arg("at"), v.arg("places")
	weights, x, y := v.arg("weights"), v.arg("x"), v.arg("y")
	sums := v.regs(fanInSums)
	for _, s := range sums {
		v.clear(s)
	}
	v.Label("packets")
	v.SUBQ(operand.Imm(fanInSums), n)
	v.JL(operand.LabelRef("store"))
	for i, s := range sums {
		from := v.GP64()
		v.MOVL(operand.Mem{Base: at, Disp: 4 * i}, from.As32())
		place, low := v.reg(), v.reg()
		v.VPMOVZXBD(operand.Mem{Base: places, Disp: 16 * i}, place)
		v.VMOVUPS(operand.Mem{Base: x, Index: from, Scale: 1}, low)
		v.VPERMI2PS(operand.Mem{Base: x, Index: from, Scale: 1, Disp: v.width}, low, place)
		v.VFMADD231PS(v.at(weights, i), place, s)
	}
	v.ADDQ(operand.Imm(4*fanInSums), at)
	v.ADDQ(operand.Imm(16*fanInSums), places)
	v.ADDQ(operand.I32(64*fanInSums), weights)
	v.JMP(operand.LabelRef("packets"))
	v.Label("store")
	v.VADDPS(sums[1], sums[0], sums[0])
	v.VADDPS(sums[3], sums[2], sums[2])
	v.VADDPS(sums[2], sums[0], sums[0])
	v.VMOVUPS(sums[0], operand.Mem{Base: y})
	v.end()
}
