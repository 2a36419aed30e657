package kernel

import "unsafe"

// fanInSlice sums up a slice at a level, or returns false.
func fanInSlice[T Float](l isa, at []uint32, places []uint8, weights, x []T, y *[fanInLanes]T) bool {
	if l != avx512 || !isSingle[T]() {
		return false
	}
	_, _ = places[len(at)*fanInLanes-1], weights[len(at)*fanInLanes-1]
	fanInSliceF32AVX512(len(at), &at[0], &places[0], (*float32)(unsafe.Pointer(&weights[0])),
		(*float32)(unsafe.Pointer(&x[0])), (*float32)(unsafe.Pointer(y)))
	return true
}
