package kernel

import "unsafe"

// turnSquares writes as many of the first rows of turn as make whole squares, and returns how many.
func turnSquares[T Number](l isa, tile, x []T, columns, n int) (rows int) {
	size := int(unsafe.Sizeof(x[0]))
	side := 32 / size
	if l == portable || columns < side {
		return 0
	}
	rows = columns / side * side
	_ = x[rows*n-1]
	for i := 0; i < n; i += side {
		from, to := unsafe.Pointer(&x[i]), unsafe.Pointer(&tile[i*columns])
		if isSingle[T]() {
			columnsF32AVX2(rows/side, (*float32)(from), n*size, (*float32)(to), columns*size, min(side, n-i))
		} else {
			columnsF64AVX2(rows/side, (*float64)(from), n*size, (*float64)(to), columns*size, min(side, n-i))
		}
	}
	return rows
}

// combineRow is combineRowGo at a level, of at most chunk elements.
func combineRow[T Number](l isa, best, x []T, greatest bool) {
	if l == portable || !isFloat[T]() {
		combineRowGo(best, x, greatest)
		return
	}
	n, from := len(best), unsafe.Pointer(&x[:len(best)][0])
	if isSingle[T]() {
		combine32(l, n, (*float32)(unsafe.Pointer(&best[0])), (*float32)(from), greatest)
	} else {
		combine64(l, n, (*float64)(unsafe.Pointer(&best[0])), (*float64)(from), greatest)
	}
}

func combine32(l isa, n int, best, x *float32, greatest bool) {
	switch {
	case greatest && l == avx512:
		maximumF32AVX512(n, best, best, x, x, 0, 0)
	case greatest:
		maximumF32AVX2(n, best, best, x, x, 0, 0)
	case l == avx512:
		minimumF32AVX512(n, best, best, x, x, 0, 0)
	default:
		minimumF32AVX2(n, best, best, x, x, 0, 0)
	}
}

func combine64(l isa, n int, best, x *float64, greatest bool) {
	switch {
	case greatest && l == avx512:
		maximumF64AVX512(n, best, best, x, x, 0, 0)
	case greatest:
		maximumF64AVX2(n, best, best, x, x, 0, 0)
	case l == avx512:
		minimumF64AVX512(n, best, best, x, x, 0, 0)
	default:
		minimumF64AVX2(n, best, best, x, x, 0, 0)
	}
}

// subtractRow is subtractRowGo at a level, of at most elementsAtOnce.
func subtractRow[T Float](l isa, dst, x, y []T) {
	x, y = x[:len(dst)], y[:len(dst)]
	if l == portable || !isSingle[T]() || len(dst) == 0 {
		subtractRowGo(dst, x, y)
		return
	}
	to, a, b := (*float32)(unsafe.Pointer(&dst[0])), (*float32)(unsafe.Pointer(&x[0])), (*float32)(unsafe.Pointer(&y[0]))
	if l == avx512 {
		subtractF32AVX512(len(dst), to, a, b, b, 0, 0)
	} else {
		subtractF32AVX2(len(dst), to, a, b, b, 0, 0)
	}
}

// shiftRow is shiftRowGo at a level, of at most elementsAtOnce.
func shiftRow[T Float](l isa, dst, x []T, c T) {
	x = x[:len(dst)]
	if l == portable || !isSingle[T]() || len(dst) == 0 {
		shiftRowGo(dst, x, c)
		return
	}
	to, from := (*float32)(unsafe.Pointer(&dst[0])), (*float32)(unsafe.Pointer(&x[0]))
	if l == avx512 {
		affineF32AVX512(len(dst), to, from, from, from, 1, float32(c))
	} else {
		affineF32AVX2(len(dst), to, from, from, from, 1, float32(c))
	}
}

// expRow is expRowGo at a level, of at most elementsAtOnce.
func expRow[T Float](l isa, x []T) {
	if l == portable || !isSingle[T]() || len(x) == 0 {
		expRowGo(x)
		return
	}
	p := (*float32)(unsafe.Pointer(&x[0]))
	if l == avx512 {
		expF32AVX512(len(x), p, p, p, p, 0, 0)
	} else {
		expF32AVX2(len(x), p, p, p, p, 0, 0)
	}
}

// log1pRow is log1pRowGo at a level, of at most elementsAtOnce.
func log1pRow(l isa, x []float32) {
	switch {
	case l == portable || len(x) == 0:
		log1pRowGo(x)
	case l == avx512:
		log1pF32AVX512(len(x), &x[0], &x[0], &x[0], &x[0], 0, 0)
	default:
		log1pF32AVX2(len(x), &x[0], &x[0], &x[0], &x[0], 0, 0)
	}
}

// spreader returns spreadGo by the code of a level, whose vectors have so many elements.
func spreader[T Float, S Number | uint8](lanes int,
	code func(rows int, dst *T, inner int, src *S, between, vectors int)) func(dst []T, inner int, src []S, between int) {
	return func(dst []T, inner int, src []S, between int) {
		vectors := (inner + lanes - 1) / lanes
		rows := (len(dst) - vectors*lanes + inner) / inner // whose vectors end within dst
		if rows > 0 {
			_ = src[(rows-1)*between]
			code(rows, &dst[0], inner*int(unsafe.Sizeof(dst[0])), &src[0], between*int(unsafe.Sizeof(src[0])), vectors)
			dst, src = dst[rows*inner:], src[min(len(src), rows*between):]
		}
		spreadGo(dst, inner, src, between)
	}
}
