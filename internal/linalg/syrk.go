package linalg

import (
	"runtime"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

// mirrorBlock is the side of the squares that are copied together.
const mirrorBlock = 48

// Syrk computes the upper triangle of C = X'·X + beta·C for X [k n] and C [n n], and may write below it. With
// beta 0, C is written and never read. X and C must not overlap.
func (s *Solver[T]) Syrk(n, k int, x []T, ldx int, beta T, c []T, ldc int) {
	s.symmetric(n, k, x, x, ldx, beta, c, ldc)
}

// symmetric computes the upper triangle of C = A'·B + beta·C, which is to be symmetric.
func (s *Solver[T]) symmetric(n, k int, a, b []T, ld int, beta T, c []T, ldc int) {
	kernel.SymmetricGemm(s.pool, n, k, a, b, ld, beta, c, ldc)
	runtime.KeepAlive(s)
}

// Mirror copies the upper triangle of A [n n] below the diagonal.
func Mirror[T Float](n int, a []T, lda int) {
	for i0 := 0; i0 < n; i0 += mirrorBlock {
		m := min(mirrorBlock, n-i0)
		for i := i0; i < i0+m; i++ {
			for j := i0; j < i; j++ {
				a[i*lda+j] = a[j*lda+i]
			}
		}
		if rest := n - i0 - m; rest > 0 {
			kernel.Transpose(m, rest, a[i0*lda+i0+m:], lda, a[(i0+m)*lda+i0:], lda)
		}
	}
}
