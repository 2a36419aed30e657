package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// fewVectors is the greatest width, in vectors, of the products with few columns, by instruction set: that of
// a panel of the product of matrices, as whose rows those of B are packed.
var fewVectors = map[string]int{"AVX512": shapes["AVX512"].vectors, "AVX2": shapes["AVX2"].vectors}

// quad is the number of rows of C that are summed up side by side, as an addition waits for the one before it
// in the same row.
const quad = 4

// few writes the functions that add listed rows of a matrix with few columns.
func few(c *build.Context) {
	laneData(c)
	for _, v := range vectors(c) {
		for nv := 1; nv <= fewVectors[v.isa]; nv++ {
			v.addFew(nv)
		}
	}
}

// addFew writes the function that adds to each row of a C of nv vectors the rows of B that its list names, in
// its order, four rows of C at a time. The shorter lists of a quad are padded with the row of B that adds
// nothing, so that nothing depends on how long each is.
func (v vector) addFew(nv int) {
	v.begin(fmt.Sprintf("addFew%d", nv),
		"func(quads int, lists *uint32, stride int, ends *int, pad uint32, b, c *%[1]s, ldc, lanes int, add bool)",
		fmt.Sprintf("Computes (add: is added to) quads > 0 times four rows of %d vectors of C, the last of lanes columns,", nv),
		"from as many lists, stride bytes apart, and their lengths. Rows of B are whole vectors, one behind the other;",
		fmt.Sprint("that with number pad is -0. Lists are padded: up to ", v.width/4, " elements behind the longest are spoilt."))
	quads, lists, stride, ends := v.arg("quads"), v.arg("lists"), v.arg("stride"), v.arg("ends")
	b, c, ldc := v.arg("b"), v.arg("c"), v.arg("ldc")
	last := v.firstLanes(v.arg("lanes"))
	add := v.Load(v.Param("add"), v.GP8())
	pads := v.reg()
	v.broadcastPad(pads)
	threeStrides := v.GP64()
	v.LEAQ(operand.Mem{Base: stride, Index: stride, Scale: 2}, threeStrides)
	longest, list, t := v.GP64(), v.GP64(), v.GP64()
	sums := make([][]reg.VecVirtual, quad)
	for i := range sums {
		sums[i] = v.regs(nv)
	}

	v.Label("quad")
	v.MOVQ(operand.Mem{Base: ends}, longest)
	for i := 1; i < quad; i++ {
		v.CMPQ(operand.Mem{Base: ends, Disp: 8 * i}, longest)
		v.CMOVQGT(operand.Mem{Base: ends, Disp: 8 * i}, longest)
	}
	v.MOVQ(lists, list)
	for i := range quad {
		label := fmt.Sprint("pad", i)
		v.MOVQ(operand.Mem{Base: ends, Disp: 8 * i}, t)
		v.Label(label)
		v.VMOVUPS(pads, operand.Mem{Base: list, Index: t, Scale: 4})
		v.ADDQ(operand.Imm(uint64(v.width/4)), t)
		v.CMPQ(t, longest)
		v.JL(operand.LabelRef(label))
		v.ADDQ(stride, list)
	}
	v.addToQuad(sums, c, ldc, t, add, last)
	v.MOVQ(lists, list)
	v.TESTQ(longest, longest)
	v.JZ(operand.LabelRef("store"))
	v.Label("rows")
	for i, m := range []operand.Mem{
		{Base: list}, {Base: list, Index: stride, Scale: 1}, {Base: list, Index: stride, Scale: 2}, {Base: list, Index: threeStrides, Scale: 1},
	} {
		row := v.GP64()
		v.IMUL3L(operand.U32(uint32(nv*v.width)), m, row.As32())
		v.ADDQ(b, row)
		for j, s := range sums[i] {
			v.add(v.Context, v.at(row, j), s, s)
		}
	}
	v.ADDQ(operand.Imm(4), list)
	v.DECQ(longest)
	v.JNZ(operand.LabelRef("rows"))

	v.Label("store")
	for _, row := range sums {
		for j, s := range row {
			v.store(s, lastOf(row, j, last), v.at(c, j))
		}
		v.ADDQ(ldc, c)
	}
	v.LEAQ(operand.Mem{Base: lists, Index: stride, Scale: quad}, lists)
	v.ADDQ(operand.Imm(8*quad), ends)
	v.DECQ(quads)
	v.JNZ(operand.LabelRef("quad"))
	v.end()
}

// addToQuad begins sums of four rows with 0, or with what C has if add is set.
func (v vector) addToQuad(sums [][]reg.VecVirtual, c, ldc, row, add reg.Register, last mask) {
	for _, r := range sums {
		for _, s := range r {
			v.clear(s)
		}
	}
	v.TESTB(add, add)
	v.JZ(operand.LabelRef("begin"))
	v.MOVQ(c, row)
	for i, r := range sums {
		for j, s := range r {
			v.load(v.at(row, j), lastOf(r, j, last), s)
		}
		if i < len(sums)-1 {
			v.ADDQ(ldc, row)
		}
	}
	v.Label("begin")
}

// lastOf returns the mask of vector j of a row.
func lastOf(row []reg.VecVirtual, j int, last mask) mask {
	if j == len(row)-1 {
		return last
	}
	return mask{}
}

// broadcastPad fills a register with the argument pad.
func (v vector) broadcastPad(dst reg.VecVirtual) {
	first := v.XMM()
	v.VMOVD(v.Load(v.Param("pad"), v.GP32()), first)
	v.VPBROADCASTD(first, dst)
}
