package kernel

// EventGemm computes C = A·B + beta·C for a matrix A whose elements are mostly 0: to each row of C are
// added the rows of B at which A is not 0, in ascending order, times the element of A where that is not
// 1. A is [m k], B [k n], C [m n], all row-major.
//
// What is 0 in A counts as absent: it adds nothing even where B is NaN or infinite. With a finite B the
// result is that of Gemm up to rounding. Each element of C has the same bits however the rows and
// columns of C are divided between calls. With beta 0, C is written and never read.
//
// It is quickest if the rows of B begin at multiples of 64 bytes.
func EventGemm[T Float](ws *Workspace, m, n, k int, a []T, lda int, b []T, ldb int,
	beta T, c []T, ldc int) {
	operand(a, lda, false).mustHold("A", m, k)
	s := spikes[T]{codes: codesOf[T](), dense: a, ld: lda}
	s.product(ws, false, m, n, k, b, ldb, beta, c, ldc)
}

// EventGemmTN computes C = Aᵀ·B + beta·C in the manner of EventGemm: A is [k m], B [k n], C [m n]. It
// transposes the pattern of A, so that each row of C is written once.
func EventGemmTN[T Float](ws *Workspace, m, n, k int, a []T, lda int, b []T, ldb int,
	beta T, c []T, ldc int) {
	operand(a, lda, false).mustHold("A", k, m)
	s := spikes[T]{codes: codesOf[T](), dense: a, ld: lda}
	s.product(ws, true, m, n, k, b, ldb, beta, c, ldc)
}

// EventGemmBits is EventGemm for a binary A, [m k], of which each row is packed as by PackBits; its
// leading dimension counts words. Bits behind the last column are ignored.
func EventGemmBits[T Float](ws *Workspace, m, n, k int, a []uint64, lda int, b []T, ldb int,
	beta T, c []T, ldc int) {
	mustHoldBits(a, lda, m, k)
	s := spikes[T]{codes: codesOf[T](), bits: a, ld: lda}
	s.product(ws, false, m, n, k, b, ldb, beta, c, ldc)
}

// EventGemmBitsTN is EventGemmTN for a binary A, [k m], packed as for EventGemmBits.
func EventGemmBitsTN[T Float](ws *Workspace, m, n, k int, a []uint64, lda int, b []T, ldb int,
	beta T, c []T, ldc int) {
	mustHoldBits(a, lda, k, m)
	s := spikes[T]{codes: codesOf[T](), bits: a, ld: lda}
	s.product(ws, true, m, n, k, b, ldb, beta, c, ldc)
}

// Blocks of the event-driven product.
const (
	eventBlock = 2048 // columns of op(A) looked at together; a multiple of wordBits
	eventRows  = 1024 // rows of C computed together: a strip of them stays in L2; a multiple of wordBits
)

// product computes C = op(A)·B + beta·C, where op transposes if the flag is set.
func (s *spikes[T]) product(ws *Workspace, trans bool, m, n, k int, b []T, ldb int,
	beta T, c []T, ldc int) {
	operand(b, ldb, false).mustHold("B", k, n)
	operand(c, ldc, false).mustHold("C", m, n)
	if m == 0 || n == 0 {
		return
	}
	if k == 0 || beta != 0 {
		scaleRows(m, n, beta, c, ldc)
	}
	e := eventsOf[T](ws)
	for l0 := 0; l0 < k; l0 += eventBlock {
		for i0 := 0; i0 < m; i0 += eventRows {
			other := e.look(s, trans, i0, min(eventRows, m-i0), l0, min(eventBlock, k-l0))
			to := events[T]{b: b[l0*ldb:], ldb: ldb, c: c[i0*ldc:], ldc: ldc, n: n, add: l0 > 0 || beta != 0}
			e.add(s.codes, to, other)
		}
	}
}

// add adds the rows of B that the pattern names, in the way that is quickest for so many.
func (e *eventPattern[T]) add(codes *eventCodes[T], to events[T], other bool) {
	if width, few := codes.fewWidth(to.n); few && !other {
		e.addFew(codes, to, width)
		return
	}
	if ones := e.ones(); !other && ones*wordBits >= manyBits*e.rows*e.k {
		e.addWords(codes, to, ones >= manyUses*e.k)
		return
	}
	e.addLists(codes, to, other)
}

// spikes is a matrix of mostly zeros, either dense or a bit for each element.
type spikes[T Float] struct {
	codes *eventCodes[T]
	dense []T
	bits  []uint64
	ld    int // in elements or in words
}

// block returns what lies from element (i, l) of op(A) on; nil if A is not dense.
func (s *spikes[T]) block(trans bool, i, l int) []T {
	if s.dense == nil {
		return nil
	}
	if trans {
		i, l = l, i
	}
	return s.dense[i*s.ld+l:]
}

// column writes for each of k rows from i a word of the n <= wordBits elements from column j, a multiple
// of wordBits, and reports whether any of them is neither 0 nor 1.
func (s *spikes[T]) column(dst []uint64, i, j, n, k int) (other bool) {
	if s.bits != nil {
		for l := range k {
			dst[l] = s.bits[(i+l)*s.ld+j/wordBits]
		}
		return false
	}
	if n == wordBits {
		return s.codes.packWords(k, s.dense[i*s.ld+j:], s.ld, dst)
	}
	for l := range k {
		w, o := packWord(s.dense[(i+l)*s.ld+j:][:n])
		dst[l], other = w, other || o
	}
	return other
}
