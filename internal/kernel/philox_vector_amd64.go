package kernel

import "math/bits"

// The calls of assembly here are direct, so that buffers can stay on the stack.

// schedule is what the assembly needs of a stream: what all its blocks share in the first two rounds,
// and the keys of the others. Words 0 to 2 enter c2 of the first round and c0 and c2 of the second; c3
// of the second is part of word 4, the second key of the third.
type schedule [2*philoxRounds - 1]uint32

func newSchedule(high, stream, domain uint32, key [2]uint32) (s schedule) {
	k0, k1 := key[0], key[1]
	hi1, lo1 := bits.Mul32(philoxMul1, stream)
	s[0] = domain ^ k1
	hi0, lo0 := bits.Mul32(philoxMul0, hi1^high^k0)
	s[1], s[2] = lo1^(k0+philoxWeyl0), hi0^(k1+philoxWeyl1)
	for r := uint32(2); r < philoxRounds; r++ {
		s[2*r-1], s[2*r] = k0+r*philoxWeyl0, k1+r*philoxWeyl1
	}
	s[4] ^= lo0
	return s
}

// wordsInGroup is how many words the assembly of a level draws at least.
var wordsInGroup = [isas]int{avx2: 32, avx512: mostInGroup}

const mostInGroup = 64

// wholeGroups returns how many whole groups one call can draw of n words from block first on: while
// the lower word of the counter does not overflow.
func wholeGroups(l isa, n int, first uint64) int {
	if l == portable {
		return 0
	}
	left := 1<<32 - uint64(uint32(first))
	return min(min(n, elementsAtOnce)/wordsInGroup[l], int(left)*perNarrow/wordsInGroup[l])
}

// drawWords draws words from block first on, as many as it returns: 0 if it cannot, or a number of
// whole blocks.
func drawWords(l isa, dst []uint32, key [2]uint32, stream, domain uint32, first uint64) int {
	n := wholeGroups(l, len(dst), first)
	if n == 0 {
		return 0
	}
	s := newSchedule(uint32(first>>32), stream, domain, key)
	if l == avx512 {
		philoxWordsAVX512(n, uint32(first), &s[0], &dst[0])
	} else {
		philoxWordsAVX2(n, uint32(first), &s[0], &dst[0])
	}
	return n * wordsInGroup[l]
}

// drawUniform is drawWords for numbers in [0, 1).
func drawUniform(l isa, dst []float32, key [2]uint32, stream uint32, first uint64) int {
	n := wholeGroups(l, len(dst), first)
	if n == 0 {
		return 0
	}
	s := newSchedule(uint32(first>>32), stream, narrowDomain, key)
	if l == avx512 {
		philoxUniformAVX512(n, uint32(first), &s[0], &dst[0])
	} else {
		philoxUniformAVX2(n, uint32(first), &s[0], &dst[0])
	}
	return n * wordsInGroup[l]
}

// drawUniformWide is drawWords for numbers in [0, 1) of two words each.
func drawUniformWide(l isa, dst []float64, key [2]uint32, stream uint32, first uint64) int {
	n := wholeGroups(l, len(dst)*perNarrow/perWide, first)
	if n == 0 {
		return 0
	}
	s := newSchedule(uint32(first>>32), stream, wideDomain, key)
	if l == avx512 {
		philoxUniformWideAVX512(n, uint32(first), &s[0], &dst[0])
	} else {
		philoxUniformWideAVX2(n, uint32(first), &s[0], &dst[0])
	}
	return n * wordsInGroup[l] * perWide / perNarrow
}

// drawBernoulli is drawWords for truths; p has one element or as many as dst.
func drawBernoulli(l isa, dst []bool, p []float32, key [2]uint32, stream uint32, first uint64) int {
	n := wholeGroups(l, len(dst), first)
	if n == 0 {
		return 0
	}
	s := newSchedule(uint32(first>>32), stream, narrowDomain, key)
	var same [mostInGroup]float32
	chances, step := &p[0], 4*wordsInGroup[l]
	if len(p) == 1 {
		Fill(same[:], p[0])
		chances, step = &same[0], 0
	}
	if l == avx512 {
		philoxBernoulliAVX512(n, uint32(first), &s[0], &dst[0], chances, step)
	} else {
		philoxBernoulliAVX2(n, uint32(first), &s[0], &dst[0], chances, step)
	}
	return n * wordsInGroup[l]
}
