package linalg

import (
	"math"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

// qrBlock is the number of reflections that are applied together to the columns behind them.
const qrBlock = 128

// QR factors X = Q·R for X [n p], n >= p, and returns R [p p], upper triangular, and the first p rows of Q'·Y for
// Y [n q], [p q]: the W that minimises |X·W - Y|² has R·W = Q'·Y.
//
// Q is a product of Householder's reflections (1958, doi:10.1145/320941.320947). Those of a block of columns are
// found by halves and applied together as I - V·T·V' (Schreiber, Van Loan 1989, doi:10.1137/0910005; Elmroth,
// Gustavson 2000, doi:10.1147/rd.444.0605), so that nearly all is matrix products.
func (s *Solver[T]) QR(n, p, q int, x []T, ldx int, y []T, ldy int) (r, qy []T) {
	m, a := min(qrBlock, p), make([]T, (p+q)*n)
	kernel.Transpose(n, p, x, ldx, a, n)
	kernel.Transpose(n, q, y, ldy, a[p*n:], n)
	b := &reflections[T]{s: s, a: a, lda: n, v: make([]T, m*n), t: make([]T, m*m), w: make([]T, 2*m*(p+q))}
	for ; b.at < p; b.at += qrBlock {
		b.n, b.m = n-b.at, min(qrBlock, p-b.at)
		clear(b.v)
		clear(b.t)
		b.find(0, b.m)
		b.apply(0, b.m, b.at+b.m, p+q-b.at-b.m)
	}
	r, qy = make([]T, p*p), make([]T, p*q)
	kernel.Transpose(p, p, a, n, r, p)
	for i := range p {
		clear(r[i*p : i*p+i])
	}
	kernel.Transpose(q, p, a[p*n:], n, qy, q)
	return r, qy
}

// reflections are those of a block of columns of A = [X Y], from row at on.
type reflections[T Float] struct {
	s    *Solver[T]
	at   int
	n, m int // rows from there on, reflections
	a    []T
	lda  int
	v, t []T // V' [m n] and -T [m m]
	w    []T // room for two products of V with columns
}

// find makes m reflections from the block's column i on, and leaves the columns reflected.
func (b *reflections[T]) find(i, m int) {
	if m == 1 {
		b.reflect(i)
		return
	}
	h := m / 2
	j, rest := i+h, m-h
	b.find(i, h)
	b.apply(i, h, b.at+j, rest)
	b.find(j, rest)
	// of both: T[i,j] = -T[i,i]·V[i]'·V[j]·T[j,j]
	d, e := b.w, b.w[h*rest:]
	b.s.Gemm(false, true, h, rest, b.n-j, b.v[i*b.n+j:], b.n, b.v[j*b.n+j:], b.n, 0, d, rest)
	b.s.Gemm(false, false, h, rest, h, b.t[i*b.m+i:], b.m, d, rest, 0, e, rest)
	b.s.Gemm(false, false, h, rest, rest, e, rest, b.t[j*b.m+j:], b.m, 0, b.t[i*b.m+j:], b.m)
}

// reflect finds the reflection I - tau·v·v', v[0] = 1, that leaves of the block's column i nothing below the
// diagonal, which becomes -sign(x[0])·|x|.
func (b *reflections[T]) reflect(i int) {
	x, v := b.a[(b.at+i)*b.lda+b.at+i:][:b.n-i], b.v[i*b.n+i:][:b.n-i]
	v[0] = 1
	length := norm2(x[1:])
	if length == 0 {
		return // nothing to do: tau is 0
	}
	diagonal := T(-math.Copysign(math.Hypot(float64(x[0]), length), float64(x[0])))
	b.t[i*b.m+i] = (x[0] - diagonal) / diagonal
	for k, e := range x[1:] {
		v[k+1] = e / (x[0] - diagonal)
	}
	x[0] = diagonal
}

// apply applies the transposed of m reflections from i on to some columns of A: C' - C'·V·T·V'.
func (b *reflections[T]) apply(i, m, column, columns int) {
	if columns == 0 {
		return
	}
	c, v, n := b.a[column*b.lda+b.at+i:], b.v[i*b.n+i:], b.n-i
	cv, cvt := b.w, b.w[m*columns:]
	b.s.Gemm(false, true, columns, m, n, c, b.lda, v, b.n, 0, cv, m)
	b.s.Gemm(false, false, columns, m, m, cv, m, b.t[i*b.m+i:], b.m, 0, cvt, m)
	b.s.Gemm(false, false, columns, n, m, cvt, m, v, b.n, 1, c, b.lda)
}

// norm2 returns |x|, also where squares of x have no place among the numbers.
func norm2[T Float](x []T) float64 {
	most := T(0)
	for _, e := range x {
		most = max(most, e, -e)
	}
	if most == 0 {
		return 0
	}
	sum := 0.0
	for _, e := range x {
		r := float64(e / most)
		sum += r * r
	}
	return float64(most) * math.Sqrt(sum)
}
