package kernel

// parallelFLOP is the size from which a product is divided: to wake a sleeping worker costs up to
// 100 µs, in which one worker does 4 to 10 million floating-point operations.
const parallelFLOP = 4 << 20

// GemmParallel is Gemm with the rows or the columns of C divided between the workers of a pool, whose
// memory it uses; the result has the same bits for any number of workers. A product too small to gain
// is computed by the caller.
func GemmParallel[T Float](p *Pool, transA, transB bool, m, n, k int,
	a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	if p.workers > 1 && PaysByRows[T](m, n, k) {
		GemmPackedParallel(p, transA, m, a, lda, PackParallel(p, transB, k, n, b, ldb), beta, c, ldc)
		return
	}
	job := parallelOf[T](p)
	*job = parallel[T]{
		pool: p, tiles: tilesOf[T](),
		a: operand(a, lda, transA), b: operand(b, ldb, transB), m: m, n: n, k: k,
		beta: beta, c: c, ldc: ldc,
	}
	job.do()
}

// GemmPackedParallel is GemmPacked in the manner of GemmParallel.
func GemmPackedParallel[T Float](p *Pool, transA bool, m int, a []T, lda int, b *Packed[T],
	beta T, c []T, ldc int) {
	job := parallelOf[T](p)
	*job = parallel[T]{
		pool: p, tiles: b.tiles,
		a: operand(a, lda, transA), packed: b, m: m, n: b.n, k: b.k,
		beta: beta, c: c, ldc: ldc,
	}
	job.do()
}

// parallel is the Task of a product: its parts are ranges of the rows or columns of C, of size step.
type parallel[T Float] struct {
	pool    *Pool
	tiles   *tiles[T]
	a, b    matrix[T]
	packed  *Packed[T] // instead of b
	m, n, k int
	beta    T
	c       []T
	ldc     int

	byColumn bool
	step     int
}

func parallelOf[T Float](p *Pool) *parallel[T] { return choose[parallel[T]](T(0), &p.f32, &p.f64) }

func (j *parallel[T]) do() {
	parts := j.divide(j.pool.workers)
	j.pool.Do(parts, j)
	*j = parallel[T]{} // holds no one's memory
}

// divide chooses step and returns the number of parts. Whole panels of columns are the better division of
// few rows, as no part then packs what another packs, and several parts for each worker, as workers may
// differ in speed. Many rows are divided in blocks where the right factor is packed already.
func (j *parallel[T]) divide(workers int) (parts int) {
	const partsPerWorker = 4
	small := 2*float64(j.m)*float64(j.n)*float64(j.k) < parallelFLOP
	if workers == 1 || small {
		j.step = max(j.m, 1)
		return 1
	}
	if block := RowBlock[T](j.n); j.packed != nil && j.m >= rowBlocks*block {
		j.step = block
		return roundUp(j.m, block) / block
	}
	columns, rows := roundUp(j.n, j.tiles.nr)/j.tiles.nr, roundUp(j.m, j.tiles.mr)/j.tiles.mr
	j.byColumn = columns >= 2*workers || columns >= rows
	size, units, unit := j.m, rows, j.tiles.mr
	if j.byColumn {
		size, units, unit = j.n, columns, j.tiles.nr
	}
	each := max(1, units/(partsPerWorker*workers))
	j.step = each * unit
	return roundUp(size, j.step) / j.step
}

// Part computes range i of C.
func (j *parallel[T]) Part(worker, i int) {
	ws := &j.pool.lent[worker]
	if j.byColumn {
		j0 := i * j.step
		n := min(j.step, j.n-j0)
		if j.packed != nil {
			j.packed.columns(ws, j.a, j.m, j0, j0+n, j.beta, j.c, j.ldc)
			return
		}
		j.tiles.gemm(ws, j.a, j.b.from(0, j0), j.m, n, j.k, j.beta, j.c[j0:], j.ldc)
		return
	}
	i0 := i * j.step
	a, c, m := j.a, j.c, min(j.step, j.m-i0)
	if i0 > 0 {
		a, c = a.from(i0, 0), c[i0*j.ldc:]
	}
	if j.packed != nil {
		j.packed.columns(ws, a, m, 0, j.n, j.beta, c, j.ldc)
		return
	}
	j.tiles.gemm(ws, a, j.b, m, j.n, j.k, j.beta, c, j.ldc)
}
