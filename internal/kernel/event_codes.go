package kernel

import "math/bits"

// eventCodes are the functions of a level behind the event-driven products and the bit patterns.
type eventCodes[T Float] struct {
	*patternCodes
	// addRows computes c = Σ weight·row over the listed rows of B in their order, or adds it to c if
	// add is set; without weights they are 1.
	addRows func(rows []uint32, weights, b []T, ldb int, c []T, add bool)
	// addWords computes n columns of as many rows of C as there are words: each is the sum of the rows of B
	// whose bits its word has, in ascending order, or that is added to it if add is set.
	addWords func(words []uint64, b []T, ldb int, c []T, ldc, n int, add bool)
	// addFew computes four rows of C, of n columns, for as many ends, from lists stride elements apart and their
	// lengths; rows of B are fewWidth(n) apart, of which number pad is -0. Lists are padded. nil if there is none.
	addFew func(lists []uint32, stride int, ends []int, pad int, b []T, c []T, ldc, n int, add bool)
	// fewWidth returns how far apart the rows of B begin for addFew, and whether n columns are few enough for it.
	fewWidth func(n int) (width int, few bool)
	copyRows func(rows, cols int, src []T, lds int, dst []T, ldd int)
	// packWords packs words times 64 elements, those of a word stride behind those of the one before.
	packWords   func(words int, x []T, stride int, dst []uint64) (other bool)
	expandWords func(dst []T, src []uint64)
	countWords  func(words int, x []T) int
}

// The functions of each level, by element type.
var (
	codes32 = [isas]*eventCodes[float32]{portable: portableCodes[float32]()}
	codes64 = [isas]*eventCodes[float64]{portable: portableCodes[float64]()}
)

func codesOf[T Float]() *eventCodes[T] { return codesAt[T](active) }

func codesAt[T Float](l isa) *eventCodes[T] {
	return choose[eventCodes[T]](T(0), codes32[l], codes64[l])
}

// wordsAtOnce bounds the work between two points at which the goroutine can be stopped.
const wordsAtOnce = 1024

// pack writes the bits of x and reports whether any element is neither 0 nor 1.
func (t *eventCodes[T]) pack(dst []uint64, x []T) (other bool) {
	whole := len(x) / wordBits
	for w := 0; w < whole; w += wordsAtOnce {
		n := min(wordsAtOnce, whole-w)
		other = t.packWords(n, x[w*wordBits:], wordBits, dst[w:w+n]) || other
	}
	if rest := x[whole*wordBits:]; len(rest) > 0 {
		w, o := packWord(rest)
		dst[whole], other = w, other || o
	}
	return other
}

// packRows packs rows, each in words of its own, and reports whether any element is neither 0 nor 1.
func (t *eventCodes[T]) packRows(dst []uint64, x []T, rows, cols int) (other bool) {
	whole, left := cols/wordBits, cols%wordBits
	if left == 0 || rows == 1 {
		return t.pack(dst, x)
	}
	ld := whole + 1
	other = t.packEnds(dst[:rows*ld], x[whole*wordBits:], rows, cols, left)
	for i := range rows {
		other = t.pack(dst[i*ld:][:whole], x[i*cols:][:whole*wordBits]) || other
	}
	return other
}

// packEnds packs the left elements at the end of each row, which begin cols apart, into the last word of each row
// of dst, of which others may be spoilt. They are packed with those of the next row, as far as there are 64, as
// whole words are quicker: to the end of dst, from where they go to their places.
func (t *eventCodes[T]) packEnds(dst []uint64, x []T, rows, cols, left int) (other bool) {
	ld := len(dst) / rows
	words := dst[len(dst)-rows:]
	whole := 0
	if len(x) >= wordBits {
		whole = min(rows, (len(x)-wordBits)/cols+1)
	}
	for i := 0; i < whole; i += wordsAtOnce {
		n := min(wordsAtOnce, whole-i)
		other = t.packWords(n, x[i*cols:], cols, words[i:i+n]) || other
	}
	for i := whole; i < rows; i++ {
		w, o := packWord(x[i*cols:][:left])
		words[i], other = w, other || o
	}
	for i, w := range words {
		dst[i*ld+ld-1] = w & (1<<left - 1)
	}
	return other
}

// expand writes 0 or 1 for each bit.
func (t *eventCodes[T]) expand(dst []T, src []uint64) {
	whole := len(dst) / wordBits
	for w := 0; w < whole; w += wordsAtOnce {
		n := min(wordsAtOnce, whole-w)
		t.expandWords(dst[w*wordBits:(w+n)*wordBits], src[w:w+n])
	}
	for i := whole * wordBits; i < len(dst); i++ {
		dst[i] = T(src[whole] >> (i % wordBits) & 1)
	}
}

// count returns the number of elements that are not 0.
func (t *eventCodes[T]) count(x []T) (n int) {
	whole := len(x) / wordBits
	for w := 0; w < whole; w += wordsAtOnce {
		n += t.countWords(min(wordsAtOnce, whole-w), x[w*wordBits:])
	}
	for _, v := range x[whole*wordBits:] {
		if v != 0 {
			n++
		}
	}
	return n
}

func portableCodes[T Float]() *eventCodes[T] {
	return &eventCodes[T]{
		patternCodes: &portablePatterns,
		addRows:      addRowsGo[T], addWords: addWordsGo[T], fewWidth: noneAreFew, packWords: packWordsGo[T],
		expandWords: expandWordsGo[T], countWords: countWordsGo[T],
	}
}

func noneAreFew(int) (int, bool) { return 0, false }

// addRowsGo is the portable addRows: four rows at a time, so that c is read and written less often.
func addRowsGo[T Float](rows []uint32, weights, b []T, ldb int, c []T, add bool) {
	if !add {
		clear(c)
	}
	row := func(i int) []T { return b[int(rows[i])*ldb:][:len(c)] }
	i := 0
	for ; weights == nil && i+4 <= len(rows); i += 4 {
		b0, b1, b2, b3 := row(i), row(i+1), row(i+2), row(i+3)
		for j, s := range c {
			c[j] = s + b0[j] + b1[j] + b2[j] + b3[j]
		}
	}
	for ; i < len(rows); i++ {
		w := T(1)
		if weights != nil {
			w = weights[i]
		}
		for j, x := range row(i) {
			c[j] += T(w * x)
		}
	}
}

// addWordsGo is the portable addWords.
func addWordsGo[T Float](words []uint64, b []T, ldb int, c []T, ldc, n int, add bool) {
	for i, w := range words {
		row := c[i*ldc:][:n]
		if !add {
			clear(row)
		}
		for ; w != 0; w &= w - 1 {
			for j, x := range b[bits.TrailingZeros64(w)*ldb:][:n] {
				row[j] += x
			}
		}
	}
}

func packWordsGo[T Float](words int, x []T, stride int, dst []uint64) (other bool) {
	for i := range words {
		w, o := packWord(x[i*stride:][:wordBits])
		dst[i], other = w, other || o
	}
	return other
}

func expandWordsGo[T Float](dst []T, src []uint64) {
	for i := range dst {
		dst[i] = T(src[i/wordBits] >> (i % wordBits) & 1)
	}
}

func countWordsGo[T Float](words int, x []T) (n int) {
	for _, v := range x[:words*wordBits] {
		if v != 0 {
			n++
		}
	}
	return n
}
