package main

import (
	"math"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// approx writes the loops of transcendental functions in float32. AVX2 and AVX-512 do the same
// operations in the same order, so that they give the same bits. The polynomials are minimax fits by
// weighted least squares (Lawson's iteration) in 40 digits; the error in their comments is that of the
// function, relative, with the coefficients rounded to float32.
func approx(c *build.Context) {
	laneData(c)
	p := &pool{}
	for _, v := range numberVectors(c, p) {
		if v.size == 4 {
			v.loops(approxLoops, 1)
		}
	}
	p.write(c)
}

var approxLoops = []loop{
	{"exp", 1, numbers.expBody},
	{"expm1", 1, numbers.expm1Body},
	{"log", 1, numbers.logBody},
	{"log1p", 1, numbers.log1pBody},
	{"tanh", 1, numbers.tanhBody},
	{"sigmoid", 1, numbers.sigmoidBody},
	{"softplus", 1, numbers.softplusBody},
	{"atan", 1, numbers.atanBody},
	{"erf", 1, numbers.erfBody},
}

// The polynomials, highest power first.
var (
	// (e^r - 1 - r)/r^2 for |r| <= ln(2)/2; 5e-9.
	expPoly = []float64{0.0013814402, 0.00836878642, 0.0416683964, 0.166665196, 0.49999994}
	// (ln(1+f) - f + f^2/2)/f^3 for 1/sqrt2 <= 1+f < sqrt2; 8e-9.
	logPoly = []float64{-0.0763286278, 0.127609149, -0.131604895, 0.142018691, -0.166233361,
		0.200012222, -0.250008225, 0.333333313}
	// (atan(t)/t - 1)/t^2 in t^2, for 0 <= t <= 1; 8e-9.
	atanPoly = []float64{-0.0017929459, 0.0109115718, -0.031172175, 0.0579518862, -0.0840311646,
		0.109520711, -0.1426422, 0.199985459, -0.333332986}
	// erf(x)/x - 1 in x^2, for 0 <= x <= 1; 4e-9.
	erfPoly = []float64{7.85377633e-05, -0.000801016809, 0.00518832495, -0.026853811, 0.112835854,
		-0.37612626, 0.128379166}
	// -ln(1 - erf(t)) for 1 <= t <= 4; 8e-9 of erf.
	erfcPoly = []float64{-0.000186399993, 0.00294785621, -0.0218388308, 0.103108309, 0.638143122,
		1.12709022, 0.000341279549}
)

const (
	ln2High  = 0.693359375 // 9 bits: times an integer below 2^15 it is exact
	ln2Low   = math.Ln2 - ln2High
	signBits = 1 << 31
	absBits  = signBits - 1
)

// plusProduct returns a*b + c, rounded once. a may be a constant operand.
func (v numbers) plusProduct(a operand.Op, b reg.Register, c reg.VecVirtual) reg.VecVirtual {
	dst := v.copyOf(c)
	v.accumulate(fmaInstr, a, b, dst)
	return dst
}

// minusProduct returns c - a*b, rounded once. a may be a constant operand.
func (v numbers) minusProduct(a operand.Op, b reg.Register, c reg.VecVirtual) reg.VecVirtual {
	dst := v.copyOf(c)
	v.accumulate(fnmaInstr, a, b, dst)
	return dst
}

var (
	fmaInstr    = instr{(*build.Context).VFMADD231PS, (*build.Context).VFMADD231PS_BCST}
	fnmaInstr   = instr{(*build.Context).VFNMADD231PS, (*build.Context).VFNMADD231PS_BCST}
	hornerInstr = instr{(*build.Context).VFMADD213PS, (*build.Context).VFMADD213PS_BCST}
)

// accumulate emits an instruction that reads and writes dst.
func (v numbers) accumulate(op instr, a operand.Op, b, dst reg.Register) {
	f := op.plain
	if isConstant(a) && v.wide() {
		f = op.each
	}
	f(v.Context, a, b, dst)
}

func (v numbers) copyOf(x reg.VecVirtual) reg.VecVirtual {
	dst := v.reg()
	v.VMOVAPS(x, dst)
	return dst
}

// polynomial returns the polynomial at x.
func (v numbers) polynomial(coefficients []float64, x reg.Register) reg.VecVirtual {
	p := v.read(v.num(coefficients[0]))
	for _, c := range coefficients[1:] {
		v.accumulate(hornerInstr, v.num(c), x, p)
	}
	return p
}

func (v numbers) magnitude(x reg.Register) reg.VecVirtual { return v.and(x, v.bits32(absBits)) }
func (v numbers) signOf(x reg.Register) reg.VecVirtual    { return v.and(x, v.bits32(signBits)) }

// atLeast and atMost clamp x; NaN stays.
func (v numbers) atLeast(low float64, x reg.Register) reg.VecVirtual {
	return v.maxPair(v.read(v.num(low)), x)
}

func (v numbers) atMost(high float64, x reg.Register) reg.VecVirtual {
	return v.minPair(v.read(v.num(high)), x)
}

// The integers of a vector of float32.
var (
	addInt = instr{(*build.Context).VPADDD, (*build.Context).VPADDD_BCST}
	subInt = instr{(*build.Context).VPSUBD, (*build.Context).VPSUBD_BCST}
)

const (
	expBias  = 127
	expShift = 23
)

// power returns 2^k, k a vector of int32 in [-126, 127].
func (v numbers) power(k reg.Register) reg.VecVirtual {
	p := v.do(addInt, k, v.bits32(expBias))
	v.VPSLLD(operand.Imm(expShift), p, p)
	return p
}

// scaled returns x*2^k, k integers in [-250, 250], rounded once. AVX2 multiplies twice, and the first
// product is exact, since x is near 1.
func (v numbers) scaled(x, k reg.VecVirtual) reg.VecVirtual {
	if v.wide() {
		dst := v.reg()
		v.scale(v.Context, k, x, dst)
		return dst
	}
	i, half := v.reg(), v.reg()
	v.VCVTPS2DQ(k, i)
	v.VPSRAD(operand.Imm(1), i, half)
	rest := v.do(subInt, i, half)
	return v.product(v.product(x, v.power(half)), v.power(rest))
}

// reduced returns k = round(x/ln 2) and r = x - k ln 2.
func (v numbers) reduced(x reg.VecVirtual) (k, r reg.VecVirtual) {
	k = v.rounded(v.product(x, v.num(1/math.Ln2)), nearest)
	r = v.minusProduct(v.num(ln2High), k, x)
	return k, v.minusProduct(v.num(ln2Low), k, r)
}

// expLess1 returns e^r - 1 for |r| <= ln(2)/2.
func (v numbers) expLess1(r reg.VecVirtual) reg.VecVirtual {
	return v.plusProduct(v.polynomial(expPoly, r), v.product(r, r), r)
}

// exp returns e^x = 2^k e^r for x in [-150, 150].
func (v numbers) exp(x reg.VecVirtual) reg.VecVirtual {
	k, r := v.reduced(x)
	return v.scaled(v.sum(v.expLess1(r), v.num(1)), k)
}

const (
	expLow  = -104 // e^x is 0 in float32 from here
	expHigh = 89   // and infinite
)

func (v numbers) expBody() body {
	return func(x ...reg.VecVirtual) reg.VecVirtual { return v.exp(v.atMost(expHigh, v.atLeast(expLow, x[0]))) }
}

// expm1 returns e^x - 1 = 2^k (e^r - 1) + (2^k - 1) for x in [-80, 80], and where x is small e^r - 1.
// Of x = -0 it may be +0.
func (v numbers) expm1(x reg.VecVirtual) reg.VecVirtual {
	k, r := v.reduced(x)
	one := v.read(v.num(1))
	power := v.scaled(one, k)
	return v.plusProduct(v.expLess1(r), power, v.difference(power, one))
}

// expm1Body computes with half the power, which does not overflow too early; but where k is 0 with the
// whole, which does not underflow.
func (v numbers) expm1Body() body {
	return func(x ...reg.VecVirtual) reg.VecVirtual {
		const low = -20 // e^x - 1 is -1 in float32 from here
		k, r := v.reduced(v.atMost(expHigh, v.atLeast(low, x[0])))
		near := v.expLess1(r)
		half := v.read(v.num(0.5))
		power := v.scaled(half, k)
		far := v.plusProduct(near, power, v.difference(power, half))
		far = v.sum(far, far)
		zero := v.xor(k, k)
		return v.or(v.pick(v.test(equal, k, zero), near, far), v.signOf(x[0]))
	}
}

// log returns ln x for normal x > 0, plus bias times ln 2: x = 2^k (1+f), 1+f in [1/sqrt2, sqrt2).
func (v numbers) log(x reg.VecVirtual, bias reg.Register) reg.VecVirtual {
	const sqrtHalf, fraction = 0x3f3504f3, 1<<expShift - 1
	bits := v.do(subInt, x, v.bits32(sqrtHalf))
	k := v.reg()
	v.VPSRAD(operand.Imm(expShift), bits, k)
	v.VCVTDQ2PS(k, k)
	if bias != nil {
		k = v.difference(k, bias)
	}
	m := v.do(addInt, v.and(bits, v.bits32(fraction)), v.bits32(sqrtHalf))
	f := v.difference(m, v.num(1))
	square := v.product(f, f)
	y := v.product(v.product(square, f), v.polynomial(logPoly, f))
	y = v.plusProduct(v.num(ln2Low), k, y)
	y = v.minusProduct(v.num(0.5), square, y)
	return v.plusProduct(v.num(ln2High), k, v.sum(y, f))
}

// logAll returns ln x for every x: denormals are scaled to be normal, and what has no logarithm of its
// own is put in at the end.
func (v numbers) logAll(x reg.VecVirtual) reg.VecVirtual {
	const minNormal, scaling, scale = 0x1p-126, 23, 1 << 23
	tiny := v.test(less, x, v.num(minNormal))
	bias := v.unit(tiny, v.read(v.num(scaling)))
	y := v.log(v.pick(tiny, v.product(x, v.num(scale)), x), bias)
	zero := v.xor(x, x)
	y = v.pick(v.test(equal, x, zero), v.read(v.num(math.Inf(-1))), y)
	y = v.pick(v.test(less, x, zero), v.read(v.num(math.NaN())), y)
	return v.pick(v.test(notLess, x, v.num(math.Inf(1))), x, y)
}

func (v numbers) logBody() body {
	return func(x ...reg.VecVirtual) reg.VecVirtual { return v.logAll(x[0]) }
}

// lostTail returns c/u with u = 1+x and c what the sum lost of x, and u: ln(1+x) = ln u + c/u.
func (v numbers) lostTail(x reg.VecVirtual) (u, tail reg.VecVirtual) {
	one := v.read(v.num(1))
	u = v.sum(x, one)
	return u, v.quotient(v.difference(x, v.difference(u, one)), u)
}

func (v numbers) log1pBody() body {
	return func(x ...reg.VecVirtual) reg.VecVirtual {
		const small = 0x1p-25 // ln(1+x) is x below
		u, tail := v.lostTail(x[0])
		y := v.logAll(u)
		// Where u is 0 or infinite there is no tail.
		inside := v.test(less, v.magnitude(y), v.num(math.Inf(1)))
		y = v.sum(y, v.unit(inside, tail))
		return v.pick(v.test(less, v.magnitude(x[0]), v.num(small)), x[0], y)
	}
}

// tanhBody computes tanh|x| = -q/(2 + q) with q = e^(-2|x|) - 1.
func (v numbers) tanhBody() body {
	return func(x ...reg.VecVirtual) reg.VecVirtual {
		const saturated = 10 // tanh is 1 in float32 from 9.02
		a := v.atMost(saturated, v.magnitude(x[0]))
		q := v.expm1(v.product(a, v.num(-2)))
		y := v.quotient(q, v.sum(q, v.num(2)))
		return v.or(v.magnitude(y), v.signOf(x[0]))
	}
}

// expNegative returns e^-|x|.
func (v numbers) expNegative(x reg.VecVirtual) reg.VecVirtual {
	return v.exp(v.atLeast(expLow, v.or(x, v.bits32(signBits))))
}

// sigmoidBody computes 1/(1 + e^-|x|), where x < 0 with numerator e^-|x|.
func (v numbers) sigmoidBody() body {
	return func(x ...reg.VecVirtual) reg.VecVirtual {
		e := v.expNegative(x[0])
		one := v.read(v.num(1))
		numerator := v.pick(v.test(less, x[0], v.xor(e, e)), e, one)
		return v.quotient(numerator, v.sum(e, one))
	}
}

// softplusBody computes max(x, 0) + ln(1 + e^-|x|).
func (v numbers) softplusBody() body {
	return func(x ...reg.VecVirtual) reg.VecVirtual {
		u, tail := v.lostTail(v.expNegative(x[0]))
		y := v.sum(v.log(u, nil), tail)
		return v.sum(v.maxPair(v.xor(u, u), x[0]), y)
	}
}

// atanBody computes the arc tangent of t = min(a, 1/a) with a = |x|, and pi/2 minus that where a > 1.
func (v numbers) atanBody() body {
	return func(x ...reg.VecVirtual) reg.VecVirtual {
		const piHalfLow = -4.371139e-08 // pi/2 less its float32
		a := v.magnitude(x[0])
		one := v.read(v.num(1))
		t := v.quotient(v.minPair(one, a), v.maxPair(one, a))
		square := v.product(t, t)
		near := v.plusProduct(v.product(square, t), v.polynomial(atanPoly, square), t)
		far := v.difference(v.read(v.num(math.Pi/2)), v.difference(near, v.num(piHalfLow)))
		y := v.pick(v.test(greater, a, one), far, near)
		return v.or(y, v.signOf(x[0]))
	}
}

// erfBody computes x + x P(x^2) where |x| <= 1, else 1 - e^-Q(|x|).
func (v numbers) erfBody() body {
	return func(x ...reg.VecVirtual) reg.VecVirtual {
		const saturated = 4 // erf is 1 in float32 from 3.92
		a := v.atMost(saturated, v.magnitude(x[0]))
		near := v.plusProduct(v.polynomial(erfPoly, v.product(a, a)), a, a)
		erfc := v.exp(v.xor(v.polynomial(erfcPoly, a), v.bits32(signBits)))
		far := v.difference(v.read(v.num(1)), erfc)
		y := v.pick(v.test(greater, a, v.num(1)), far, near)
		return v.or(y, v.signOf(x[0]))
	}
}
