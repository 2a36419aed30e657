package kernel

import "math"

// LogSumExp writes ln(sum of e^x) over the middle axis of x [outer n inner] to dst [outer inner], as
// m + ln(sum of e^(x-m)) with m the maximum, so that nothing overflows. -Inf if all are -Inf or n is
// 0; +Inf if any is +Inf; NaN if any is NaN. Over rows (inner is 1) of float32 the exponentials are those
// of OpExp at the level in use, rounded to float32, else float64; sums are float64.
func LogSumExp[T Float](dst, x []T, outer, n, inner int) {
	logSumExpAt(active, dst, x, outer, n, inner)
}

func logSumExpAt[T Float](l isa, dst, x []T, outer, n, inner int) {
	maxAt(l, dst, x, outer, n, inner)
	if inner == 1 {
		logSumExpRows(l, dst, x, outer, n)
		return
	}
	var acc [chunk]float64
	for o := range outer {
		for lo := 0; lo < inner; lo += chunk {
			most := dst[o*inner+lo:][:min(chunk, inner-lo)]
			sums := acc[:len(most)]
			clear(sums)
			for r := range n {
				row := x[(o*n+r)*inner+lo:][:len(most)]
				for i := range sums {
					sums[i] += expBelow(row[i], most[i])
				}
			}
			for i := range most {
				most[i] = logSumExpOf(most[i], sums[i])
			}
		}
	}
}

// logSumExpRows is logSumExpAt for rows of n, of which dst has the maxima. Many short rows are treated
// at a time.
func logSumExpRows[T Float](l isa, dst, x []T, outer, n int) {
	var terms [chunk]T
	var acc [chunk]float64
	rows := max(1, chunk/max(n, 1))
	for o := 0; o < outer; o += rows {
		most := dst[o:min(o+rows, outer)]
		part := x[o*n:][:len(most)*n]
		if n <= shortRow && expBelowRows(l, terms[:len(part)], part, most) {
			for r, m := range most {
				most[r] = logSumExpOf(m, sumRow(l, terms[r*n:(r+1)*n], &acc))
			}
			continue
		}
		for r, m := range most {
			most[r] = logSumExpOf(m, expSum(l, part[r*n:(r+1)*n], m, &terms, &acc))
		}
	}
}

// expBelowRows writes e^(x-most), most[r] for the r-th row, to dst or returns false.
func expBelowRows[T Float](l isa, dst, x, most []T) bool {
	if l == portable || !isSingle[T]() || len(dst) == 0 {
		return false
	}
	n := len(dst) / len(most)
	for r, m := range most {
		row := x[r*n:][:n]
		to := dst[r*n:][:n]
		for i, v := range row {
			to[i] = v - m
		}
	}
	return expBelowRow(l, dst, dst, 0)
}

// expSum adds e^(x-most). terms and acc are room for its parts.
func expSum[T Float](l isa, x []T, most T, terms *[chunk]T, acc *[chunk]float64) float64 {
	sum := 0.
	for len(x) > 0 {
		part := terms[:min(chunk, len(x))]
		if !expBelowRow(l, part, x, most) {
			for _, v := range x {
				sum += expBelow(v, most)
			}
			return sum
		}
		sum += sumRow(l, part, acc)
		x = x[len(part):]
	}
	return sum
}

// expBelow returns e^(x-most) for x <= most; anything if most is not finite.
func expBelow[T Float](x, most T) float64 {
	d := float64(x) - float64(most)
	if !isSingle[T]() {
		return math.Exp(d)
	}
	if d < -expRange {
		return 0
	}
	return exponential(d)
}

func logSumExpOf[T Float](most T, sum float64) T {
	if math.IsInf(float64(most), 0) || most != most {
		return most
	}
	return T(float64(most) + math.Log(sum))
}
