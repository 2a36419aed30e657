package kernel

import "unsafe"

// Room is the memory that products take of a [Workspace], in bytes of each of its parts. A Workspace
// that serves several products, one at a time, grows to what covers them all.
type Room struct {
	packA, packB              int // of multiplications
	words, line, block, lists int // of products that add rows
	pairs                     int // of products of which elements are asked for
}

// Bytes returns the sum of the parts.
func (r Room) Bytes() int { return r.packA + r.packB + r.words + r.line + r.block + r.lists + r.pairs }

// Cover makes r hold s as well.
func (r *Room) Cover(s Room) {
	*r = Room{
		packA: max(r.packA, s.packA), packB: max(r.packB, s.packB), words: max(r.words, s.words),
		line: max(r.line, s.line), block: max(r.block, s.block), lists: max(r.lists, s.lists), pairs: max(r.pairs, s.pairs),
	}
}

func bytesFor[E any](n int) int {
	var zero E
	return n * int(unsafe.Sizeof(zero))
}

// grownBytes is what grow takes for n elements.
func grownBytes[T Float](n int) int {
	if n == 0 {
		return 0
	}
	return bytesFor[T](n) + cacheLine
}

// GemmRoom returns what [Gemm] takes at most.
func GemmRoom[T Float](transA, transB bool, m, n, k int) Room {
	return tilesOf[T]().room(transA, transB, m, n, k)
}

// GemmParallelRoom returns what [GemmParallel] keeps in the pool, in bytes, and what it takes at most of
// each of so many workers.
func GemmParallelRoom[T Float](workers int, transA, transB bool, m, n, k int) (kept int, lent Room) {
	if workers > 1 && PaysByRows[T](m, n, k) {
		return PackedBytes[T](k, n), GemmPackedRoom[T](transA, min(m, RowBlock[T](n)), n, k)
	}
	j := parallel[T]{tiles: tilesOf[T](), m: m, n: n, k: k}
	j.divide(workers)
	if j.byColumn {
		lent = j.tiles.room(transA, transB, m, min(n, j.step), k)
		lent.Cover(j.tiles.room(transA, transB, m, n%j.step, k)) // the last part may be computed otherwise
	} else {
		lent = j.tiles.room(transA, transB, min(m, j.step), n, k)
		lent.Cover(j.tiles.room(transA, transB, m%j.step, n, k))
	}
	return 0, lent
}

func (t *tiles[T]) room(transA, transB bool, m, n, k int) Room {
	if transA && !transB && t.turns(matrix[T]{rs: 1}, matrix[T]{cs: 1}, m, n) && n > 0 && k > 0 {
		return Room{packA: grownBytes[T](turnedRoom(n))}
	}
	r := t.packedRoom(transA, m, n, k)
	if !transB && t.direct(matrix[T]{cs: 1}, m) {
		r.packA = 0
		return r
	}
	if kb := kStep(k); m > 0 && n > 0 && k > 0 {
		r.packB = grownBytes[T](kb * roundUp(min(nBlock, n), t.nr))
	}
	return r
}

// GemmPackedRoom returns what [GemmPacked] takes at most.
func GemmPackedRoom[T Float](transA bool, m, n, k int) Room {
	return tilesOf[T]().packedRoom(transA, m, n, k)
}

func (t *tiles[T]) packedRoom(transA bool, m, n, k int) (r Room) {
	if transA && m > 0 && n >= panelsThatPay*t.nr {
		r.packA = grownBytes[T](roundUp(min(mBlock, m), t.mr)*kStep(k) + slack)
	}
	return r
}

// PackedBytes returns the memory of the result of [PackB].
func PackedBytes[T Float](k, n int) int { return grownBytes[T](k * roundUp(n, tilesOf[T]().nr)) }

// EventRoom returns what [EventGemmBits], or transposed [EventGemmBitsTN], takes at most, and EventGemm and
// EventGemmTN of a binary A.
func EventRoom[T Float](trans bool, m, n, k int) Room {
	if m == 0 || n == 0 || k == 0 {
		return Room{}
	}
	rows, cols := min(m, eventRows), min(k, eventBlock)
	words := roundUp(cols, wordBits) / wordBits
	r := Room{
		words: bytesFor[uint64](words * (rows + eventPad)), line: bytesFor[uint64](words),
		block: bytesFor[T](wordBits * stripBytes / bytesFor[T](1)),
		lists: bytesFor[uint32](listRoom(rows, cols, false)) + bytesFor[int](rows),
	}
	if trans {
		r.line *= wordBits
	}
	if width, few := codesOf[T]().fewWidth(n); few {
		together := min(listedRows, rows)
		r.block = bytesFor[T]((cols + 1) * width)
		r.lists = bytesFor[uint32](together*fewStride(cols)) + bytesFor[int](together)
	}
	return r
}

// SampledRoom returns what [SampledGemm] takes of a Workspace at most.
func SampledRoom[T Float](m, k int) Room {
	rows, width := min(m, sampledRows), widthOf(chunkWidths[T](nil, active, k))
	all, left := pairRoom(rows)
	r := Room{pairs: bytesFor[uint32](all+left) + grownBytes[T](all) + grownBytes[T](left)}
	if width != k {
		r.pairs += grownBytes[T](rows * width)
	}
	return r
}

// ForwardRoom returns what c keeps for [Conv.Forward], in bytes, and what that takes of each of so many
// workers.
func (c *Conv[T]) ForwardRoom(workers int) (own int, lent Room) {
	own = c.patchBytes(workers) + c.Groups*PackedBytes[T](c.k, c.out)
	if c.addsRows() {
		lent = EventRoom[T](false, bitsBlock, c.out, c.k)
	}
	return own, lent
}

// InputRoom is ForwardRoom for [Conv.Input], which takes nothing of workers.
func (c *Conv[T]) InputRoom(workers int) (own int, lent Room) {
	return workers*grownBytes[T](c.block*c.ld) + c.Groups*PackedBytes[T](c.out, c.k), Room{}
}

// KernelRoom is ForwardRoom for [Conv.Kernel].
func (c *Conv[T]) KernelRoom(workers int) (own int, lent Room) {
	size := c.k * c.Out
	c.divide(workers, size)
	own = c.patchBytes(workers) + grownBytes[T]((c.chunks.n-1)*size)
	lent = GemmRoom[T](true, false, c.k, c.chunks.width, c.block)
	lent.Cover(GemmRoom[T](true, false, c.k, c.out%c.chunks.width, c.block)) // the last chunk may be computed otherwise
	if c.addsRows() {
		lent.Cover(EventRoom[T](true, c.k, c.chunks.width, bitsBlock))
	}
	return own, lent
}

// patchBytes is the memory of the patches, as numbers and as bits.
func (c *Conv[T]) patchBytes(workers int) int {
	n := workers * grownBytes[T](c.block*c.ld)
	if c.addsRows() {
		x := c.Batch * c.X[0] * c.X[1] * c.X[2] * c.In
		n += bytesFor[uint64](roundUp(x, wordBits)/wordBits + 1 + workers*bitsBlock*c.words())
	}
	return n
}

// Room returns the memory of a [Scratch] of e, in bytes.
func (e *Elementwise) Room() int {
	n := e.slots * e.space.tile * e.compute.Size()
	if len(e.reductions) > 0 {
		n += e.tileRoom()*e.compute.Size() + bytesFor[float64](chunk*e.carried+e.sums)
	}
	return n
}
