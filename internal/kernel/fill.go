package kernel

// Fill sets every element of dst to v.
func Fill[T any](dst []T, v T) {
	const short = 32 // from here on, copying what is filled already is faster than a loop
	if len(dst) <= short {
		for i := range dst {
			dst[i] = v
		}
		return
	}
	Fill(dst[:short], v)
	for n := short; n < len(dst); n *= 2 {
		copy(dst[n:], dst[:n])
	}
}

// Iota sets dst[i] to first + i*step, each rounded on its own: errors do not add up.
func Iota[T Number](dst []T, first, step T) {
	for i := range dst {
		dst[i] = first + T(i)*step
	}
}
