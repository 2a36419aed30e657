package kernel

import "unsafe"

// symvBlock adds four rows of A [4 n], each times its factor, to y [n], and leaves each row times x [n]
// in parts, or returns false. The rows that come next lie next elements behind these.
func symvBlock[T Float](l isa, n int, a []T, lda, next int, factors, x, y []T, sums *[symvRows * symvPart]T) bool {
	if l == portable {
		return false
	}
	_, _, _, _ = a[(symvRows-1)*lda+n-1], factors[symvRows-1], x[n-1], y[n-1]
	lda, next = lda*int(unsafe.Sizeof(a[0])), next*int(unsafe.Sizeof(a[0]))
	pa, pf, px, py := unsafe.Pointer(&a[0]), unsafe.Pointer(&factors[0]), unsafe.Pointer(&x[0]), unsafe.Pointer(&y[0])
	if isSingle[T]() {
		to := (*float32)(unsafe.Pointer(sums))
		if l == avx512 {
			symvRowsF32AVX512(n, (*float32)(pa), lda, next, (*float32)(pf), (*float32)(px), (*float32)(py), to)
		} else {
			symvRowsF32AVX2(n, (*float32)(pa), lda, next, (*float32)(pf), (*float32)(px), (*float32)(py), to)
		}
		return true
	}
	var parts [2 * symvRows]float64 // of which there are two in 16 bytes
	if l == avx512 {
		symvRowsF64AVX512(n, (*float64)(pa), lda, next, (*float64)(pf), (*float64)(px), (*float64)(py), &parts[0])
	} else {
		symvRowsF64AVX2(n, (*float64)(pa), lda, next, (*float64)(pf), (*float64)(px), (*float64)(py), &parts[0])
	}
	for r := range symvRows {
		sums[r*symvPart], sums[r*symvPart+1] = T(parts[2*r]), T(parts[2*r+1])
	}
	return true
}
