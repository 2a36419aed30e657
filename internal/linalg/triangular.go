package linalg

import "github.com/spikegraph/spikegraph/internal/kernel"

// SolveUpperT overwrites B [n q] by X with U'·X = B, for U [n n] upper triangular with a diagonal
// that is not zero.
func (s *Solver[T]) SolveUpperT(n, q int, u []T, ldu int, b []T, ldb int) {
	s.triangular(true, n, q, u, ldu, b, ldb)
}

// SolveUpper overwrites B [n q] by X with U·X = B, for U [n n] upper triangular with a diagonal
// that is not zero.
func (s *Solver[T]) SolveUpper(n, q int, u []T, ldu int, b []T, ldb int) {
	s.triangular(false, n, q, u, ldu, b, ldb)
}

// Solve overwrites B [n q] by A⁻¹·B for A = U'·U, U as Cholesky left it.
func (s *Solver[T]) Solve(n, q int, u []T, ldu int, b []T, ldb int) {
	s.SolveUpperT(n, q, u, ldu, b, ldb)
	s.SolveUpper(n, q, u, ldu, b, ldb)
}

func (s *Solver[T]) triangular(trans bool, n, q int, u []T, ldu int, b []T, ldb int) {
	s.tri = triTask[T]{s.lent, trans, n, q, u, ldu, b, ldb}
	s.pool.Do(blocks(q, strip), &s.tri)
	s.tri = triTask[T]{}
}

// triTask solves for strips of columns.
type triTask[T Float] struct {
	lent  []kernel.Workspace
	trans bool
	n, q  int
	u     []T
	ldu   int
	b     []T
	ldb   int
}

// Part solves for strip i.
func (t *triTask[T]) Part(worker, i int) {
	b, cols := t.b[i*strip:], min(strip, t.q-i*strip)
	negate(t.n, cols, b, t.ldb)
	if t.trans {
		forward(&t.lent[worker], t.n, cols, t.u, t.ldu, b, t.ldb)
	} else {
		backward(&t.lent[worker], t.n, cols, t.u, t.ldu, b, t.ldb)
	}
}

// triBlock is the number of rows that one product brings up to date.
const triBlock = 96

// forward replaces -B by X, U'·X = B: x[i] = (b[i] - Σ U[k,i]·x[k] over k < i) / U[i,i].
func forward[T Float](ws *kernel.Workspace, n, cols int, u []T, ldu int, b []T, ldb int) {
	for i := 0; i < n; i += triBlock {
		m := min(triBlock, n-i)
		if i > 0 {
			kernel.Gemm(ws, true, false, m, cols, i, u[i:], ldu, b, ldb, 1, b[i*ldb:], ldb)
		}
		d, bi := u[i*ldu+i:], b[i*ldb:]
		for j := 0; j < m; j += cholLeaf {
			l := min(cholLeaf, m-j)
			if j > 0 {
				kernel.Gemm(ws, true, false, l, cols, j, d[j:], ldu, bi, ldb, 1, bi[j*ldb:], ldb)
			}
			forwardLeaf(ws, l, cols, d[j*ldu+j:], ldu, bi[j*ldb:], ldb)
		}
	}
}

// forwardLeaf is forward row by row.
func forwardLeaf[T Float](ws *kernel.Workspace, n, cols int, u []T, ldu int, b []T, ldb int) {
	for i := range n {
		row := b[i*ldb : i*ldb+cols]
		if i > 0 {
			kernel.Gemm(ws, true, false, 1, cols, i, u[i:], ldu, b, ldb, 1, row, ldb)
		}
		scale(row, -1/u[i*ldu+i])
	}
}

// backward replaces -B by X, U·X = B: x[i] = (b[i] - Σ U[i,k]·x[k] over k > i) / U[i,i].
func backward[T Float](ws *kernel.Workspace, n, cols int, u []T, ldu int, b []T, ldb int) {
	for end := n; end > 0; end -= triBlock {
		i := max(end-triBlock, 0)
		below(ws, end-i, cols, n-end, u[i*ldu+i:], ldu, b[i*ldb:], ldb)
		for leaf := end; leaf > i; leaf -= cholLeaf {
			j := max(leaf-cholLeaf, i)
			below(ws, leaf-j, cols, end-leaf, u[j*ldu+j:], ldu, b[j*ldb:], ldb)
			for r := leaf - 1; r >= j; r-- {
				below(ws, 1, cols, leaf-1-r, u[r*ldu+r:], ldu, b[r*ldb:], ldb)
				scale(b[r*ldb:r*ldb+cols], -1/u[r*ldu+r])
			}
		}
	}
}

// below adds to the first m rows of b the products with the k rows that follow.
func below[T Float](ws *kernel.Workspace, m, cols, k int, u []T, ldu int, b []T, ldb int) {
	if k > 0 {
		kernel.Gemm(ws, false, false, m, cols, k, u[m:], ldu, b[m*ldb:], ldb, 1, b, ldb)
	}
}
