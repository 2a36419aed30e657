package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
)

// strips are the widths, in vectors, of the strips of C whose sums are kept in registers while listed
// rows are added to them; AVX-512 has registers for rows of wideStrip too.
var strips = []int{8, 4, 2, 1}

const wideStrip = 16

// event writes the functions that add listed rows of a matrix.
func event(c *build.Context) {
	laneData(c)
	for _, v := range vectors(c) {
		for _, weighted := range []bool{false, true} {
			if v.wide() {
				v.addRows(wideStrip, weighted, false)
			}
			for _, nv := range strips {
				v.addRows(nv, weighted, false)
			}
			v.addRows(1, weighted, true)
		}
	}
}

// addRows writes the function that adds to a strip of C the rows of B in a list, in its order, each
// times its weight if they are weighted. With edge the strip has but lanes columns.
func (v vector) addRows(nv int, weighted, edge bool) {
	base := "addRows"
	if weighted {
		base = "addWeightedRows"
	}
	if edge {
		base += "Edge"
	}
	v.begin(fmt.Sprintf("%s%d", base, nv),
		"func(n int, rows *uint32, weights, b *%[1]s, ldb int, c *%[1]s, lanes int, add bool)",
		fmt.Sprintf("Computes (add: is added to) %d vectors of C; ldb in bytes.", nv))
	n, rows, b, ldb, c := v.arg("n"), v.arg("rows"), v.arg("b"), v.arg("ldb"), v.arg("c")
	var m mask
	if edge {
		m = v.firstLanes(v.arg("lanes"))
	}
	weights := v.GP64()
	if weighted {
		v.Load(v.Param("weights"), weights)
	}
	sums, x, w := v.regs(nv), v.regs(2), v.reg()
	for _, s := range sums {
		v.clear(s)
	}
	add := v.Load(v.Param("add"), v.GP8())
	v.TESTB(add, add)
	v.JZ(operand.LabelRef("row"))
	for j, s := range sums {
		v.load(v.at(c, j), m, s)
	}

	v.Label("row")
	v.SUBQ(operand.Imm(1), n)
	v.JL(operand.LabelRef("store"))
	row := v.GP64()
	v.MOVL(operand.Mem{Base: rows}, row.As32())
	v.IMULQ(ldb, row)
	v.ADDQ(b, row)
	if weighted {
		v.broadcast(v.Context, operand.Mem{Base: weights}, w)
	}
	for j, s := range sums {
		switch {
		case weighted && edge:
			v.load(v.at(row, j), m, x[0])
			v.fma(v.Context, x[0], w, s)
		case weighted:
			v.fma(v.Context, v.at(row, j), w, s)
		default:
			v.addMemory(v.at(row, j), m, s, x[j%2])
		}
	}
	v.ADDQ(operand.Imm(4), rows)
	if weighted {
		v.ADDQ(operand.Imm(uint64(v.size)), weights)
	}
	v.JMP(operand.LabelRef("row"))

	v.Label("store")
	for j, s := range sums {
		v.store(s, m, v.at(c, j))
	}
	v.end()
}
