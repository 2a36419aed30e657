package kernel

import "math"

// LogSumExp writes ln(sum of e^x) over the middle axis of x [outer n inner] to dst [outer inner], as
// m + ln(sum of e^(x-m)) with m the maximum, so that nothing overflows. -Inf if all are -Inf or n is
// 0; +Inf if any is +Inf; NaN if any is NaN.
func LogSumExp[T Float](dst, x []T, outer, n, inner int) {
	var acc [chunk]float64
	Max(dst, x, outer, n, inner)
	for o := range outer {
		if inner == 1 {
			dst[o] = logSumExpOf(dst[o], expSum(x[o*n:(o+1)*n], dst[o]))
			continue
		}
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

func expSum[T Float](x []T, most T) float64 {
	sum := 0.
	for _, v := range x {
		sum += expBelow(v, most)
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
