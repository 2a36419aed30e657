package kernel

// Block sizes of the product, after Goto and van de Geijn, "Anatomy of high-performance matrix
// multiplication" (2008), DOI 10.1145/1356052.1356053.
const (
	kBlock = 256  // products summed before the sum goes to C, at most; a panel of op(B) then fits L1
	mBlock = 128  // rows of op(A) that stay in L2 while the panels of op(B) pass
	nBlock = 1008 // columns of op(B) packed at a time, about half of L2; a multiple of every nr
)

// A tileFunc computes one tile of C, C = A·B or, if add is set, C += A·B: m rows, n columns and k
// products, k > 0. Element (i, l) of A is a[i*rs+l*cs]; row l of B is b[l*bs:]; row i of C is c[i*ldc:].
type tileFunc[T Float] func(m, n, k int, a []T, rs, cs int, b []T, bs int, c []T, ldc int, add bool)

// tiles is what the blocking below needs to know of a level: its largest tile and how to compute one.
type tiles[T Float] struct {
	mr, nr int
	tile   tileFunc[T]
	// copyRows writes dst[i*ldd+j] = src[i*lds+j] for i < rows, j < cols <= nr, row after row; it may
	// spoil up to slack elements behind a row.
	copyRows func(rows, cols int, src []T, lds int, dst []T, ldd int)
	// transpose writes dst[j*ldd+i] = src[i*lds+j] for i < rows, j < cols.
	transpose func(rows, cols int, src []T, lds int, dst []T, ldd int)
	// turn writes dst[j*ldd+i] = src[i*lds+j] for i < rows, j < cols, or adds it there; nil if that is no quicker
	// than one by one.
	turn func(rows, cols int, src []T, lds int, dst []T, ldd int, add bool)
}

// slack is the number of elements behind a packed matrix that copyRows may write.
const slack = 8

func (t *tiles[T]) gemm(ws *Workspace, a, b matrix[T], m, n, k int, beta T, c []T, ldc int) {
	a.mustHold("A", m, k)
	b.mustHold("B", k, n)
	operand(c, ldc, false).mustHold("C", m, n)
	if k == 0 || beta != 0 {
		scaleRows(m, n, beta, c, ldc)
	}
	if m == 0 || n == 0 {
		return
	}
	buf := buffersOf[T](ws)
	step := kStep(k)
	for k0 := 0; k0 < k; k0 += step {
		kb := min(step, k-k0)
		add := k0 > 0 || beta != 0
		if t.turns(a, b, m, n) {
			t.turned(buf, a.from(0, k0), b.from(k0, 0), m, n, kb, c, ldc, add)
			continue
		}
		if t.direct(b, m) {
			t.rows(buf, a.from(0, k0), b.from(k0, 0), m, n, kb, c, ldc, add)
			continue
		}
		for j0 := 0; j0 < n; j0 += nBlock {
			nb := min(nBlock, n-j0)
			t.packB(buf.b(kb*roundUp(nb, t.nr)), b.from(k0, j0), kb, nb)
			t.panels(buf, a.from(0, k0), buf.packB, m, nb, kb, c[j0:], ldc, add)
		}
	}
}

// kStep divides k products into the fewest blocks of about the same size, none above kBlock, and
// returns that size. It depends on k alone, as the order of additions does.
func kStep(k int) int {
	blocks := max(1, (k+kBlock-1)/kBlock)
	return (k + blocks - 1) / blocks
}

// direct reports whether op(B) is better read where it lies than packed first: its rows are
// contiguous, and too few rows of op(A) share the cost of packing.
func (t *tiles[T]) direct(b matrix[T], m int) bool { return b.cs == 1 && m <= 2*t.mr }

// rows computes C (+)= A·B for few rows of A and a B whose rows are contiguous.
func (t *tiles[T]) rows(buf *buffers[T], a, b matrix[T], m, n, k int, c []T, ldc int, add bool) {
	for j := 0; j < n; j += t.nr {
		t.column(unpacked(a), b.data[j:], b.rs, m, min(t.nr, n-j), k, c[j:], ldc, add)
	}
}

// panels computes C (+)= A·B for a B packed into panels.
func (t *tiles[T]) panels(buf *buffers[T], a matrix[T], b []T, m, n, k int, c []T, ldc int, add bool) {
	for i := 0; i < m; i += mBlock {
		mb := min(mBlock, m-i)
		ai := t.packA(buf, a.from(i, 0), mb, n, k)
		for j := 0; j < n; j += t.nr {
			t.column(ai, b[j*k:], t.nr, mb, min(t.nr, n-j), k, c[i*ldc+j:], ldc, add)
		}
	}
}

// column computes one column of tiles. A goroutine can be stopped between any two of them: tile is a
// Go function with a stack check, even where assembly does its work.
func (t *tiles[T]) column(a rowTiles[T], b []T, bs, m, n, k int, c []T, ldc int, add bool) {
	for i := 0; i < m; i += t.mr {
		t.tile(min(t.mr, m-i), n, k, a.data[i*a.step:], a.rs, a.cs, b, bs, c[i*ldc:], ldc, add)
	}
}

func roundUp(n, unit int) int { return (n + unit - 1) / unit * unit }
