//go:build !amd64

package kernel

// pairsTogether is the number of pairs that are taken together.
const pairsTogether = 1

func chunkWidths[T Float](w []int, _ isa, k int) []int { return portableWidths(w, k) }

func pairDots[T Float](_ isa, _, width int, pairs []uint32, a []T, lda int, b, sums []T) {
	pairDotsGo(width, pairs, a, lda, b, sums)
}

func listPairs(_ isa, x []uint64, ldx, words int, pairs, rest []uint32) (n, left int) {
	return listPairsGo(x, ldx, words, pairs, rest)
}

func placeSums[T Float](_ isa, pairs []uint32, sums, c []T, ldc int) {
	placeSumsGo(pairs, sums, c, ldc)
}
