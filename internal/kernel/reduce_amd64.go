package kernel

import "unsafe"

// The calls of assembly here are direct, so that accumulators can stay on the stack.

const (
	sumColumns = 32 // that one call of sumRows treats
	// rowsAtOnce bounds the work between two points at which the goroutine can be stopped; of rows that
	// are wider than a strip fewer are taken, so that memory is read nearly in its order.
	rowsAtOnce     = elementsAtOnce / sumColumns
	wideRowsAtOnce = 32
)

// sumRows is sumRowsGo at a level, for sums[:cols].
func sumRows[T Float](l isa, sums *[chunk]float64, cols int, x []T, rows, stride int) {
	if l == portable || rows == 0 || cols == 0 {
		sumRowsGo(sums[:cols], x, rows, stride)
		return
	}
	_ = x[(rows-1)*stride+cols-1]
	most := wideRowsAtOnce
	if cols <= sumColumns {
		most = rowsAtOnce
	}
	for r := 0; r < rows; r += most {
		for c := 0; c < cols; c += sumColumns {
			sumStrip(l, min(most, rows-r), &x[r*stride+c], stride, &sums[c], min(sumColumns, cols-c))
		}
	}
}

func sumStrip[T Float](l isa, rows int, x *T, stride int, sums *float64, cols int) {
	stride *= int(unsafe.Sizeof(*x))
	single, double := (*float32)(unsafe.Pointer(x)), (*float64)(unsafe.Pointer(x))
	switch {
	case isSingle[T]() && l == avx512:
		sumRowsF32AVX512(rows, single, stride, sums, cols)
	case isSingle[T]():
		sumRowsF32AVX2(rows, single, stride, sums, cols)
	case l == avx512:
		sumRowsF64AVX512(rows, double, stride, sums, cols)
	default:
		sumRowsF64AVX2(rows, double, stride, sums, cols)
	}
}

// extremeRow combines the first elements of x, as many as done says, with best lane by lane, to the
// greatest or the least, and reports whether one of them is NaN.
func extremeRow[T Number](l isa, x []T, best *[maxLanes]T, greatest bool) (done int, nan bool) {
	if l == portable || !isFloat[T]() {
		return 0, false
	}
	pair := 2 * laneBytes / int(unsafe.Sizeof(best[0]))
	if l == avx2 {
		pair /= 2
	}
	for n := len(x) / pair * pair; done < n && !nan; {
		part := min(elementsAtOnce, n-done)
		nan = extremePairs(l, part/pair, unsafe.Pointer(&x[done]), unsafe.Pointer(best), isSingle[T](), greatest)
		done += part
	}
	return done, nan
}

func extremePairs(l isa, pairs int, x, best unsafe.Pointer, single, greatest bool) (nan bool) {
	x32, best32 := (*float32)(x), (*float32)(best)
	x64, best64 := (*float64)(x), (*float64)(best)
	switch {
	case single && l == avx512 && greatest:
		return mostF32AVX512(pairs, x32, best32)
	case single && l == avx512:
		return leastF32AVX512(pairs, x32, best32)
	case single && greatest:
		return mostF32AVX2(pairs, x32, best32)
	case single:
		return leastF32AVX2(pairs, x32, best32)
	case l == avx512 && greatest:
		return mostF64AVX512(pairs, x64, best64)
	case l == avx512:
		return leastF64AVX512(pairs, x64, best64)
	case greatest:
		return mostF64AVX2(pairs, x64, best64)
	}
	return leastF64AVX2(pairs, x64, best64)
}
