package kernel

// CumSum writes running sums along the middle axis of x [outer n inner] to dst of the same shape:
//
//	dst[r] = x[0] + ... + x[r]      (exclusive: without x[r]; reverse: from the other end)
//
// It accumulates in float64 and rounds each sum once. dst may be x.
func CumSum[T Float](dst, x []T, outer, n, inner int, reverse, exclusive bool) {
	var acc [chunk]float64
	for o := range outer {
		for lo := 0; lo < inner; lo += chunk {
			sums := acc[:min(chunk, inner-lo)]
			clear(sums)
			for r := range n {
				if reverse {
					r = n - 1 - r
				}
				at := (o*n+r)*inner + lo
				cumRow(dst[at:][:len(sums)], x[at:][:len(sums)], sums, exclusive)
			}
		}
	}
}

func cumRow[T Float](dst, x []T, sums []float64, exclusive bool) {
	dst, x = dst[:len(sums)], x[:len(sums)]
	if exclusive {
		for i, s := range sums {
			v := x[i]
			dst[i] = T(s)
			sums[i] = s + float64(v)
		}
		return
	}
	for i, s := range sums {
		s += float64(x[i])
		dst[i] = T(s)
		sums[i] = s
	}
}
