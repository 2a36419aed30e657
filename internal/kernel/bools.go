package kernel

import (
	"math/bits"
	"unsafe"
)

// CountTrue returns the number of elements that are true.
func CountTrue(x []bool) int {
	n := 0
	words, rest := boolWords(x)
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
	for i := range rows {
		row := dst[i*ld : (i+1)*ld]
		clear(row)
		words, rest := boolWords(x[i*cols : (i+1)*cols])
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
	for i, b := range x {
		dst[i] = 0
		if b {
			dst[i] = 1
		}
	}
}
