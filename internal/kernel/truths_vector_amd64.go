package kernel

// packTruths makes whole words of bits of x and returns how many.
func packTruths(l isa, dst []uint64, x []bool) int {
	words := len(x) / wordBits
	if l == portable || words == 0 {
		return 0
	}
	_ = dst[words-1]
	for at := 0; at < words; at += wordsAtOnce {
		n := min(wordsAtOnce, words-at)
		if l == avx512 {
			packTruthsAVX512(n, &x[at*wordBits], &dst[at])
		} else {
			packTruthsAVX2(n, &x[at*wordBits], &dst[at])
		}
	}
	return words
}

// countTruths returns how many of the first elements of x are true, and how many it looked at.
func countTruths(l isa, x []bool) (n, done int) {
	if l == portable {
		return 0, 0
	}
	pair := 2 * laneBytes
	if l == avx2 {
		pair /= 2
	}
	const atOnce = wordBits * wordsAtOnce
	for whole := len(x) / pair * pair; done < whole; {
		part := min(atOnce, whole-done)
		var sums [laneBytes / 8]uint64
		if l == avx512 {
			countTruthsAVX512(part/pair, &x[done], &sums[0])
		} else {
			countTruthsAVX2(part/pair, &x[done], &sums[0])
		}
		for _, s := range sums {
			n += int(s)
		}
		done += part
	}
	return n, done
}
