package linalg

import (
	"math"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

const (
	cholBlock = 192 // rows factored together
	cholLeaf  = 16  // rows that are treated one by one
	strip     = 240 // columns that a worker takes at a time
)

// Cholesky overwrites the upper triangle of the symmetric A [n n] by U with A = U'·U, U upper
// triangular with a positive diagonal, and may write below it. It returns ok = false, and the row it had come to, if A is
// not positive definite or not finite; A is then spoilt.
//
// Block rows are computed from the top, and each is at once subtracted from what is below (right-looking;
// Golub, Van Loan, "Matrix Computations", 2013, section 4.2): with P what is left of A from row i on, the
// diagonal block is factored, the rest of the block row is U[i,i]'⁻¹ times the rest of P, and from P below goes
// U[i, i+1:]'·U[i, i+1:]. Within, -P is kept, so that products add up.
func (s *Solver[T]) Cholesky(n int, a []T, lda int) (row int, ok bool) {
	t := &s.chol
	*t = cholTask[T]{lent: s.lent, n: n, a: a, lda: lda}
	defer func() { *t = cholTask[T]{} }()
	negate(min(cholBlock, n), n, a, lda)
	for t.at = 0; t.at < n; t.at += cholBlock {
		t.rows = min(cholBlock, n-t.at)
		d := a[t.at*lda+t.at:]
		if row, ok := factor(&s.lent[0], t.rows, d, lda); !ok {
			return t.at + row, false
		}
		below := n - t.at - t.rows
		if below == 0 {
			break
		}
		s.pool.Do(blocks(below, strip), t)
		beta := T(1)
		if t.at == 0 {
			beta = -1
		}
		s.Syrk(below, t.rows, d[t.rows:], lda, beta, d[t.rows*lda+t.rows:], lda)
	}
	return n, true
}

// cholTask computes the rest of a block row; its parts are strips of columns.
type cholTask[T Float] struct {
	lent     []kernel.Workspace
	n        int
	a        []T
	lda      int
	at, rows int // the block row
}

// Part computes strip i.
func (t *cholTask[T]) Part(worker, i int) {
	from := t.at + t.rows + i*strip
	cols := min(strip, t.n-from)
	forward(&t.lent[worker], t.rows, cols, t.a[t.at*t.lda+t.at:], t.lda, t.a[t.at*t.lda+from:], t.lda)
}

// factor replaces -A by U, A = U'·U, by rows of leaves.
func factor[T Float](ws *kernel.Workspace, n int, a []T, lda int) (row int, ok bool) {
	for i := 0; i < n; i += cholLeaf {
		m := min(cholLeaf, n-i)
		d := a[i*lda+i:]
		if i > 0 {
			kernel.Gemm(ws, true, false, m, n-i, i, a[i:], lda, a[i:], lda, 1, d, lda)
		}
		if row, ok := factorLeaf(m, d, lda); !ok {
			return i + row, false
		}
		if rest := n - i - m; rest > 0 {
			forwardLeaf(ws, m, rest, d, lda, d[m:], lda)
		}
	}
	return n, true
}

// factorLeaf replaces -A by U, A = U'·U, row by row.
func factorLeaf[T Float](n int, a []T, lda int) (row int, ok bool) {
	for i := range n {
		r := a[i*lda : i*lda+n]
		for k := range i {
			above := a[k*lda : k*lda+n]
			f := above[i]
			for j := i; j < n; j++ {
				r[j] += f * above[j]
			}
		}
		pivot := -float64(r[i])
		if !(pivot > 0) || math.IsInf(pivot, 0) {
			return i, false
		}
		u := T(math.Sqrt(pivot))
		r[i] = u
		scale(r[i+1:], -1/u)
	}
	return n, true
}

func negate[T Float](m, n int, a []T, lda int) {
	for i := range m {
		scale(a[i*lda:i*lda+n], -1)
	}
}

func scale[T Float](x []T, f T) {
	for i := range x {
		x[i] *= f
	}
}
