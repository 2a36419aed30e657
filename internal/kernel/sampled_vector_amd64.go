package kernel

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// pairsTogether is the number of pairs that are taken together, at most.
const pairsTogether = laneBytes / 4

// pairCode multiplies so many vectors of pairs of rows.
type pairCode[T Float] struct {
	vectors int
	run     func(n int, pairs *uint32, a *T, lda int, b, sums *T)
	ofRow   func(n int, pairs *uint32, a *T, lda int, b, sums *T) // of pairsOfRow of one row after another
}

// The functions of each level, widest first.
var (
	pairs32 = [isas][]pairCode[float32]{
		avx512: {
			{8, pairDots8F32AVX512, rowDots8F32AVX512}, {4, pairDots4F32AVX512, rowDots4F32AVX512},
			{2, pairDots2F32AVX512, rowDots2F32AVX512}, {1, pairDots1F32AVX512, rowDots1F32AVX512},
		},
		avx2: {
			{8, pairDots8F32AVX2, pairDots8F32AVX2}, {4, pairDots4F32AVX2, pairDots4F32AVX2},
			{2, pairDots2F32AVX2, pairDots2F32AVX2}, {1, pairDots1F32AVX2, pairDots1F32AVX2},
		},
	}
	pairs64 = [isas][]pairCode[float64]{
		avx512: {
			{8, pairDots8F64AVX512, rowDots8F64AVX512}, {4, pairDots4F64AVX512, rowDots4F64AVX512},
			{2, pairDots2F64AVX512, rowDots2F64AVX512}, {1, pairDots1F64AVX512, rowDots1F64AVX512},
		},
		avx2: {
			{8, pairDots8F64AVX2, pairDots8F64AVX2}, {4, pairDots4F64AVX2, pairDots4F64AVX2},
			{2, pairDots2F64AVX2, pairDots2F64AVX2}, {1, pairDots1F64AVX2, pairDots1F64AVX2},
		},
	}
)

// lanesOf is the number of elements in a vector of a level.
func lanesOf[T Float](l isa) int {
	n := laneBytes / int(unsafe.Sizeof(T(0)))
	if l == avx2 {
		n /= 2
	}
	return n
}

// chunkWidths appends the widths of chunks of k columns, in whole vectors.
func chunkWidths[T Float](w []int, l isa, k int) []int {
	if l == portable {
		return portableWidths(w, k)
	}
	lanes := lanesOf[T](l)
	for _, code := range *choose[[]pairCode[T]](T(0), &pairs32[l], &pairs64[l]) {
		for n := code.vectors * lanes; k > n-lanes; k -= n {
			w = append(w, n)
		}
	}
	return w
}

// pairDots is pairDotsGo at a level, for chunks of chunkWidths and a multiple of pairsTogether pairs, of which so
// many have their row of A in common, 1 or pairsOfRow. The pairs are trusted to lie within a and b.
func pairDots[T Float](l isa, common, width int, pairs []uint32, a []T, lda int, b, sums []T) {
	if l == portable {
		pairDotsGo(width, pairs, a, lda, b, sums)
		return
	}
	if len(pairs) == 0 {
		return
	}
	_ = sums[len(pairs)-1]
	for _, code := range *choose[[]pairCode[T]](T(0), &pairs32[l], &pairs64[l]) {
		if code.vectors*lanesOf[T](l) != width {
			continue
		}
		run := code.run
		if common == pairsOfRow {
			run = code.ofRow
		}
		run(len(pairs), &pairs[0], &a[0], lda*int(unsafe.Sizeof(a[0])), &b[0], &sums[0])
	}
}

// listPairs lists the ones of words, ldx apart, as 64 times the number of the word and its place: of each word a
// multiple of pairsOfRow in pairs, and what is left in rest. It may spoil listSpoilt elements behind both.
func listPairs(l isa, x []uint64, ldx, words int, pairs, rest []uint32) (n, left int) {
	if l != avx512 || !cpu.X86.HasAVX512VBMI2 {
		return listPairsGo(x, ldx, words, pairs, rest)
	}
	all, behind := pairRoom(words)
	_, _, _ = x[(words-1)*ldx], pairs[all-1], rest[behind-1]
	return listPairsAVX512(words, &x[0], ldx*wordBits/8, &pairs[0], &rest[0])
}

// placeSums writes each sum to the element of c of its pair.
func placeSums[T Float](l isa, pairs []uint32, sums, c []T, ldc int) {
	if l != avx512 || len(pairs) == 0 {
		placeSumsGo(pairs, sums, c, ldc)
		return
	}
	_, _ = sums[len(pairs)-1], c[int(pairs[len(pairs)-1]/wordBits)*ldc]
	if unsafe.Sizeof(T(0)) == 4 {
		placeSumsF32AVX512(len(pairs), &pairs[0], (*float32)(unsafe.Pointer(&sums[0])), (*float32)(unsafe.Pointer(&c[0])), ldc)
		return
	}
	placeSumsF64AVX512(len(pairs), &pairs[0], (*float64)(unsafe.Pointer(&sums[0])), (*float64)(unsafe.Pointer(&c[0])), ldc)
}
