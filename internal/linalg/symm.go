package linalg

import "github.com/spikegraph/spikegraph/internal/kernel"

// symmBlock is the side of the blocks of a symmetric matrix that are used twice while they are in
// cache.
const symmBlock = 256

// Symm computes Y = X·A for a symmetric A [n n], X [m n] and Y [m n], reading A once and its upper
// triangle alone. A single row is multiplied in the order that upwards gives to kernel.Symv.
func (s *Solver[T]) Symm(m, n int, a []T, lda int, upwards bool, x []T, ldx int, y []T, ldy int) {
	if m == 1 {
		kernel.Symv(n, a, lda, upwards, x, y)
		return
	}
	ws := &s.lent[0]
	for i := range m {
		clear(y[i*ldy : i*ldy+n])
	}
	for i := 0; i < n; i += symmBlock {
		rows := min(symmBlock, n-i)
		for j := i; j < n; j += symmBlock {
			cols, block := min(symmBlock, n-j), a[i*lda+j:]
			if j == i {
				for r := range m {
					triangleTimes(ws, rows, block, lda, x[r*ldx+i:], y[r*ldy+i:])
				}
				continue
			}
			kernel.Gemm(ws, false, false, m, cols, rows, x[i:], ldx, block, lda, 1, y[j:], ldy)
			kernel.Gemm(ws, false, true, m, rows, cols, x[j:], ldx, block, lda, 1, y[i:], ldy)
		}
	}
}

// triangleTimes adds A·x to y, for the triangle of A [n n] that is on the diagonal, by halves.
func triangleTimes[T Float](ws *kernel.Workspace, n int, a []T, lda int, x, y []T) {
	const leaf = 32
	if n > leaf {
		h := n / 2
		triangleTimes(ws, h, a, lda, x, y)
		b := a[h:]
		kernel.Gemm(ws, false, false, 1, n-h, h, x, h, b, lda, 1, y[h:], n-h)
		kernel.Gemm(ws, false, false, h, 1, n-h, b, lda, x[h:], 1, 1, y, 1)
		triangleTimes(ws, n-h, a[h*lda+h:], lda, x[h:], y[h:])
		return
	}
	for i := range n {
		row, sum, xi := a[i*lda:i*lda+n], a[i*lda+i]*x[i], x[i]
		for j := i + 1; j < n; j++ {
			sum += row[j] * x[j]
			y[j] += row[j] * xi
		}
		y[i] += sum
	}
}
