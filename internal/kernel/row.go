package kernel

import "unsafe"

// rowSums is the number of sums in which a column beside the strips is added up.
const rowSums = 8

// rowBlock is the number of rows between two points at which the goroutine can be stopped.
const rowBlock = 1 << 13

// RowGemm computes y = x·B, or y = y + x·B if add is set, for a row x of k elements and B [k n]: no factor is packed, each element of B is
// read once. Columns in whole strips of 512 bytes are sums over k in ascending order; in those behind the
// last strip every 8,192 products are eight sums of every eighth, added up in pairs. Workers share the strips, and the result has the
// same bits for any number of them. The levels AVX2 and AVX-512 agree to the bit.
func RowGemm[T Float](p *Pool, n, k int, x, b []T, ldb int, add bool, y []T) {
	rowGemmAt(active, p, n, k, x, b, ldb, add, y)
}

func rowGemmAt[T Float](l isa, p *Pool, n, k int, x, b []T, ldb int, add bool, y []T) {
	if !add {
		Clear(y[:n])
	}
	j := rowsOf[T](p)
	*j = rowProduct[T]{level: l, n: n, x: x[:k], b: b, ldb: ldb, y: y[:n]}
	operand(b, ldb, false).mustHold("B", k, n)
	strips := roundUp(n, rowStrip[T]()) / rowStrip[T]()
	j.parts = min(p.workers, strips, 1+n*k/rowGrain)
	p.Do(j.parts, j)
	*j = rowProduct[T]{}
}

// rowGrain is the number of elements of B from which another worker pays.
const rowGrain = 1 << 17

// rowStrip is the number of columns of a strip.
func rowStrip[T Float]() int { return stripBytes / int(unsafe.Sizeof(T(0))) }

// rowProduct is the Task of a row times a matrix: its parts are ranges of strips.
type rowProduct[T Float] struct {
	level   isa
	parts   int
	n, ldb  int
	x, b, y []T
}

func rowsOf[T Float](p *Pool) *rowProduct[T] {
	return choose[rowProduct[T]](T(0), &p.rows32, &p.rows64)
}

// Part computes part i of the columns.
func (r *rowProduct[T]) Part(_, i int) {
	strip := rowStrip[T]()
	strips := roundUp(r.n, strip) / strip
	from, to := i*strips/r.parts*strip, min(r.n, (i+1)*strips/r.parts*strip)
	whole := from + (to-from)/strip*strip
	for l := 0; l < len(r.x); l += rowBlock {
		x := r.x[l:min(len(r.x), l+rowBlock)]
		if from < whole && !rowStrips(r.level, x, r.b[l*r.ldb+from:], r.ldb, r.y[from:whole]) {
			rowStripsGo(x, r.b[l*r.ldb+from:], r.ldb, r.y[from:whole])
		}
		if whole < to && !rowEdges(r.level, x, r.b[l*r.ldb+whole:], r.ldb, r.y[whole:to]) {
			rowEdgesGo(x, r.b[l*r.ldb+whole:], r.ldb, r.y[whole:to])
		}
	}
}

// rowStripsGo is the portable product with whole strips, which it adds to y.
func rowStripsGo[T Float](x, b []T, ldb int, y []T) {
	for l, f := range x {
		for j, e := range b[l*ldb:][:len(y)] {
			y[j] += T(f * e)
		}
	}
}

// rowEdgesGo is the portable product with the columns behind the strips, which it adds to y.
func rowEdgesGo[T Float](x, b []T, ldb int, y []T) {
	for j := range y {
		var s [rowSums]T
		for l, f := range x {
			s[l%rowSums] += T(f * b[l*ldb+j])
		}
		y[j] += ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]))
	}
}
