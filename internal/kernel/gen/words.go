package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
)

// wordVectors is the widest strip, in vectors, of the products that go through words of bits: as many sums
// as hide the time that an addition takes.
const wordVectors = 8

// words writes the functions that add the rows of a matrix that the bits of words name.
func words(c *build.Context) {
	laneData(c)
	for _, v := range vectors(c) {
		v.addWords(wordVectors, false)
		for nv := 1; nv <= wordVectors; nv++ {
			v.addWords(nv, true)
		}
	}
}

// addWords writes the function that adds to each row of a strip of C those of up to 64 rows of B whose bits
// are set in the word of that row, in ascending order. With edge the last vector has but lanes columns.
func (v vector) addWords(nv int, edge bool) {
	base := "addWords"
	if edge {
		base = "addWordsEdge"
	}
	v.begin(fmt.Sprintf("%s%d", base, nv),
		"func(rows int, words *uint64, b *%[1]s, ldb int, c *%[1]s, ldc, lanes int, add bool)",
		fmt.Sprintf("Computes (add: is added to) rows > 0 rows of %d vectors of C, a word for each; strides in bytes.", nv))
	rows, words := v.arg("rows"), v.arg("words")
	b, ldb, c, ldc := v.arg("b"), v.arg("ldb"), v.arg("c"), v.arg("ldc")
	add := v.Load(v.Param("add"), v.GP8())
	last := mask{}
	if edge {
		last = v.firstLanes(v.arg("lanes"))
	}
	maskOf := func(j int) mask {
		if j == nv-1 {
			return last
		}
		return mask{}
	}
	sums, x := v.regs(nv), v.reg()
	word, row := v.GP64(), v.GP64()

	v.Label("row")
	v.MOVQ(operand.Mem{Base: words}, word)
	for _, s := range sums {
		v.clear(s)
	}
	v.TESTB(add, add)
	v.JZ(operand.LabelRef("begin"))
	for j, s := range sums {
		v.load(v.at(c, j), maskOf(j), s)
	}
	v.Label("begin")
	v.TESTQ(word, word)
	v.JZ(operand.LabelRef("store"))
	v.Label("bit")
	v.TZCNTQ(word, row)
	v.IMULQ(ldb, row)
	v.ADDQ(b, row)
	for j, s := range sums {
		v.addMemory(v.at(row, j), maskOf(j), s, x)
	}
	v.BLSRQ(word, word)
	v.JNZ(operand.LabelRef("bit"))

	v.Label("store")
	for j, s := range sums {
		v.store(s, maskOf(j), v.at(c, j))
	}
	v.ADDQ(operand.Imm(8), words)
	v.ADDQ(ldc, c)
	v.DECQ(rows)
	v.JNZ(operand.LabelRef("row"))
	v.end()
}
