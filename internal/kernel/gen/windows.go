package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const countingTable = "counting"

// windows writes the functions on windows, in float32.
func windows(c *build.Context) {
	laneData(c)
	c.StaticGlobal(countingTable)
	c.DataAttributes(attr.RODATA | attr.NOPTR)
	for i := range 16 {
		c.AppendDatum(operand.U32(uint32(i)))
	}
	for _, v := range numberVectors(c, &pool{}) {
		if v.size == 4 {
			v.findWindow()
		}
	}
}

// findWindow writes the function that finds in which of some rows an element is that of a window's result:
// the last one that it looks at, and it begins with the last row.
func (v numbers) findWindow() {
	v.begin("findWindow", "func(n int, seen *int32, rows, lanes int, x, want *%[1]s, places *int32)",
		"Writes for n > 0 lanes the place in x, of the rows > 0 seen, of the first that equals want, or the first of all.")
	n, seen, rows, lanes := v.arg("n"), v.arg("seen"), v.arg("rows"), v.arg("lanes")
	x, want, places := v.arg("x"), v.arg("want"), v.arg("places")
	lane, step := v.reg(), v.reg()
	v.move(v.Context, operand.NewDataAddr(operand.NewStaticSymbol(countingTable), 0), lane)
	v.read32(uint32(v.lanes()), step)
	at := v.GP64()
	v.XORQ(at, at)
	labels := 0
	v.overVectors(n, 1, func(place func(base reg.Register) operand.Mem, m mask) {
		label := fmt.Sprintf("row%d", labels)
		labels++
		wanted, found := v.reg(), v.reg()
		v.load(place(want), m, wanted)
		v.MOVLQSX(operand.Mem{Base: seen}, at)
		v.IMULQ(lanes, at)
		v.placeOf(at, lane, found)
		k, row := v.GP64(), v.GP64()
		v.MOVQ(rows, k)
		v.Label(label)
		v.MOVLQSX(operand.Mem{Base: seen, Index: k, Scale: 4, Disp: -4}, at)
		v.IMULQ(lanes, at)
		v.LEAQ(operand.Mem{Base: x, Index: at, Scale: 4}, row)
		element, here := v.reg(), v.reg()
		v.load(place(row), m, element)
		v.placeOf(at, lane, here)
		better := v.pick(v.test(equal, element, wanted), here, found)
		v.move(v.Context, better, found)
		v.DECQ(k)
		v.JNZ(operand.LabelRef(label))
		v.store(found, m, place(places))
		v.VPADDD(step, lane, lane)
	})
	v.end()
}

// placeOf writes the places of a row's lanes, which begins at at.
func (v numbers) placeOf(at reg.GPVirtual, lane, dst reg.VecVirtual) {
	first := v.XMM()
	v.VMOVD(at.As32(), first)
	v.VPBROADCASTD(first, dst)
	v.VPADDD(lane, dst, dst)
}
