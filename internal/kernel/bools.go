package kernel

import (
	"math/bits"
	"unsafe"
)

// CountTrue returns the number of elements that are true.
func CountTrue(x []bool) int { return countTrueAt(active, x) }

func countTrueAt(l isa, x []bool) int {
	n, done := countTruths(l, x)
	words, rest := boolWords(x[done:])
	for _, w := range words {
		n += bits.OnesCount64(w) // a true byte has one bit
	}
	for _, b := range rest {
		if b {
			n++
		}
	}
	return n
}

// boolWords views the elements as words of eight bytes, and what is left.
func boolWords(x []bool) (words []uint64, rest []bool) {
	n := len(x) / 8
	if n > 0 {
		words = unsafe.Slice((*uint64)(unsafe.Pointer(unsafe.SliceData(x))), n)
	}
	return words, x[n*8:]
}

// PackBools writes rows of cols Bools as bits, each row in words of its own: bit j%64 of
// dst[i*ld+j/64] is element j of row i. Bits behind the last column are 0.
func PackBools(dst []uint64, ld int, x []bool, rows, cols int) {
	packBoolsAt(active, dst, ld, x, rows, cols)
}

func packBoolsAt(l isa, dst []uint64, ld int, x []bool, rows, cols int) {
	for i := range rows {
		row, in := dst[i*ld:(i+1)*ld], x[i*cols:(i+1)*cols]
		done := packTruths(l, row, in)
		row = row[roundUp(done, wordBits)/wordBits:]
		clear(row)
		words, rest := boolWords(in[done:])
		for j, w := range words {
			// Eight bytes of 0 or 1 become the top byte of the product, the first the lowest bit.
			row[j/8] |= w * 0x0102040810204080 >> 56 << (j % 8 * 8)
		}
		for j, b := range rest {
			if at := len(words)*8 + j; b {
				row[at/64] |= 1 << (at % 64)
			}
		}
	}
}

// FromBools writes 1 where x is true and 0 elsewhere.
func FromBools[T Float](dst []T, x []bool) {
	loopsAt[T](active).bools.row(dst[:len(x)], bytesOf(x))
}

// bytesOf is the memory of x.
func bytesOf(x []bool) []uint8 {
	return unsafe.Slice((*uint8)(unsafe.Pointer(unsafe.SliceData(x))), len(x))
}
