package kernel

import "math/bits"

// wordBits is the number of elements in a word of a bit pattern.
const wordBits = 64

// PackBits sets bit i%64 of dst[i/64] where x[i] is not 0 (NaN is not) and clears it elsewhere, as it
// does the bits behind the last element; dst has at least ⌈len(x)/64⌉ words. It reports whether every
// element is 0 or 1, so that nothing is lost.
func PackBits[T Float](dst []uint64, x []T) (binary bool) {
	return !codesOf[T]().pack(dst[:roundUp(len(x), wordBits)/wordBits], x)
}

// PackBitRows is PackBits for rows of cols elements, one behind the other, each in ⌈cols/64⌉ words of its own.
func PackBitRows[T Float](dst []uint64, x []T, rows, cols int) (binary bool) {
	return !codesOf[T]().packRows(dst, x[:rows*cols], rows, cols)
}

// ExpandBits writes 1 to dst[i] where bit i%64 of src[i/64] is set and 0 elsewhere.
func ExpandBits[T Float](dst []T, src []uint64) {
	codesOf[T]().expand(dst, src[:roundUp(len(dst), wordBits)/wordBits])
}

// CountNonzero returns the number of elements that are not 0.
func CountNonzero[T Float](x []T) int { return codesOf[T]().count(x) }

// CountBits returns the number of bits set.
func CountBits(x []uint64) int {
	n := 0
	for _, w := range x {
		n += bits.OnesCount64(w)
	}
	return n
}

// mustHoldBits panics unless there is a bit matrix of that size.
func mustHoldBits(x []uint64, ld, rows, cols int) {
	mustHold("of bits", len(x), ld, 1, rows, roundUp(cols, wordBits)/wordBits)
}

// packWord returns the bits of up to 64 elements and whether any of them is neither 0 nor 1.
func packWord[T Float](x []T) (w uint64, other bool) {
	for i, v := range x {
		if v != 0 {
			w |= 1 << i
			other = other || v != 1
		}
	}
	return w, other
}
