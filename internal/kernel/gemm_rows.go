package kernel

// Blocks of rows of a product.
const (
	blockBytes = 1 << 17 // of a block, about, so that it stays in L2 beside panels of both factors
	leastBlock = 64      // rows: a factor that does not stay in L2 is read once for each block
	rowBlocks  = 4       // blocks, at least, for a product to be divided by rows
	nearBytes  = 1 << 20 // of a packed factor that stays in L2
	farBytes   = 4 << 20 // of one that need not, where there are rows enough
)

// RowBlock returns how many rows of a product with n columns make a block that stays in the second-level
// cache, a multiple of the rows of a tile.
func RowBlock[T Float](n int) int {
	rows := max(leastBlock, blockBytes/bytesFor[T](max(n, 1)))
	return roundUp(rows, tilesOf[T]().mr)
}

// PaysByRows reports whether several workers are quicker with a product in blocks of rows, op(B) packed
// before. All of that then goes to memory and comes back, while a range of columns is packed where it is
// used; but each range of columns reads op(A) once more, and walks through all rows of C, beside another
// worker, once for every kBlock products. Measured: see docs/performance.md.
func PaysByRows[T Float](m, n, k int) bool {
	if few := tilesOf[T]().nr / 2; n <= few { // see turns
		return false
	}
	if m < k || m < rowBlocks*RowBlock[T](n) || 2*float64(m)*float64(n)*float64(k) < parallelFLOP {
		return false
	}
	packed := PackedBytes[T](k, n)
	return packed <= nearBytes || m >= 2*k && packed <= farBytes
}

// PackParallel is PackB into memory of the pool, by all of its workers. The result serves until the pool
// packs another.
func PackParallel[T Float](p *Pool, transB bool, k, n int, b []T, ldb int) *Packed[T] {
	t, op := tilesOf[T](), operand(b, ldb, transB)
	op.mustHold("B", k, n)
	packed := choose[Packed[T]](T(0), &p.factor32, &p.factor64)
	width := roundUp(n, t.nr)
	*packed = Packed[T]{k, n, t, grow(packed.panels, k*width)}
	job := parallelOf[T](p)
	*job = parallel[T]{b: op, packed: packed}
	p.Do(width/t.nr, packing[T]{job})
	*job = parallel[T]{} // holds no one's memory
	return packed
}

// packing is the Task of PackParallel: its parts are the panels.
type packing[T Float] struct{ *parallel[T] }

// Part packs panel i.
func (j packing[T]) Part(_, i int) {
	p := j.packed
	j0, step, width := i*p.tiles.nr, kStep(p.k), roundUp(p.n, p.tiles.nr)
	for k0 := 0; k0 < p.k; k0 += step {
		kb := min(step, p.k-k0)
		p.tiles.packB(p.panels[k0*width+j0*kb:], j.b.from(k0, j0), kb, min(p.tiles.nr, p.n-j0))
	}
}
