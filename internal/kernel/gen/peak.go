package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
)

// peakSums is the number of independent sums: more than the multiply-adds that are under way at once.
const peakSums = 12

// readSums is the number of vectors that are read at a time.
const readSums = 8

// peak writes the functions that do nothing but multiply and add in registers, and that do little more
// than read.
func peak(c *build.Context) {
	for _, v := range vectors(c) {
		v.peak()
		v.read()
	}
}

// peak writes the loop s = s*x + y on peakSums vectors; it stores their sum.
func (v vector) peak() {
	v.begin("multiplyAdds", "func(rounds int, x, y %[1]s, sum *%[1]s)",
		"Computes s = s*x + y, from 0, rounds > 0 times in each lane of twelve vectors, and stores the vectors' sum.")
	rounds, sum := v.arg("rounds"), v.arg("sum")
	x, y, sums := v.reg(), v.reg(), v.regs(peakSums)
	v.broadcastArg("x", x)
	v.broadcastArg("y", y)
	for _, s := range sums {
		v.clear(s)
	}
	v.Label("round")
	for _, s := range sums {
		v.multiplyBy(v.Context, y, x, s)
	}
	v.DECQ(rounds)
	v.JNZ(operand.LabelRef("round"))
	for _, s := range sums[1:] {
		v.add(v.Context, s, sums[0], sums[0])
	}
	v.store(sums[0], mask{}, v.at(sum, 0))
	v.end()
}

// read writes the loop that adds up blocks of readSums vectors; it stores their sum in each lane.
func (v vector) read() {
	v.begin("readBlocks", "func(blocks int, x, sum *%[1]s)",
		"Adds blocks > 0 of eight vectors from x, lane by lane, and stores the sums of one vector.")
	blocks, x, sum := v.arg("blocks"), v.arg("x"), v.arg("sum")
	sums := v.regs(readSums)
	for _, s := range sums {
		v.clear(s)
	}
	v.Label("block")
	for i, s := range sums {
		v.add(v.Context, v.at(x, i), s, s)
	}
	v.ADDQ(operand.U32(uint32(readSums*v.width)), x)
	v.DECQ(blocks)
	v.JNZ(operand.LabelRef("block"))
	for _, s := range sums[1:] {
		v.add(v.Context, s, sums[0], sums[0])
	}
	v.store(sums[0], mask{}, v.at(sum, 0))
	v.end()
}
