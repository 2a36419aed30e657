package kernel

// Rows is a matrix of which rows are multiplied by rows of another, pair by pair: 64 rows together, cut into
// chunks of some columns, so that a chunk of 64 rows stays in the first-level cache. It is written by PackRows;
// many goroutines may read it at once.
type Rows[T Float] struct {
	n, k   int
	level  isa
	widths []int // of the chunks
	data   []T   // for each 64 rows and each chunk, its columns of one row after the other; absent ones are 0
}

// PackRows brings op(B), [n k], into the form of Rows, in dst if that is not nil; its memory is used again if it
// is large enough. op transposes if the flag is set.
func PackRows[T Float](dst *Rows[T], transB bool, n, k int, b []T, ldb int) *Rows[T] {
	return packRows(active, dst, operand(b, ldb, transB), n, k)
}

func packRows[T Float](l isa, dst *Rows[T], b matrix[T], n, k int) *Rows[T] {
	b.mustHold("B", n, k)
	if dst == nil {
		dst = new(Rows[T])
	}
	dst.n, dst.k, dst.level = n, k, l
	dst.widths = chunkWidths[T](dst.widths[:0], l, k)
	dst.data = grow(dst.data, roundUp(n, wordBits)*dst.width())
	Clear(dst.data)
	for j := 0; j < n; j += wordBits {
		at, rows := 0, min(wordBits, n-j)
		for _, w := range dst.widths {
			chunk := dst.chunk(j, at)
			if cols := min(w, k-at); b.cs == 1 {
				copyRowsGo(rows, cols, b.data[j*b.rs+at:], b.rs, chunk, w)
			} else {
				Transpose(cols, rows, b.data[j+at*b.cs:], b.cs, chunk, w)
			}
			at += w
		}
	}
	return dst
}

// RowsBytes returns the memory of the result of [PackRows].
func RowsBytes[T Float](n, k int) int {
	return grownBytes[T](roundUp(n, wordBits) * widthOf(chunkWidths[T](nil, active, k)))
}

// width is the number of columns with those that are absent.
func (b *Rows[T]) width() int { return widthOf(b.widths) }

// widthOf is the sum of the widths of chunks.
func widthOf(chunks []int) (n int) {
	for _, w := range chunks {
		n += w
	}
	return n
}

// chunk returns the chunk of 64 rows from row j that begins with column at.
func (b *Rows[T]) chunk(j, at int) []T { return b.data[j*b.width()+wordBits*at:] }

// sampledRows is the number of rows of C that are computed together: their sums and those of 64 columns stay in
// the second-level cache.
const sampledRows = 128

// SampledGemm computes elements of C = A·Bᵀ, those at which a mask has ones, and makes the others 0: A is [m k],
// the mask and C are [m n], the mask packed as by PackBits, bits behind the last column 0; ldm counts words. It
// computes the blocks of 64 columns from to to. What the others would have been, NaN for example, does not matter.
// The sums are those of Gemm up to rounding, whatever the mask and the range of blocks.
func SampledGemm[T Float](ws *Workspace, m int, a []T, lda int, b *Rows[T], mask []uint64, ldm int, c []T, ldc int, from, to int) {
	operand(a, lda, false).mustHold("A", m, b.k)
	operand(c, ldc, false).mustHold("C", m, b.n)
	mustHoldBits(mask, ldm, m, b.n)
	if m == 0 || from >= to {
		return
	}
	scaleRows(m, min(to*wordBits, b.n)-from*wordBits, 0, c[from*wordBits:], ldc)
	if b.k == 0 {
		return
	}
	s := choose[sample[T]](T(0), &ws.sample32, &ws.sample64)
	for i := 0; i < m; i += sampledRows {
		rows := min(sampledRows, m-i)
		s.takeRows(a[i*lda:], lda, rows, b)
		for j := from; j < to; j++ {
			s.list(b.level, mask[i*ldm+j:], ldm, rows)
			s.multiply(b, j*wordBits)
			placeSums(b.level, s.pairs[:s.n], s.sums, c[i*ldc+j*wordBits:], ldc)
			placeSums(b.level, s.rest[:s.left], s.restSums, c[i*ldc+j*wordBits:], ldc)
		}
	}
}

// sample is what a sampled product works in: pairs of row i of A and row j of 64 of B, as 64·i + j, and their sums.
// Pairs that follow one another in eights of one row of A come first, those that are left apart.
type sample[T Float] struct {
	a              []T // rows of A
	lda            int
	own            []T // rows of A with absent columns
	pairs, rest    []uint32
	sums, restSums []T
	n, left        int // of pairs and of those in rest
}

// pairRoom returns how many pairs there may be of so many rows, and how many of them left, with what lists may spoil.
func pairRoom(rows int) (all, left int) {
	return wordBits*rows + listSpoilt, pairsOfRow*rows + listSpoilt
}

// takeRows takes rows of A, with as many columns as B has with those that are absent.
func (s *sample[T]) takeRows(a []T, lda, rows int, b *Rows[T]) {
	width := b.width()
	if s.a, s.lda = a, lda; width == b.k {
		return
	}
	s.own = grow(s.own, rows*width)
	for i := range rows {
		clear(s.own[i*width+copy(s.own[i*width:], a[i*lda:][:b.k]) : (i+1)*width])
	}
	s.a, s.lda = s.own, width
}

// list lists the ones of a word of each row.
func (s *sample[T]) list(l isa, mask []uint64, ldm, rows int) {
	all, left := pairRoom(rows)
	s.pairs, s.rest = resized(s.pairs, all), resized(s.rest, left)
	s.sums, s.restSums = grow(s.sums, all), grow(s.restSums, left)
	s.n, s.left = listPairs(l, mask, ldm, rows, s.pairs, s.rest)
}

// multiply computes the sums of the pairs with the 64 rows of B from j on.
func (s *sample[T]) multiply(b *Rows[T], j int) {
	pairs, sums := padded(s.pairs, s.sums, s.n)
	rest, restSums := padded(s.rest, s.restSums, s.left)
	at := 0
	for _, w := range b.widths {
		rows, columns := s.a[at:], b.chunk(j, at)
		pairDots(b.level, pairsOfRow, w, pairs, rows, s.lda, columns, sums)
		pairDots(b.level, 1, w, rest, rows, s.lda, columns, restSums)
		at += w
	}
}

// padded returns the first n pairs, and sums that are 0 for them, as far as they are taken together.
func padded[T Float](pairs []uint32, sums []T, n int) ([]uint32, []T) {
	all := roundUp(n, pairsTogether)
	clear(pairs[n:all])
	clear(sums[:all])
	return pairs[:all], sums[:all]
}

// pairsOfRow is the number of pairs of one row of A that are taken together, where there are so many.
const pairsOfRow = 8

// portableWidth is the number of columns of a chunk of the portable code.
const portableWidth = 128

// portableWidths appends the widths of chunks of k columns.
func portableWidths(w []int, k int) []int {
	for ; k > 0; k -= portableWidth {
		w = append(w, min(k, portableWidth))
	}
	return w
}

// pairDotsGo is the portable pairDots.
func pairDotsGo[T Float](width int, pairs []uint32, a []T, lda int, b, sums []T) {
	for k, p := range pairs {
		sums[k] += dot(a[int(p/wordBits)*lda:][:width], b[int(p%wordBits)*width:])
	}
}

// listPairsGo is the portable listPairs.
func listPairsGo(x []uint64, ldx, words int, pairs, rest []uint32) (n, left int) {
	for i := range words {
		all := listWord(pairs[n:], x[i*ldx], uint32(i*wordBits))
		many := all &^ (pairsOfRow - 1)
		left += copy(rest[left:], pairs[n+many:n+all])
		n += many
	}
	return n, left
}

// placeSumsGo is the portable placeSums.
func placeSumsGo[T Float](pairs []uint32, sums, c []T, ldc int) {
	for k, p := range pairs {
		c[int(p/wordBits)*ldc+int(p%wordBits)] = sums[k]
	}
}
