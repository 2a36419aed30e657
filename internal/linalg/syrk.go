package linalg

import "github.com/spikegraph/spikegraph/internal/kernel"

const (
	syrkBlock = 192 // side of the blocks of C that workers take one by one
	syrkLeaf  = 48  // side of the blocks on the diagonal that are computed whole
)

// Syrk computes the upper triangle of C = X'·X + beta·C for X [k n] and C [n n]. With beta 0, C is
// written and never read. X and C must not overlap.
func (s *Solver[T]) Syrk(n, k int, x []T, ldx int, beta T, c []T, ldc int) {
	s.symmetric(n, k, x, x, ldx, beta, c, ldc)
}

// symmetric computes the upper triangle of C = A'·B + beta·C, which is to be symmetric.
func (s *Solver[T]) symmetric(n, k int, a, b []T, ld int, beta T, c []T, ldc int) {
	m := blocks(n, syrkBlock)
	for len(s.packed) < m {
		s.packed = append(s.packed, nil)
	}
	s.syrk = syrkTask[T]{s.lent, s.packed, n, k, a, b, ld, beta, c, ldc}
	if k > 0 && m > 1 {
		s.pool.Do(m-1, packTask[T]{&s.syrk})
	}
	s.pool.Do(m*(m+1)/2, &s.syrk)
	s.syrk = syrkTask[T]{}
}

// syrkTask computes C by blocks; the parts are the blocks on and above the diagonal, row by row.
type syrkTask[T Float] struct {
	lent   []kernel.Workspace
	packed []*kernel.Packed[T] // blocks of columns of B, but the first
	n, k   int
	a, b   []T
	ld     int
	beta   T
	c      []T
	ldc    int
}

// packTask packs the blocks of columns of B that are used above the diagonal; the parts are the blocks.
type packTask[T Float] struct{ *syrkTask[T] }

// Part packs a block.
func (t packTask[T]) Part(_, i int) {
	at := (i + 1) * syrkBlock
	t.packed[i+1] = kernel.PackB(t.packed[i+1], false, t.k, min(syrkBlock, t.n-at), t.b[at:], t.ld)
}

// Part computes a block.
func (t *syrkTask[T]) Part(worker, i int) {
	row, inRow := 0, blocks(t.n, syrkBlock)
	for i >= inRow {
		i -= inRow
		row++
		inRow--
	}
	from, at := row*syrkBlock, (row+i)*syrkBlock
	m := min(syrkBlock, t.n-from)
	if i == 0 {
		t.diagonal(&t.lent[worker], from, m)
		return
	}
	if t.k == 0 {
		t.rectangle(&t.lent[worker], from, m, at, min(syrkBlock, t.n-at))
		return
	}
	kernel.GemmPacked(&t.lent[worker], true, m, t.a[from:], t.ld, t.packed[row+i], t.beta, t.c[from*t.ldc+at:], t.ldc)
}

// diagonal computes the triangle of side n at (at, at), by halves.
func (t *syrkTask[T]) diagonal(ws *kernel.Workspace, at, n int) {
	if n <= syrkLeaf {
		t.rectangle(ws, at, n, at, n)
		return
	}
	half := blocks(n/2, syrkLeaf) * syrkLeaf
	t.diagonal(ws, at, half)
	t.rectangle(ws, at, half, at+half, n-half)
	t.diagonal(ws, at+half, n-half)
}

func (t *syrkTask[T]) rectangle(ws *kernel.Workspace, i, m, j, n int) {
	if t.k == 0 { // slices may end where the rows do
		kernel.Gemm(ws, true, false, m, n, 0, nil, t.ld, nil, t.ld, t.beta, t.c[i*t.ldc+j:], t.ldc)
		return
	}
	kernel.Gemm(ws, true, false, m, n, t.k, t.a[i:], t.ld, t.b[j:], t.ld, t.beta, t.c[i*t.ldc+j:], t.ldc)
}

// Mirror copies the upper triangle of A [n n] below the diagonal.
func Mirror[T Float](n int, a []T, lda int) {
	for i0 := 0; i0 < n; i0 += syrkLeaf {
		m := min(syrkLeaf, n-i0)
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
