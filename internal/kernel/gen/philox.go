package main

import (
	"math"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// philox writes the functions that draw random words, and what is made of them on the way.
func philox(c *build.Context) {
	p := &pool{}
	for _, v := range numberVectors(c, p) {
		if v.size == 4 {
			for _, s := range sinks {
				v.generator(s)
			}
			v.blockData()
		}
	}
	p.write(c)
}

// A sink is what becomes of random words. Its setup returns the function that takes the i-th vector
// of words of a group.
type sink struct {
	name, parameters, doc string
	size                  int // bytes of dst for a word
	setup                 func(v numbers, dst reg.Register) func(words reg.VecVirtual, i int)
}

var sinks = []sink{
	{"philoxWords", "dst *uint32", "Draws groups of random words.", 4,
		func(v numbers, dst reg.Register) func(words reg.VecVirtual, i int) {
			return func(words reg.VecVirtual, i int) { v.store(words, mask{}, v.at(dst, i)) }
		}},
	{"philoxUniform", "dst *float32", "Draws groups of numbers in [0, 1).", 4,
		func(v numbers, dst reg.Register) func(words reg.VecVirtual, i int) {
			return func(words reg.VecVirtual, i int) { v.store(v.uniform(words), mask{}, v.at(dst, i)) }
		}},
	{"philoxUniformWide", "dst *float64", "Draws groups of numbers in [0, 1) of two words each.", 4,
		func(v numbers, dst reg.Register) func(words reg.VecVirtual, i int) {
			return func(words reg.VecVirtual, i int) { v.store(v.uniformWide(words), mask{}, v.at(dst, i)) }
		}},
	{"philoxBernoulli", "dst *bool, p *float32, step int",
		"Draws groups of truths, of probabilities p that lie step bytes behind those of the group before.", 1, bernoulli},
}

// bernoulli compares with probabilities.
func bernoulli(v numbers, dst reg.Register) func(words reg.VecVirtual, i int) {
	p, step := v.arg("p"), v.arg("step")
	one := v.constant(0x0101010101010101).AsX()
	return func(words reg.VecVirtual, i int) {
		chances, bytes := v.reg(), operand.Mem{Base: dst, Disp: i * v.lanes()}
		v.load(v.at(p, i), mask{}, chances)
		hit := v.test(less, v.uniform(words), chances)
		if v.wide() {
			x := v.XMM()
			v.VMOVDQU8_Z(one, hit.Register, x)
			v.VMOVUPS(x, bytes)
		} else {
			x := v.reg()
			v.narrow(hit.Register.(reg.VecVirtual), x)
			v.VPAND(one, x.AsX(), x.AsX())
			v.VMOVQ(x.AsX(), bytes)
		}
		if i == vectorsInGroup-1 {
			v.ADDQ(step, p)
		}
	}
}

// uniform returns the numbers in [0, 1) of random words.
func (v numbers) uniform(words reg.VecVirtual) reg.VecVirtual {
	x := v.reg()
	v.VPSRLD(operand.Imm(8), words, x)
	v.VCVTDQ2PS(x, x)
	return v.product(x, v.num(math.Ldexp(1, -24)))
}

// uniformWide returns the numbers in [0, 1) of pairs of random words, the first of which counts more.
func (v numbers) uniformWide(words reg.VecVirtual) reg.VecVirtual {
	const swapPairs = 0xB1
	x, scale := v.reg(), v.constantAt(math.Float64bits(math.Ldexp(1, -53)))
	v.arithmetic = arithmetics["F64"]
	v.VPSHUFD(operand.Imm(swapPairs), words, x)
	v.VPSRLQ(operand.Imm(11), x, x)
	if v.wide() {
		v.VCVTQQ2PD(x, x)
		return v.product(x, scale)
	}
	// The halves of x become the ends of two numbers, 2^84 + high*2^32 and 2^52 + low.
	high, low := v.or(v.high(x), v.constantAt(math.Float64bits(0x1p84))), v.reg()
	v.VPBLENDD(operand.Imm(0xAA), v.constantAt(math.Float64bits(0x1p52)), x, low)
	high = v.difference(high, v.constantAt(math.Float64bits(0x1p84+0x1p52)))
	return v.product(v.sum(high, low), scale)
}

// The blocks of a group lie in two sets of four vectors, the words of a block in the lower halves of
// their lanes of 64 bits. The upper halves hold what products leave there; nothing reads them.
const (
	setsInGroup    = 2
	vectorsInGroup = 2 * setsInGroup
)

// rounds of the generator, of which the first two find most words the same in all blocks.
const rounds = 10

// generator writes a function that draws groups of words from block first on.
func (v numbers) generator(s sink) {
	v.Function(s.name + v.isa)
	v.Attributes(attr.NOSPLIT)
	v.Pragma("noescape")
	v.SignatureExpr("func(groups int, first uint32, schedule *uint32, " + s.parameters + ")")
	v.Doc(s.doc)
	groups, schedule, dst := v.arg("groups"), v.arg("schedule"), v.arg("dst")
	blocks := v.firstBlocks()
	times0, times1 := v.constant(0xD2511F53), v.constant(0xCD9E8D57)
	keep := v.oddLanes()
	take := s.setup(v, dst)
	v.Label("group")
	var c [setsInGroup][4]reg.VecVirtual
	v.uniformRounds(&c, blocks, times0, times1, schedule)
	for r := 2; r < rounds; r++ {
		key0, key1 := v.key(schedule, 2*r-1), v.key(schedule, 2*r)
		for i := range c {
			c[i] = v.round4x32(c[i], times0, times1, key0, key1, r == 2)
		}
	}
	for i := range c {
		low, high := v.inOrder(c[i], keep)
		take(low, 2*i)
		take(high, 2*i+1)
	}
	v.ADDQ(operand.U32(uint32(vectorsInGroup*v.lanes()*s.size)), dst)
	v.DECQ(groups)
	v.JNZ(operand.LabelRef("group"))
	v.end()
}

// firstBlocks returns the numbers of the blocks of the first set.
func (v numbers) firstBlocks() reg.VecVirtual {
	first, x, all, table := v.GP32(), v.XMM(), v.reg(), v.GP64()
	v.Load(v.Param("first"), first)
	v.VMOVD(first, x)
	v.VPBROADCASTQ(x, all)
	v.LEAQ(operand.NewDataAddr(operand.NewStaticSymbol(v.blockTable()), 0), table)
	v.VPADDQ(operand.Mem{Base: table}, all, all)
	return all
}

// key returns word i of the schedule: a constant operand, or a register full of it.
func (v numbers) key(schedule reg.Register, i int) operand.Op {
	word := operand.Mem{Base: schedule, Disp: 4 * i}
	if v.wide() {
		return word
	}
	all := v.reg()
	v.VPBROADCASTD(word, all)
	return all
}

// wide products of the lower halves of lanes.
var wideProduct = instr{plain: (*build.Context).VPMULUDQ}

// high returns the upper halves of products, where the lower ones are.
func (v numbers) high(x reg.Register) reg.VecVirtual {
	dst := v.reg()
	v.VPSRLQ(operand.Imm(32), x, dst)
	return dst
}

// mixed returns a ^ b ^ key.
func (v numbers) mixed(a, b reg.VecVirtual, key operand.Op) reg.VecVirtual {
	if v.wide() {
		const xor3 = 0x96
		v.VPTERNLOGD_BCST(operand.Imm(xor3), key, b, a)
		return a
	}
	return v.xor(v.xor(a, b), key)
}

// uniformRounds computes the first two rounds of every set, the first three words of the schedule
// being what all blocks share in them, and counts blocks on. It leaves the fourth word out.
func (v numbers) uniformRounds(c *[setsInGroup][4]reg.VecVirtual, blocks, times0, times1 reg.VecVirtual, schedule reg.Register) {
	step := v.constantAt(uint64(v.width / 8))
	key0, key1, key2 := v.key(schedule, 0), v.key(schedule, 1), v.key(schedule, 2)
	for i := range c {
		p := v.do(wideProduct, blocks, times0)
		if v.wide() {
			v.VPADDQ_BCST(step, blocks, blocks)
		} else {
			v.VPADDQ(step, blocks, blocks)
		}
		q := v.do(wideProduct, v.xor(v.high(p), key0), times1)
		c[i] = [4]reg.VecVirtual{v.xor(v.high(q), key1), q, v.xor(p, key2), nil}
	}
}

// round4x32 computes a round; if noFourth is set the fourth word is part of key1 already.
func (v numbers) round4x32(c [4]reg.VecVirtual, times0, times1 reg.VecVirtual, key0, key1 operand.Op,
	noFourth bool) [4]reg.VecVirtual {
	p, q := v.do(wideProduct, c[0], times0), v.do(wideProduct, c[2], times1)
	first := v.mixed(v.high(q), c[1], key0)
	if noFourth {
		return [4]reg.VecVirtual{first, q, v.xor(v.high(p), key1), p}
	}
	return [4]reg.VecVirtual{first, q, v.mixed(v.high(p), c[3], key1), p}
}

// oddLanes returns the mask of the odd lanes (AVX-512).
func (v numbers) oddLanes() reg.Register {
	if !v.wide() {
		return nil
	}
	r, k := v.GP32(), v.K()
	v.MOVL(operand.U32(0xAAAA), r)
	v.KMOVW(r, k)
	return k
}

// inOrder returns the words of a set block by block; blockTable put the blocks where this works.
func (v numbers) inOrder(c [4]reg.VecVirtual, odd reg.Register) (low, high reg.VecVirtual) {
	front, back := v.pairs(c[0], c[1], odd), v.pairs(c[2], c[3], odd)
	low, high = v.reg(), v.reg()
	v.VPUNPCKLQDQ(back, front, low)
	v.VPUNPCKHQDQ(back, front, high)
	return low, high
}

// pairs puts the words of b beside those of a.
func (v numbers) pairs(a, b reg.VecVirtual, odd reg.Register) reg.VecVirtual {
	if v.wide() {
		v.VMOVSLDUP(b, odd, a)
		return a
	}
	moved, dst := v.reg(), v.reg()
	v.VMOVSLDUP(b, moved)
	v.VPBLENDD(operand.Imm(0xAA), moved, a, dst)
	return dst
}

func (v numbers) blockTable() string { return "blocks" + v.isa }

// blockData writes the order of the blocks of a set: the first half of them in the even lanes.
func (v numbers) blockData() {
	v.StaticGlobal(v.blockTable())
	v.DataAttributes(attr.RODATA | attr.NOPTR)
	half := v.width / 16
	for i := range half {
		v.AppendDatum(operand.U64(uint64(i)))
		v.AppendDatum(operand.U64(uint64(i + half)))
	}
}
