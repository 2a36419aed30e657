package kernel

import (
	"math"
	"unsafe"
)

// chunk is how many columns a reduction keeps in accumulators on the stack.
const chunk = 256

// Sum writes the sum over the middle axis of x [outer n inner] to dst [outer inner]; 0 if n is 0.
// It accumulates in float64 and rounds once.
func Sum[T Float](dst, x []T, outer, n, inner int) {
	if inner == 1 {
		for o := range outer {
			dst[o] = T(sumRow(x[o*n : (o+1)*n]))
		}
		return
	}
	var acc [chunk]float64
	for o := range outer {
		for lo := 0; lo < inner; lo += chunk {
			sums := acc[:min(chunk, inner-lo)]
			clear(sums)
			for r := range n {
				row := x[(o*n+r)*inner+lo:][:len(sums)]
				for i := range sums {
					sums[i] += float64(row[i])
				}
			}
			round := dst[o*inner+lo:][:len(sums)]
			for i := range sums {
				round[i] = T(sums[i])
			}
		}
	}
}

// sumRow adds in four interleaved chains, which is what the adder's latency asks for.
func sumRow[T Float](x []T) float64 {
	var a, b, c, d float64
	for len(x) >= 4 {
		a += float64(x[0])
		b += float64(x[1])
		c += float64(x[2])
		d += float64(x[3])
		x = x[4:]
	}
	for _, v := range x {
		a += float64(v)
	}
	return (a + b) + (c + d)
}

// Prod writes the product over the middle axis of x [outer n inner] to dst [outer inner]; 1 if n is
// 0. It accumulates in float64 and rounds once.
func Prod[T Float](dst, x []T, outer, n, inner int) {
	var acc [chunk]float64
	for o := range outer {
		for lo := 0; lo < inner; lo += chunk {
			products := acc[:min(chunk, inner-lo)]
			Fill(products, 1)
			for r := range n {
				row := x[(o*n+r)*inner+lo:][:len(products)]
				for i := range products {
					products[i] *= float64(row[i])
				}
			}
			round := dst[o*inner+lo:][:len(products)]
			for i := range products {
				round[i] = T(products[i])
			}
		}
	}
}

// Max writes the maximum over the middle axis of x [outer n inner] to dst [outer inner]: NaN if any
// is NaN, -Inf (or the least int32) if n is 0.
func Max[T Number](dst, x []T, outer, n, inner int) {
	least, _ := limits[T]()
	for o := range outer {
		if inner == 1 {
			dst[o] = maxRow(x[o*n:(o+1)*n], least)
			continue
		}
		best := dst[o*inner : (o+1)*inner]
		Fill(best, least)
		for r := range n {
			row := x[(o*n+r)*inner:][:len(best)]
			for i := range best {
				best[i] = max(best[i], row[i])
			}
		}
	}
}

func maxRow[T Number](x []T, least T) T {
	a, b := least, least
	for len(x) >= 2 {
		a, b = max(a, x[0]), max(b, x[1])
		x = x[2:]
	}
	for _, v := range x {
		a = max(a, v)
	}
	return max(a, b)
}

// Min writes the minimum over the middle axis of x [outer n inner] to dst [outer inner]: NaN if any
// is NaN, +Inf (or the greatest int32) if n is 0.
func Min[T Number](dst, x []T, outer, n, inner int) {
	_, greatest := limits[T]()
	for o := range outer {
		if inner == 1 {
			dst[o] = minRow(x[o*n:(o+1)*n], greatest)
			continue
		}
		best := dst[o*inner : (o+1)*inner]
		Fill(best, greatest)
		for r := range n {
			row := x[(o*n+r)*inner:][:len(best)]
			for i := range best {
				best[i] = min(best[i], row[i])
			}
		}
	}
}

func minRow[T Number](x []T, greatest T) T {
	a, b := greatest, greatest
	for len(x) >= 2 {
		a, b = min(a, x[0]), min(b, x[1])
		x = x[2:]
	}
	for _, v := range x {
		a = min(a, v)
	}
	return min(a, b)
}

// limits returns the identities of maximum and minimum.
func limits[T Number]() (least, greatest T) {
	if isFloat[T]() {
		return T(math.Inf(-1)), T(math.Inf(1))
	}
	lowest, highest := int32(math.MinInt32), int32(math.MaxInt32)
	return T(lowest), T(highest)
}

// isFloat reports whether T has fractions.
func isFloat[T Number]() bool { return T(1)/2 != 0 }

// isSingle reports whether T is of four bytes.
func isSingle[T Number]() bool { return unsafe.Sizeof(T(0)) == 4 }
