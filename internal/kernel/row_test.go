package kernel

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzRowGemm compares all levels with the naive product, and AVX2 with AVX-512 to the bit.
func FuzzRowGemm(f *testing.F) {
	f.Add(uint64(1), uint16(1), uint16(1000), uint8(0))
	f.Add(uint64(2), uint16(300), uint16(37), uint8(255))
	f.Add(uint64(3), uint16(17), uint16(9000), uint8(3))
	f.Add(uint64(4), uint16(128), uint16(0), uint8(1))
	f.Fuzz(func(t *testing.T, seed uint64, n, k uint16, flags uint8) {
		checkRow[float32](t, rand.New(rand.NewPCG(seed, 8)), int(n)%700+1, int(k)%10000, flags)
		checkRow[float64](t, rand.New(rand.NewPCG(seed, 8)), int(n)%700+1, int(k)%10000, flags)
	})
}

func checkRow[T Float](t *testing.T, r *rand.Rand, n, k int, flags uint8) {
	t.Helper()
	beta := T(flags >> 7) // 1: the product is added
	p := newProduct[T](r, false, false, 1, n, k, int(flags)%5, beta)
	if flags&64 != 0 {
		spoil(r, p.B(), k, n)
	}
	var first []T
	for l := portable; l <= supported(); l++ {
		for _, workers := range []int{1, 3} {
			y := append([]T(nil), p.c[:n]...)
			pool := NewPool(workers)
			rowGemmAt(l, pool, n, k, p.a, p.b, p.ldb, beta == 1, y)
			pool.Close()
			got := append([]T(nil), p.c...)
			copy(got, y)
			p.requireClose(t, got)
			if l == avx2 && workers == 1 {
				first = y
			}
			if l >= avx2 {
				for j := range y {
					require.True(t, sameBits(first[j], y[j]), "column %d at %v with %d workers", j, l, workers)
				}
			}
		}
	}
}
