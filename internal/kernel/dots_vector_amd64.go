package kernel

import "unsafe"

// dotCode multiplies so many vectors of a row by those of listed rows.
type dotCode[T Float] struct {
	vectors int
	run     func(n int, rows *uint32, a, b *T, ldb int, sums *T)
}

// The functions of each level, widest first.
var (
	dots32 = [isas][]dotCode[float32]{
		avx512: {{16, dotRows16F32AVX512}, {8, dotRows8F32AVX512}, {4, dotRows4F32AVX512}, {2, dotRows2F32AVX512}, {1, dotRows1F32AVX512}},
		avx2:   {{8, dotRows8F32AVX2}, {4, dotRows4F32AVX2}, {2, dotRows2F32AVX2}, {1, dotRows1F32AVX2}},
	}
	dots64 = [isas][]dotCode[float64]{
		avx512: {{16, dotRows16F64AVX512}, {8, dotRows8F64AVX512}, {4, dotRows4F64AVX512}, {2, dotRows2F64AVX512}, {1, dotRows1F64AVX512}},
		avx2:   {{8, dotRows8F64AVX2}, {4, dotRows4F64AVX2}, {2, dotRows2F64AVX2}, {1, dotRows1F64AVX2}},
	}
)

// dotRows is dotRowsGo at a level, for as many elements of a as it returns. The rows are trusted to lie
// within b.
func dotRows[T Float](l isa, rows []uint32, a, b []T, ldb int, sums []T) (done int) {
	if l == portable || len(rows) == 0 {
		return 0
	}
	for ; len(rows) > listedAtOnce; rows, sums = rows[listedAtOnce:], sums[listedAtOnce:] {
		dotSome(l, rows[:listedAtOnce], a, b, ldb, sums)
	}
	return dotSome(l, rows, a, b, ldb, sums)
}

// dotSome is dotRows for no more than listedAtOnce rows, and some.
func dotSome[T Float](l isa, rows []uint32, a, b []T, ldb int, sums []T) (done int) {
	_ = sums[len(rows)-1]
	lanes := laneBytes / int(unsafe.Sizeof(a[0]))
	if l == avx2 {
		lanes /= 2
	}
	work := 0
	for _, code := range *choose[[]dotCode[T]](T(0), &dots32[l], &dots64[l]) {
		for n := code.vectors * lanes; len(a)-done >= n; done += n {
			code.run(len(rows), &rows[0], &a[done], &b[done], ldb*int(unsafe.Sizeof(a[0])), &sums[0])
			if work += len(rows) + 1; work > listedAtOnce {
				stopPoint()
				work = 0
			}
		}
	}
	return done
}
