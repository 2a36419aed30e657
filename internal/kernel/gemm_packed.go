package kernel

// Packed is op(B) of a product in packed form, for a right operand that is used more often than it
// changes. It is written by PackB and read by GemmPacked; many goroutines may read it at once.
type Packed[T Float] struct {
	k, n   int
	tiles  *tiles[T]
	panels []T // for each block of kStep(k) rows, its panels
}

// PackB packs op(B), [k n], into dst and returns it; it makes a new one if dst is nil. The memory of
// dst is reused if it is large enough.
func PackB[T Float](dst *Packed[T], transB bool, k, n int, b []T, ldb int) *Packed[T] {
	return packWith(tilesOf[T](), dst, operand(b, ldb, transB), k, n)
}

func packWith[T Float](t *tiles[T], dst *Packed[T], b matrix[T], k, n int) *Packed[T] {
	b.mustHold("B", k, n)
	if dst == nil {
		dst = new(Packed[T])
	}
	width := roundUp(n, t.nr)
	*dst = Packed[T]{k, n, t, grow(dst.panels, k*width)}
	step := kStep(k)
	for k0 := 0; k0 < k && n > 0; k0 += step {
		t.packB(dst.panels[k0*width:], b.from(k0, 0), min(step, k-k0), n)
	}
	return dst
}

// GemmPacked computes C = op(A)·op(B) + beta·C for op(B) packed by PackB, with the same bits as Gemm.
// op(A) is [m k], C [m n].
func GemmPacked[T Float](ws *Workspace, transA bool, m int, a []T, lda int, b *Packed[T],
	beta T, c []T, ldc int) {
	b.columns(ws, operand(a, lda, transA), m, 0, b.n, beta, c, ldc)
}

// columns computes columns j0 to j1 of C; j0 is a multiple of nr.
func (b *Packed[T]) columns(ws *Workspace, a matrix[T], m, j0, j1 int, beta T, c []T, ldc int) {
	a.mustHold("A", m, b.k)
	operand(c, ldc, false).mustHold("C", m, b.n)
	if m == 0 || j0 >= j1 {
		return
	}
	if b.k == 0 || beta != 0 {
		scaleRows(m, j1-j0, beta, c[j0:], ldc)
	}
	buf, width, step := buffersOf[T](ws), roundUp(b.n, b.tiles.nr), kStep(b.k)
	for k0 := 0; k0 < b.k; k0 += step {
		kb := min(step, b.k-k0)
		panels := b.panels[k0*width+j0*kb:]
		b.tiles.panels(buf, a.from(0, k0), panels, m, j1-j0, kb, c[j0:], ldc, k0 > 0 || beta != 0)
	}
}
