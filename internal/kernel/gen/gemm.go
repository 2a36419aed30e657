package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// shapes are the tiles of C by instruction set, in rows and vectors. Sums, one row of B and two
// elements of A fill 29 of the 32 registers of AVX-512, all 16 of AVX2.
var shapes = map[string]struct{ rows, vectors int }{"AVX512": {8, 3}, "AVX2": {6, 2}}

// edgeRows are the heights of the tiles whose last vector may be incomplete; a tile of any height is
// made of them. The highest must not exceed 4 rows for AVX2, where the mask takes a register.
var edgeRows = map[string][]int{"AVX512": {8, 4, 2, 1}, "AVX2": {4, 2, 1}}

// gemm writes the tiles of the matrix product.
func gemm(c *build.Context) {
	laneData(c)
	for _, v := range vectors(c) {
		s := shapes[v.isa]
		v.copyRows(s.vectors, false)
		for nv := 1; nv <= s.vectors; nv++ {
			v.copyRows(nv, true)
		}
		v.gemmTile(s.rows, s.vectors, false)
		v.gemmPanel(s.rows, s.vectors)
		for _, rows := range edgeRows[v.isa] {
			for nv := 1; nv <= s.vectors; nv++ {
				v.gemmTile(rows, nv, true)
			}
		}
	}
}

// gemmTile writes the function that computes a tile of rows×nv vectors: for every row of B its vectors
// are loaded once and multiplied by each element of the column of A. With edge, the last vector has
// but lanes elements.
func (v vector) gemmTile(rows, nv int, edge bool) {
	base := "gemm"
	if edge {
		base = "gemmEdge"
	}
	v.begin(fmt.Sprintf("%s%dx%d", base, rows, nv),
		"func(k int, a *%[1]s, rs, cs int, b *%[1]s, bs int, c *%[1]s, ldc, lanes int, add bool)",
		fmt.Sprintf("Computes a tile of C of %d rows and %d vectors; strides in bytes.", rows, nv))
	k, a, cs := v.arg("k"), v.arg("a"), v.arg("cs")
	b, bs := v.arg("b"), v.arg("bs")
	element := v.rowAddresses(rows, a, v.arg("rs"))
	var last mask
	if edge {
		last = v.firstLanes(v.arg("lanes"))
	}
	maskOf := func(j int) mask {
		if j == nv-1 {
			return last
		}
		return mask{}
	}

	sums := make([][]reg.VecVirtual, rows)
	for i := range sums {
		sums[i] = v.regs(nv)
		for _, s := range sums[i] {
			v.clear(s)
		}
	}
	if !edge {
		v.prefetch(rows, nv)
	}
	bl, al := v.regs(nv), v.regs(2)
	step := func() {
		for j := range bl {
			v.load(v.at(b, j), maskOf(j), bl[j])
		}
		for i := range rows {
			v.broadcast(v.Context, element(i), al[i%2])
			for j := range bl {
				v.fma(v.Context, bl[j], al[i%2], sums[i][j])
			}
		}
		v.ADDQ(cs, a)
		v.ADDQ(bs, b)
	}
	v.Label("pair")
	v.SUBQ(operand.Imm(2), k)
	v.JL(operand.LabelRef("odd"))
	step()
	step()
	v.JMP(operand.LabelRef("pair"))
	v.Label("odd")
	v.ADDQ(operand.Imm(1), k)
	v.JNZ(operand.LabelRef("store"))
	step()

	v.Label("store")
	v.storeTile(sums, maskOf, bl[0])
	v.end()
}

// storeTile writes a tile of C or, if add is set, adds to it.
func (v vector) storeTile(sums [][]reg.VecVirtual, maskOf func(j int) mask, scratch reg.VecVirtual) {
	ldc, c := v.arg("ldc"), v.arg("c")
	add := v.Load(v.Param("add"), v.GP8())
	v.TESTB(add, add)
	v.JZ(operand.LabelRef("write"))
	for i, row := range sums {
		for j, sum := range row {
			v.addMemory(v.at(c, j), maskOf(j), sum, scratch)
		}
		if i < len(sums)-1 {
			v.ADDQ(ldc, c)
		}
	}
	v.Load(v.Param("c"), c)
	v.Label("write")
	for i, row := range sums {
		for j, sum := range row {
			v.store(sum, maskOf(j), v.at(c, j))
		}
		if i < len(sums)-1 {
			v.ADDQ(ldc, c)
		}
	}
}

// copyRows writes the function that copies rows of nv vectors, of whose last, with edge, but lanes
// elements are read. Without AVX-512 that last vector is written whole: what the next row does not
// write over, nobody reads, and a masked store is slow on some processors.
func (v vector) copyRows(nv int, edge bool) {
	base := "copyRows"
	if edge {
		base = "copyEdgeRows"
	}
	v.begin(fmt.Sprintf("%s%d", base, nv), "func(rows int, src *%[1]s, lds int, dst *%[1]s, ldd, lanes int)",
		fmt.Sprintf("Copies rows of %d vectors; strides in bytes.", nv))
	rows, src, lds, dst, ldd := v.arg("rows"), v.arg("src"), v.arg("lds"), v.arg("dst"), v.arg("ldd")
	var last mask
	if edge {
		last = v.firstLanes(v.arg("lanes"))
	}
	v.Label("row")
	for j, x := range v.regs(nv) {
		m := mask{}
		if j == nv-1 {
			m = last
		}
		v.load(v.at(src, j), m, x)
		if !v.wide() {
			m = mask{}
		}
		v.store(x, m, v.at(dst, j))
	}
	v.ADDQ(lds, src)
	v.ADDQ(ldd, dst)
	v.DECQ(rows)
	v.JNZ(operand.LabelRef("row"))
	v.end()
}

// prefetch asks for the tile of C, which is read or written only after the last product.
func (v vector) prefetch(rows, nv int) {
	c, ldc := v.arg("c"), v.arg("ldc")
	for i := range rows {
		for j := 0; j < nv*v.width; j += cacheLine {
			v.PREFETCHT0(operand.Mem{Base: c, Disp: j})
		}
		if i < rows-1 {
			v.ADDQ(ldc, c)
		}
	}
}

const cacheLine = 64

// rowAddresses returns the operand of the i-th row behind the pointer a that advances, for rows of the
// given stride: a + i·stride, from odd multiples of the stride that are kept, scaled by 1, 2, 4 or 8.
func (v vector) rowAddresses(rows int, a, stride reg.Register) func(i int) operand.Mem {
	odd := map[int]reg.Register{1: stride}
	for m := 3; m < rows; m += 2 {
		odd[m] = v.GP64()
		v.IMUL3Q(operand.Imm(uint64(m)), stride, odd[m])
	}
	return func(i int) operand.Mem {
		if i == 0 {
			return operand.Mem{Base: a}
		}
		scale := 1
		for i%2 == 0 {
			i, scale = i/2, scale*2
		}
		return operand.Mem{Base: a, Index: odd[i], Scale: uint8(scale)}
	}
}
