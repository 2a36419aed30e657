package linalg

import (
	"runtime"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

// Float is an element type.
type Float = kernel.Float

// A Solver lends memory and workers to the functions of this package. It serves one call at a time
// and must not be copied.
type Solver[T Float] struct {
	pool *kernel.Pool
	lent []kernel.Workspace // one for each worker
	chol cholTask[T]
	tri  triTask[T]
}

// NewSolver returns a Solver that shares work between so many goroutines, of which the caller is
// one; below 2 everything runs in the caller. They end with Close, or some time after the Solver can
// no longer be reached.
func NewSolver[T Float](workers int) *Solver[T] {
	p := kernel.NewPool(workers)
	s := &Solver[T]{pool: p, lent: make([]kernel.Workspace, p.Workers())}
	if p.Workers() > 1 {
		runtime.AddCleanup(s, (*kernel.Pool).Close, p)
	}
	return s
}

// Close ends the workers. A closed Solver still works, in the caller alone.
func (s *Solver[T]) Close() { s.pool.Close() }

// Gemm computes C = op(A)·op(B) + beta·C, as kernel.Gemm does: op(A) is [m k], op(B) [k n], C [m n]. A'·b for
// one column b is computed as the row b'·A, for which A is read as it lies.
func (s *Solver[T]) Gemm(transA, transB bool, m, n, k int, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	if transA && !transB && n == 1 && ldb == 1 && ldc == 1 && (beta == 0 || beta == 1) {
		kernel.RowGemm(s.pool, m, k, b, a, lda, beta == 1, c)
		runtime.KeepAlive(s)
		return
	}
	kernel.GemmParallel(s.pool, transA, transB, m, n, k, a, lda, b, ldb, beta, c, ldc)
	runtime.KeepAlive(s)
}

// blocks returns into how many blocks of that size n falls.
func blocks(n, size int) int { return (n + size - 1) / size }
