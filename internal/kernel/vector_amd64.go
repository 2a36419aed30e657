package kernel

// A loopCode is the assembly for an operation: n > 0 elements of dst from those of x, y and z.
type loopCode[T Float] func(n int, dst, x, y, z *T, c0, c1 T)

// vectorLoops are the operations that have assembly. The transcendental functions have it in float32
// alone; what is not listed runs the portable loop.
var vectorLoops = []struct {
	op                 Opcode
	f32AVX2, f32AVX512 loopCode[float32]
	f64AVX2, f64AVX512 loopCode[float64]
}{
	{OpNeg, negateF32AVX2, negateF32AVX512, negateF64AVX2, negateF64AVX512},
	{OpAbs, absF32AVX2, absF32AVX512, absF64AVX2, absF64AVX512},
	{OpSquare, squareF32AVX2, squareF32AVX512, squareF64AVX2, squareF64AVX512},
	{OpReciprocal, reciprocalF32AVX2, reciprocalF32AVX512, reciprocalF64AVX2, reciprocalF64AVX512},
	{OpSqrt, squareRootF32AVX2, squareRootF32AVX512, squareRootF64AVX2, squareRootF64AVX512},
	{OpExp, expF32AVX2, expF32AVX512, nil, nil},
	{OpExpm1, expm1F32AVX2, expm1F32AVX512, nil, nil},
	{OpLog, logF32AVX2, logF32AVX512, nil, nil},
	{OpLog1p, log1pF32AVX2, log1pF32AVX512, nil, nil},
	{OpAtan, atanF32AVX2, atanF32AVX512, nil, nil},
	{OpTanh, tanhF32AVX2, tanhF32AVX512, nil, nil},
	{OpErf, erfF32AVX2, erfF32AVX512, nil, nil},
	{OpSigmoid, sigmoidF32AVX2, sigmoidF32AVX512, nil, nil},
	{OpSoftplus, softplusF32AVX2, softplusF32AVX512, nil, nil},
	{OpRelu, reluF32AVX2, reluF32AVX512, reluF64AVX2, reluF64AVX512},
	{OpSign, signF32AVX2, signF32AVX512, signF64AVX2, signF64AVX512},
	{OpFloor, floorF32AVX2, floorF32AVX512, floorF64AVX2, floorF64AVX512},
	{OpCeil, ceilF32AVX2, ceilF32AVX512, ceilF64AVX2, ceilF64AVX512},
	{OpRound, roundF32AVX2, roundF32AVX512, roundF64AVX2, roundF64AVX512},
	{OpStep, stepF32AVX2, stepF32AVX512, stepF64AVX2, stepF64AVX512},
	{OpNot, notF32AVX2, notF32AVX512, notF64AVX2, notF64AVX512},
	{OpAdd, addF32AVX2, addF32AVX512, addF64AVX2, addF64AVX512},
	{OpSub, subtractF32AVX2, subtractF32AVX512, subtractF64AVX2, subtractF64AVX512},
	{OpMul, multiplyF32AVX2, multiplyF32AVX512, multiplyF64AVX2, multiplyF64AVX512},
	{OpDiv, divideF32AVX2, divideF32AVX512, divideF64AVX2, divideF64AVX512},
	{OpMin, minimumF32AVX2, minimumF32AVX512, minimumF64AVX2, minimumF64AVX512},
	{OpMax, maximumF32AVX2, maximumF32AVX512, maximumF64AVX2, maximumF64AVX512},
	{OpEq, equalF32AVX2, equalF32AVX512, equalF64AVX2, equalF64AVX512},
	{OpNe, unequalF32AVX2, unequalF32AVX512, unequalF64AVX2, unequalF64AVX512},
	{OpLt, lessF32AVX2, lessF32AVX512, lessF64AVX2, lessF64AVX512},
	{OpLe, lessEqualF32AVX2, lessEqualF32AVX512, lessEqualF64AVX2, lessEqualF64AVX512},
	{OpGt, greaterF32AVX2, greaterF32AVX512, greaterF64AVX2, greaterF64AVX512},
	{OpGe, greaterEqualF32AVX2, greaterEqualF32AVX512, greaterEqualF64AVX2, greaterEqualF64AVX512},
	{OpAnd, andF32AVX2, andF32AVX512, andF64AVX2, andF64AVX512},
	{OpOr, orF32AVX2, orF32AVX512, orF64AVX2, orF64AVX512},
	{OpXor, xorF32AVX2, xorF32AVX512, xorF64AVX2, xorF64AVX512},
	{OpFMA, multiplyAddF32AVX2, multiplyAddF32AVX512, multiplyAddF64AVX2, multiplyAddF64AVX512},
	{OpFMS, multiplySubtractF32AVX2, multiplySubtractF32AVX512, multiplySubtractF64AVX2, multiplySubtractF64AVX512},
	{OpFNMA, subtractProductF32AVX2, subtractProductF32AVX512, subtractProductF64AVX2, subtractProductF64AVX512},
	{OpSelect, chooseF32AVX2, chooseF32AVX512, chooseF64AVX2, chooseF64AVX512},
	{OpAffine, affineF32AVX2, affineF32AVX512, affineF64AVX2, affineF64AVX512},
	{OpScaledSum, scaledSumF32AVX2, scaledSumF32AVX512, scaledSumF64AVX2, scaledSumF64AVX512},
	{OpSubAbove, subtractAboveF32AVX2, subtractAboveF32AVX512, subtractAboveF64AVX2, subtractAboveF64AVX512},
	{OpLorentzian, lorentzianF32AVX2, lorentzianF32AVX512, lorentzianF64AVX2, lorentzianF64AVX512},
	{OpInverseSquare, inverseSquareF32AVX2, inverseSquareF32AVX512, inverseSquareF64AVX2, inverseSquareF64AVX512},
}

// setLoops fills the tables of loops for the levels that have assembly.
func setLoops() {
	single2, single512 := *loops32[portable], *loops32[portable]
	double2, double512 := *loops64[portable], *loops64[portable]
	single2.bools.row, single2.toBools = boolLoops(8, fromBoolsF32AVX2, toBoolsF32AVX2)
	single2.forms, single512.forms = formsAt(avx2), formsAt(avx512)
	single512.bools.row, single512.toBools = boolLoops(16, fromBoolsF32AVX512, toBoolsF32AVX512)
	double2.bools.row, double2.toBools = boolLoops(4, fromBoolsF64AVX2, toBoolsF64AVX2)
	double512.bools.row, double512.toBools = boolLoops(8, fromBoolsF64AVX512, toBoolsF64AVX512)
	single2.same.spread, single2.bools.spread = spreader(8, spreadF32AVX2), spreader(8, spreadBoolsF32AVX2)
	single512.same.spread, single512.bools.spread = spreader(16, spreadF32AVX512), spreader(16, spreadBoolsF32AVX512)
	double2.same.spread, double2.bools.spread = spreader(4, spreadF64AVX2), spreader(4, spreadBoolsF64AVX2)
	double512.same.spread, double512.bools.spread = spreader(8, spreadF64AVX512), spreader(8, spreadBoolsF64AVX512)
	for _, v := range vectorLoops {
		single2.ops[v.op], single512.ops[v.op] = v.f32AVX2.loop(), v.f32AVX512.loop()
		if v.f64AVX2 != nil {
			double2.ops[v.op], double512.ops[v.op] = v.f64AVX2.loop(), v.f64AVX512.loop()
		}
	}
	loops32[avx2], loops32[avx512] = reducing(avx2, &single2), reducing(avx512, &single512)
	loops64[avx2], loops64[avx512] = reducing(avx2, &double2), reducing(avx512, &double512)
}

// loop returns the code as an operation on slices.
func (code loopCode[T]) loop() vector[T] {
	return func(dst, x, y, z []T, c0, c1 T) {
		x, y, z = x[:len(dst)], y[:len(dst)], z[:len(dst)]
		for i := 0; i < len(dst); i += elementsAtOnce {
			if i > 0 {
				stopPoint()
			}
			n := min(elementsAtOnce, len(dst)-i)
			code(n, &dst[i], &x[i], &y[i], &z[i], c0, c1)
		}
	}
}

// boolLoops returns the conversions of a level: whole vectors by assembly, the rest by Go.
func boolLoops[T Float](lanes int, from func(vectors int, dst *T, src *uint8),
	to func(vectors int, dst *uint8, src *T)) (func(dst []T, src []uint8), func(dst []uint8, src []T)) {
	whole := func(n int) int { return min(elementsAtOnce, n/lanes*lanes) }
	return func(dst []T, src []uint8) {
			for n := whole(len(dst)); n > 0; n = whole(len(dst)) {
				_ = src[n-1]
				from(n/lanes, &dst[0], &src[0])
				dst, src = dst[n:], src[n:]
				stopPoint()
			}
			fromBoolsGo(dst, src)
		}, func(dst []uint8, src []T) {
			for n := whole(len(dst)); n > 0; n = whole(len(dst)) {
				_ = src[n-1]
				to(n/lanes, &dst[0], &src[0])
				dst, src = dst[n:], src[n:]
				stopPoint()
			}
			toBoolsGo(dst, src)
		}
}
