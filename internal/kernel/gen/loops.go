package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A body computes a vector of the result from vectors of the operands.
type body func(x ...reg.VecVirtual) reg.VecVirtual

// loop is an operation of the tile interpreter. Its setup loads what does not change.
type loop struct {
	name  string
	reads int // operands, of x, y and z
	setup func(v numbers) body
}

// unroll is how many vectors the loops of cheap operations treat between two jumps.
const unroll = 4

// arith writes the loops of arithmetic.
func arith(c *build.Context) {
	laneData(c)
	for _, v := range numberVectors(c, &pool{}) {
		v.loops(arithLoops, unroll)
	}
}

// logic writes the loops of comparison, logic and selection.
func logic(c *build.Context) {
	laneData(c)
	for _, v := range numberVectors(c, &pool{}) {
		v.loops(logicLoops, unroll)
	}
}

func (v numbers) loops(loops []loop, unroll int) {
	for _, l := range loops {
		v.loop(l, unroll)
	}
}

// Products and sums are rounded one after the other, here as in Go: results of arithmetic are the
// same at every level, and the planner may join a product and a sum without changing them.
var arithLoops = []loop{
	{"negate", 1, func(v numbers) body {
		sign := v.signBit()
		return func(x ...reg.VecVirtual) reg.VecVirtual { return v.xor(x[0], sign) }
	}},
	{"abs", 1, func(v numbers) body {
		sign := v.signBit()
		return func(x ...reg.VecVirtual) reg.VecVirtual { return v.without(sign, x[0]) }
	}},
	{"square", 1, func(v numbers) body {
		return func(x ...reg.VecVirtual) reg.VecVirtual { return v.product(x[0], x[0]) }
	}},
	{"reciprocal", 1, func(v numbers) body {
		one := v.one()
		return func(x ...reg.VecVirtual) reg.VecVirtual { return v.quotient(one, x[0]) }
	}},
	{"squareRoot", 1, func(v numbers) body {
		return func(x ...reg.VecVirtual) reg.VecVirtual {
			dst := v.reg()
			v.root(v.Context, x[0], dst)
			return dst
		}
	}},
	{"floor", 1, rounding(down)},
	{"ceil", 1, rounding(up)},
	{"round", 1, rounding(nearest)},
	{"relu", 1, func(v numbers) body {
		zero := v.splat(0)
		// The sum makes +0 of the -0 that the maximum may be.
		return func(x ...reg.VecVirtual) reg.VecVirtual { return v.sum(v.maxPair(zero, x[0]), zero) }
	}},
	{"affine", 1, func(v numbers) body {
		c0, c1 := v.scalar("c0"), v.scalar("c1")
		return func(x ...reg.VecVirtual) reg.VecVirtual { return v.sum(v.product(x[0], c0), c1) }
	}},
	{"add", 2, func(v numbers) body {
		return func(x ...reg.VecVirtual) reg.VecVirtual { return v.sum(x[0], x[1]) }
	}},
	{"subtract", 2, func(v numbers) body {
		return func(x ...reg.VecVirtual) reg.VecVirtual { return v.difference(x[0], x[1]) }
	}},
	{"multiply", 2, func(v numbers) body {
		return func(x ...reg.VecVirtual) reg.VecVirtual { return v.product(x[0], x[1]) }
	}},
	{"divide", 2, func(v numbers) body {
		return func(x ...reg.VecVirtual) reg.VecVirtual { return v.quotient(x[0], x[1]) }
	}},
	{"multiplyAdd", 3, func(v numbers) body {
		return func(x ...reg.VecVirtual) reg.VecVirtual { return v.sum(v.product(x[0], x[1]), x[2]) }
	}},
	{"multiplySubtract", 3, func(v numbers) body {
		return func(x ...reg.VecVirtual) reg.VecVirtual { return v.difference(v.product(x[0], x[1]), x[2]) }
	}},
	{"subtractProduct", 3, func(v numbers) body {
		return func(x ...reg.VecVirtual) reg.VecVirtual { return v.difference(x[2], v.product(x[0], x[1])) }
	}},
	{"minimum", 2, func(v numbers) body {
		// The two orders differ where one is NaN, and where zeros of two signs meet: the or of both is
		// NaN and -0 there.
		return func(x ...reg.VecVirtual) reg.VecVirtual {
			return v.or(v.minPair(x[0], x[1]), v.minPair(x[1], x[0]))
		}
	}},
	{"maximum", 2, func(v numbers) body {
		// As minimum, with the and; the sum of the two replaces it where it is NaN.
		return func(x ...reg.VecVirtual) reg.VecVirtual {
			most := v.and(v.maxPair(x[0], x[1]), v.maxPair(x[1], x[0]))
			return v.pick(v.test(unordered, x[0], x[1]), v.sum(x[0], x[1]), most)
		}
	}},
}

func rounding(direction uint64) func(v numbers) body {
	return func(v numbers) body {
		return func(x ...reg.VecVirtual) reg.VecVirtual { return v.rounded(x[0], direction) }
	}
}

var logicLoops = []loop{
	{"equal", 2, comparing(equal)},
	{"unequal", 2, comparing(notEqual)},
	{"less", 2, comparing(less)},
	{"lessEqual", 2, comparing(lessEqual)},
	{"greater", 2, comparing(greater)},
	{"greaterEqual", 2, comparing(greaterEqual)},
	{"step", 1, againstZero(greaterEqual)},
	{"not", 1, againstZero(equal)},
	{"and", 2, func(v numbers) body { return v.joining(v.KANDW, v.both) }},
	{"or", 2, func(v numbers) body { return v.joining(v.KORW, v.either) }},
	{"xor", 2, func(v numbers) body { return v.joining(v.KXORW, v.differ) }},
	{"choose", 3, func(v numbers) body {
		zero := v.splat(0)
		return func(x ...reg.VecVirtual) reg.VecVirtual {
			return v.pick(v.test(notEqual, x[0], zero), x[1], x[2])
		}
	}},
	{"sign", 1, func(v numbers) body {
		zero, one, negative := v.splat(0), v.one(), v.splat(-1)
		return func(x ...reg.VecVirtual) reg.VecVirtual {
			s := v.unit(v.test(greater, x[0], zero), one)
			s = v.pick(v.test(less, x[0], zero), negative, s)
			return v.pick(v.test(unordered, x[0], x[0]), x[0], s)
		}
	}},
}

func comparing(predicate uint64) func(v numbers) body {
	return func(v numbers) body {
		one := v.one()
		return func(x ...reg.VecVirtual) reg.VecVirtual { return v.unit(v.test(predicate, x[0], x[1]), one) }
	}
}

// againstZero compares with zero.
func againstZero(predicate uint64) func(v numbers) body {
	return func(v numbers) body {
		zero, one := v.splat(0), v.one()
		return func(x ...reg.VecVirtual) reg.VecVirtual { return v.unit(v.test(predicate, x[0], zero), one) }
	}
}

func (v numbers) joining(masks func(a, b, dst operand.Op), whole instr) body {
	zero, one := v.splat(0), v.one()
	return func(x ...reg.VecVirtual) reg.VecVirtual {
		a, b := v.test(notEqual, x[0], zero), v.test(notEqual, x[1], zero)
		return v.unit(v.joined(a, b, masks, whole), one)
	}
}

// loop writes the function of an operation: blocks of several vectors, single vectors, and the rest
// under a mask, so that an element's result does not depend on its place.
func (v numbers) loop(l loop, unroll int) {
	v.begin(l.name, "func(n int, dst, x, y, z *%[1]s, c0, c1 %[1]s)",
		"Computes n elements of an operation of the tile interpreter.")
	n, dst := v.arg("n"), v.arg("dst")
	var src []reg.Register
	for _, name := range []string{"x", "y", "z"}[:l.reads] {
		src = append(src, v.arg(name))
	}
	compute := l.setup(v)
	v.overVectors(n, unroll, func(place func(base reg.Register) operand.Mem, m mask) {
		x := v.regs(l.reads)
		for k := range x {
			v.load(place(src[k]), m, x[k])
		}
		v.store(compute(x...), m, place(dst))
	})
	v.end()
}

// overVectors writes a loop over n elements: blocks of so many vectors, single vectors, and the rest
// under a mask. place returns where a vector lies behind a pointer. n is overwritten.
func (v numbers) overVectors(n reg.Register, unroll int, one func(place func(base reg.Register) operand.Mem, m mask)) {
	at := v.GP64()
	v.XORQ(at, at)
	vectorAt := func(i int, m mask) {
		one(func(base reg.Register) operand.Mem {
			return operand.Mem{Base: base, Index: at, Scale: 1, Disp: i * v.width}
		}, m)
	}
	repeat := func(label, after string, vectors int) {
		lanes := operand.Imm(uint64(vectors * v.lanes()))
		v.SUBQ(lanes, n)
		v.JL(operand.LabelRef(after))
		v.Label(label)
		for i := range vectors {
			vectorAt(i, mask{})
		}
		v.ADDQ(operand.I32(int32(vectors*v.width)), at)
		v.SUBQ(lanes, n)
		v.JGE(operand.LabelRef(label))
		v.Label(after)
		v.ADDQ(lanes, n)
	}
	if unroll > 1 {
		repeat("block", "vectors", unroll)
	}
	repeat("vector", "rest", 1)
	v.JZ(operand.LabelRef("done"))
	vectorAt(0, v.firstLanes(n))
	v.Label("done")
}
