package kernel

import "unsafe"

// eventPattern says where a block of op(A) is not 0, and holds the memory that a product needs.
type eventPattern[T Float] struct {
	words       []uint64 // of row i the q-th word of 64 columns is words[q*ld+i]
	rows, k, ld int
	dense       []T // the block of A, if it is dense
	lda         int
	trans       bool
	line        []uint64 // scratch: words as they lie in the matrix
	block       []T      // scratch: 64 rows of a strip of B
	index       []uint32 // lists: see addLists
	weights     []T
	ends        []int
}

// events is where the listed rows come from and go to: C (+)= op(A)·B for n columns.
type events[T Float] struct {
	b, c        []T
	ldb, ldc, n int
	add         bool
}

func eventsOf[T Float](ws *Workspace) *eventPattern[T] {
	return choose[eventPattern[T]](T(0), &ws.events32, &ws.events64)
}

// stripBytes is the width of the strips in which C is computed: the sums of one fit into eight
// registers of AVX-512.
const stripBytes = 512

// listStripBytes is the width where rows come from lists: twice as many registers, so that half as many
// lists are gone through.
const listStripBytes = 1024

// eventPad is the number of words behind a column of them: columns that began in the same line of the cache
// would displace one another.
const eventPad = 8

// look reads k columns from l0, a multiple of wordBits, of rows rows of op(A) from i0, which is a multiple
// of wordBits if it is transposed. It reports whether any element is neither 0 nor 1.
func (e *eventPattern[T]) look(s *spikes[T], trans bool, i0, rows, l0, k int) (other bool) {
	e.rows, e.k, e.ld = rows, k, rows+eventPad
	e.dense, e.lda, e.trans = s.block(trans, i0, l0), s.ld, trans
	e.words = resized(e.words, roundUp(k, wordBits)/wordBits*e.ld)
	switch {
	case trans:
		return e.columns(s, i0, l0)
	case s.bits != nil:
		e.rowsOfBits(s.bits[i0*s.ld+l0/wordBits:], s.ld)
		return false
	}
	e.line = resized(e.line, roundUp(k, wordBits)/wordBits)
	for i := range rows {
		other = s.codes.pack(e.line, s.dense[(i0+i)*s.ld+l0:][:k]) || other
		for q, w := range e.line {
			e.words[q*e.ld+i] = w
		}
	}
	return other
}

// rowsOfBits looks at rows of bits, ld words apart.
func (e *eventPattern[T]) rowsOfBits(bits []uint64, ld int) {
	for q := range roundUp(e.k, wordBits) / wordBits {
		of := ^uint64(0)
		if left := e.k - q*wordBits; left < wordBits { // a bit behind the last column would be a row that B does not have
			of = 1<<left - 1
		}
		words, from := e.words[q*e.ld:][:e.rows], bits[q:]
		for i := range words {
			words[i] = from[i*ld] & of
		}
	}
}

// columns looks at columns of A from i0, which are rows of Aᵀ.
func (e *eventPattern[T]) columns(s *spikes[T], i0, l0 int) (other bool) {
	e.line = resized(e.line, roundUp(e.k, wordBits))
	for i := 0; i < e.rows; i += wordBits {
		n := min(wordBits, e.rows-i)
		clear(e.line[e.k:])
		other = s.column(e.line, l0, i0+i, n, e.k) || other
		s.codes.transpose(len(e.line)/wordBits, e.line, e.words[i:], e.ld, n)
	}
	return other
}

// Where words of bits pay, measured: see docs/performance.md.
const (
	// manyBits is the number of bits set in the average word from which it pays to go through the rows of B
	// block by block, each for all rows of C, rather than to list for each row of C what it needs.
	manyBits = 3
	// manyUses is how often each row of B must be added for it to pay to copy a block of them together.
	manyUses = 32
)

// ones returns the number of bits set.
func (e *eventPattern[T]) ones() int {
	n := 0
	for q := 0; q < e.k; q += wordBits {
		n += CountBits(e.words[q/wordBits*e.ld:][:e.rows])
	}
	return n
}

// addWords computes C strip by strip, in each by blocks of 64 rows of B, which stay in the first-level cache
// while each row of C takes what it needs of them. Together, the blocks also lie in different lines of it.
func (e *eventPattern[T]) addWords(codes *eventCodes[T], to events[T], together bool) {
	strip := stripBytes / int(unsafe.Sizeof(T(0)))
	e.block = resized(e.block, wordBits*strip)
	for j := 0; j < to.n; j += strip {
		n := min(strip, to.n-j)
		for q := 0; q < e.k; q += wordBits {
			b, ldb := to.b[q*to.ldb+j:], to.ldb
			if together {
				copyRowsGo(min(wordBits, e.k-q), n, b, ldb, e.block, strip)
				b, ldb = e.block, strip
			}
			codes.addWords(e.words[q/wordBits*e.ld:][:e.rows], b, ldb, to.c[j:], to.ldc, n, q > 0 || to.add)
		}
	}
}

// resized returns x with n elements; what they hold is undefined.
func resized[E any](x []E, n int) []E {
	if cap(x) < n {
		return make([]E, n)
	}
	return x[:n]
}
