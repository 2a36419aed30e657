package kernel

import (
	"fmt"
	"math/bits"
)

// Lists is the pattern of a sparse matrix, row by row: row i has elements in the columns
// Index[Start[i]:Start[i+1]]. Elements are numbered as Index is. A column that is named twice in a row
// has two elements, which add.
type Lists struct {
	Start []int32  // ascending, one more than there are rows
	Index []uint32 // below the number of columns, which callers vouch for
}

// Rows returns the number of rows.
func (l Lists) Rows() int { return len(l.Start) - 1 }

// weightsOf returns the columns of row i and its weights, nil if w is.
func weightsOf[T Float](l Lists, w []T, i int) (index []uint32, weights []T) {
	from, to := l.Start[i], l.Start[i+1]
	if w == nil {
		return l.Index[from:to], nil
	}
	return l.Index[from:to], w[from:to]
}

// ListGemm computes C = A·B for a sparse matrix A with the pattern l and the elements w, all 1 if it is
// nil: B is [k n], C [l.Rows() n], row-major. Each element of C is summed up in the order of the list,
// with the same bits however columns are divided between calls. k is above every column listed.
func ListGemm[T Float](l Lists, w []T, n, k int, b []T, ldb int, c []T, ldc int) {
	operand(b, ldb, false).mustHold("B", k, n)
	operand(c, ldc, false).mustHold("C", l.Rows(), n)
	codes := codesOf[T]()
	for i := range l.Rows() {
		index, weights := weightsOf(l, w, i)
		codes.addRows(index, weights, b, ldb, c[i*ldc:][:n], false)
	}
}

// ListScatter computes y = x·A for a row x, by adding rows of A: A has the pattern l and the elements w,
// all 1 if it is nil. The order of the sums is that of the rows.
func ListScatter[T Float](l Lists, w, x, y []T) {
	Clear(y)
	for i, f := range x[:l.Rows()] {
		index, weights := weightsOf(l, w, i)
		if weights == nil {
			for _, j := range index {
				y[j] += f
			}
			continue
		}
		weights = weights[:len(index)]
		for k, j := range index {
			y[j] += T(f * weights[k])
		}
	}
}

// ListMatVec computes y = A·x for a column x: the products of ListGemm with one column, summed up in the
// same order.
func ListMatVec[T Float](l Lists, w, x, y []T) {
	for i := range y[:l.Rows()] {
		index, weights := weightsOf(l, w, i)
		y[i] = gathered(index, weights, x)
	}
}

// gathered returns the sum of the elements of x that index names, times weights if there are any.
func gathered[T Float](index []uint32, weights, x []T) (sum T) {
	if weights == nil {
		for _, j := range index {
			sum += x[j]
		}
		return sum
	}
	weights = weights[:len(index)]
	for k, j := range index {
		sum += T(weights[k] * x[j])
	}
	return sum
}

// ListScatterBits is ListScatter for a row of spikes, packed as by PackBits: it looks at ones alone.
func ListScatterBits[T Float](l Lists, w []T, x []uint64, y []T) {
	Clear(y)
	for q, word := range x {
		for ; word != 0; word &= word - 1 {
			index, weights := weightsOf(l, w, q*wordBits+bits.TrailingZeros64(word))
			if weights == nil {
				for _, j := range index {
					y[j]++
				}
				continue
			}
			weights = weights[:len(index)]
			for k, j := range index {
				y[j] += weights[k]
			}
		}
	}
}

// ListOuter adds to v, for each element (i, j) of the pattern l, x[i]·y[j]: the part of the product of a
// column and a row that the pattern has.
func ListOuter[T Float](l Lists, x, y, v []T) {
	for i, f := range x[:l.Rows()] {
		index, sums := weightsOf(l, v, i)
		sums = sums[:len(index)]
		for k, j := range index {
			sums[k] += T(f * y[j])
		}
	}
}

// ListOuterBits is ListOuter for a column of spikes, packed as by PackBits: it looks at ones alone.
func ListOuterBits[T Float](l Lists, x []uint64, y, v []T) {
	for q, word := range x {
		for ; word != 0; word &= word - 1 {
			index, sums := weightsOf(l, v, q*wordBits+bits.TrailingZeros64(word))
			sums = sums[:len(index)]
			for k, j := range index {
				sums[k] += y[j]
			}
		}
	}
}

// ListDots adds to v, for each element (i, j) of rows from to to of the pattern l, the product of row i
// of A and row j of B: the part of A·Bᵀ that the pattern has. A is [l.Rows() n], B [k n], row-major.
func ListDots[T Float](l Lists, from, to, n, k int, a []T, lda int, b []T, ldb int, v []T) {
	operand(a, lda, false).mustHold("A", l.Rows(), n)
	operand(b, ldb, false).mustHold("B", k, n)
	for i := from; i < to; i++ {
		index, sums := weightsOf(l, v, i)
		dotsAt(active, index, a[i*lda:][:n], b, ldb, sums)
	}
}

// Dots adds to y[i] the product of row i of A [m n] and x, in the sums of ListDots.
func Dots[T Float](m, n int, a []T, lda int, x, y []T) {
	operand(a, lda, false).mustHold("A", m, n)
	for i := 0; i < m; i += len(counting) {
		rows := min(len(counting), m-i)
		dotsAt(active, counting[:rows], x[:n], a[i*lda:], lda, y[i:i+rows])
	}
}

// counting is 0, 1, 2 and so on.
var counting = func() (c [256]uint32) {
	for i := range c {
		c[i] = uint32(i)
	}
	return c
}()

// dotsAt adds to sums the products of a row a and the rows of b that index names.
func dotsAt[T Float](l isa, index []uint32, a, b []T, ldb int, sums []T) {
	done := dotRows(l, index, a, b, ldb, sums)
	if done == len(a) {
		return
	}
	a = a[done:]
	for e, j := range index {
		sums[e] += dot(a, b[int(j)*ldb+done:])
	}
}

// dot returns Σ a·b in four sums, one for each place modulo 4.
func dot[T Float](a, b []T) T {
	b = b[:len(a)]
	var s0, s1, s2, s3 T
	i := 0
	for ; i+4 <= len(a); i += 4 {
		x, y := a[i:i+4:i+4], b[i:i+4:i+4]
		s0 += T(x[0] * y[0])
		s1 += T(x[1] * y[1])
		s2 += T(x[2] * y[2])
		s3 += T(x[3] * y[3])
	}
	for ; i < len(a); i++ {
		s0 += T(a[i] * b[i])
	}
	return (s0 + s1) + (s2 + s3)
}

// Check panics if l is not a pattern of so many columns.
func (l Lists) Check(cols int) {
	if len(l.Start) == 0 || l.Start[0] != 0 || int(l.Start[len(l.Start)-1]) != len(l.Index) {
		panic(fmt.Sprintf("kernel: Lists of %d rows and %d elements do not fit", len(l.Start)-1, len(l.Index)))
	}
	for i := 1; i < len(l.Start); i++ {
		if l.Start[i] < l.Start[i-1] {
			panic(fmt.Sprintf("kernel: Lists descend at row %d", i))
		}
	}
	for _, j := range l.Index {
		if int(j) >= cols {
			panic(fmt.Sprintf("kernel: Lists name column %d of %d", j, cols))
		}
	}
}
