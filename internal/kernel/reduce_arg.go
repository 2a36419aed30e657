package kernel

// ArgMax writes the position of the maximum over the middle axis of x [outer n inner] to dst [outer
// inner]: the first of equal ones; the first NaN if there is any; 0 if n is 0.
func ArgMax[T Number](dst []int32, x []T, outer, n, inner int) {
	var best [chunk]T
	for o := range outer {
		if inner == 1 {
			dst[o] = argMaxRow(x[o*n : (o+1)*n])
			continue
		}
		for lo := 0; lo < inner; lo += chunk {
			at := dst[o*inner+lo:][:min(chunk, inner-lo)]
			Clear(at)
			if n == 0 {
				continue
			}
			most := best[:len(at)]
			copy(most, x[o*n*inner+lo:])
			for r := 1; r < n; r++ {
				row := x[(o*n+r)*inner+lo:][:len(at)]
				for i, v := range row {
					if exceeds(v, most[i]) {
						most[i], at[i] = v, int32(r)
					}
				}
			}
		}
	}
}

func argMaxRow[T Number](x []T) int32 {
	if len(x) == 0 {
		return 0
	}
	at, most := 0, x[0]
	for i, v := range x {
		if exceeds(v, most) {
			at, most = i, v
		}
	}
	return int32(at)
}

// exceeds reports whether v comes after w, NaN being above all numbers.
func exceeds[T Number](v, w T) bool { return v > w || v != v && w == w }
