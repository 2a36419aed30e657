package main

import (
	"math"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// numbers is a kind of vector register with its arithmetic. Every method returns its result in a
// register of its own, so that what is computed can be written as an expression.
type numbers struct {
	vector
	arithmetic
	*pool
	given []operand.Op // the immediates, where they are no arguments of the function
}

// An instr is an instruction, plain and with its first operand one element in memory that is
// broadcast to all lanes (AVX-512).
type instr struct {
	plain, each func(*build.Context, ...operand.Op)
}

// arithmetic are the instructions on the numbers of an element type.
type arithmetic struct {
	plus, minus, times, over, least, most, both, either, differ, notBoth instr

	compareEach func(*build.Context, ...operand.Op) // with a constant operand
	root, scale func(*build.Context, ...operand.Op)
	roundWide   func(*build.Context, ...operand.Op)
	round       func(c *build.Context, i, x, dst operand.Op)
	blendWide   func(*build.Context, ...operand.Op)
	blend       func(c *build.Context, f, a, b, dst operand.Op)
}

var arithmetics = map[string]arithmetic{
	"F32": {
		plus:        instr{(*build.Context).VADDPS, (*build.Context).VADDPS_BCST},
		minus:       instr{(*build.Context).VSUBPS, (*build.Context).VSUBPS_BCST},
		times:       instr{(*build.Context).VMULPS, (*build.Context).VMULPS_BCST},
		over:        instr{(*build.Context).VDIVPS, (*build.Context).VDIVPS_BCST},
		least:       instr{(*build.Context).VMINPS, (*build.Context).VMINPS_BCST},
		most:        instr{(*build.Context).VMAXPS, (*build.Context).VMAXPS_BCST},
		both:        instr{(*build.Context).VANDPS, (*build.Context).VANDPS_BCST},
		either:      instr{(*build.Context).VORPS, (*build.Context).VORPS_BCST},
		differ:      instr{(*build.Context).VXORPS, (*build.Context).VXORPS_BCST},
		notBoth:     instr{(*build.Context).VANDNPS, (*build.Context).VANDNPS_BCST},
		compareEach: (*build.Context).VCMPPS_BCST,
		root:        (*build.Context).VSQRTPS, scale: (*build.Context).VSCALEFPS,
		roundWide: (*build.Context).VRNDSCALEPS, round: (*build.Context).VROUNDPS,
		blendWide: (*build.Context).VBLENDMPS, blend: (*build.Context).VBLENDVPS,
	},
	"F64": {
		plus:        instr{(*build.Context).VADDPD, (*build.Context).VADDPD_BCST},
		minus:       instr{(*build.Context).VSUBPD, (*build.Context).VSUBPD_BCST},
		times:       instr{(*build.Context).VMULPD, (*build.Context).VMULPD_BCST},
		over:        instr{(*build.Context).VDIVPD, (*build.Context).VDIVPD_BCST},
		least:       instr{(*build.Context).VMINPD, (*build.Context).VMINPD_BCST},
		most:        instr{(*build.Context).VMAXPD, (*build.Context).VMAXPD_BCST},
		both:        instr{(*build.Context).VANDPD, (*build.Context).VANDPD_BCST},
		either:      instr{(*build.Context).VORPD, (*build.Context).VORPD_BCST},
		differ:      instr{(*build.Context).VXORPD, (*build.Context).VXORPD_BCST},
		notBoth:     instr{(*build.Context).VANDNPD, (*build.Context).VANDNPD_BCST},
		compareEach: (*build.Context).VCMPPD_BCST,
		root:        (*build.Context).VSQRTPD, scale: (*build.Context).VSCALEFPD,
		roundWide: (*build.Context).VRNDSCALEPD, round: (*build.Context).VROUNDPD,
		blendWide: (*build.Context).VBLENDMPD, blend: (*build.Context).VBLENDVPD,
	},
}

// numberVectors returns every kind of vector register with its arithmetic; their constants go to p.
func numberVectors(c *build.Context, p *pool) []numbers {
	var all []numbers
	for _, v := range vectors(c) {
		all = append(all, numbers{v, arithmetics[v.name], p, nil})
	}
	return all
}

// pool collects the constants that instructions read from memory.
type pool struct{ patterns []uint64 }

const (
	poolName   = "constants"
	poolStride = 32 // a whole vector of AVX2; AVX-512 broadcasts the first element
)

func (p *pool) constantAt(pattern uint64) operand.Mem {
	i := 0
	for i < len(p.patterns) && p.patterns[i] != pattern {
		i++
	}
	if i == len(p.patterns) {
		p.patterns = append(p.patterns, pattern)
	}
	return operand.NewDataAddr(operand.NewStaticSymbol(poolName), i*poolStride)
}

// write writes the constants that were asked for.
func (p *pool) write(c *build.Context) {
	c.StaticGlobal(poolName)
	c.DataAttributes(attr.RODATA | attr.NOPTR)
	for _, pattern := range p.patterns {
		for range poolStride / 8 {
			c.AppendDatum(operand.U64(pattern))
		}
	}
}

// bits32 returns a constant operand, the pattern of an element of 4 bytes.
func (v numbers) bits32(pattern uint32) operand.Mem {
	return v.constantAt(uint64(pattern)<<32 | uint64(pattern))
}

// num returns a constant operand; elements of 4 bytes.
func (v numbers) num(x float64) operand.Mem { return v.bits32(math.Float32bits(float32(x))) }

// pattern returns the bits of an element of the vector's type, as constant takes them.
func (v numbers) pattern(x float64) uint64 {
	if v.size == 4 {
		return uint64(math.Float32bits(float32(x)))
	}
	return math.Float64bits(x)
}

// splat returns a register full of x.
func (v numbers) splat(x float64) reg.VecVirtual { return v.constant(v.pattern(x)) }

// signBit returns a register full of the sign bit.
func (v numbers) signBit() reg.VecVirtual { return v.splat(math.Copysign(0, -1)) }

// scalar returns a constant operand, or a register, full of an immediate: c0 or c1.
func (v numbers) scalar(name string) operand.Op {
	if v.given != nil {
		return v.given[name[1]-'0']
	}
	all := v.reg()
	v.broadcastArg(name, all)
	return all
}

// read returns a register full of a constant operand.
func (v numbers) read(src operand.Mem) reg.VecVirtual {
	all := v.reg()
	v.broadcast(v.Context, src, all)
	return all
}

// isConstant reports whether x is a constant operand.
func isConstant(x operand.Op) bool {
	_, memory := x.(operand.Mem)
	return memory
}

// do returns a op b; b may be a constant operand.
func (v numbers) do(op instr, a reg.Register, b operand.Op) reg.VecVirtual {
	dst, f := v.reg(), op.plain
	if isConstant(b) && v.wide() {
		f = op.each
	}
	f(v.Context, b, a, dst)
	return dst
}

// minPair and maxPair return b where either is NaN or both are zero.
func (v numbers) minPair(a reg.Register, b operand.Op) reg.VecVirtual { return v.do(v.least, a, b) }
func (v numbers) maxPair(a reg.Register, b operand.Op) reg.VecVirtual { return v.do(v.most, a, b) }

func (v numbers) sum(a reg.Register, b operand.Op) reg.VecVirtual        { return v.do(v.plus, a, b) }
func (v numbers) difference(a reg.Register, b operand.Op) reg.VecVirtual { return v.do(v.minus, a, b) }
func (v numbers) product(a reg.Register, b operand.Op) reg.VecVirtual    { return v.do(v.times, a, b) }
func (v numbers) quotient(a reg.Register, b operand.Op) reg.VecVirtual   { return v.do(v.over, a, b) }
func (v numbers) and(a reg.Register, b operand.Op) reg.VecVirtual        { return v.do(v.both, a, b) }
func (v numbers) or(a reg.Register, b operand.Op) reg.VecVirtual         { return v.do(v.either, a, b) }
func (v numbers) xor(a reg.Register, b operand.Op) reg.VecVirtual        { return v.do(v.differ, a, b) }

// without returns b with the bits of a cleared.
func (v numbers) without(a reg.Register, b operand.Op) reg.VecVirtual { return v.do(v.notBoth, a, b) }

// The directions of rounded, which raises no exception.
const (
	nearest = 8 + iota
	down
	up
)

// rounded returns x rounded to an integer.
func (v numbers) rounded(x reg.Register, direction uint64) reg.VecVirtual {
	dst := v.reg()
	if v.wide() {
		v.roundWide(v.Context, operand.Imm(direction), x, dst)
	} else {
		v.round(v.Context, operand.Imm(direction), x, dst)
	}
	return dst
}

// flags is a truth per lane: a mask register (AVX-512) or a vector of ones and zeros.
type flags struct{ reg.Register }

// The predicates of comparison; none but notEqual and notLess is true of NaN.
const (
	equal        = 0
	unordered    = 3
	notLess      = 21
	less         = 17
	lessEqual    = 18
	greaterEqual = 29
	greater      = 30
)

func (v numbers) test(predicate uint64, a reg.Register, b operand.Op) flags {
	if v.wide() {
		k, f := v.K(), v.compare
		if isConstant(b) {
			f = v.compareEach
		}
		f(v.Context, operand.Imm(predicate), b, a, k)
		return flags{k}
	}
	dst := v.reg()
	v.compare(v.Context, operand.Imm(predicate), b, a, dst)
	return flags{dst}
}

// joined returns flags combined by the instruction of mask registers or the one of vectors.
func (v numbers) joined(a, b flags, masks func(a, b, dst operand.Op), whole instr) flags {
	if v.wide() {
		k := v.K()
		masks(b.Register, a.Register, k)
		return flags{k}
	}
	return flags{v.do(whole, a.Register, b.Register)}
}

// unit returns one where f is set and 0 elsewhere.
func (v numbers) unit(f flags, one reg.Register) reg.VecVirtual {
	if v.wide() {
		dst := v.reg()
		v.moveZero(v.Context, one, f.Register, dst)
		return dst
	}
	return v.and(f.Register, one)
}

// pick returns a where f is set, else b.
func (v numbers) pick(f flags, a, b reg.Register) reg.VecVirtual {
	dst := v.reg()
	if v.wide() {
		v.blendWide(v.Context, a, b, f.Register, dst)
	} else {
		v.blend(v.Context, f.Register, a, b, dst)
	}
	return dst
}
