package kernel

import (
	"math"
	"unsafe"
)

// chunk is how many columns a reduction keeps in accumulators on the stack.
const chunk = 256

// Sum writes the sum over the middle axis of x [outer n inner] to dst [outer inner]; 0 if n is 0.
// It accumulates in float64 and rounds once. The order of additions is the same at every level: that
// of the axis, or of rows (inner is 1) of shortRow elements or more that of sumRow.
func Sum[T Float](dst, x []T, outer, n, inner int) { sumAt(active, dst, x, outer, n, inner) }

func sumAt[T Float](l isa, dst, x []T, outer, n, inner int) {
	if inner == 1 {
		sumOfRows(l, nil, dst[:outer], x, n)
		return
	}
	var acc [chunk]float64
	for o := range outer {
		sumColumnsAt(l, &acc, dst[o*inner:(o+1)*inner], x[o*n*inner:], n, inner)
	}
}

// SumColumns writes the sums of the first columns of x, n rows ld apart, to dst, as [Sum] does.
func SumColumns[T Float](dst, x []T, n, ld int) {
	var acc [chunk]float64
	sumColumnsAt(active, &acc, dst, x, n, ld)
}

func sumColumnsAt[T Float](l isa, acc *[chunk]float64, dst, x []T, n, ld int) {
	for lo := 0; lo < len(dst); lo += chunk {
		sums := acc[:min(chunk, len(dst)-lo)]
		clear(sums)
		if n > 0 {
			sumRows(l, acc, len(sums), x[lo:], n, ld)
		}
		for i, s := range sums {
			dst[lo+i] = T(s)
		}
	}
}

// sumOfRows writes the sums of rows of n elements. tile is room for them, see rowTile, or nil.
func sumOfRows[T Float](l isa, tile, dst, x []T, n int) {
	switch {
	case !isShort(len(dst), n):
		sumLongRows(l, dst, x, n)
	case tile == nil:
		var room columnTile[T]
		sumShortRows(l, room[:], dst, x, n)
	default:
		sumShortRows(l, tile, dst, x, n)
	}
}

// sumLongRows takes each row by itself.
func sumLongRows[T Float](l isa, dst, x []T, n int) {
	var acc [chunk]float64
	for o := range dst {
		dst[o] = T(sumRow(l, x[o*n:(o+1)*n], &acc))
	}
}

// sumRowsGo adds rows of x, stride apart, to sums.
func sumRowsGo[T Float](sums []float64, x []T, rows, stride int) {
	for r := range rows {
		row := x[r*stride:][:len(sums)]
		for i := range sums {
			sums[i] += float64(row[i])
		}
	}
}

// chains is how many interleaved sums a long row is added in, and shortRow how long it is at least.
const chains, shortRow = 32, 128

// partElements is how many elements of a row are reduced on their own, by one worker: parts are then combined in
// their order.
const partElements = 1 << 16

// sumRow adds a long row, part by part, in interleaved chains, which is what the adder's latency asks for. acc is
// room for them.
func sumRow[T Float](l isa, x []T, acc *[chunk]float64) float64 {
	if len(x) >= shortRow {
		part := min(partElements, len(x))
		clear(acc[:chains])
		addToChains(l, acc, x[:part])
		sum := sumChains(acc)
		for x = x[part:]; len(x) > 0; x = x[part:] {
			part = min(partElements, len(x))
			clear(acc[:chains])
			addToChains(l, acc, x[:part])
			sum += sumChains(acc)
		}
		return sum
	}
	sum := 0.
	for _, v := range x {
		sum += float64(v)
	}
	return sum
}

// addToChains adds element i of x to chain i mod chains.
func addToChains[T Float](l isa, acc *[chunk]float64, x []T) {
	rows := len(x) / chains
	sumRows(l, acc, chains, x, rows, chains)
	for i, v := range x[rows*chains:] {
		acc[i] += float64(v)
	}
}

// sumChains adds the second half of the chains to the first until one is left.
func sumChains(acc *[chunk]float64) float64 {
	for half := chains / 2; half > 0; half /= 2 {
		for i := range half {
			acc[i] += acc[half+i]
		}
	}
	return acc[0]
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
func Max[T Number](dst, x []T, outer, n, inner int) { maxAt(active, dst, x, outer, n, inner) }

func maxAt[T Number](l isa, dst, x []T, outer, n, inner int) {
	combine := loopsAt[T](l).ops[OpMax]
	least, _ := limits[T]()
	if inner == 1 {
		extremesOfRows(l, nil, dst[:outer], x, n, true)
		return
	}
	for o := range outer {
		best := dst[o*inner : (o+1)*inner]
		Fill(best, least)
		for r := range n {
			row := x[(o*n+r)*inner:][:len(best)]
			combine(best, best, row, row, 0, 0)
		}
	}
}

// extremesOfRows writes the greatest or the least elements of rows of n elements.
func extremesOfRows[T Number](l isa, tile, dst, x []T, n int, greatest bool) {
	switch {
	case !isShort(len(dst), n):
		extremesOfLongRows(l, dst, x, n, greatest)
	case tile == nil:
		var room columnTile[T]
		extremesOfShortRows(l, room[:], dst, x, n, greatest)
	default:
		extremesOfShortRows(l, tile, dst, x, n, greatest)
	}
}

// extremesOfLongRows takes each row by itself.
func extremesOfLongRows[T Number](l isa, dst, x []T, n int, greatest bool) {
	least, most := limits[T]()
	for o := range dst {
		if row := x[o*n : (o+1)*n]; greatest {
			dst[o] = maxRow(l, row, least)
		} else {
			dst[o] = minRow(l, row, most)
		}
	}
}

func maxRow[T Number](l isa, x []T, least T) T {
	a, b := least, least
	if len(x) >= shortRow {
		var best [maxLanes]T
		Fill(best[:], least)
		done, nan := extremeRow(l, x, &best, true)
		if nan {
			return notANumber[T]()
		}
		for _, v := range best {
			a = max(a, v)
		}
		x = x[done:]
	}
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
func Min[T Number](dst, x []T, outer, n, inner int) { minAt(active, dst, x, outer, n, inner) }

func minAt[T Number](l isa, dst, x []T, outer, n, inner int) {
	combine := loopsAt[T](l).ops[OpMin]
	_, greatest := limits[T]()
	if inner == 1 {
		extremesOfRows(l, nil, dst[:outer], x, n, false)
		return
	}
	for o := range outer {
		best := dst[o*inner : (o+1)*inner]
		Fill(best, greatest)
		for r := range n {
			row := x[(o*n+r)*inner:][:len(best)]
			combine(best, best, row, row, 0, 0)
		}
	}
}

func minRow[T Number](l isa, x []T, greatest T) T {
	a, b := greatest, greatest
	if len(x) >= shortRow {
		var best [maxLanes]T
		Fill(best[:], greatest)
		done, nan := extremeRow(l, x, &best, false)
		if nan {
			return notANumber[T]()
		}
		for _, v := range best {
			a = min(a, v)
		}
		x = x[done:]
	}
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

// maxLanes is the number of elements in the longest vector.
const maxLanes = laneBytes / 4

// notANumber returns NaN; T is a float.
func notANumber[T Number]() T {
	zero := T(0)
	return zero / zero
}
