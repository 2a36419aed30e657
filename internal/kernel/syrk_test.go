package kernel

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzSymmetricGemm compares all levels with the naive product above the diagonal, and numbers of workers with one
// another to the bit.
func FuzzSymmetricGemm(f *testing.F) {
	f.Add(uint64(1), uint16(97), uint16(400), uint8(0))
	f.Add(uint64(2), uint16(250), uint16(3), uint8(1))
	f.Add(uint64(3), uint16(48), uint16(900), uint8(6))
	f.Add(uint64(4), uint16(33), uint16(0), uint8(15))
	f.Fuzz(func(t *testing.T, seed uint64, n, k uint16, flags uint8) {
		checkSymmetric[float32](t, rand.New(rand.NewPCG(seed, 9)), int(n)%300, int(k)%1000, flags)
		checkSymmetric[float64](t, rand.New(rand.NewPCG(seed, 9)), int(n)%300, int(k)%1000, flags)
	})
}

func checkSymmetric[T Float](t *testing.T, r *rand.Rand, n, k int, flags uint8) {
	t.Helper()
	beta := []T{0, 1, 0.5, 0}[flags&3]
	p := newProduct[T](r, true, false, n, n, k, int(flags>>4), beta)
	p.b, p.ldb = p.a, p.lda
	if flags&4 != 0 { // B is another matrix
		p.b = append([]T(nil), p.a...)
		for i := range p.b {
			p.b[i] *= -2
		}
	}
	if flags&8 != 0 && k > 0 && n > 0 {
		spoil(r, p.B(), k, n)
		if flags&4 == 0 {
			p.b = p.a
		}
	}
	for l := portable; l <= supported(); l++ {
		var first []T
		for _, workers := range []int{1, 3} {
			c := append([]T(nil), p.c...)
			pool := NewPool(workers)
			before := make([]T, n*n) // what a product of one matrix has left does not matter
			symmetricAt(l, pool, n, k, p.a, p.a, p.lda, 0, before, n)
			symmetricAt(l, pool, n, k, p.a, p.b, p.lda, beta, c, p.ldc)
			pool.Close()
			requireUpper(t, p, l, c)
			if first == nil {
				first = c
			}
			for i := range c {
				require.True(t, sameBits(first[i], c[i]), "element %d at %v with %d workers", i, l, workers)
			}
		}
	}
}

// requireUpper compares what is above the diagonal with the naive product.
func requireUpper[T Float](t *testing.T, p *product[T], l isa, c []T) {
	t.Helper()
	want, bound := p.naive()
	for i := range p.n {
		for j := i; j < p.n; j++ {
			w, g := want[i*p.n+j], float64(c[i*p.ldc+j])
			if !within(w, g, bound[i*p.n+j]+float64(p.k+2)*least[T]()) {
				require.Failf(t, "wrong element", "C[%d %d] of %s at %v is %v, want %v", i, j, p, l, g, w)
			}
		}
	}
}
