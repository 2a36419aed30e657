package kernel

import "math"

// Float32 versions of the transcendental functions, the portable ones. Most compute in float64 to a relative error
// near 1e-8, a tenth of what float32 can show, and round once: no double-float tricks, no special
// cases for denormals, and overflow falls out of the final conversion. Against the rounded float64
// result exp32, log32, expm132, log1p32, tanh32, sigmoid32, softplus32 and erf32 err by at most 1 ulp,
// atan32 by at most 2, which the tests hold.
//
// Their vector twins (gen/approx.go) compute in float32 with fused products, the same bits with AVX2
// and AVX-512: tanh, sigmoid and softplus err by at most 2 ulps, exp, expm1, log, log1p, atan and erf
// by at most 1. Found by trying all float32 numbers of magnitudes from 2^-30 to 2^32, and every 61st of the
// others: TestEveryFloat32. NaN, infinities, -0 and denormals are treated as here.

const (
	invLn2 = 1 / math.Ln2
	// rounder added to a small float64 leaves its nearest integer in the low bits of the sum.
	rounder = 3 << 51
	// expRange bounds the arguments of exponential: float32 results end at -104 and 89.
	expRange = 150
	expBias  = 1023
	expShift = 52
)

// exponential returns e^x to a relative error of 1e-8, for |x| <= expRange:
// e^x = 2^k e^r, k the integer nearest to x/ln 2, so |r| <= ln(2)/2.
func exponential(x float64) float64 {
	k := x*invLn2 + rounder
	r := x - (k-rounder)*math.Ln2
	scale := math.Float64frombits((math.Float64bits(k) + expBias) << expShift)
	return scale * (1 + r*expTail(r))
}

// expTail returns (e^r - 1)/r for |r| <= 0.35: the Taylor series, whose rest is r^7/8! < 2e-8.
func expTail(r float64) float64 {
	return 1 + r*(1./2+r*(1./6+r*(1./24+r*(1./120+r*(1./720+r*(1./5040))))))
}

// exponentialLess1 returns e^x - 1 to a relative error of 2e-8, for |x| <= expRange.
func exponentialLess1(x float64) float64 {
	if math.Abs(x) < math.Ln2/2 {
		return x * expTail(x)
	}
	return exponential(x) - 1
}

// logarithm returns ln x to a relative error of 1e-8, for normal finite x > 0:
// x = 2^k m with m in [1/sqrt2, sqrt2), ln m = 2 artanh(s), s = (m-1)/(m+1).
func logarithm(x float64) float64 {
	const sqrtHalfBits = 0x3fe6a09e667f3bcd
	bits := math.Float64bits(x) - sqrtHalfBits
	k := int64(bits) >> expShift
	m := math.Float64frombits(bits&(1<<expShift-1) + sqrtHalfBits)
	return float64(k)*math.Ln2 + twiceArtanh((m-1)/(m+1))
}

// logarithm1p returns ln(1+x) to a relative error of 1e-8, for finite x > -1.
func logarithm1p(x float64) float64 {
	if -0.29 < x && x < 0.41 { // 1+x needs no scaling, and must not be rounded
		return twiceArtanh(x / (2 + x))
	}
	return logarithm(1 + x)
}

// twiceArtanh returns 2 artanh(s) for |s| < 0.172: the Taylor series, whose rest is s^12/13 < 1e-10.
func twiceArtanh(s float64) float64 {
	z := s * s
	return 2 * s * (1 + z*(1./3+z*(1./5+z*(1./7+z*(1./9+z*(1./11))))))
}

// exp32 returns e^x.
func exp32(x float32) float32 {
	if x != x {
		return x
	}
	return float32(exponential(float64(clampExp(x))))
}

// clampExp keeps x where exponential is good; beyond, float32 results are 0 or infinite anyway.
func clampExp(x float32) float32 { return min(max(x, -expRange), expRange) }

// expm132 returns e^x - 1.
func expm132(x float32) float32 {
	if x != x {
		return x
	}
	return float32(exponentialLess1(float64(clampExp(x))))
}

// log32 returns ln x.
func log32(x float32) float32 {
	if !(0 < x && x <= math.MaxFloat32) {
		return float32(math.Log(float64(x)))
	}
	return float32(logarithm(float64(x)))
}

// log1p32 returns ln(1+x).
func log1p32(x float32) float32 {
	if !(-1 < x && x <= math.MaxFloat32) {
		return float32(math.Log1p(float64(x)))
	}
	if x == 0 {
		return x // keeps -0
	}
	return float32(logarithm1p(float64(x)))
}

// tanh32 returns (e^2x - 1)/(e^2x + 1).
func tanh32(x float32) float32 {
	if x != x || x == 0 {
		return x
	}
	const saturated = 10 // tanh is 1 in float32 from 9.02
	e := exponentialLess1(2 * float64(min(max(x, -saturated), saturated)))
	return float32(e / (e + 2))
}

// sigmoid32 returns 1/(1 + e^-x).
func sigmoid32(x float32) float32 {
	if x != x {
		return x
	}
	return float32(1 / (1 + exponential(-float64(clampExp(x)))))
}

// sigmoid64 returns 1/(1 + e^-x).
func sigmoid64(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// softplus32 returns ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|).
func softplus32(x float32) float32 {
	if x != x {
		return x
	}
	const linear = -17 // below, ln(1 + e) is e; above, 1 + e keeps enough of e
	v := float64(x)
	e := exponential(-math.Abs(float64(clampExp(x))))
	if v < linear {
		return float32(e)
	}
	return float32(max(v, 0) + logarithm(1+e))
}

// softplus64 returns ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|).
func softplus64(x float64) float64 {
	return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x)))
}

// atan32 returns the arc tangent: of t = min(a, 1/a) with a = |x| by the polynomial of Abramowitz and
// Stegun (1964) 4.4.49, error 2e-8, and pi/2 minus that where a > 1. In float32 throughout.
func atan32(x float32) float32 {
	const signBit = 1 << 31
	b := math.Float32bits(x)
	a := math.Float32frombits(b &^ signBit)
	t := min(a, 1) / max(a, 1)
	z := t * t
	p := t + t*z*(-.3333314528+z*(.1999355085+z*(-.1420889944+z*(.1065626393+
		z*(-.0752896400+z*(.0429096138+z*(-.0161657367+z*.0028662257)))))))
	far := bit(a > 1) & 1
	p = [2]float32{0, math.Pi / 2}[far] + [2]float32{1, -1}[far]*p
	return math.Float32frombits(math.Float32bits(p) | b&signBit)
}

// erf32 returns the error function: the Taylor series up to 1 (rest 1e-9), beyond it 1 - erfc
// with the Chebyshev fit of erfc in Press et al., Numerical Recipes in C (1992) 6.2, relative error
// 1.2e-7 of a number below 0.16.
func erf32(x float32) float32 {
	if x != x {
		return x
	}
	v := float64(x)
	if -1 < v && v < 1 {
		z := v * v
		return float32(v * (2 / math.SqrtPi) * (1 - z*(1./3-z*(1./10-z*(1./42-z*(1./216-z*(1./1320-
			z*(1./9360-z*(1./75600-z*(1./685440-z*(1./6894720-z*(1./76204800))))))))))))
	}
	const saturated = 5 // erf is 1 in float32 from 3.92
	a := min(math.Abs(v), saturated)
	t := 1 / (1 + a/2)
	erfc := t * exponential(-a*a-1.26551223+t*(1.00002368+t*(.37409196+t*(.09678418+t*(-.18628806+
		t*(.27886807+t*(-1.13520398+t*(1.48851587+t*(-.82215223+t*.17087277)))))))))
	return float32(math.Copysign(1-erfc, v))
}
