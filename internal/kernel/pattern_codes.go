package kernel

import "math/bits"

// patternCodes are the functions of a level on patterns of ones.
type patternCodes struct {
	// transpose transposes squares of 64 words of src, which follow one another, and writes the first n <= 64
	// words of each to dst, ldd words apart.
	transpose func(squares int, src, dst []uint64, ldd, n int)
	// list lists the ones of as many rows as there are ends, of so many words each, from dst[n] on, and
	// where the list of each row ends. Word q of row i is x[q*ldx+i]. It may spoil listSpoilt elements behind
	// the last.
	list func(words int, x []uint64, ldx int, dst []uint32, n int, ends []int)
	// listApart is list with lists that begin stride elements apart, from dst[0] on; their ends are their lengths.
	listApart func(words int, x []uint64, ldx int, dst []uint32, stride int, ends []int)
}

// listSpoilt is how many elements behind a list may be spoilt: whole vectors are written.
const listSpoilt = wordBits

var (
	portablePatterns = patternCodes{transposeBitsGo, listWordsGo, listApartGo}
	patterns         = [isas]*patternCodes{portable: &portablePatterns, avx2: &portablePatterns, avx512: &portablePatterns}
)

// transposeBitsGo is the portable transpose.
func transposeBitsGo(squares int, src, dst []uint64, ldd, n int) {
	for s := range squares {
		square := *(*[wordBits]uint64)(src[s*wordBits:])
		transposeWords(&square)
		copy(dst[s*ldd:], square[:n])
	}
}

// transposeWords transposes a square of bits in place: halves, quarters and so on change places.
// Source: H. S. Warren, "Hacker's Delight" (2nd ed. 2012), section 7-3.
func transposeWords(a *[wordBits]uint64) {
	m := uint64(1)<<32 - 1
	for j := 32; j != 0; j >>= 1 {
		for k := 0; k < wordBits; k = (k + j + 1) &^ j {
			t := (a[k]>>j ^ a[k+j]) & m
			a[k] ^= t << j
			a[k+j] ^= t
		}
		m ^= m << (j >> 1)
	}
}

// listWordsGo is the portable list.
func listWordsGo(words int, x []uint64, ldx int, dst []uint32, n int, ends []int) {
	for i := range ends {
		for q := range words {
			n += listWord(dst[n:], x[q*ldx+i], uint32(q*wordBits))
		}
		ends[i] = n
	}
}

// listApartGo is the portable listApart.
func listApartGo(words int, x []uint64, ldx int, dst []uint32, stride int, ends []int) {
	for i := range ends {
		listWordsGo(words, x[i:], ldx, dst[i*stride:], 0, ends[i:i+1])
	}
}

// bitsAtOnce is the number of bits of a word that are listed without asking whether there are so many: most
// words of a sparse pattern have no more, and a jump that is seldom foretold costs more than to write in vain.
const bitsAtOnce = 4

// listWord writes the places of the bits set in w, from first on, to dst and returns how many they are; it may
// spoil bitsAtOnce elements of dst whatever their number.
func listWord(dst []uint32, w uint64, first uint32) int {
	n := bits.OnesCount64(w)
	few := (*[bitsAtOnce]uint32)(dst)
	for i := range few {
		few[i] = first + uint32(bits.TrailingZeros64(w))
		w &= w - 1
	}
	for i := bitsAtOnce; w != 0; i++ {
		dst[i] = first + uint32(bits.TrailingZeros64(w))
		w &= w - 1
	}
	return n
}
