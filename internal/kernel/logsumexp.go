package kernel

import "math"

// LogSumExp writes ln(sum of e^x) over the middle axis of x [outer n inner] to dst [outer inner], as
// m + ln(1 + (sum of e^(x-m) - 1)) with m the maximum, so that nothing overflows. -Inf if all are -Inf or n is
// 0; +Inf if any is +Inf; NaN if any is NaN. In float32 exponentials and logarithms are those of OpExp and
// OpLog1p at the level in use; sums are float64.
func LogSumExp[T Float](dst, x []T, outer, n, inner int) {
	logSumExpAt(active, dst, x, outer, n, inner)
}

func logSumExpAt[T Float](l isa, dst, x []T, outer, n, inner int) {
	if inner == 1 {
		var tile columnTile[T]
		logSumExpOfRows(l, tile[:], dst[:outer], x, n)
	} else {
		logSumExpColumns(l, dst, x, outer, n, inner)
	}
}

// logSumExpOfRows is logSumExpAt for rows of n elements.
func logSumExpOfRows[T Float](l isa, tile, dst, x []T, n int) {
	if isShort(len(dst), n) {
		logSumExpShortRows(l, tile, dst, x, n)
	} else {
		logSumExpLongRows(l, tile, dst, x, n)
	}
}

// logSumExpShortRows turns many rows into columns.
func logSumExpShortRows[T Float](l isa, tile, dst, x []T, n int) {
	var sums [chunk]float64
	for len(dst) > 0 {
		columns := turn(l, tile, x, len(dst), n)
		most := dst[:columns]
		extremesOfColumns(l, most, tile, n, true)
		clear(sums[:columns])
		addExpBelow(l, &sums, tile[:n*columns], tile, most, columns)
		finishLogSumExp(l, most, &sums)
		dst, x = dst[columns:], x[columns*n:]
	}
}

// logSumExpLongRows takes each row by itself.
func logSumExpLongRows[T Float](l isa, tile, dst, x []T, n int) {
	least, _ := limits[T]()
	var acc, sums [chunk]float64
	for len(dst) > 0 {
		most := dst[:min(chunk, len(dst))]
		for r := range most {
			row := x[r*n:][:n]
			most[r] = maxRow(l, row, least)
			sums[r] = expSum(l, row, most[r], tile, &acc)
		}
		finishLogSumExp(l, most, &sums)
		dst, x = dst[len(most):], x[len(most)*n:]
	}
}

// logSumExpColumns takes strips of columns, some rows at a time.
func logSumExpColumns[T Float](l isa, dst, x []T, outer, n, inner int) {
	maxAt(l, dst, x, outer, n, inner)
	var terms columnTile[T]
	var sums [chunk]float64
	for o := range outer {
		for lo := 0; lo < inner; lo += chunk {
			most := dst[o*inner+lo:][:min(chunk, inner-lo)]
			clear(sums[:len(most)])
			rows := columnRoom / len(most)
			for r := 0; r < n; r += rows {
				part := terms[:min(rows, n-r)*len(most)]
				addExpBelow(l, &sums, part, x[(o*n+r)*inner+lo:], most, inner)
			}
			finishLogSumExp(l, most, &sums)
		}
	}
}

// addExpBelow adds e^(x-most) to sums, for rows of x that are ld apart; most is a row of maxima. terms is room for
// all that is added, in rows without a space between, and may be x where x is so.
func addExpBelow[T Float](l isa, sums *[chunk]float64, terms, x, most []T, ld int) {
	columns := len(most)
	rows := len(terms) / columns
	for r := range rows {
		subtractRow(l, terms[r*columns:][:columns], x[r*ld:], most)
	}
	expRow(l, terms)
	sumRows(l, sums, columns, terms, rows, columns)
}

// expSum adds e^(x-most) in the order of sumRow. terms and acc are room for its parts.
func expSum[T Float](l isa, x []T, most T, terms []T, acc *[chunk]float64) float64 {
	below := func(part []T) []T {
		shiftRow(l, terms[:len(part)], part, -most)
		expRow(l, terms[:len(part)])
		return terms[:len(part)]
	}
	if len(x) < shortRow {
		return sumRow(l, below(x), acc)
	}
	clear(acc[:chains])
	for len(x) > 0 {
		part := x[:min(len(terms), len(x))]
		addToChains(l, acc, below(part))
		x = x[len(part):]
	}
	return sumChains(acc)
}

// finishLogSumExp adds the logarithm of the sum of e^(x-m) to each maximum m. A sum is 1 at least, and what it is
// above 1 is exact: the logarithm of a sum near 1 is as good as any other.
func finishLogSumExp[T Float](l isa, most []T, sums *[chunk]float64) {
	if !isSingle[T]() {
		for i, m := range most {
			if m-m == 0 {
				most[i] = m + T(math.Log(sums[i]))
			}
		}
		return
	}
	var logs [chunk]float32
	for i := range most {
		logs[i] = float32(sums[i] - 1)
	}
	log1pRow(l, logs[:len(most)])
	for i, m := range most {
		if m-m == 0 { // neither infinite nor NaN
			most[i] = m + T(logs[i])
		}
	}
}

func expRowGo[T Float](x []T) {
	if isSingle[T]() {
		for i, v := range x {
			x[i] = T(exp32(float32(v)))
		}
		return
	}
	for i, v := range x {
		x[i] = T(math.Exp(float64(v)))
	}
}

func log1pRowGo(x []float32) {
	for i, v := range x {
		x[i] = log1p32(v)
	}
}
