package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// extremes writes the functions that find the greatest and the least element of a row.
func extremes(c *build.Context) {
	for _, v := range numberVectors(c, &pool{}) {
		v.extreme("most", func(a, b reg.VecVirtual) reg.VecVirtual {
			// The two orders differ where zeros of two signs meet: the and of both is +0.
			return v.and(v.maxPair(a, b), v.maxPair(b, a))
		})
		v.extreme("least", func(a, b reg.VecVirtual) reg.VecVirtual {
			return v.or(v.minPair(a, b), v.minPair(b, a))
		})
	}
}

// extreme writes the function that combines the vectors of a row lane by lane, in two interleaved
// chains. NaN is looked for apart.
func (v numbers) extreme(name string, pair func(a, b reg.VecVirtual) reg.VecVirtual) {
	v.begin(name, "func(pairs int, x *%[1]s, best *%[1]s) (nan bool)",
		"Combines so many pairs of vectors with best, lane by lane, and reports whether any element is NaN.",
		"What it finds then is undefined.")
	pairs, x, best := v.arg("pairs"), v.arg("x"), v.arg("best")
	var acc [2]reg.VecVirtual
	for i := range acc {
		acc[i] = v.reg()
		v.load(v.at(best, 0), mask{}, acc[i])
	}
	nan := v.GP32()
	v.XORL(nan, nan)
	v.Label("pair")
	var in [2]reg.VecVirtual
	for i := range acc {
		in[i] = v.reg()
		v.load(v.at(x, i), mask{}, in[i])
		v.VMOVAPS(pair(acc[i], in[i]), acc[i])
	}
	v.ORL(v.bitsOf(v.test(unordered, in[0], in[1])), nan)
	v.ADDQ(operand.Imm(uint64(2*v.width)), x)
	v.DECQ(pairs)
	v.JNZ(operand.LabelRef("pair"))
	v.store(pair(acc[0], acc[1]), mask{}, v.at(best, 0))
	v.TESTL(nan, nan)
	v.SETNE(nan.As8())
	v.Store(nan.As8(), v.ReturnIndex(0))
	v.end()
}

// bitsOf returns flags as bits.
func (v numbers) bitsOf(f flags) reg.Register {
	bits := v.GP32()
	if v.wide() {
		v.KMOVW(f.Register, bits)
	} else {
		v.signs(v.Context, f.Register, bits)
	}
	return bits
}
